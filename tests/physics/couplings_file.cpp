// Couplings files: what they mean, and one clear message for everything that can be wrong with them.
#include "physics/couplings_file.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

using namespace gibbsite;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
namespace fs = std::filesystem;

namespace {

/// A file that lives as long as the test that wrote it.
class TextFile {
 public:
  explicit TextFile(const std::string& text)
      : path_(fs::temp_directory_path() / ("gibbsite_couplings_" + std::to_string(::getpid()) + ".txt")) {
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~TextFile() { fs::remove(path_); }
  TextFile(const TextFile&) = delete;
  TextFile& operator=(const TextFile&) = delete;
  const fs::path& path() const { return path_; }
  std::string content() const {
    std::ostringstream out;
    out << std::ifstream(path_, std::ios::binary).rdbuf();
    return out.str();
  }

 private:
  fs::path path_;
};

Graph read(const std::string& text, int base = 1) {
  const TextFile file(text);
  return read_couplings(file.path(), base);
}

/// The message for a bad file, without its path; the file must come through unharmed.
std::string complaint(const std::string& text, int base = 1) {
  const TextFile file(text);
  try {
    read_couplings(file.path(), base);
  } catch (const std::invalid_argument& error) {
    CHECK(file.content() == text);
    CHECK_THAT(error.what(), StartsWith(file.path().string() + ":"));
    CHECK_THAT(error.what(), Contains("; "));  // what is wrong; what to do
    return std::string(error.what()).substr(file.path().string().size());
  }
  FAIL("accepted: " << text);
  return {};
}

void check_triangle(const Graph& graph) {
  REQUIRE(graph.sites() == 3);
  REQUIRE(graph.bonds().size() == 3);
  const std::vector<Bond> bonds{{0, 1, 1}, {1, 2, -0.5}, {2, 0, 2e-3}};
  for (std::size_t b = 0; b < 3; ++b) {
    CHECK(graph.bonds()[b].i == bonds[b].i);
    CHECK(graph.bonds()[b].j == bonds[b].j);
    CHECK(graph.bonds()[b].J == bonds[b].J);
  }
  CHECK(graph.fields()[1] == 0.25);
  CHECK(graph.fields()[0] == 0);
}

}  // namespace

TEST_CASE("a couplings file holds bonds and fields, from index 1 or 0, with or without its first line") {
  check_triangle(read("1 2 1\n2 3 -0.5\n3 1 2e-3\n2 2 0.25\n"));
  check_triangle(read("0 1 1\n1 2 -0.5\n2 0 2e-3\n1 1 0.25\n", 0));
  check_triangle(read("3 3\n1 2 1\n2 3 -0.5\n3 1 2e-3\n2 2 0.25\n"));
  check_triangle(read("3 3\n0 1 1\n1 2 -0.5\n2 0 2e-3\n1 1 0.25\n", 0));
}

TEST_CASE("comments, blank lines, tabs, carriage returns and a missing last newline are harmless") {
  check_triangle(
      read("# a triangle\r\n\r\n 3\t3 # n m\r\n1 2 +1# strong\r\n  2\t3 -0.5\r\n#3 3 9\r\n3 1 2e-3\r\n2 2 .25"));
}

TEST_CASE("repeated pairs and fields add up") {
  const Graph graph = read("1 2 1\n2 1 0.5\n1 1 1\n1 1 -3\n");
  CHECK(graph.bonds().size() == 2);
  CHECK(graph.degree(0) == 2);
  CHECK(graph.fields()[0] == -2);
}

TEST_CASE("the first line may promise sites without bonds; indices leave none out") {
  CHECK(read("5 1\n1 2 1\n").sites() == 5);
  CHECK(read("4 0\n").sites() == 4);
  CHECK(read("1 4 1\n").sites() == 4);
  CHECK(read("1 1 0.5\n").sites() == 1);
}

TEST_CASE("lines without weights mean J = 1, with or without a first line, in all lines or in none") {
  for (const char* ring : {"1 2\n2 3\n3 1\n", "3 3\n1 2\n2 3\n3 1\n", "\n# ring\n1 2\n2 3 # two\n3 1"}) {
    const Graph graph = read(ring);
    CHECK(graph.sites() == 3);
    REQUIRE(graph.bonds().size() == 3);
    for (const Bond& bond : graph.bonds()) CHECK(bond.J == 1);
  }
  CHECK(read("0 1\n1 2\n", 0).bonds().size() == 2);
  CHECK(read("5 2\n1 2\n2 3\n").sites() == 5);
  CHECK_THAT(complaint("800 3\n1 2\n2 3\n"), Contains("2 bonds") && Contains("promises 3"));  // cut off
  CHECK_THAT(complaint("3 2\n1 2 1\n2 3\n"), StartsWith(":3: ") && Contains("cut short"));
  CHECK_THAT(complaint("1 2\n2 2\n"), StartsWith(":2: ") && Contains("to itself"));
}

TEST_CASE("every fault of a couplings file has its message") {
  CHECK_THAT(complaint(""), StartsWith(":1: ") && Contains("no couplings") && Contains("i j J"));
  CHECK_THAT(complaint("# nothing\n\n"), Contains("no couplings"));
  CHECK_THAT(complaint("1 2 1\n0 2 1\n"), StartsWith(":2: ") && Contains("site 0") && Contains("index_base"));
  CHECK_THAT(complaint("3 1\n1 4 1\n"), StartsWith(":2: ") && Contains("site 4 is not among 1 .. 3"));
  CHECK_THAT(complaint("3 1\n0 3 1\n", 0), StartsWith(":2: ") && Contains("site 3 is not among 0 .. 2"));
  CHECK_THAT(complaint("1 4000000000 1\n"), StartsWith(":1: ") && Contains("not among"));
  CHECK_THAT(complaint("1 99999999999999999999999 1\n"), StartsWith(":1: ") && Contains("whole number"));
  CHECK_THAT(complaint("1 2 1\n2 3"), StartsWith(":2: ") && Contains("cut short"));
  CHECK_THAT(complaint("1 2 1\n2 3 -"), StartsWith(":2: ") && Contains("'-'"));
  CHECK_THAT(complaint("1 2 1\n2\n"), StartsWith(":2: ") && Contains("cut short"));
  CHECK_THAT(complaint("7\n"), StartsWith(":1: ") && Contains("cut short"));
  CHECK_THAT(complaint("1 2 1 7\n"), StartsWith(":1: ") && Contains("'7' is too much"));
  CHECK_THAT(complaint("1 2 1x\n"), StartsWith(":1: ") && Contains("'1x'"));
  CHECK_THAT(complaint("1 2 +-1\n"), StartsWith(":1: ") && Contains("'+-1'"));
  CHECK_THAT(complaint("1 2.5 1\n"), StartsWith(":1: ") && Contains("'2.5'"));
  CHECK_THAT(complaint("-1 2 1\n"), StartsWith(":1: ") && Contains("'-1'"));
  for (const std::string word : {"nan", "inf", "-inf", "1e999"}) {
    CHECK_THAT(complaint("1 2 1\n1 3 " + word + "\n"), StartsWith(":2: ") && Contains("finite"));
    CHECK_THAT(complaint("1 1 " + word + "\n"), Contains("finite"));
  }
  CHECK_THAT(complaint("3 3\n1 2 1\n2 3 1\n2 2 1\n"),
             StartsWith(":4: ") && Contains("2 bonds") && Contains("promises 3"));
  CHECK_THAT(complaint("3 1\n1 2 1\n2 3 1\n"), Contains("2 bonds") && Contains("promises 1"));
  CHECK_THAT(complaint("0 0\n"), StartsWith(":1: ") && Contains("number of sites"));
  for (const char* vast : {"100000000 1\n1 2 1\n", "1 100000000 1\n"})
    CHECK_THAT(complaint(vast), Contains("100000000 sites, of which its") && Contains("name next to none"));
  CHECK_THAT(complaint("4000000000 1\n1 2 1\n"), StartsWith(":1: ") && Contains("number of sites"));
  CHECK_THAT(complaint("3 x\n1 2 1\n"), StartsWith(":1: ") && Contains("number of bonds"));
}

TEST_CASE("a couplings file says why a word is refused, and echoes nothing that would not print") {
  CHECK_THAT(complaint("1.000e+00 2.0 1\n"),
             StartsWith(":1: ") && Contains("'1.000e+00', a real number") && Contains("without point and exponent"));
  CHECK_THAT(complaint("1 2 1e-400\n"), StartsWith(":1: ") && Contains("'1e-400' is too small to be told from 0"));
  CHECK_THAT(complaint("1 2 -1e-400\n"), Contains("too small"));
  CHECK_THAT(complaint("1 2 1\n" + std::string("1 \0 1\n", 6)), StartsWith(":2: ") && Contains("a byte of 0"));
  CHECK_THAT(complaint(std::string("\xFF\xFE"
                                   "1\0 \0",
                                   6)),
             StartsWith(":1: ") && Contains("UTF-16") && Contains("UTF-8"));
  CHECK_THAT(complaint("\xFE\xFF"), Contains("UTF-16"));
  CHECK_THAT(complaint("1 2 \x1B[31mred\n"), Contains("'\\x1B[31mred'"));
  CHECK_THAT(complaint("1 2 \xE9\n"), Contains("'\\xE9'"));
  CHECK_THAT(complaint("%%MatrixMarket matrix coordinate real symmetric\n3 3 1\n1 2 1\n"),
             StartsWith(":1: ") && Contains("MatrixMarket") && Contains("`n m`"));
  check_triangle(
      read("\xEF\xBB\xBF"
           "1 2 1\n2 3 -0.5\n3 1 2e-3\n2 2 0.25\n"));
}

TEST_CASE("a couplings file that may mean something else is read, with a sentence about it") {
  const auto doubts = [](const std::string& text, int base = 1) {
    const TextFile file(text);
    return read_couplings_file(file.path(), base).doubts;
  };
  const auto doubt = [&](const std::string& text, int base = 1) {
    const auto all = doubts(text, base);
    REQUIRE(all.size() == 1);
    return all.front();
  };
  CHECK_THAT(doubt("1 2 1\n2 1 1\n2 3 -1\n3 2 -1\n"), StartsWith("2 pairs of sites are listed both ways"));
  CHECK_THAT(doubt("1 2 1\n2 1 1\n2 3 -1\n3 1 -1\n"), StartsWith("1 pairs"));
  CHECK(doubts("1 2 1\n2 1 0.5\n").empty());                     // two bonds, as it says
  CHECK(doubts("1 2 1\n2 1 1\n1 3 1\n1 4 1\n1 5 1\n").empty());  // one pair of many
  CHECK(doubts("1 2 1\n2 3 -0.5\n3 1 2e-3\n2 2 0.25\n").empty());
  CHECK_THAT(doubt("3 3 2\n1 2 1\n2 3 1\n"),
             Contains("`3 3 2` was read as the field 2 of site 3") && Contains("`3 2`"));
  CHECK(doubts("3 3 1\n1 2 1\n2 3 1\n").empty());
  CHECK(doubts("2 2 2\n1 2 1\n2 3 1\n").empty());
  CHECK(doubts("2 1\n2 2 1\n1 2 1\n").empty());
  CHECK_THAT(doubt("1 2 1\n2 3 1\n", 0), Contains("no line names site 0") && Contains("index_base = 1"));
  CHECK(doubts("0 1 1\n1 2 1\n", 0).empty());
  CHECK(doubts("1 2 1\n2 3 1\n").empty());
}

TEST_CASE("a couplings file that is not there, or no file, is refused by its path") {
  const fs::path nowhere = fs::temp_directory_path() / "gibbsite_no_such_file.txt";
  CHECK_THROWS_WITH(read_couplings(nowhere),
                    StartsWith(nowhere.string() + ": cannot be opened (No such file") && EndsWith("check the path"));
  CHECK(!fs::exists(nowhere));
  CHECK_THROWS_WITH(read_couplings(fs::temp_directory_path()), Contains("cannot be"));
  CHECK_THROWS_WITH(read("1 2 1\n", 2), Contains("index_base is 2"));
}
