// Chains: turning points, rare excitations, fields, short runs, every sampler.
#include "tests/calibration/case.hpp"

namespace gibbsite::calibration {

std::vector<Case> chain_cases() {
  return {
      // Turning points of derived quantities: the slope vanishes, and with it an error of first order.
      {"triangle at its turning point",
       "run --model.couplings triangle.txt --method.beta 0.27465307 --method.sweeps 4000", Kind::brief},
      {"triangle, 1000 sweeps",
       "run --model.couplings triangle.txt --method.beta [0.22,0.25,0.28,0.30] --method.sweeps 1000", Kind::brief, "",
       1, true},
      {"two spins without a bond", "run --model.couplings two.txt --method.beta [0.5,1] --method.sweeps 2000",
       Kind::brief},
      // Rare excitations.
      {"triangular 6 x 3 at 0.5",
       "run --model.lattice triangular --model.size [6,3] --method.beta 0.5 --method.sweeps 500", Kind::brief, "", 1,
       true},
      {"triangular 6 x 3, grid",
       "run --model.lattice triangular --model.size [6,3] --method.beta [0.2,0.3,0.4,0.5] --method.sweeps 500",
       Kind::brief},
      {"honeycomb 3 x 3 at 1",
       "run --model.lattice honeycomb --model.size 3 --method.beta [0.6,0.8,1] --method.sweeps 1000", Kind::brief},
      {"5 x 5, short",
       "run --model.size 5 --method.beta [0.3,0.4,0.5,0.6] --method.sweeps 300 --method.thermalization 100",
       Kind::brief},
      {"5 x 5, one cold beta", "run --model.size 5 --method.beta 0.6 --method.sweeps 1000", Kind::brief},
      {"19 x 17", "run --model.size [19,17] --method.beta [0.2,0.3,0.4] --method.sweeps 8000", Kind::good, "", 2},
      {"19 x 17, metropolis, one chain",
       "run --model.size [19,17] --method.beta [0.3,0.4] --method.sweeps 2000 --method.chains 1 --sampler.name "
       "metropolis",
       Kind::brief, "", 2},
      {"5 x 5, metropolis, short",
       "run --model.size 5 --method.beta [0.3,0.4,0.5,0.6] --method.sweeps 300 --method.thermalization 100 "
       "--sampler.name metropolis --sampler.scan random",
       Kind::brief},
      {"5 x 5 in random order",
       "run --model.size 5 --method.beta [0.2,0.3,0.4] --method.sweeps 4000 --sampler.scan random", Kind::good},
      {"5 x 5 in random order, one chain, short",
       "run --model.size 5 --method.beta [0.3,0.4,0.5] --method.sweeps 300 --sampler.scan random --method.chains 1",
       Kind::brief},
      {"8 x 8 metropolis at 0.01",
       "run --model.size 8 --method.beta [0.005,0.01] --method.sweeps 2000 --sampler.name metropolis", Kind::good},
      {"couplings 1 and 2 in fields +-1/2",
       "run --model.couplings strengths.txt --method.beta [0.1,0.2,0.3] --method.sweeps 2000", Kind::brief},
      {"couplings 1 and 2 in fields +-1/2, in random order",
       "run --model.couplings strengths.txt --method.beta [0.1,0.2,0.3] --method.sweeps 2000 --sampler.scan random",
       Kind::brief},
      {"16 x 16, 300 sweeps", "run --model.size 16 --method.beta [0.35,0.4,0.45,0.5] --method.sweeps 300", Kind::brief,
       "", 2},
      {"random graph of 16, short", "run --model.couplings graph.txt --method.beta [0.5,1,1.5] --method.sweeps 500",
       Kind::brief},
      // In a field: two wells, one deeper.
      {"8 x 8 in a field, one chain",
       "run --model.size 8 --model.field -0.01 --method.beta 0.7 --method.sweeps 4000 --method.chains 1 --method.start "
       "hot",
       Kind::trap, "", 2},
      {"8 x 8 in a field, defaults", "run --model.size 8 --model.field -0.01 --method.beta 0.7 --method.sweeps 4000",
       Kind::trap, "", 2},
      {"8 x 8 in a field, cold",
       "run --model.size 8 --model.field -0.01 --method.beta 0.7 --method.sweeps 4000 --method.start cold", Kind::trap,
       "", 2},
      {"6 x 6 in a field, defaults",
       "run --model.size 6 --model.field -0.02 --method.beta [0.6,0.7] --method.sweeps 2000", Kind::trap, "", 2, true},
      {"4 x 4 in a field 0.05, one chain",
       "run --model.size 4 --model.field 0.05 --method.beta 0.6 --method.sweeps 2000 --method.chains 1", Kind::trap},
      {"4 x 4 in a field 0.05",
       "run --model.size 4 --model.field 0.05 --method.beta [0.3,0.45,0.6] --method.sweeps 2000", Kind::trap},
      {"4 x 4 in a field 0.15",
       "run --model.size 4 --model.field 0.15 --method.beta [0.3,0.45,0.6] --method.sweeps 2000", Kind::trap},
      {"4 x 4 in a field, metropolis",
       "run --model.size 4 --model.field 0.05 --method.beta [0.3,0.45,0.6] --method.sweeps 2000 --sampler.name "
       "metropolis",
       Kind::trap},
      {"4 x 4 in a field, wolff",
       "run --model.size 4 --model.field 0.05 --method.beta [0.3,0.45,0.6] --method.sweeps 2000 --sampler.name wolff",
       Kind::brief},
      // Slow modes.
      {"4 x 3 triangular antiferromagnet, metropolis",
       "run --model.lattice triangular --model.size [4,3] --model.coupling -1 --method.beta [0.5,1,2] --method.sweeps "
       "4000 "
       "--sampler.name metropolis --sampler.scan sequential",
       Kind::trap},
      {"4 x 3 triangular antiferromagnet, heat bath",
       "run --model.lattice triangular --model.size [4,3] --model.coupling -1 --method.beta [0.5,1,2] --method.sweeps "
       "4000",
       Kind::trap},
      // A large constant in the energy; constant observables; a frozen run.
      {"bonds of 1e12, 1e-6 and 1", "run --model.couplings offset.txt --method.beta [0.5,1] --method.sweeps 4000",
       Kind::brief},
      {"bonds of 1e9, 1e-6 and 1", "run --model.couplings large.txt --method.beta [0.5,1] --method.sweeps 4000",
       Kind::brief},
      {"frozen at beta 10", "run --model.size 4 --method.beta 10 --method.sweeps 1000", Kind::trap},
      // Clusters.
      {"24 x 16, wolff",
       "run --model.size [24,16] --method.beta [0.40,0.44,0.48] --method.sweeps 1000 --sampler.name wolff", Kind::good,
       "", 4},
      {"24 x 16, swendsen-wang",
       "run --model.size [24,16] --method.beta [0.40,0.44,0.48] --method.sweeps 1000 --sampler.name swendsen-wang",
       Kind::good, "", 4},
      {"4 x 4, swendsen-wang, short",
       "run --model.size 4 --method.beta [0.3,0.45,0.6,0.8] --method.sweeps 300 --sampler.name swendsen-wang",
       Kind::brief},
      {"4 x 4 glass, swendsen-wang",
       "run --model.size 4 --model.disorder gaussian --model.disorder_seed 2 --method.beta [0.3,0.6] --method.sweeps "
       "2000 "
       "--sampler.name swendsen-wang",
       Kind::good},
      {"4 x 4 glass, wolff",
       "run --model.size 4 --model.disorder gaussian --model.disorder_seed 2 --method.beta [0.3,0.6] --method.sweeps "
       "2000 --sampler.name wolff",
       Kind::good},
      {"4 x 4 +-J in a field, wolff",
       "run --model.size 4 --model.disorder bimodal --model.field 0.1 --method.beta [0.6,0.9] --method.sweeps 4000 "
       "--sampler.name wolff",
       Kind::good},
      {"triangular 6 x 3 at 0.5, wolff",
       "run --model.lattice triangular --model.size [6,3] --method.beta 0.5 --method.sweeps 500 --sampler.name wolff",
       Kind::brief},
  };
}

}  // namespace gibbsite::calibration
