// Tempering: rare excitations, ln Z by the ladder, entropies, gaps that no replica crosses.
#include "tests/calibration/case.hpp"
#include "tests/calibration/systems.hpp"

namespace gibbsite::calibration {

std::vector<Case> ladder_cases() {
  return {
      {"4 x 4 tempering, one ladder of 1000",
       "run --model.size 4 --method.name tempering --method.beta 0:0.8:5 --method.chains 1 --method.sweeps 1000",
       Kind::brief, "", 1, true},
      {"4 x 4 tempering, one ladder of 200",
       "run --model.size 4 --method.name tempering --method.beta 0:0.8:5 --method.chains 1 --method.sweeps 200",
       Kind::brief},
      {"4 x 4 tempering, metropolis",
       "run --model.size 4 --method.name tempering --method.beta 0:0.8:5 --method.sweeps 1000 --sampler.name "
       "metropolis",
       Kind::brief},
      {"4 x 4 tempering, adaptive, 4 ladders",
       "run --model.size 4 --method.name tempering --method.beta 0:0.8:5 --method.sweeps 1000 --method.ladder adaptive",
       Kind::brief},
      {"10 x 10 tempering, adaptive, 4 ladders",
       "run --model.size 10 --method.name tempering --method.beta 0:0.6:10 --method.sweeps 1000 --method.ladder "
       "adaptive",
       Kind::brief, "", 2},
      // Rungs remember for hundreds of draws: windows of blocks.
      {"6 x 6 tempering, 33 rungs",
       "run --model.size 6 --method.name tempering --method.beta 0:0.6:33 --method.chains 2 --method.sweeps 8000",
       Kind::brief, "", 2},
      {"6 x 6, wide steps", "run --model.size 6 --method.name tempering --method.beta [0,0.3,0.6] --method.sweeps 1000",
       Kind::brief},
      {"4 x 4 chains from 0, wide steps", "run --model.size 4 --method.beta [0,0.4,0.8] --method.sweeps 1000",
       Kind::brief},
      {"4 x 4 chains from 0, one chain",
       "run --model.size 4 --method.beta 0:0.8:5 --method.sweeps 400 --method.chains 1", Kind::trap},
      {"12 x 12 tempering, one ladder",
       "run --model.size 12 --method.name tempering --method.beta 0:0.5:11 --method.chains 1 --method.sweeps 2000",
       Kind::brief, "", 2},
      {"complete 60 in a field, one ladder",
       "run --model.lattice complete --model.size 60 --model.field 0.02 --method.name tempering --method.beta 0:1.5:7 "
       "--method.chains 1 --method.sweeps 1000",
       Kind::trap},
      // Gaps that the field makes: each side is a phase, and the ladder's hot end is far.
      {"8 x 8 tempering in a field, one ladder",
       "run --model.size 8 --model.field -0.01 --method.name tempering --method.beta [0.5,0.6,0.7] --method.chains 1 "
       "--method.sweeps 2000",
       Kind::trap, "", 2},
      {"8 x 8 tempering in a field, cold, 4 ladders",
       "run --model.size 8 --model.field -0.01 --method.name tempering --method.beta [0.5,0.6,0.7] --method.start cold "
       "--method.sweeps 2000",
       Kind::trap, "", 2},
      {"8 x 8 tempering in a field, 4 ladders",
       "run --model.size 8 --model.field -0.01 --method.name tempering --method.beta [0.5,0.6,0.7] --method.sweeps "
       "2000",
       Kind::trap, "", 2},
      // A transition of first order in temperature, behind a random gauge.
      {"first order in temperature, one ladder",
       "run --model.couplings first_order.txt --method.name tempering --method.beta 0:2:11 --method.chains 1 "
       "--method.sweeps 1000",
       Kind::trap, "", 4, false, first_order_answers},
      {"first order in temperature, 4 ladders",
       "run --model.couplings first_order.txt --method.name tempering --method.beta 0:2:11 --method.sweeps 1000",
       Kind::trap, "", 8, false, first_order_answers},
      {"first order in temperature, chains",
       "run --model.couplings first_order.txt --method.beta [1,2] --method.sweeps 1000", Kind::trap, "", 4, false,
       first_order_answers},
      // Networks.
      {"rbm tempering",
       "run --model.name rbm --model.layers [10,6] --model.coupling 3 --method.name tempering --method.beta 0:2:6 "
       "--method.sweeps 1000",
       Kind::brief},
      {"rbm chains",
       "run --model.name rbm --model.layers [10,6] --model.coupling 3 --method.beta [0.5,1,2] --method.sweeps 2000",
       Kind::brief},
      {"hopfield tempering",
       "run --model.name hopfield --model.layers 16 --model.patterns 2 --method.name tempering "
       "--method.beta 0:2:6 --method.sweeps 1000",
       Kind::brief},
  };
}

}  // namespace gibbsite::calibration
