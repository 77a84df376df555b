// Reweighting: near, far, from cold to hot and from hot to cold, from tempering, peaks and crossings.
#include "tests/calibration/case.hpp"

namespace gibbsite::calibration {

std::vector<Case> reweighting_cases() {
  return {
      {"16 x 16 from 0.6 towards hot", "run --model.size 16 --method.beta 0.6 --method.sweeps 2000", Kind::trap,
       "reweight --beta 0.45:0.575:6", 2, true},
      {"6 x 6 from 0.7 towards hot", "run --model.size 6 --method.beta 0.7 --method.sweeps 2000", Kind::trap,
       "reweight --beta 0.4:0.7:7"},
      {"6 x 6 from 0.7 towards hot, ten times longer", "run --model.size 6 --method.beta 0.7 --method.sweeps 20000",
       Kind::trap, "reweight --beta 0.4:0.7:7", 4},
      {"6 x 6 from 0.3 towards cold", "run --model.size 6 --method.beta 0.3 --method.sweeps 2000", Kind::trap,
       "reweight --beta 0.3:0.6:7"},
      {"16 x 16 from 0.42 around", "run --model.size 16 --method.beta 0.42 --method.sweeps 2000", Kind::trap,
       "reweight --beta 0.38:0.46:9", 2},
      {"6 x 6 from 4 betas", "run --model.size 6 --method.beta 0.3:0.6:4 --method.sweeps 1000", Kind::brief,
       "reweight --beta 0.3:0.6:13", 2},
      {"4 x 4 from tempering", "run --model.size 4 --method.name tempering --method.beta 0:0.8:5 --method.sweeps 1000",
       Kind::brief, "reweight --beta 0:0.8:9"},
      {"4 x 4 from one ladder",
       "run --model.size 4 --method.name tempering --method.beta 0:0.8:5 --method.chains 1 --method.sweeps 500",
       Kind::brief, "reweight --beta 0:0.8:9"},
      {"crossing of 4 x 4 and 6 x 6", "run --method.beta 0.35:0.5:4 --method.sweeps 1000 --grid.model.size [4,6]",
       Kind::brief, "reweight --beta 0.35:0.5:16", 4},
      {"in a field, 4 x 4 from one beta", "run --model.size 4 --model.field 0.1 --method.beta 0.4 --method.sweeps 2000",
       Kind::trap, "reweight --beta 0.3:0.5:5"},
  };
}

}  // namespace gibbsite::calibration
