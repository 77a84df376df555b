// Energies of real numbers, against quadrature and transfer matrices: chains, ladders, annealing, and one well not
// seen.
#include "tests/calibration/case.hpp"

namespace gibbsite::calibration {

std::vector<Case> continuous_cases() {
  const std::string four = "run --model.name gaussian-mixture";
  return {
      {"double well, chains", "run --model.name double-well --method.beta [0.3,1]", Kind::good},
      {"double well, langevin",
       "run --model.name double-well --sampler.name langevin --method.beta [0.3,1] --method.sweeps 20000", Kind::good},
      {"double well, underdamped",
       "run --model.name double-well --sampler.name underdamped --method.beta [0.3,1] --method.sweeps 4000",
       Kind::good},
      {"double well in a box, tempering",
       "run --model.name double-well --model.box [-4,4] --method.name tempering --method.beta 0:4:6 "
       "--method.sweeps 2000",
       Kind::brief},
      {"double well, annealing",
       "run --model.name double-well --method.name annealing --method.beta [0.5,1] --method.particles 200 "
       "--method.temperatures 50",
       Kind::brief},
      {"many wells, annealing",
       "run --model.name many-well --model.pairs 4 --method.name annealing --method.beta 1 --method.particles 200 "
       "--method.temperatures 200",
       Kind::brief},
      {"many wells, tempering",
       "run --model.name many-well --model.pairs 4 --method.name tempering --method.beta 0:1:6 --method.sweeps 2000",
       Kind::brief},
      {"rings, tempering", "run --model.name rings --method.name tempering --method.beta 0:1:6 --method.sweeps 2000",
       Kind::brief},
      {"rings, annealing with resampling",
       "run --model.name rings --method.name annealing --method.beta 1 --method.particles 200 "
       "--method.temperatures 100 --method.resample 0.5",
       Kind::brief},
      {"four modes far apart, tempering", four + " --method.name tempering --method.beta 0:1:8 --method.sweeps 2000",
       Kind::brief},
      {"four modes far apart, annealing in haste",
       four + " --method.name annealing --method.beta 1 --method.particles 50 --method.temperatures 10", Kind::trap},
      {"four modes far apart, chains", four + " --method.beta 1 --method.sweeps 2000", Kind::trap},
      {"gaussian rbm's visible units, chains", "run --model.name gaussian-rbm --method.beta 1 --method.sweeps 2000",
       Kind::brief},
      {"gaussian rbm's visible units, tempering",
       "run --model.name gaussian-rbm --method.name tempering --method.beta 0:1:6 --method.sweeps 2000", Kind::brief},
      {"phi4 chain, chains",
       "run --model.name phi4 --model.lattice chain --model.size 8 --method.beta 1 "
       "--method.sweeps 2000",
       Kind::brief},
      {"phi4 chain, annealing",
       "run --model.name phi4 --model.lattice chain --model.size 8 --method.name annealing --method.beta 1 "
       "--method.particles 100 --method.temperatures 100",
       Kind::brief},
  };
}

}  // namespace gibbsite::calibration
