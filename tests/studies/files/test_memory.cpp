/// What is too large is refused before anything of it is built; what is packed to burst is refused while it unpacks.
#include <sys/resource.h>

#include "studies/catalogue/check_study.hpp"
#include "studies/data/arrays.hpp"
#include "studies/files/memory.hpp"
#include "studies/study/request.hpp"
#include "tests/studies/options_fixture.hpp"
#include "tests/studies/program.hpp"
#include "tests/studies/python.hpp"

using namespace gibbsite;
using Catch::Matchers::Contains;

namespace {

constexpr double workstation = 24e9;

/// What a machine with 24 GB, or this one if it has less, says of a study.
std::string refused_there(const std::string& model, const std::string& method) {
  return refusal([&] {
    const Request request = read("[model]\n" + model + "\n[method]\nbeta = 0.4\n" + method);
    for (const Task& task : request.tasks) check_memory(task.study, workstation);
    check_memory(request.tasks, workstation);
  });
}

}  // namespace

TEST_CASE("memory: the machine has some, and no more is free than there is") {
  CHECK(memory_here() > 1e8);
  CHECK(memory_free_now() > 0);
  CHECK(memory_free_now() <= memory_here());
  CHECK(bytes_text(999) == "999 bytes");
  CHECK(bytes_text(125e9) == "125 GB");
  CHECK(bytes_text(1e30) == "1e+12 EB");
}

TEST_CASE("memory: studies too large for a machine name the sum and the key, of every method and model") {
  const std::string large = "size = 1000";
  CHECK_THAT(refused_there(large, "chains = 1000000"),
             Contains("would take 125 GB of memory") && Contains("1e+06 replicas of 1e+06 sites") &&
                 Contains(" GB here; ") && Contains("lower method.chains or model.size"));
  CHECK_THAT(refused_there(large, "name = \"annealing\"\nparticles = 1000000"), Contains("method.particles"));
  CHECK_THAT(refused_there(large, "sweeps = 1000000\nsnapshots = 1000000\nchains = 8"),
             Contains("lower method.snapshots"));
  CHECK_THAT(refused_there("lattice = \"complete\"\nsize = 1000000", ""), Contains("bonds") && Contains("model.size"));
  CHECK_THAT(refused_there("lattice = \"hypercubic\"\ndimension = 9\nsize = 10", ""), Contains("lower model.size"));
  CHECK_THAT(refused_there("name = \"rbm\"\nlayers = [1000000, 1000000]", ""), Contains("lower model.layers"));
  CHECK_THAT(refused_there("name = \"dbm\"\nlayers = [9, 90000000, 90000000]", ""), Contains("lower model.layers"));
  CHECK_THAT(refused_there("name = \"boltzmann\"\nlayers = 1000000", ""), Contains("8 TB"));
  CHECK_THAT(refused_there("name = \"hopfield\"\nlayers = 1000000\npatterns = 1000000", ""),
             Contains("9 TB") && Contains("1000000 patterns"));
  CHECK_THAT(refused_there("name = \"hopfield\"\nlayers = 30000\npatterns = 1000000", ""),
             Contains("lower model.layers or model.patterns"));
}

TEST_CASE("memory: a grid whose systems do not fit together is refused, and what fits is not") {
  const Request request = read(
      "[model]\ndisorder = \"bimodal\"\nsize = 1000\n[grid]\n\"model.disorder_seed\" = \"1:50\"\n"
      "[method]\nbeta = 0.4\n");
  CHECK_NOTHROW(check_memory(request.tasks, workstation));
  CHECK_THAT(refusal([&] { check_memory(request.tasks, 4e9); }), Contains("50 tasks") && Contains("[grid]"));
  CHECK(refused_there("size = 1000", "chains = 10000") == "(accepted)");
  CHECK(refused_there("lattice = \"complete\"\nsize = 20000", "") == "(accepted)");
  CHECK(refused_there("name = \"rbm\"\nlayers = [784, 500]", "name = \"annealing\"\nparticles = 100000") ==
        "(accepted)");
}

TEST_CASE("memory: the program refuses sizes that cannot be within a second of one processor, and leaves nothing") {
  const test::Scratch scratch;
  const std::vector<std::pair<std::string, std::string>> studies = {
      {"size = 1000", "chains = 1000000"},
      {"size = 1000", "name = \"tempering\"\nchains = 1000000"},
      {"size = 1000", "name = \"annealing\"\nparticles = 1000000000"},
      {"size = 1000", "chains = 8\nsweeps = 1000000\nsnapshots = 1000000"},
      {"lattice = \"complete\"\nsize = 1000000", ""},
      {"name = \"hopfield\"\nlayers = 1000000\npatterns = 1000000", ""},
      {"name = \"hopfield\"\nlayers = 1000000\npatterns = 1000000\nrule = \"pseudo-inverse\"", ""},
      {"name = \"boltzmann\"\nlayers = 1000000", ""},
      {"name = \"rbm\"\nlayers = [1000000, 1000000]", ""},
      {"name = \"dbm\"\nlayers = [1000000, 1000000, 9]", ""}};
  const auto one_second = [] {  // also where the machine is busy; without sanitizers, in a gigabyte
    const rlimit second{1, 1};
    ::setrlimit(RLIMIT_CPU, &second);
#if !defined(GIBBSITE_SANITIZED)
    const rlimit gigabyte{1 << 30, 1 << 30};
    ::setrlimit(RLIMIT_AS, &gigabyte);
#endif
  };
  for (const auto& [model, method] : studies)
    for (const char* command : {"run", "exact"}) {
      test::write_bytes(scratch / "a.toml", "[model]\n" + model + "\n[method]\nbeta = [0.3, 0.4]\n" + method + "\n");
      const test::Ended ended = test::run({command, "a.toml"}, scratch.path(), {}, one_second);
      INFO(command << ' ' << model << ' ' << method << '\n' << ended.err);
      CHECK(ended.code == 2);
      CHECK(test::is_one_message(ended.err));
      CHECK_THAT(ended.err, Contains("of memory or more") && Contains("lower "));
    }
  CHECK(scratch.entries() == 1);
}

TEST_CASE("memory: the size of a system from a file is known once it is read") {
  const test::Scratch scratch;
  test::write_bytes(scratch / "graph.txt", "1000000 1000000 1\n1 2 1\n");
  test::write_bytes(
      scratch / "a.toml",
      "[model]\ncouplings = \"graph.txt\"\n[method]\nname = \"annealing\"\nparticles = 1000000000\nbeta = 1\n");
  const test::Ended ended = test::run({"run", "a.toml"}, scratch.path());
  CHECK(ended.code == 2);
  CHECK_THAT(ended.err, Contains("lower method.particles"));
}

TEST_CASE("arrays: gzip and ZIP that unpack to far more than data do are refused") {
  const test::Scratch scratch;
  test::run_python("bombs.py", scratch.path().string());
  for (const char* bomb : {"zeros.gz", "members.gz", "zeros.npz", "many.npz"}) {
    INFO(bomb);
    const std::string message = refusal([&] { read_arrays(scratch / bomb); });
    CHECK_THAT(message, Contains("unpack"));
    CHECK_THAT(message, Contains("than data do") || Contains("which no data do"));
  }
}
