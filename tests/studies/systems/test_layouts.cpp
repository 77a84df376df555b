// Which layout a study gets: the fastest that is valid, unless it asks for another.
#include <catch2/catch.hpp>
#include <fstream>

#include "samplers/simd/lattice/lattice_kernels.hpp"
#include "studies/catalogue/catalogue.hpp"
#include "studies/systems/lattice_keys.hpp"
#include "tests/studies/scratch.hpp"

using namespace gibbsite;

namespace {

std::string layout_of(const Study& study, std::size_t replicas = 2) {
  return make_system(study)->ensemble(study, Key(1), replicas, method_entry(study).annealed)->layout().name;
}

}  // namespace

TEST_CASE("lattices are packed where they fit, and plain where a study asks for it") {
  if (simd::lattice_kernels().empty()) return;
  const std::string packed = std::string("lattice-packed, 512 spins a word, ") + simd::lattice_kernels().front()->name;
  Study study = study_schema().first;
  study.keys<LatticeKeys>().lattice = "square";
  study.keys<LatticeKeys>().size = {64};
  study.method.beta = {0.4};
  for (const char* sampler : {"heat-bath", "metropolis"}) {
    study.sampler.name = sampler;
    for (const char* scan : {"default", "checkerboard", "sequential", "random"}) {
      study.sampler.scan = scan;
      const bool by_colours = study.sampler.scan == "default" || study.sampler.scan == "checkerboard";
      study.sampler.layout = "fastest";
      CHECK((layout_of(study) == packed) == by_colours);
      study.sampler.layout = "plain";
      CHECK(layout_of(study) == "plain");
    }
  }
  study.sampler = {};
  study.keys<LatticeKeys>().boundary = "open";
  CHECK(layout_of(study) == packed);
  study.keys<LatticeKeys>().boundary = "periodic";
  for (const std::int64_t side : {6, 30, 100, 250}) {
    study.keys<LatticeKeys>().size = {side};
    CHECK(layout_of(study) == packed);
  }
  study.keys<LatticeKeys>().size = {63};
  CHECK(layout_of(study) != packed);
  study.keys<LatticeKeys>().boundary = "open";
  CHECK(layout_of(study) == packed);
  study.keys<LatticeKeys>().boundary = "periodic";
  study.keys<LatticeKeys>().size = {64};
  study.keys<InteractionKeys>().field = 0.1;
  CHECK(layout_of(study) == packed + ", global flips");
  study.sampler.name = "metropolis";
  CHECK(layout_of(study) == packed + ", global flips");
  study.sampler.name = "wolff";
  CHECK(layout_of(study) == "plain, global flips");
}

TEST_CASE("many replicas of a small system are bit lanes, where it fits") {
  if (simd::lattice_kernels().empty()) return;
  const auto lanes = [](const Study& study, std::size_t replicas) {
    return layout_of(study, replicas).starts_with("replica-packed, ");
  };
  Study study = study_schema().first;
  study.keys<LatticeKeys>().lattice = "cubic";
  study.keys<LatticeKeys>().size = {8};
  study.keys<LatticeKeys>().disorder = "bimodal";
  study.method.beta = {0.4};
  for (const char* sampler : {"heat-bath", "metropolis"}) {
    study.sampler = {};
    study.sampler.name = sampler;
    CHECK(layout_of(study, 512).starts_with("replica-packed, 512 lanes, "));
    CHECK(lanes(study, 64));
    CHECK(lanes(study, 16));
    CHECK(layout_of(study, 1).starts_with("lattice-packed, "));
    study.sampler.scan = "random";
    CHECK(layout_of(study, 512) == "plain");
    study.sampler.scan = "sequential";
    CHECK(lanes(study, 64));
    study.sampler.layout = "plain";
    CHECK(layout_of(study, 512) == "plain");
  }
  study.sampler = {};
  study.keys<LatticeKeys>().disorder = "gaussian";
  CHECK(layout_of(study, 512).starts_with("fields kept, "));
  study.keys<LatticeKeys>().disorder = "none";
  study.keys<LatticeKeys>().size = {64};
  CHECK_FALSE(lanes(study, 2));
  study.sampler.name = "wolff";
  CHECK(layout_of(study, 512).starts_with("coins in bulk, "));
  study.sampler.name = "metropolis";
  study.keys<LatticeKeys>().lattice =
      "chain";  // flips that cost nothing would march for ever, were they made each time
  study.keys<LatticeKeys>().size = {50};
  CHECK(lanes(study, 64));
}

TEST_CASE("Metropolis goes by colours where no order is asked for, but not where nearly every flip is accepted") {
  if (simd::lattice_kernels().empty()) return;
  Study study = study_schema().first;
  study.keys<LatticeKeys>().lattice = "square";
  study.keys<LatticeKeys>().size = {64};
  study.sampler.name = "metropolis";
  study.method.beta = {0, 0.3};
  CHECK(layout_of(study).starts_with("lattice-packed"));
  study.method.beta = {0, 0.001, 0.3};
  CHECK(layout_of(study) == "plain");
  study.sampler.scan = "checkerboard";
  CHECK(layout_of(study).starts_with("lattice-packed"));
  study.sampler.scan = "default";
  study.method.name = "annealing";
  CHECK(layout_of(study).starts_with("lattice-packed"));
  study.sampler.name = "heat-bath";
  study.method.name = "mcmc";
  CHECK(layout_of(study).starts_with("lattice-packed"));
}

TEST_CASE("random fields move in bit lanes where they have one strength, else in lanes with their local fields kept") {
  if (simd::lattice_kernels().empty()) return;
  const test::Scratch folder;
  const Graph cube = build({.geometry = Geometry::cubic, .size = {6, 6, 6}});
  for (const bool alike : {true, false}) {
    const auto path = folder / "fields.txt";
    std::ofstream file(path);
    for (const Bond& bond : cube.bonds()) file << bond.i + 1 << ' ' << bond.j + 1 << " 1\n";
    for (std::size_t i = 1; i <= cube.sites(); ++i)
      file << i << ' ' << i << ' ' << (i * i % 7 < 3 ? -1 : 1) * (alike ? 1.0 : 0.5 + 0.001 * static_cast<double>(i))
           << '\n';
    file.close();
    Study study = study_schema().first;
    study.keys<LatticeKeys>().couplings = path.string();
    study.method.beta = {0.25};
    for (const std::size_t replicas : {4U, 64U})
      CHECK(layout_of(study, replicas).starts_with(alike ? "replica-packed" : "fields kept"));
  }
}

TEST_CASE("Gaussian glasses move in lanes by either kernel, in the order that is fastest") {
  if (simd::lattice_kernels().empty()) return;
  Study study = study_schema().first;
  study.keys<LatticeKeys>().lattice = "cubic";
  study.keys<LatticeKeys>().size = {6};
  study.keys<LatticeKeys>().disorder = "gaussian";
  study.method.beta = {0.5};
  for (const char* sampler : {"heat-bath", "metropolis"}) {
    study.sampler.name = sampler;
    CHECK(layout_of(study, 64).starts_with("fields"));
  }
}
