// Annealing: weighted averages, ln Z there, back and both, few particles, resampling.
#include "tests/calibration/case.hpp"
#include "tests/calibration/systems.hpp"

namespace gibbsite::calibration {

std::vector<Case> annealing_cases() {
  const std::string glass =
      "run --model.lattice cubic --model.size [3,3,2] --model.disorder bimodal --model.disorder_seed 3 --method.name "
      "annealing "
      "--method.beta [0.5,1,2] --method.particles 1000 --method.temperatures 20";
  return {
      {"3 x 3 x 2 glass, annealing", glass, Kind::trap, "", 2, true},
      {"3 x 3 x 2 glass, annealing with resampling", glass + " --method.resample 0.5", Kind::trap, "", 2},
      {"3 x 3 x 2 glass, annealing to one beta",
       "run --model.lattice cubic --model.size [3,3,2] --model.disorder bimodal --model.disorder_seed 3 --method.name "
       "annealing "
       "--method.beta 2 --method.particles 1000 --method.temperatures 20",
       Kind::trap, "", 2},
      {"random graph, annealing",
       "run --model.couplings graph.txt --method.name annealing --method.beta [0.5,1,1.5] --method.particles 500 "
       "--method.temperatures 50",
       Kind::brief},
      {"random graph, annealing, metropolis",
       "run --model.couplings graph.txt --method.name annealing --method.beta [0.5,1,1.5] --method.particles 500 "
       "--method.temperatures 50 --sampler.name metropolis",
       Kind::brief},
      {"4 x 4 annealing with resampling",
       "run --model.size 4 --method.name annealing --method.beta [0.3,0.6] --method.particles 200 "
       "--method.temperatures 20 "
       "--method.resample 0.5",
       Kind::brief},
      {"8 x 8 annealing, there and back",
       "run --model.size 8 --method.name annealing --method.beta [0.3,0.45] --method.particles 200 "
       "--method.temperatures 100",
       Kind::brief, "", 2},
      {"8 x 8 annealing with resampling, there and back",
       "run --model.size 8 --method.name annealing --method.beta [0.3,0.45] --method.particles 200 "
       "--method.temperatures 100 "
       "--method.resample 0.5",
       Kind::brief, "", 2},
      {"two particles",
       "run --model.size 4 --method.name annealing --method.beta 0.4 --method.particles 2 --method.temperatures 20",
       Kind::trap},
      {"8 particles",
       "run --model.size 4 --method.name annealing --method.beta 0.4 --method.particles 8 --method.temperatures 50",
       Kind::brief},
      // Few particles that are as good as they are few.
      {"30 particles",
       "run --model.size 4 --method.name annealing --method.beta 0.4 --method.particles 30 --method.temperatures 200",
       Kind::good, "", 1, true},
      {"40 particles",
       "run --model.size 4 --method.name annealing --method.beta 0.4 --method.particles 40 --method.temperatures 200",
       Kind::good},
      {"50 particles",
       "run --model.size 4 --method.name annealing --method.beta 0.4 --method.particles 50 --method.temperatures 200",
       Kind::good},
      {"first order in temperature, annealing",
       "run --model.couplings first_order.txt --method.name annealing --method.beta [1,2] --method.particles 100 "
       "--method.temperatures 200",
       Kind::trap, "", 8, false, first_order_answers},
      {"rbm annealing",
       "run --model.name rbm --model.layers [10,6] --model.coupling 3 --method.name annealing --method.beta [0.5,1,2] "
       "--method.particles 300 --method.temperatures 50",
       Kind::brief},
      {"8 x 8 annealing in a field",
       "run --model.size 8 --model.field -0.01 --method.name annealing --method.beta [0.5,0.7] --method.particles 200 "
       "--method.temperatures 100",
       Kind::trap, "", 4},
  };
}

}  // namespace gibbsite::calibration
