// Disorder: overlaps and their distribution, valleys, averages over few samples.
#include "tests/calibration/case.hpp"

namespace gibbsite::calibration {

std::vector<Case> glass_cases() {
  const std::string small =
      "run --model.lattice cubic --model.size [3,3,2] --model.disorder bimodal --model.disorder_seed 3 ";
  const std::string cube = "run --model.lattice cubic --model.size 3 --model.disorder bimodal --model.disorder_seed 1 ";
  const std::string averages =
      "run --model.size 3 --model.disorder gaussian --method.beta [0.5,1] --method.sweeps 300 "
      "--method.thermalization 200 --grid.model.disorder_seed ";
  return {
      {"3 x 3 x 2 glass at 2, overlaps", small + "--method.beta [0.5,1,2] --method.sweeps 2000", Kind::trap, "", 1,
       true},
      {"3 x 3 x 2 glass, tempering", small + "--method.name tempering --method.beta 0:2:9 --method.sweeps 1000",
       Kind::brief},
      {"3 x 3 x 2 glass, tempering, metropolis",
       small + "--method.name tempering --method.beta 0:2:9 --method.sweeps 1000 --sampler.name metropolis",
       Kind::brief},
      {"3 x 3 x 3 glass at 3", cube + "--method.beta [1,3] --method.sweeps 1000", Kind::trap, "", 2},
      {"3 x 3 x 3 glass at 3, one chain", cube + "--method.beta 3 --method.sweeps 1000 --method.chains 1", Kind::trap},
      {"4 x 4 glass, one chain",
       "run --model.size 4 --model.disorder gaussian --model.disorder_seed 2 --method.beta 3 --method.sweeps 2000 "
       "--method.chains 1",
       Kind::trap},
      {"4 x 4 glass",
       "run --model.size 4 --model.disorder gaussian --model.disorder_seed 2 --method.beta [1,3] --method.sweeps 2000",
       Kind::trap},
      {"4 x 4 glass in a field",
       "run --model.size 4 --model.disorder bimodal --model.disorder_seed 2 --model.field 0.1 --method.beta [0.5,1,2] "
       "--method.sweeps 2000",
       Kind::trap},
      {"sherrington-kirkpatrick of 14",
       "run --model.lattice complete --model.size 14 --model.disorder gaussian --method.beta [0.5,1,2] --method.sweeps "
       "2000",
       Kind::brief},
      {"average over 4 samples", averages + "{4}", Kind::brief},
      {"average over 6 samples", averages + "{6}", Kind::brief},
      {"average over 8 samples", averages + "{8}", Kind::brief},
      {"average over 16 samples", averages + "{16}", Kind::brief, "", 2},
      {"average over 4 samples, bimodal",
       "run --model.size 3 --model.disorder bimodal --method.beta [0.5,1] --method.sweeps 300 "
       "--grid.model.disorder_seed {4}",
       Kind::brief, "", 1, true},
  };
}

}  // namespace gibbsite::calibration
