// ln Z of machines by annealing and tempering, and what likelihoods are made from.
#include "tests/calibration/case.hpp"
#include "tests/calibration/systems.hpp"

namespace gibbsite::calibration {

std::vector<Case> likelihood_cases() {
  const std::string brief =
      " --ais.particles 50 --ais.temperatures 300 --ais.thermalization 100 --tempering.rungs 8 "
      "--tempering.sweeps 500 --tempering.thermalization 200 --raise.samples 0";
  const std::string training = " --training.samples 0 --training.snapshots 0 --training.evaluate 1000000";
  return {
      {"training of an rbm, judged by annealing",
       "train --model.layers [0,20] --data.file bars-and-stripes:5 --training.method cd --training.updates 200 "
       "--training.batch 62 --training.rate 0.05 --training.particles 100 --training.temperatures 500" +
           training,
       Kind::good, "", 4},
      {"training by jarzynski",
       "train --model.layers [0,6] --data.file bars-and-stripes:3 --training.method jarzynski --training.batch 14 "
       "--training.updates 200 --training.rate 0.05 --training.chains 200" +
           training,
       Kind::good},
      {"training along its trajectory",
       "train --model.layers [0,6] --data.file bars-and-stripes:3 --training.method trajectory --training.batch 14 "
       "--training.updates 200 --training.rate 0.05 --training.samples 0 --training.evaluate 1000000",
       Kind::brief, "", 2},
      {"training an energy of two numbers by jarzynski",
       "train --model.name experts --model.components 6 --model.kappa 0.3 --data.file pinwheel --training.method "
       "jarzynski --training.updates 300 --training.chains 200" +
           training,
       Kind::good, "", 2},
      {"loglik of a gaussian rbm's visible units", "loglik visible_rbm.h5 --data visible_rbm.csv" + brief, Kind::brief},
      {"loglik of four modes far apart", "loglik modes.h5 --data modes.csv" + brief, Kind::trap},
      {"loglik of separated blocks", "loglik blocks.h5 --data bars-and-stripes:4" + brief, Kind::trap, "", 2},
      {"loglik of 16 blocks, too many to sum", "loglik wide_blocks.h5 --data wide_blocks.csv" + brief, Kind::trap, "",
       8, false, wide_blocks_answers},
      {"loglik of a hopfield net of 6 blocks", "loglik hopfield.h5 --data hopfield.csv" + brief, Kind::trap, "", 4},
      {"loglik of an rbm", "loglik rbm.h5 --data bars-and-stripes:4" + brief, Kind::brief, "", 2},
      {"loglik of a dbm", "loglik dbm.h5 --data bars-and-stripes:3" + brief, Kind::brief, "", 2},
      {"loglik of a dbn", "loglik dbn.h5 --data bars-and-stripes:3" + brief, Kind::brief, "", 2},
      {"loglik of a boltzmann machine", "loglik boltzmann.h5 --data bars-and-stripes:3" + brief, Kind::brief, "", 4},
      {"loglik with 30 particles",
       "loglik rbm.h5 --data bars-and-stripes:4 --ais.particles 30 --ais.temperatures 2000 --ais.thermalization 100 "
       "--tempering.rungs 8 --tempering.sweeps 500 --tempering.thermalization 200 --raise.samples 0",
       Kind::good, "", 4},
  };
}

}  // namespace gibbsite::calibration
