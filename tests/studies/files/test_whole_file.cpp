/// Files are whole at every instant, whatever happens to their writer, and a place that cannot be written is refused in
/// words.
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <random>
#include <thread>

#include "studies/files/archive.hpp"
#include "studies/files/whole_file.hpp"
#include "tests/studies/sample_record.hpp"
#include "tests/studies/scratch.hpp"

namespace fs = std::filesystem;
using namespace gibbsite;
using Catch::Matchers::Contains;
using test::Announced;
using test::read_bytes;
using test::same;
using test::sample_record;
using test::Scratch;
using test::write_bytes;

namespace {

/// What write_archive says when it refuses a place; "" if it does not.
std::string write_complaint(const fs::path& path) {
  try {
    write_archive(path, sample_record());
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

/// A record in which everything tells the same number.
Group numbered(int n) {
  return {"",
          {{"n", std::int64_t{n}}},
          {{"n", {"n"}, {1000}, std::vector<double>(1000, n), "1", "n"},
           {"text", {"n"}, {1000}, std::vector<std::string>(1000, std::to_string(n)), "1", "n"}},
          {}};
}

}  // namespace

TEST_CASE("a place that cannot be written is refused, and nothing is left or lost") {
  const Scratch scratch;
  fs::create_directory(scratch / "folder");
  CHECK(write_complaint(scratch / "folder") ==
        "cannot write " + (scratch / "folder").string() + ": it is a folder; name a file in it");
  CHECK_THAT(write_complaint(scratch / "new/"), Contains("names a folder"));
  CHECK_THAT(write_complaint(scratch / "no/a.h5"), Contains("cannot write") && Contains("No such file or directory"));
  write_bytes(scratch / "file", "x");
  CHECK_THAT(write_complaint(scratch / "file/a.h5"), Contains("Not a directory"));
  CHECK_THAT(write_complaint("/dev/null"), Contains("not a regular file"));
  CHECK_THAT(write_complaint(scratch / std::string(300, 'x')), Contains("File name too long"));
  CHECK(write_complaint(scratch / std::string(255, 'x')).empty());
  CHECK(read_bytes(scratch / "file") == "x");
  CHECK(scratch.entries() == 3);
  if (::geteuid() == 0) return;  // root may write anywhere
  fs::permissions(scratch / "file", fs::perms::owner_read);
  CHECK_THAT(write_complaint(scratch / "file"), Contains("Permission denied"));
  fs::permissions(scratch / "folder", fs::perms::owner_read | fs::perms::owner_exec);
  CHECK_THAT(write_complaint(scratch / "folder/a.h5"), Contains("Permission denied"));
}

TEST_CASE("a disk that fills up harms nothing") {
  const Scratch scratch;
  write_bytes(scratch / "a.h5", "what was there");
  rlimit before;
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{4096, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &tight);
  const std::string first = write_complaint(scratch / "a.h5"), second = write_complaint(scratch / "a.h5");
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, handler);
  CHECK(first == "cannot write " + (scratch / "a.h5").string() + ": File too large");
  CHECK(second == first);
  CHECK(read_bytes(scratch / "a.h5") == "what was there");
  CHECK(scratch.entries() == 1);
  CHECK(write_complaint(scratch / "a.h5").empty());  // and the next writer finds nothing in its way
  CHECK(same(read_archive(scratch / "a.h5"), sample_record()));
}

TEST_CASE("links and permissions stay") {
  const Scratch scratch;
  fs::create_directory(scratch / "elsewhere");
  fs::create_symlink("elsewhere/a.h5", scratch / "link");  // to nothing yet
  write_archive(scratch / "link", numbered(1));
  CHECK(fs::is_symlink(scratch / "link"));
  CHECK(fs::is_regular_file(scratch / "elsewhere/a.h5"));
  ::chmod((scratch / "elsewhere/a.h5").c_str(), 0640);
  write_archive(scratch / "link", numbered(2));
  CHECK(same(read_archive(scratch / "elsewhere/a.h5"), numbered(2)));
  CHECK((fs::status(scratch / "link").permissions() & fs::perms::all) == fs::perms(0640));
  CHECK(scratch.entries() == 2);

  fs::create_symlink("round", scratch / "round");
  CHECK_THAT(write_complaint(scratch / "round"), Contains("cannot write"));
}

TEST_CASE("a killed writer leaves the old file or the new one") {
  const Scratch scratch;
  const fs::path path = scratch / "a.h5";
  write_archive(path, numbered(0));
  std::mt19937_64 random(2);
  int last = 0;
  for (int kill = 0; kill < 40; ++kill) {
    const Announced writes;
    const pid_t child = ::fork();
    if (child == 0)
      for (int n = last + 1;; ++n) {
        write_archive(path, numbered(n));
        writes.one_more();
      }
    writes.wait_for(std::uniform_int_distribution(1, 5)(random));
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 2000));  // any moment of a write will do
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const Group found = read_archive(path);
    const int n = static_cast<int>(std::get<std::int64_t>(found.attributes.at(0).second));
    REQUIRE(same(found, numbered(n)));
    REQUIRE(n >= last);
    last = n;
  }
  CHECK(last >= 40);
  remove_leftovers(path);
  CHECK(scratch.entries() == 1);
}

TEST_CASE("any thread may write and read") {
  const Scratch scratch;
  std::vector<std::thread> threads;
  std::vector<int> good(4, 0);
  for (std::size_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      const fs::path own = scratch / std::to_string(t);
      for (int n = 0; n < 20; ++n) {
        write_archive(own, numbered(n));
        write_archive(scratch / "shared", numbered(7));
        good[t] += same(read_archive(own), numbered(n)) && same(read_archive(scratch / "shared"), numbered(7));
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(good == std::vector<int>(4, 20));
  CHECK(scratch.entries() == 5);
}
