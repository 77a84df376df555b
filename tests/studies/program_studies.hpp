/// Small studies, one for every way of running, that all tests of the program share.
#pragma once

#include <string>
#include <vector>

namespace gibbsite::test {

struct SmallStudy {
  std::string name, text;
};

inline std::vector<SmallStudy> small_studies() {
  return {{"wolff", R"(
[model]
size = [8, 6]
[sampler]
name = "wolff"
[method]
beta = [0.3, 0.44, 0.6]
thermalization = 300
sweeps = 10000
)"},
          {"heat-bath", R"(
[model]
lattice = "triangular"
size = 6
field = 0.1
[method]
beta = [0.1, 0.2, 0.3]
thermalization = 300
sweeps = 20000
every = 4
snapshots = 7
)"},
          {"tempering", R"(
[model]
lattice = "cubic"
size = 3
disorder = "gaussian"
[method]
name = "tempering"
beta = "0:1:6"
ladder = "adaptive"
chains = 2
thermalization = 3000
sweeps = 12000
snapshots = 3
)"},
          {"reverse", R"(
[model]
size = 6
[sampler]
name = "metropolis"
[method]
name = "annealing"
beta = [0.2, 0.44]
particles = 300
temperatures = 3000
thermalization = 1000
every = 4
)"},
          {"resample", R"(
[model]
size = [6, 5]
boundary = "open"
disorder = "bimodal"
[method]
name = "annealing"
beta = [0.5, 1.0, 2.0]
particles = 300
temperatures = 3000
schedule = "linear"
resample = 0.7
thermalization = 3000
)"},
          {"grid", R"(
[model]
disorder = "bimodal"
[sampler]
name = "swendsen-wang"
[method]
beta = [0.2, 0.4]
chains = 2
thermalization = 100
sweeps = 3000
[grid]
"model.size" = [4, 5]
"model.disorder_seed" = "1:3"
)"},
          {"target", R"(
[model]
lattice = "chain"
size = 64
[method]
beta = [0.2, 0.5]
sweeps = 100000
thermalization = 50
target = "abs_magnetization_density"
target_error = 0.0008
)"}};
}

inline const std::string& small_study(const std::string& name) {
  static const std::vector<SmallStudy> all = small_studies();
  for (const SmallStudy& study : all)
    if (study.name == name) return study.text;
  return all.at(all.size()).text;
}

}  // namespace gibbsite::test
