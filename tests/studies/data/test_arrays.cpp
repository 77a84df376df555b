/// Arrays in people's files: each format as numpy, h5py or its definition writes it, and every way to be broken refused
/// in words, within bounds.
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "studies/data/arrays.hpp"
#include "studies/models/model_file.hpp"
#include "studies/text/errors.hpp"
#include "tests/studies/options_fixture.hpp"
#include "tests/studies/python.hpp"
#include "tests/studies/scratch.hpp"

using namespace gibbsite;
using Catch::Matchers::Contains;
using test::read_bytes;
using test::Scratch;
using test::write_bytes;

namespace {

using Shape = std::vector<std::size_t>;
using Values = std::vector<double>;

/// Written by numpy and h5py, once.
const Scratch& foreign() {
  static const Scratch folder;
  static const bool made = (test::run_python("foreign_files.py", folder.path().string()), true);
  REQUIRE(made);
  return folder;
}

/// With what a file is refused; "" if it is read.
std::string complaint(const std::filesystem::path& file, const std::string& name = "") {
  try {
    read_array(file, name);
  } catch (const RequestError& error) {
    return error.what();
  }
  return "";
}

std::string complaint_of(const std::string& bytes) {
  const Scratch folder;
  write_bytes(folder / "data", bytes);
  return complaint(folder / "data");
}

NumberArray from_bytes(const std::string& bytes) {
  const Scratch folder;
  write_bytes(folder / "data", bytes);
  return read_array(folder / "data", "");
}

std::string text(std::initializer_list<int> bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

TEST_CASE("arrays: what numpy writes is read") {
  const Values counted = {0, 1, 2, 3, 4, 5};
  for (const std::string order : {"little_", "big_"})
    for (const std::string kind : {"f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"}) {
      INFO(order + kind);
      const NumberArray array = read_array(foreign() / (order + kind + ".npy"), "");
      CHECK(array.shape == Shape{2, 3});
      CHECK(array.values == counted);
    }
  for (const char* name : {"fortran.npy", "version_2.npy", "version_3.npy", "one.npz", "packed.npz", "blank.csv",
                           "comma.csv", "images.idx.gz", "two_members.idx.gz", "plain.h5", "half.npy", "behind_512.h5",
                           "behind_4096.h5", "filters.h5"}) {
    INFO(name);
    const NumberArray array = read_array(foreign() / name, "");
    CHECK(array.shape == Shape{2, 3});
    CHECK(array.values == counted);
  }
  CHECK(read_array(foreign() / "named.npz", "W").values == counted);
  CHECK(read_array(foreign() / "named.npz", "b").shape == Shape{3});
  CHECK(read_array(foreign() / "packed.npz", "other").values == Values{0, 2, 4, 6, 8, 10});
  CHECK(read_array(foreign() / "chunked.h5", "/deep/images").values == counted);
  CHECK(read_array(foreign() / "chunked.h5", "odd").values == Values{0, 1, 0, 1, 0, 1});
  CHECK(read_array(foreign() / "bool_of_odd.npy", "").values == Values{0, 1, 0, 1, 0, 1});
  CHECK(read_array(foreign() / "scalar.npy", "").shape.empty());
  CHECK(read_array(foreign() / "vector_3.npy", "").shape == Shape{3});
  const NumberArray cube = read_array(foreign() / "cube_2_3_4.npy", "");
  CHECK(cube.shape == Shape{2, 3, 4});
  for (std::size_t k = 0; k < 24; ++k) CHECK(cube.values[k] == static_cast<double>(k));
}

TEST_CASE("arrays: IDX of every type") {
  CHECK(from_bytes(text({0, 0, 8, 1, 0, 0, 0, 2, 7, 255})).values == Values{7, 255});
  CHECK(from_bytes(text({0, 0, 9, 1, 0, 0, 0, 2, 7, 255})).values == Values{7, -1});
  CHECK(from_bytes(text({0, 0, 11, 1, 0, 0, 0, 2, 1, 0, 255, 255})).values == Values{256, -1});
  CHECK(from_bytes(text({0, 0, 12, 1, 0, 0, 0, 1, 255, 255, 255, 254})).values == Values{-2});
  CHECK(from_bytes(text({0, 0, 13, 1, 0, 0, 0, 1, 0x3F, 0x80, 0, 0})).values == Values{1});
  CHECK(from_bytes(text({0, 0, 14, 1, 0, 0, 0, 1, 0xBF, 0xF0, 0, 0, 0, 0, 0, 0})).values == Values{-1});
  const NumberArray cube = from_bytes(text({0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4}));
  CHECK(cube.shape == Shape{1, 2, 2});
  CHECK(cube.values == Values{1, 2, 3, 4});
}

TEST_CASE("arrays: CSV as people write it") {
  const Values four = {1, 2, 3, 4};
  for (const char* bytes : {"1,2\n3,4\n", "1;2\r\n3;4", "1\t2\n3\t4\n", "  1   2\n\n3 4  \n", "a,b\n1,2\n3,4\n",
                            "# comment\n\"x y\";\"z\"\n1;2 # more\n3;4\n",
                            "\xEF\xBB\xBF"
                            "1,2\n+3,4e0\n",
                            "\"1\",\"2\"\n\"3\",\"4\"\n"}) {
    INFO(bytes);
    const NumberArray array = from_bytes(bytes);
    CHECK(array.shape == Shape{2, 2});
    CHECK(array.values == four);
  }
  CHECK_THAT(complaint_of("1,2\n3\n"), Contains("line 2 has 1 numbers, those before it 2"));
  CHECK_THAT(complaint_of("1,2\n3,x\n"), Contains("`x` (line 2, column 2) is not a number"));
  CHECK_THAT(complaint_of("1,\n3,4\n"), Contains("`` (line 1, column 2) is not a number"));
  CHECK_THAT(complaint_of("1;2,5\n"), Contains("`2,5`") && Contains("with a point as decimal mark"));
  CHECK_THAT(complaint_of("a,b\n"), Contains("holds no numbers"));
  CHECK_THAT(complaint_of("# nothing\n\n"), Contains("holds no numbers"));
}

TEST_CASE("arrays: halves") {
  const NumberArray halves = read_array(foreign() / "halves.npy", "");
  REQUIRE(halves.values.size() == 6);
  CHECK(Values(halves.values.begin(), halves.values.begin() + 5) == Values{0, -1, 65504, 0x1p-24, 1 + 0x1p-10});
  CHECK(std::isinf(halves.values[5]));
}

TEST_CASE("arrays: a first line of CSV that counts from 0 is pandas' header, or refused where it may be either") {
  for (const char* bytes :
       {"0,1,2\n1,0,0\n0,1,1\n", "0,1,2\n1.0,0.0,0.0\n0.0,1.0,1.0\n", "\"0\" \"1\" \"2\"\n1 0 0\n0 1 1\n"}) {
    INFO(bytes);
    const NumberArray array = from_bytes(bytes);
    CHECK(array.shape == Shape{2, 3});
    CHECK(array.values == Values{1, 0, 0, 0, 1, 1});
    CHECK_THAT(array.note, Contains("line 1 (0 to 2) was taken for names"));
  }
  std::string pixels;
  for (int c = 0; c < 784; ++c) pixels += (c == 0 ? "" : ",") + std::to_string(c);
  for (int c = 0; c < 784; ++c) pixels += (c == 0 ? "\n" : ",") + std::string("255");
  CHECK(from_bytes(pixels).shape == Shape{1, 784});
  CHECK_THAT(complaint_of("0,1,2\n3,4,5\n"), Contains("line 1 is 0 to 2") && Contains("header=False"));
  CHECK_THAT(complaint_of("0,1,2\n2,0,1\n"), Contains("line 1 is 0 to 2"));
  CHECK_THAT(complaint_of("# two\n0,1\n0.5,1.0\n"), Contains("line 2 is 0 to 1"));
  CHECK(from_bytes("a,b,c\n0,1,2\n3,4,5\n").values == Values{0, 1, 2, 3, 4, 5});
  for (const char* bytes : {"0,1\n1,1\n", "0,1\n0,0\n1,0\n", "\"0\";\"1\"\n1;1\n"})  // or a sample of two units
    CHECK_THAT(complaint_of(bytes), Contains("line 1 is 0 to 1") && Contains("header=False"));
  CHECK(from_bytes("0 1\n1 1\n").shape == Shape{2, 2});  // blanks are not how pandas writes
  CHECK(from_bytes("x,y\n0,1\n1,1\n").values == Values{0, 1, 1, 1});
  CHECK(from_bytes("0.0,1.0,2.0\n1,0,0\n").shape == Shape{2, 3});  // names have no points
  CHECK(from_bytes("0,1,2\n").shape == Shape{1, 3});
  CHECK_THAT(complaint_of(",0,1\n0,1,0\n1,1,1\n"), Contains("index") && Contains("index=False"));
  CHECK_THAT(complaint_of(",x,y\n0,1,0\n1,1,1\n"), Contains("index") && Contains("index=False"));
  CHECK_THAT(complaint_of("1,1e-400\n"), Contains("`1e-400` (line 1, column 2) is too small"));
}

TEST_CASE("arrays: what is no array of numbers is refused with its name") {
  const Scratch folder;
  CHECK_THAT(complaint(folder / "none.npy"), Contains("none.npy") && Contains("no such file"));
  CHECK_THAT(complaint(folder.path()), Contains("is a folder"));
  CHECK_THAT(complaint_of(""), Contains("is empty"));
  CHECK_THAT(complaint_of(text({1, 2, 3, 0})), Contains("neither text nor IDX, .npy, .npz or HDF5"));
  CHECK_THAT(complaint(foreign() / "text.npy"), Contains("numpy's type <U1"));
  CHECK_THAT(complaint(foreign() / "packed.h5.gz"), Contains("HDF5 file in gzip"));
  CHECK_THAT(complaint(foreign() / "pickled.pkl"), Contains("Python pickle") && Contains("numpy.savez"));
  CHECK_THAT(complaint(foreign() / "torch.pt"), Contains("PyTorch file") && Contains("numpy.savez"));
  CHECK_THAT(complaint_of(">1ABC\nMKV\n"), Contains("FASTA file of sequences"));
  CHECK_THAT(complaint_of(std::string("\xFF\xFE"
                                      "1\0,\0"
                                      "2\0",
                                      8)),
             Contains("UTF-16") && Contains("save it as UTF-8"));
  CHECK_THAT(complaint(foreign() / "filters.h5", "deep/packed"),
             Contains("`deep/packed` is packed by the HDF5 filter lzf, which is not here"));
  CHECK_THAT(refusal([] { read_model(foreign() / "model_by_lzf.h5"); }),
             Contains("no variable W") && Contains("weights_0/W, is packed by the HDF5 filter lzf"));
  CHECK_THAT(complaint(foreign() / "record.npy"), Contains("of records"));
  CHECK_THAT(complaint(foreign() / "named.npz"), Contains("several arrays") && Contains("W, b, names"));
  CHECK_THAT(complaint(foreign() / "named.npz", "V"), Contains("no array `V`") && Contains("W, b, names"));
  CHECK_THAT(complaint(foreign() / "named.npz", "names"), Contains("array `names` has numpy's type"));
  CHECK_THAT(complaint(foreign() / "chunked.h5", "comment"), Contains("is a text"));
  CHECK_THAT(complaint(foreign() / "comma.csv", "W"), Contains("one array, without a name"));
  CHECK_THAT(complaint_of(text({'P', 'K', 3, 4, 0, 0})), Contains("begins like a ZIP archive"));
  CHECK_THAT(complaint_of(text({0x1F, 0x8B, 8, 0})), Contains("cut short"));
}

TEST_CASE("arrays: false sizes in headers fill no memory") {
  CHECK_THAT(complaint(foreign() / "vast.h5"), Contains("larger than the file can hold"));
  CHECK_THAT(complaint_of(text({0, 0, 14, 2, 255, 255, 255, 255, 255, 255, 255, 255})), Contains("4294967295"));
  std::string npy = read_bytes(foreign() / "little_f8.npy");
  npy.replace(npy.find("(2, 3), }    "), 13, "(99999999,9),");
  CHECK_THAT(complaint_of(npy), Contains("promises 99999999 x 9 values"));
}

TEST_CASE("arrays: files cut anywhere or with any byte changed are read or refused, never more") {
  for (const char* name : {"little_f8.npy", "packed.npz", "images.idx.gz", "comma.csv", "plain.h5"}) {
    const std::string bytes = read_bytes(foreign() / name);
    const Scratch folder;
    const std::size_t step = bytes.size() > 2000 ? 7 : 1;
    for (std::size_t length = 0; length < bytes.size(); length += step) {
      INFO(name << " cut to " << length);
      write_bytes(folder / "cut", bytes.substr(0, length));
      const bool text = std::string(name).ends_with(".csv");
      if (!text && length + 20 < bytes.size()) CHECK(complaint(folder / "cut") != "");
      CHECK_NOTHROW(complaint(folder / "cut"));
    }
    if (std::string(name).ends_with(".h5")) continue;  // the library is not proof against every false byte
    std::mt19937 random(1);
    for (std::size_t k = 0; k < bytes.size(); k += step) {
      INFO(name << " changed at " << k);
      std::string changed = bytes;
      changed[k] = static_cast<char>(random());
      write_bytes(folder / "changed", changed);
      CHECK_NOTHROW(complaint(folder / "changed"));
    }
  }
}
