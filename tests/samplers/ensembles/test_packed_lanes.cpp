/// 512 replicas of a lattice in bit lanes, every lane at a temperature of its own: each has the exact energy, fixed or
/// in a tempering ladder of 512 rungs, by heat bath and Metropolis. False alarms: 1e-6 in all.
#include <catch2/catch.hpp>
#include <fstream>

#include "physics/lattice.hpp"
#include "samplers/ensembles/packed_replicas.hpp"
#include "samplers/methods/tempering.hpp"
#include "samplers/simd/replicas/replica_kernels.hpp"
#include "tests/samplers/statistics.hpp"

using namespace gibbsite;

namespace {

constexpr std::size_t torus_lanes = 512, torus_side = 8, torus_blocks = 48;
constexpr double hottest = 0.05, coldest = 0.6;

double beta_of(double lane) { return hottest + (coldest - hottest) * lane / (torus_lanes - 1); }

/// <E> of the torus, from the number of states of every energy.
class Exact {
 public:
  Exact() {
    std::ifstream file(GIBBSITE_SOURCE_DIR "/tests/data/density_of_states_square_8.txt");
    for (double states = 0; file >> states;) states_.push_back(states);
    REQUIRE(states_.size() == torus_side * torus_side + 1);
  }
  double energy(double beta) const {
    double z = 0, sum = 0;
    for (std::size_t k = 0; k < states_.size(); ++k) {
      const double above = 4 * static_cast<double>(k), weight = states_[k] * std::exp(-beta * above);
      z += weight;
      sum += (above - 2 * torus_side * torus_side) * weight;
    }
    return sum / z;
  }

 private:
  std::vector<double> states_;
};

std::unique_ptr<Ensemble> torus(LocalMove kernel) {
  const auto model = std::make_shared<const Ising>(build({.size = {torus_side, torus_side}}));
  return make_packed_replicas(model, kernel, ScanOrder::sequential, Key(41), torus_lanes);
}

}  // namespace

TEST_CASE("every one of 512 lanes has the exact energy of its own temperature") {
  if (simd::replica_kernels().empty()) return;
  const Exact exact;
  constexpr std::uint64_t draws = 100, every = 16;  // of a block: 1600 sweeps, far beyond the autocorrelation time
  for (const LocalMove kernel : {LocalMove::heat_bath, LocalMove::metropolis}) {
    const auto ensemble = torus(kernel);
    std::vector<Setting> setting(torus_lanes);
    for (std::size_t r = 0; r < torus_lanes; ++r) setting[r].lambda = beta_of(static_cast<double>(r));
    std::vector<Tally> tally(torus_lanes);
    std::vector<double> minus(torus_lanes, -1.0), energy(torus_lanes);
    std::vector<std::vector<double>> mean(torus_lanes, std::vector<double>(torus_blocks, 0.0));
    ensemble->sweep(setting, {.time = 1, .count = 2000}, tally);
    for (std::uint64_t k = 0; k < torus_blocks * draws; ++k) {
      ensemble->sweep(setting, {.time = 2001 + k * every, .count = every}, tally);
      ensemble->log_weight(minus, energy);
      for (std::size_t r = 0; r < torus_lanes; ++r) mean[r][k / draws] += energy[r] / draws;
    }
    const double least = statistics::sidak(2e-7, torus_lanes + 2);
    std::vector<double> z, mutant;  // a lane that takes its neighbour's temperature
    for (std::size_t r = 0; r < torus_lanes; ++r) {
      const auto lane = static_cast<double>(r);
      const statistics::Mean m = statistics::mean_of(mean[r]);
      INFO("lane " << r << ", beta " << beta_of(lane));
      CHECK(statistics::agrees(mean[r], exact.energy(beta_of(lane))) > least);
      z.push_back((m.value - exact.energy(beta_of(lane))) / m.error);
      mutant.push_back((m.value - exact.energy(beta_of(lane + 1))) / m.error);
    }
    const double spread = (torus_blocks - 1.0) / (torus_blocks - 3.0);  // <t^2> of Student's t
    for (double& t : z) t /= std::sqrt(spread);
    const statistics::Calibration good = statistics::calibrate(z), bad = statistics::calibrate(mutant);
    INFO("z: mean " << good.mean << ", mean square " << good.square << "; mutant: " << bad.mean);
    CHECK(good.p_mean > least);
    CHECK(good.p_square > least);
    CHECK(bad.p_mean < least);
  }
}

TEST_CASE("every rung of a tempering ladder of 512 lanes has the exact energy") {
  if (simd::replica_kernels().empty()) return;
  const Exact exact;
  constexpr std::size_t draws = 50 * torus_blocks, every = 16;
  for (const LocalMove kernel : {LocalMove::heat_bath, LocalMove::metropolis}) {
    const auto ensemble = torus(kernel);
    ChainOptions options{.key = Key(41), .chains = 1, .thermalization = 4000, .draws = draws, .every = every};
    for (std::size_t b = 0; b < torus_lanes; ++b) options.lambda.push_back(beta_of(static_cast<double>(b)));
    Tempering tempering(*ensemble, options, Ladder::fixed);
    while (!tempering.done()) tempering.advance();
    const Field& energy = *find_field(tempering.fields(), "energy");
    const double least = statistics::sidak(2e-7, torus_lanes);
    std::size_t noticed = 0;
    for (std::size_t b = 0; b < torus_lanes; ++b) {
      std::vector<double> mean(torus_blocks, 0.0);
      for (std::size_t t = 0; t < draws; ++t)
        mean[t * torus_blocks / draws] += tempering.trace().at(t, energy.offset + b) * torus_blocks / draws;
      const auto rung = static_cast<double>(b);
      INFO("rung " << b << ", beta " << beta_of(rung));
      CHECK(statistics::agrees(mean, exact.energy(beta_of(rung))) > least);
      noticed += statistics::agrees(mean, exact.energy(beta_of(rung + 16))) < least;
    }
    INFO(noticed);
    CHECK(noticed > torus_lanes / 2);  // mutant: rungs that stand 16 off
  }
}
