/// What makes two requests the same run.
#include <algorithm>

#include "studies/runs/study_fingerprint.hpp"
#include "studies/study/request.hpp"
#include "tests/studies/options_fixture.hpp"

using namespace gibbsite;

TEST_CASE("identity: every input has its seal, also one whose path ends another's") {
  const Folder folder;
  std::filesystem::create_directories(folder.path() / folder.path().relative_path());
  const std::string inner = folder.write("graph.txt", "1 2 1\n");
  const std::string outer = folder.write((folder.path().relative_path() / "graph.txt").string(), "1 2 -1\n");
  REQUIRE(outer.ends_with(inner));
  Request request;
  request.inputs = {outer, inner};
  const std::string seals = checksums_of_files(request);
  CHECK(std::count(seals.begin(), seals.end(), '\n') == 2);
  CHECK(seals.find('\n' + inner + " sealed ") != seals.npos);
  CHECK(seals.starts_with(outer + " sealed "));
}
