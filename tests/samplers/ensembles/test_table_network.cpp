/// The table layout is block Gibbs: fields and weights are the network's, transitions have the exact probabilities, and
/// a trajectory is the same bits on any processor. Tests that draw raise false alarms at a rate of 1e-6 in all.
#include <hwy/targets.h>
#include <omp.h>

#include <bit>
#include <catch2/catch.hpp>

#include "samplers/ensembles/network_ensemble.hpp"
#include "samplers/ensembles/table_network.hpp"
#include "samplers/simd/bits/targets.hpp"
#include "samplers/simd/networks/bit_network.hpp"
#include "samplers/simd/networks/table_kernels.hpp"
#include "tests/samplers/networks.hpp"
#include "tests/samplers/statistics.hpp"
#include "tests/samplers/trajectories.hpp"

using namespace gibbsite;
using namespace gibbsite::networks;
using trajectories::hash;
using trajectories::Threads;

namespace {

constexpr UnitKind binary = UnitKind::binary, spin = UnitKind::spin;

std::vector<double> units_of(const Ensemble& ensemble, std::size_t replica) {
  std::vector<std::byte> bytes(ensemble.layout().units);
  ensemble.save(replica, bytes);
  std::vector<double> x;
  for (const std::byte b : bytes) x.push_back(static_cast<std::int8_t>(b));
  return x;
}
std::size_t code_of(const Ensemble& ensemble, std::size_t replica) {
  std::size_t code = 0, bit = 1;
  for (const double x : units_of(ensemble, replica)) {
    code |= x > 0 ? bit : 0;
    bit <<= 1;
  }
  return code;
}
void set_code(Ensemble& ensemble, const Network& network, std::size_t replica, std::size_t code) {
  std::vector<std::byte> bytes;
  for (const double x : state(network, code)) bytes.push_back(static_cast<std::byte>(static_cast<std::int8_t>(x)));
  ensemble.load(replica, bytes);
}

std::vector<Setting> spread(std::size_t replicas, std::vector<double> lambdas) {
  std::vector<Setting> setting(replicas);
  for (std::size_t r = 0; r < replicas; ++r) setting[r].lambda = lambdas[r % lambdas.size()];
  return setting;
}

struct System {
  std::shared_ptr<const Network> network;
  Reference reference;
};
std::vector<System> table_systems() {
  std::vector<System> all;
  for (const std::vector<Shape>& shapes :
       std::vector<std::vector<Shape>>{{{binary, 3}, {binary, 2}},
                                       {{spin, 2}, {binary, 3}},
                                       {{binary, 2}, {spin, 2}, {binary, 1}},
                                       {{spin, 1}, {spin, 2}, {binary, 1}, {binary, 1}}}) {
    const auto network = random_network(shapes, 0.9, 7 + all.size());
    all.push_back({network, random_reference(*network, 3)});
  }
  all.back().reference = Reference::flat(all.back().network->layers()[0]);
  return all;
}

using Rows = std::vector<std::vector<double>>;  // [from, two lambdas each][to]
const std::vector<double> two_lambdas = {0.3, 1.0};
constexpr std::size_t chains_each = 64, sweeps_each = 12;

Rows transition_counts(const System& system, const simd::Kernels& kernels) {
  const std::size_t states = std::size_t{1} << system.network->units(), replicas = 2 * states * chains_each;
  const auto ensemble =
      make_table_network_ensemble(system.network, system.reference, Key(11), {32, replicas, 32 + replicas}, kernels);
  const std::vector<Setting> setting = spread(replicas, two_lambdas);
  std::vector<Tally> tally(replicas);
  Rows count(2 * states, std::vector<double>(states));
  for (std::uint64_t time = 0; time < sweeps_each; ++time) {
    for (std::size_t r = 0; r < replicas; ++r) set_code(*ensemble, *system.network, r, r / 2 % states);
    ensemble->sweep(setting, {.time = 1000 + time}, tally);
    for (std::size_t r = 0; r < replicas; ++r) count[r % (2 * states)][code_of(*ensemble, r)] += 1;
  }
  return count;
}
Rows transition_probabilities(const System& system, double lambda_factor) {
  const std::size_t states = std::size_t{1} << system.network->units();
  Rows p(2 * states, std::vector<double>(states));
  for (std::size_t row = 0; row < 2 * states; ++row)
    for (std::size_t to = 0; to < states; ++to)
      p[row][to] = transition(*system.network, system.reference, state(*system.network, row / 2),
                              state(*system.network, to), lambda_factor * two_lambdas[row % 2]);
  return p;
}
double p_value(const Rows& count, const Rows& p) {
  statistics::ChiSquare chi2;
  for (std::size_t row = 0; row < count.size(); ++row)
    chi2.add(count[row], p[row], static_cast<double>(chains_each * sweeps_each));
  return chi2.p_value();
}

std::vector<double> log_weights(const Ensemble& ensemble) {
  std::vector<double> lambda(ensemble.layout().replicas, 0.7), out(lambda.size());
  ensemble.log_weight(lambda, out);
  return out;
}

System odd_sizes() {
  const auto network = random_network({{binary, 37}, {spin, 21}, {binary, 30}, {spin, 5}}, 0.4, 5, 0.25);
  return {network, random_reference(*network, 4)};
}

}  // namespace

TEST_CASE("the table layout takes two-state units whose fields fit") {
  if (simd::kernels().empty()) return;
  CHECK(table_layout_supported(*random_network({{binary, 3}, {spin, 2}}, 1, 1)));
  CHECK_FALSE(table_layout_supported(*random_network({{binary, 3}, {spin, 2}}, 1e5, 1)));
  const Network potts(
      {{.kind = UnitKind::categorical, .units = 1, .states = 3, .bias = {0, 0, 0}}, {.units = 1, .bias = {0}}},
      {Matrix(3, 1)});
  CHECK_FALSE(table_layout_supported(potts));
}

TEST_CASE("fields in bits and whole numbers are the network's to a grid, and fit 32 bits") {
  std::vector<System> systems = table_systems();
  systems.push_back(odd_sizes());
  Stream stream(Key(8), Purpose::test, 0, 0);
  for (const System& system : systems) {
    const Network& network = *system.network;
    const simd::BitNetwork bits(network, system.reference);
    for (int trial = 0; trial < 50; ++trial) {
      std::vector<double> x;
      for (const Layer& layer : network.layers())
        for (std::size_t u = 0; u < layer.units; ++u) x.push_back(stream() % 2 == 0 ? 1 : layer.kind == spin ? -1 : 0);
      for (std::size_t l = 0; l < bits.layers.size(); ++l) {
        const simd::BitLayer& layer = bits.layers[l];
        const std::vector<double> f = network.field(l, x);
        for (std::size_t u = 0; u < layer.units; ++u) {
          std::int64_t sum = layer.bias[u], largest = layer.bias[u], least = layer.bias[u];
          std::size_t summands = 1;
          for (std::size_t k = 0; k < layer.inputs.size(); ++k)
            for (std::size_t v = 0; v < bits.layers[layer.inputs[k]].units; ++v, ++summands) {
              const std::int64_t w = layer.weights[k][v * layer.units + u];
              if (x[network.offset(layer.inputs[k]) + v] > 0) sum += w;
              (w > 0 ? largest : least) += w;
            }
          const double odds = (layer.kind == spin ? 2 : 1) * f[u];
          CHECK(static_cast<double>(sum) * layer.grid ==
                Approx(odds).epsilon(1e-14).margin(0.5 * layer.grid * static_cast<double>(summands)));
          CHECK(largest <= std::numeric_limits<std::int32_t>::max());
          CHECK(least >= std::numeric_limits<std::int32_t>::min());
        }
      }
    }
  }
}

TEST_CASE("without an instruction set that fits, the table layout is refused") {
  simd::pretend_targets(HWY_SCALAR);
  CHECK_FALSE(table_layout_supported(*random_network({{binary, 3}, {spin, 2}}, 1, 1)));
  simd::pretend_targets(0);
}

TEST_CASE("log weights of the table layout are the network's") {
  std::vector<System> systems = table_systems();
  systems.push_back(odd_sizes());
  const auto large = random_network({{binary, 784}, {binary, 500}}, 0.02, 9, -1.5);
  systems.push_back({large, random_reference(*large, 1)});
  for (const simd::Kernels* kernels : simd::kernels())
    for (const System& system : systems) {
      const std::size_t replicas = 37;
      const auto ensemble = make_table_network_ensemble(system.network, system.reference, Key(2), replicas, *kernels);
      std::vector<double> lambda(replicas), out(replicas);
      for (std::size_t r = 0; r < replicas; ++r) lambda[r] = static_cast<double>(r) / 32;
      ensemble->draw_reference(1);
      std::vector<Tally> tally(replicas);
      std::size_t components = ensemble->layout().observables.size();
      std::vector<double> observed(replicas * components), expected(components);
      for (std::uint64_t time = 0; time < 3; ++time) {
        ensemble->log_weight(lambda, out);
        ensemble->observe(observed);
        for (std::size_t r = 0; r < replicas; r += system.network == large ? 9 : 1) {
          const std::vector<double> x = units_of(*ensemble, r);
          CHECK(out[r] == Approx(log_weight(*system.network, system.reference, x, lambda[r])).epsilon(0).margin(1e-6));
          system.network->observe(x, expected);
          for (std::size_t k = 0; k < components; ++k)
            CHECK(observed[r * components + k] == Approx(expected[k]).epsilon(0).margin(1e-6));
        }
        if (time == 1) {  // after load() as after a sweep
          std::vector<std::size_t> parent(replicas);
          for (std::size_t r = 0; r < replicas; ++r) parent[r] = r * 5 % replicas;
          const std::vector<double> x = units_of(*ensemble, parent[3]);
          ensemble->resample(parent);
          CHECK(units_of(*ensemble, 3) == x);
        } else {
          ensemble->sweep(spread(replicas, {0.4, 1.0}), {.time = time, .count = 2}, tally);
        }
      }
      CHECK(tally[0].tried == static_cast<double>(4 * system.network->units()));
      CHECK(tally[0].accepted == tally[0].tried);
      CHECK(ensemble->layout().log_z_reference == system.reference.log_z(*system.network));
    }
}

TEST_CASE("log weights of the table layout are the plain layout's, of the same states") {
  if (simd::kernels().empty()) return;
  std::vector<System> systems = table_systems();
  systems.push_back(odd_sizes());
  for (const System& system : systems) {
    const std::size_t replicas = 20;
    const auto table = make_table_network_ensemble(system.network, system.reference, Key(2), replicas);
    const auto plain = make_network_ensemble(system.network, system.reference, Key(2), replicas);
    table->draw_reference(1);
    load_all(*plain, save_all(*table));
    std::vector<double> lambda(replicas), a(replicas), b(replicas);
    for (std::size_t r = 0; r < replicas; ++r) lambda[r] = static_cast<double>(r) / 16;
    table->log_weight(lambda, a);
    plain->log_weight(lambda, b);
    for (std::size_t r = 0; r < replicas; ++r) CHECK(a[r] == Approx(b[r]).epsilon(0).margin(1e-6));
    CHECK(table->layout().log_z_reference == plain->layout().log_z_reference);
    CHECK(table->layout().units == plain->layout().units);
  }
}

TEST_CASE("transitions of the table layout have block Gibbs's probabilities") {
  const std::vector<System> systems = table_systems();
  const std::vector<const simd::Kernels*> kernels = simd::kernels();
  const double least = statistics::sidak(4e-7, kernels.size() * systems.size());
  for (const System& system : systems) {
    const Rows exact = transition_probabilities(system, 1);
    Rows count;
    for (const simd::Kernels* k : kernels) {
      INFO(k->name);
      count = transition_counts(system, *k);
      CHECK(p_value(count, exact) > least);
    }
    if (kernels.empty()) continue;
    // Mutants: a lambda a quarter off, weights of the wrong sign, and the last unit of a group forgotten.
    CHECK(p_value(count, transition_probabilities(system, 1.25)) < least);
    for (const double factor : {-1.0, 0.0}) {
      std::vector<Layer> layers(system.network->layers().begin(), system.network->layers().end());
      std::vector<Matrix> weights(system.network->weights().begin(), system.network->weights().end());
      for (std::size_t j = 0; j < weights[0].columns(); ++j) {
        if (factor == 0) weights[0](weights[0].rows() - 1, j) = 0;
        for (std::size_t i = 0; factor == -1 && i < weights[0].rows(); ++i) weights[0](i, j) *= -1;
      }
      const System mutant{std::make_shared<const Network>(layers, weights), system.reference};
      CHECK(p_value(count, transition_probabilities(mutant, 1)) < least);
    }
  }
}

TEST_CASE("chains of the table layout converge to their lambda, and at 0 are fresh draws") {
  if (simd::kernels().empty()) return;
  const Threads one(1);
  const std::vector<System> systems = table_systems();
  for (const System& system : systems) {
    const std::size_t states = std::size_t{1} << system.network->units(), replicas = 3 * 4096;
    const std::vector<double> lambdas = {0, 0.5, 1};
    const auto ensemble = make_table_network_ensemble(system.network, system.reference, Key(5), replicas);
    std::vector<Tally> tally(replicas);
    for (const bool moved : {true, false}) {
      moved ? ensemble->sweep(spread(replicas, lambdas), {.time = 0, .count = 60}, tally) : ensemble->draw_reference(7);
      for (std::size_t k = 0; k < 3; ++k) {
        const double lambda = moved ? lambdas[k] : 0;
        std::vector<double> count(states), p(states);
        double sum = 0;
        for (std::size_t r = k; r < replicas; r += 3) count[code_of(*ensemble, r)] += 1;
        for (std::size_t code = 0; code < states; ++code) {
          const std::vector<double> x = state(*system.network, code);
          const double a = system.reference.log_weight(system.network->layers()[0],
                                                       std::span(x).first(system.network->layers()[0].units));
          sum += p[code] = std::exp((1 - lambda) * a - lambda * system.network->energy(x));
        }
        for (double& v : p) v /= sum;
        statistics::ChiSquare chi2, uniform;
        chi2.add(count, p, 4096.0);
        CAPTURE(system.network->units(), lambda, moved, chi2.p_value());
        CHECK(chi2.p_value() > statistics::sidak(4e-7, 6 * systems.size()));
        uniform.add(count, std::vector<double>(states, 1.0 / static_cast<double>(states)), 4096.0);
        if (!system.reference.uniform || lambda > 0) CHECK(uniform.p_value() < 1e-9);
      }
    }
  }
}

TEST_CASE(
    "a trajectory of the table layout is the same on every instruction set, split, interrupted, with any threads") {
  const System system = odd_sizes();
  const std::size_t replicas = 150;
  std::vector<Setting> setting(replicas);
  for (std::size_t r = 0; r < replicas; ++r) setting[r].lambda = 1.1 * static_cast<double>(r) / 150;
  std::vector<double> weights;
  for (const simd::Kernels* kernels : simd::kernels())
    for (const int team : {1, 2, 3}) {
      const Threads threads(team);
      const auto make = [&](std::size_t n, std::size_t first) {
        return make_table_network_ensemble(system.network, system.reference, Key(3), {first, n, first + n}, *kernels);
      };
      const auto whole = make(replicas, 0);
      std::vector<Tally> tally(replicas);
      whole->draw_reference(1);
      whole->sweep(setting, {.time = 2, .count = 3}, tally);
      const auto resumed = make(replicas, 0);
      load_all(*resumed, save_all(*whole));
      for (std::uint64_t time = 5; time < 25; ++time) {
        whole->sweep(setting, {.time = time}, tally);
        resumed->sweep(setting, {.time = time}, tally);
      }
      INFO(kernels->name << ", " << team << " threads");
      CHECK(hash(*whole) == 0x44686f06a8e92070ULL);  // of the version that these draws belong to
      CHECK(save_all(*resumed) == save_all(*whole));
      if (weights.empty()) weights = log_weights(*whole);
      CHECK(log_weights(*whole) == weights);
      CHECK(log_weights(*resumed) == weights);
      const auto low = make(48, 0), high = make(replicas - 48, 48);
      for (Ensemble* part : {low.get(), high.get()}) {
        part->draw_reference(1);
        const std::size_t n = part->layout().replicas;
        part->sweep(std::span(setting).subspan(part->layout().first, n), {.time = 2, .count = 23},
                    std::span(tally).first(n));
      }
      std::vector<std::byte> states = save_all(*low);
      for (const std::byte b : save_all(*high)) states.push_back(b);
      CHECK(states == save_all(*whole));
    }
}

TEST_CASE("rare states keep their probability") {
  for (const simd::Kernels* kernels : simd::kernels())
    for (const double field : {0.0, 0.3, -1.0, 5.0, -9.0, 18.0, -18.0, 30.0, -40.0}) {
      const double y = static_cast<float>(field * std::numbers::log2e), z = std::exp2(-std::abs(y)), q = z / (1 + z);
      // Minority below the first word's q 2^31; on it, below what is left of q in units of 2^-62.
      const double whole = std::floor(q * 0x1p31), rest = (q * 0x1p31 - whole) * 0x1p31, slack = 3e-7 * whole;
      const auto minority = [&](double first, double second) {
        const std::vector<float> ys(16, static_cast<float>(y));
        const auto word = [](double v) { return static_cast<std::uint32_t>(v) << 1; };
        std::vector<std::uint32_t> r(16, word(first)), s(16, word(second));
        std::vector<std::uint8_t> taken(16);
        kernels->choose(ys.data(), r.data(), s.data(), taken.data());
        for (const std::uint8_t t : taken) CHECK(t == taken[0]);
        return taken[0] != 0;
      };
      INFO(kernels->name << ", field " << field);
      if (whole > 0) CHECK(minority(std::floor(whole - 1 - slack), 0x1p31 - 1));
      if (whole > 0) CHECK(minority(0, 0x1p31 - 1));
      CHECK_FALSE(minority(std::ceil(whole + 1 + slack), 0));
      CHECK_FALSE(minority(0x1p31 - 1, 0));
      if (slack > 0.01) continue;  // the tie is found where the first word is exact
      CHECK(minority(whole, std::floor(rest * (1 - 1e-4)) - 1));
      CHECK_FALSE(minority(whole, std::ceil(rest * (1 + 1e-4)) + 1));
    }
}
