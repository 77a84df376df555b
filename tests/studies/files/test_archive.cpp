/// Result files: what is written is read back to the bit, files are whole at every instant, and every bad file and
/// every bad place is refused in words.
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>

#include "studies/files/archive.hpp"
#include "studies/files/hdf5.hpp"
#include "studies/text/utf8.hpp"
#include "tests/studies/sample_record.hpp"
#include "tests/studies/scratch.hpp"

namespace fs = std::filesystem;
using namespace gibbsite;
using Catch::Matchers::Contains;
using test::read_bytes;
using test::same;
using test::sample_record;
using test::Scratch;
using test::write_bytes;

namespace {

/// What read_archive says when it refuses a file; "" if it does not.
std::string read_complaint(const fs::path& path) {
  try {
    read_archive(path);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

// For tests/xarray_opens.py, which cannot write records itself.
TEST_CASE("sample result", "[.sample]") {
  const char* path = std::getenv("GIBBSITE_SAMPLE");
  REQUIRE(path != nullptr);
  write_archive(path, sample_record());
}

TEST_CASE("a result is read back to the bit") {
  const Scratch scratch;
  write_archive(scratch / "a.h5", sample_record());
  CHECK(same(read_archive(scratch / "a.h5"), sample_record()));
  CHECK(scratch.entries() == 1);

  write_archive(scratch / "b.h5", read_archive(scratch / "a.h5"));
  CHECK(read_bytes(scratch / "a.h5") == read_bytes(scratch / "b.h5"));
}

TEST_CASE("plain arrays are read back to the bit, empty ones too") {
  const Scratch scratch;
  const double nan = std::nan("7"), denormal = 5e-324;
  Group root{"", {{"format", std::int64_t{1}}}, {}, {{"numbers", {}, {}, {}}, {"empty", {}, {}, {}}}};
  root.groups[0].variables = {
      {"none", {}, {0}, std::vector<double>{}, "1", ""},
      {"rows", {}, {2, 3}, std::vector<double>{nan, -nan, -0.0, denormal, 1e308, -1}, "1", ""},
      {"counts", {}, {3}, std::vector<std::int64_t>{std::numeric_limits<std::int64_t>::min(), -1, 0}, "1", ""},
      {"bytes", {}, {4}, std::vector<std::int8_t>{-128, -1, 0, 127}, "1", ""},
      {"nobytes", {}, {0, 5}, std::vector<std::int8_t>{}, "1", ""},
      {"texts", {}, {2}, std::vector<std::string>{"", "ß"}, "1", ""},
      {"notexts", {}, {0}, std::vector<std::string>{}, "1", ""}};
  write_archive(scratch / "a.h5", root, Packing::plain);
  CHECK(same(read_archive(scratch / "a.h5"), root));
}

TEST_CASE("a record that breaks its own rules is a programming error") {
  const Scratch scratch;
  const auto refuses = [&](const std::string& why, auto&& spoil) {
    Group root = sample_record();
    spoil(root.groups[0]);
    CHECK_THROWS_WITH(write_archive(scratch / "a.h5", root), Contains(why));
    CHECK_THROWS_AS(write_archive(scratch / "a.h5", root), std::logic_error);
    CHECK(scratch.entries() == 0);
  };
  refuses("dimension 'draw', which has no coordinate", [](Group& g) { g.variables.erase(g.variables.begin() + 1); });
  refuses("length of its dimension 'chain'", [](Group& g) {
    g.variables[0].shape = {1};
    g.variables[0].data = std::vector<std::int64_t>{0};
  });
  refuses("energy in group 'series' holds 6000 values, its shape 4000",
          [](Group& g) { g.variables[2].shape[1] = 1000, g.variables[2].shape[2] = 2; });
  refuses("is empty", [](Group& g) { g.variables = {{"x", {"x"}, {0}, std::vector<double>{}, "1", "x"}}; });
  refuses("is there twice", [](Group& g) { g.variables.push_back(g.variables[0]); });
  refuses("is there twice", [](Group& g) { g.groups.push_back({"energy", {}, {}, {}}); });
  refuses("is not a name", [](Group& g) { g.variables[2].name = "a/b"; });
  refuses("is not a name", [](Group& g) { g.groups.push_back({"", {}, {}, {}}); });
  refuses("units or no long_name", [](Group& g) { g.variables[2].long_name = ""; });
  refuses("xarray takes for dates", [](Group& g) { g.variables[2].units = "seconds"; });
  refuses("'beta' twice", [](Group& g) {
    g.variables.push_back({"swap", {"beta", "beta"}, {3, 3}, std::vector<double>(9), "1", "x"});
  });
  refuses("not that dimension's coordinate", [](Group& g) { g.variables[2].dims[0] = "energy"; });
  refuses("does not name each", [](Group& g) { g.variables[2].dims.pop_back(); });
}

TEST_CASE("text that is not UTF-8 does not spoil a file") {
  CHECK(valid_utf8("aß✓𝛽\n") == "aß✓𝛽\n");
  CHECK(valid_utf8("caf\xE9") == "caf\uFFFD");
  CHECK(valid_utf8(std::string("a\0b", 3)) == "a\uFFFDb");
  CHECK(valid_utf8("\xC0\xAF|\xED\xA0\x80|\xF4\x90\x80\x80|\xE2\x82") ==
        "\uFFFD\uFFFD|\uFFFD\uFFFD\uFFFD|\uFFFD\uFFFD\uFFFD\uFFFD|\uFFFD\uFFFD");
  const Scratch scratch;
  write_archive(scratch / "a.h5", {"", {{"command", "run \xE9"}}, {}, {}});
  CHECK(std::get<std::string>(read_archive(scratch / "a.h5").attributes[0].second) == "run \uFFFD");
}

TEST_CASE("a file that cannot be read is refused in words") {
  const Scratch scratch;
  const auto refused = [&](const std::string& name, const std::string& why) {
    const std::string said = read_complaint(scratch / name);
    CHECK_THAT(said, Catch::StartsWith((scratch / name).string() + ": ") && Contains(why) && Contains("; "));
  };
  refused("missing.h5", "no such file");
  fs::create_directory(scratch / "folder");
  refused("folder", "is a folder");
  write_bytes(scratch / "empty.h5", "");
  refused("empty.h5", "is empty");
  write_bytes(scratch / "text.h5", "[model]\nname = \"ising\"\n");
  refused("text.h5", "not an HDF5 file");
  ::mkfifo((scratch / "pipe").c_str(), 0600);
  refused("pipe", "not a regular file");

  write_archive(scratch / "a.h5", sample_record());
  const std::string whole = read_bytes(scratch / "a.h5");
  for (std::size_t length = 1; length + 16 < whole.size(); length += length < 64 ? 1 : 4999) {
    write_bytes(scratch / "cut.h5", whole.substr(0, length));
    refused("cut.h5", length < 8 ? "not an HDF5 file" : "");
  }
}

TEST_CASE("damage anywhere in a file is noticed") {
  const Scratch scratch;
  write_archive(scratch / "a.h5", sample_record());
  const std::string whole = read_bytes(scratch / "a.h5");
  std::mt19937_64 random(1);
  for (int i = 0; i < 300; ++i) {
    std::string damaged = whole;
    damaged[random() % (whole.size() - 16)] ^= static_cast<char>(1 << random() % 8);
    write_bytes(scratch / "b.h5", damaged);
    CHECK_THAT(read_complaint(scratch / "b.h5"), Contains("damaged"));
  }
  // Without our checksum, as after a change by others, HDF5's own stands guard over the numbers.
  write_bytes(scratch / "c.h5", whole.substr(0, whole.size() - 16));
  CHECK(same(read_archive(scratch / "c.h5"), sample_record()));
  std::string damaged = whole.substr(0, whole.size() - 16);
  damaged[damaged.size() * 4 / 5] ^= 1;  // in the chunk of energies, the largest piece of the last half
  write_bytes(scratch / "c.h5", damaged);
  CHECK_THAT(read_complaint(scratch / "c.h5"), Contains("damaged") && Contains("Fletcher32"));
}

TEST_CASE("who changes a file takes our checksum off") {
  const Scratch scratch;
  write_archive(scratch / "a.h5", sample_record());
  {
    const hdf5::Session session;
    const hdf5::File file(H5Fopen((scratch / "a.h5").c_str(), H5F_ACC_RDWR, H5P_DEFAULT));
    const hdf5::Object dataset(H5Dopen2(file, "free_energy/lambda", H5P_DEFAULT));
    const double changed = 2.5;
    hdf5::need(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, &changed));
  }
  const Group changed = read_archive(scratch / "a.h5");
  CHECK(same(changed.child("free_energy")->find("lambda")->data, Column(std::vector<double>{2.5})));
}

TEST_CASE("of others' files, numbers, strings and groups are read") {
  const Scratch scratch;
  {
    const hdf5::Session session;
    const hdf5::File file(H5Fcreate((scratch / "a.h5").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
    const auto put = [&](const char* name, hid_t type, hid_t memory_type, const void* data, hsize_t count = 2) {
      const hdf5::Space space(H5Screate_simple(1, &count, nullptr));
      const hdf5::Object dataset(H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
      hdf5::need(H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data));
    };
    const double numbers[] = {0.5, -2};
    put("float32", H5T_IEEE_F32BE, H5T_NATIVE_DOUBLE, numbers);
    const std::int64_t integers[] = {3, -4};
    put("int32", H5T_STD_I32BE, H5T_NATIVE_INT64, integers);
    const std::uint64_t small[] = {1, 1ull << 62}, large[] = {1, ~0ull};
    put("uint64", H5T_STD_U64LE, H5T_NATIVE_UINT64, small);
    put("too_large", H5T_STD_U64LE, H5T_NATIVE_UINT64, large);
    hdf5::Type fixed(H5Tcopy(H5T_C_S1));
    hdf5::need(H5Tset_size(fixed, 4));
    put("padded", fixed, fixed, "ab\0\0cdef");
    hdf5::need(H5Tset_strpad(fixed, H5T_STR_SPACEPAD));
    put("spaced", fixed, fixed, "ab  cdef");
    const hdf5::Type compound(H5Tcreate(H5T_COMPOUND, 16));
    hdf5::need(H5Tinsert(compound, "re", 0, H5T_NATIVE_DOUBLE));
    hdf5::need(H5Tinsert(compound, "im", 8, H5T_NATIVE_DOUBLE));
    put("complex", compound, compound, numbers, 1);
    const hdf5::Space null(H5Screate(H5S_NULL));
    const hdf5::Object nothing(H5Dcreate2(file, "null", H5T_NATIVE_INT, null, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    const hdf5::Object group(H5Gcreate2(file, "group", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    hdf5::need(H5Lcreate_hard(file, "/", group, "circle", H5P_DEFAULT, H5P_DEFAULT));
    hdf5::need(H5Lcreate_soft("/nowhere", file, "soft", H5P_DEFAULT, H5P_DEFAULT));
    hdf5::need(H5Lcreate_external("/nofile", "/", file, "external", H5P_DEFAULT, H5P_DEFAULT));
  }
  const Group root = read_archive(scratch / "a.h5");
  CHECK(root.variables.size() == 5);
  REQUIRE(root.find("float32"));
  CHECK(same(root.find("float32")->data, Column(std::vector<double>{0.5, -2})));
  CHECK(root.find("float32")->dims.empty());
  CHECK(same(root.find("int32")->data, Column(std::vector<std::int64_t>{3, -4})));
  CHECK(same(root.find("uint64")->data, Column(std::vector<std::int64_t>{1, std::int64_t{1} << 62})));
  CHECK(same(root.find("padded")->data, Column(std::vector<std::string>{"ab", "cdef"})));
  CHECK(same(root.find("spaced")->data, Column(std::vector<std::string>{"ab", "cdef"})));
  REQUIRE(root.child("group"));
  CHECK(root.child("group")->groups.empty());
}

TEST_CASE("archive: made on disk or in memory, a file is the same, and a part may come from another file") {
  const Scratch scratch;
  const Group record = sample_record();
  write_archive(scratch / "memory.h5", record);
  write_archive(scratch / "disk.h5", record, Packing::compressed, Made::on_disk);
  CHECK(same(read_archive(scratch / "disk.h5"), read_archive(scratch / "memory.h5")));
  Group outline = record;
  const std::string name = outline.groups.front().name;
  outline.groups.front() = {
      .name = name, .elsewhere = [&](const auto& use) { use(*read_archive(scratch / "memory.h5").child(name)); }};
  for (const Made made : {Made::on_disk, Made::in_memory}) {
    write_archive(scratch / "outline.h5", outline, Packing::compressed, made);
    CHECK(same(read_archive(scratch / "outline.h5"), record));
  }
  outline.groups.front().elsewhere = [](const auto&) { throw std::runtime_error("gone"); };
  CHECK_THROWS_WITH(write_archive(scratch / "outline.h5", outline, Packing::compressed, Made::on_disk), "gone");
  CHECK_THROWS_WITH(write_archive(scratch / "nowhere/a.h5", record, Packing::compressed, Made::on_disk),
                    Contains("cannot write"));
  CHECK(same(read_archive(scratch / "outline.h5"), record));
  CHECK(scratch.entries() == 3);
}
