// Draws that stand for many sweeps, with the means over them: few draws, much forgotten in each, rare events between.
#include "tests/calibration/case.hpp"

namespace gibbsite::calibration {

std::vector<Case> draw_cases() {
  return {
      {"16 x 16, 20 sweeps a draw",
       "run --model.size 16 --method.beta [0.35,0.4,0.45,0.5] --method.sweeps 6000 --method.every 20", Kind::brief},
      {"16 x 16, 20 sweeps a draw, wolff",
       "run --model.size 16 --method.beta [0.35,0.4,0.45,0.5] --method.sweeps 6000 --method.every 20 --sampler.name "
       "wolff",
       Kind::brief, "", 2},
      {"5 x 5, 50 sweeps a draw",
       "run --model.size 5 --method.beta [0.3,0.4,0.5,0.6] --method.sweeps 5000 --method.every 50", Kind::brief, "", 1,
       true},
      {"5 x 5, one cold beta, 20 sweeps a draw",
       "run --model.size 5 --method.beta 0.6 --method.sweeps 4000 --method.every 20", Kind::brief},
      {"triangular 6 x 3 at 0.5, 10 sweeps a draw",
       "run --model.lattice triangular --model.size [6,3] --method.beta 0.5 --method.sweeps 2000 --method.every 10",
       Kind::brief},
      {"8 x 8 in a field, 40 sweeps a draw",
       "run --model.size 8 --model.field -0.01 --method.beta 0.7 --method.sweeps 8000 --method.every 40", Kind::trap},
      {"4 x 4 in a field, metropolis, 10 sweeps a draw",
       "run --model.size 4 --model.field 0.05 --method.beta [0.3,0.45,0.6] --method.sweeps 4000 --method.every 10 "
       "--sampler.name metropolis",
       Kind::trap},
      {"3 x 3 x 2 glass at 2, 20 sweeps a draw",
       "run --model.lattice cubic --model.size [3,3,2] --model.disorder bimodal --model.disorder_seed 3 --method.beta "
       "[0.5,1,2] --method.sweeps 8000 --method.every 20",
       Kind::trap},
      {"3 x 3 x 2 glass, tempering, 20 sweeps a draw",
       "run --model.lattice cubic --model.size [3,3,2] --model.disorder bimodal --model.disorder_seed 3 --method.name "
       "tempering --method.beta 0:2:9 --method.sweeps 4000 --method.every 20",
       Kind::brief},
      {"6 x 6 tempering, 33 rungs, 10 sweeps a draw",
       "run --model.size 6 --method.name tempering --method.beta 0:0.8:33 --method.sweeps 10000 --method.every 10 "
       "--method.chains 1",
       Kind::brief, "", 4},
      {"8 x 8 tempering, sweeps a draw by default",
       "run --model.size 8 --method.name tempering --method.beta 0.2:0.6:5 --method.sweeps 20000", Kind::good, "", 2},
      {"4 x 4, sweeps a draw by default", "run --model.size 4 --method.beta [0.2,0.4] --method.sweeps 20000",
       Kind::good},
  };
}

}  // namespace gibbsite::calibration
