// Which layout a study gets: the fastest that is valid, unless it asks for another.
#include <catch2/catch.hpp>

#include "samplers/simd/lattice_kernels.hpp"
#include "studies/catalogue.hpp"

using namespace gibbsite;

namespace {

std::string layout_of(const Study& study) { return make_system(study)->ensemble(study, Key(1), 2)->layout().name; }

}  // namespace

TEST_CASE("lattices are packed where they fit, and plain where a study asks for it") {
  if (simd::lattice_kernels().empty()) return;
  const std::string packed = std::string("lattice-packed, 512 spins a word, ") + simd::lattice_kernels().front()->name;
  Study study;
  study.model.lattice = "square";
  study.model.size = {64};
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
  study.model.boundary = "open";
  CHECK(layout_of(study) == "plain");
  study.model.boundary = "periodic";
  study.model.size = {63};
  CHECK(layout_of(study) == "plain");
  study.model.size = {64};
  study.model.field = 0.1;
  CHECK(layout_of(study) == packed);
  study.sampler.name = "metropolis";
  CHECK(layout_of(study) == "plain");
  study.sampler.name = "wolff";
  CHECK(layout_of(study) == "plain");
}
