/// safetensors: what the format's definition says is read, and headers that lie are refused within bounds.
#include <catch2/catch.hpp>

#include "studies/data/arrays.hpp"
#include "studies/text/errors.hpp"
#include "tests/studies/options_fixture.hpp"
#include "tests/studies/scratch.hpp"

using namespace gibbsite;
using Catch::Matchers::Contains;

namespace {

/// A file of this header and as many bytes 0, 1, 2, ... behind it.
std::string tensors(const std::string& header, std::size_t bytes) {
  std::string out;
  for (int k = 0; k < 8; ++k) out += static_cast<char>(header.size() >> 8 * k & 0xFF);
  out += header;
  for (std::size_t k = 0; k < bytes; ++k) out += static_cast<char>(k);
  return out;
}

std::string entry(const std::string& name, const std::string& type, const std::string& shape, const std::string& at) {
  return "\"" + name + "\": {\"dtype\": \"" + type + "\", \"shape\": [" + shape + "], \"data_offsets\": [" + at + "]}";
}

std::string complaint_of_tensors(const std::string& header, std::size_t bytes) {
  return refusal([&] { read_safetensors(tensors(header, bytes), "w.safetensors"); });
}

}  // namespace

TEST_CASE("safetensors: arrays of every type") {
  const std::string header = "{\"__metadata__\":{\"a\":\"\\\"}\"}, " + entry("x/y", "U8", "2,2", "4, 8") + "," +
                             entry("b", "I16", "2", "0,4") + "," + entry("none", "F32", "0, 7", "8,8") + "," +
                             entry("one", "BF16", "", "8,10") + "," + entry("odd", "C64", "1", "10,18") + " }   ";
  const auto arrays = read_safetensors(tensors(header, 18), "w.safetensors");
  REQUIRE(arrays.size() == 5);
  CHECK(arrays[0].name == "x/y");
  CHECK(arrays[0].shape == std::vector<std::size_t>{2, 2});
  CHECK(arrays[0].values == std::vector<double>{4, 5, 6, 7});
  CHECK(arrays[1].values == std::vector<double>{256, 770});
  CHECK(arrays[2].values.empty());
  CHECK(arrays[3].shape.empty());
  CHECK(arrays[3].values == std::vector<double>{0x1.1p-109});  // 0x0908
  CHECK_THAT(arrays[4].unread, Contains("has the type C64"));
  const test::Scratch folder;
  test::write_bytes(folder / "data", tensors("{" + entry("samples", "U8", "2,2", "0,4") + "}", 4));
  CHECK(read_array(folder / "data", "").values == std::vector<double>{0, 1, 2, 3});
  CHECK(read_safetensors(tensors("{}", 0), "w.safetensors").empty());
}

TEST_CASE("safetensors: headers that lie are refused") {
  const auto one = [](const std::string& shape, const std::string& at) {
    return "{" + entry("a", "F32", shape, at) + "}";
  };
  CHECK_THAT(complaint_of_tensors(one("2", "0, 8"), 4), Contains("a stands at bytes 0 to 8 of 4"));
  CHECK_THAT(complaint_of_tensors(one("2", "8, 0"), 8), Contains("a stands at bytes 8 to 0"));
  CHECK_THAT(complaint_of_tensors(one("2", "0, 8"), 12), Contains("its arrays end at byte 8 of 12"));
  CHECK_THAT(complaint_of_tensors(one("2", "4, 12"), 12), Contains("a begins at byte 4"));
  CHECK_THAT(complaint_of_tensors(one("3", "0, 8"), 8), Contains("a should have 3 values of 4 bytes"));
  CHECK_THAT(complaint_of_tensors(one("4611686018427387904, 4", "0, 8"), 8), Contains("a should have"));
  CHECK_THAT(complaint_of_tensors(one("2", "0, 99999999999999999999"), 8), Contains("no whole number"));
  CHECK_THAT(complaint_of_tensors(one("-2", "0, 8"), 8), Contains("no whole number"));
  CHECK_THAT(complaint_of_tensors(one("2", "0"), 8), Contains("lacks dtype, shape or the two data_offsets of a"));
  CHECK_THAT(complaint_of_tensors("{" + entry("a", "F32", "2", "0,8") + "," + entry("b", "F32", "2", "4,12") + "}", 12),
             Contains("b begins at byte 4, where the array before it ends at 8"));
  CHECK_THAT(complaint_of_tensors("{" + entry("a", "U8", "1", "0,1") + "," + entry("a", "U8", "1", "1,2") + "}", 2),
             Contains("names a twice"));
  CHECK_THAT(complaint_of_tensors(one("1", "0,4") + "x", 4), Contains("goes on behind its end"));
  CHECK_THAT(complaint_of_tensors("{\"a\": " + std::string(100000, '['), 0), Contains("has no `{`"));
  CHECK_THAT(refusal([] { read_safetensors(tensors("{}", 0).substr(0, 9), "w"); }),
             Contains("its header should have 2 bytes, but 1 follow"));
  const std::string whole = tensors(one("2", "0, 8"), 8);
  for (std::size_t length = 9; length < whole.size(); ++length)
    CHECK(refusal([&] { read_safetensors(whole.substr(0, length), "w"); }) != "");
}
