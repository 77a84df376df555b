#include <omp.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "samplers/methods/method_support.hpp"
#include "samplers/methods/tempering.hpp"
#include "samplers/simd/bits/buffer.hpp"
#include "samplers/simd/random/bernoulli.hpp"
#include "samplers/simd/random/coins.hpp"
#include "studies/bench/bench_case.hpp"
#include "studies/catalogue/catalogue.hpp"
#include "studies/systems/lattice_keys.hpp"

namespace gibbsite {
namespace {

using Numbers = std::vector<std::int64_t>;

/// Systems of one kind: every sampler, side and number of replicas, by the plain layout and by the fastest.
struct Systems {
  std::string bench, name, lattice, disorder;
  double hottest, coldest;  // beta: of a ladder, or one
  bool in_bits;             // whether seven random words of 512 bits decide 512 spins, which limits the rate
  std::vector<SamplerKind> samplers;
  Numbers sides, quick_sides, replicas, quick_replicas;
  double shared;  // spins in all from which on threads share the work
};

std::vector<Systems> all_systems() {
  constexpr double square = 0.44068679350977, cubic = 0.221654626;  // critical
  using enum SamplerKind;
  const std::vector<SamplerKind> flips = {heat_bath, metropolis}, clusters = {swendsen_wang, wolff};
  const Numbers squares = {16, 32, 64, 128, 256, 512, 1024, 2048, 4096}, few_squares = {16, 64, 256, 1024};
  const Numbers cubes = {8, 16, 32, 64, 128}, few_cubes = {8, 16, 64};
  const Numbers clustered = {32, 64, 128, 256, 512, 1024}, few_clustered = {64, 256};
  const Numbers complete = {64, 256, 1000}, few_complete = {64, 256}, one = {1}, eight = {8}, thirty_two = {32};
  const Numbers lanes = {1, 4, 16, 64, 256, 512, 1024}, few_lanes = {1, 64, 512}, some = {1, 64, 512}, few = {16, 64};
  return {{"ising2d", "", "square", "none", square, square, true, flips, squares, few_squares, one, one, 64 * 64},
          {"ising3d", "", "cubic", "none", cubic, cubic, true, flips, cubes, few_cubes, one, one, 32 * 1024},
          {"glass", "+-J cubic", "cubic", "bimodal", 0.3, 1.3, true, flips, eight, eight, lanes, few_lanes, 512 * 512},
          {"glass", "square", "square", "none", 0.3, 0.6, true, flips, thirty_two, thirty_two, lanes, few_lanes,
           512 * 1024},
          {"glass-gaussian", "", "cubic", "gaussian", 0.9, 0.9, false, flips, eight, eight, lanes, few, 64 * 512},
          {"sk", "", "complete", "gaussian", 1, 1, false, {heat_bath}, complete, few_complete, some, few, 64 * 64},
          {"cluster", "", "square", "none", square, square, false, clusters, clustered, few_clustered, one, one, 4096}};
}

/// From hottest to coldest; one rung: the coldest.
std::vector<double> ladder(const Systems& s, std::size_t rungs) {
  std::vector<double> lambda(rungs);
  for (std::size_t b = 0; b < rungs; ++b)
    lambda[b] = s.hottest + (s.coldest - s.hottest) * static_cast<double>(b + 1) / static_cast<double>(rungs);
  return lambda;
}

std::function<double(std::uint32_t)> tempering_of(std::shared_ptr<Ensemble> ensemble, std::vector<double> lambda) {
  const double spins = static_cast<double>(ensemble->layout().units * ensemble->layout().replicas);
  const ChainOptions options{.lambda = lambda,
                             .chains = ensemble->layout().replicas / lambda.size(),
                             .thermalization = std::numeric_limits<std::uint32_t>::max()};
  auto tempering = std::make_shared<Tempering>(*ensemble, options, Ladder::fixed);
  return [ensemble = std::move(ensemble), tempering = std::move(tempering), spins](std::uint32_t count) {
    for (std::uint32_t k = 0; k < count; ++k) tempering->advance();
    return spins * count;
  };
}

BenchCase spin_case(const Systems& s, const Study& study, const System& system, std::size_t replicas, int threads,
                    bool exchanges) {
  omp_set_num_threads(threads);  // a layout may depend on it, though results do not
  const std::shared_ptr<Ensemble> ensemble = system.ensemble(study, Key(1), replicas);
  const Layout& layout = ensemble->layout();
  BenchCase c{.system = s.name,
              .move = study.sampler.entry().name,
              .layout = layout.name,
              .exchanges = exchanges,
              .size = static_cast<std::size_t>(study.keys<LatticeKeys>().size[0]),
              .replicas = replicas,
              .threads = threads,
              .limit = s.in_bits ? random_words_allow() * threads : unknown};
  const std::vector<double> lambda = ladder(s, std::min<std::size_t>(replicas, 512));
  if (exchanges) {
    c.work = tempering_of(ensemble, lambda);
    return c;
  }
  std::vector<Setting> setting;
  for (std::size_t r = 0; r < replicas; ++r)
    setting.push_back({lambda[r % lambda.size()], first_stride(layout.stride)});
  if (layout.stride == Stride::clusters) {
    std::vector<Tally> tally(replicas);
    ensemble->sweep(setting, {.time = 0, .count = 30}, tally);
    for (std::size_t r = 0; r < replicas; ++r)
      setting[r].stride = tuned_stride(layout, setting[r].stride, tally[r], Tuning::last);
  } else {
    ensemble->draw_reference(0);
  }
  c.work = sweeps_of(ensemble, std::move(setting), study.sampler.kind == SamplerKind::wolff);
  return c;
}

void add_cases(const Systems& s, bool quick, std::vector<BenchCase>& cases) {
  for (const std::int64_t side : quick ? s.quick_sides : s.sides) {
    Study study = study_schema().first;
    study.keys<LatticeKeys>().lattice = s.lattice;
    study.keys<LatticeKeys>().size = {side};
    study.keys<LatticeKeys>().disorder = s.disorder;
    study.method.beta = {s.coldest};
    const std::shared_ptr<const System> system = make_system(study);
    for (const std::int64_t replicas : quick ? s.quick_replicas : s.replicas)
      for (const SamplerKind sampler : s.samplers) {
        study.sampler.kind = sampler;
        const auto n = static_cast<std::size_t>(replicas);
        const bool share = system->sites() * static_cast<double>(n) >= s.shared && sampler != SamplerKind::wolff;
        const bool tempers = s.hottest != s.coldest && n > 1 && sampler == SamplerKind::heat_bath;
        for (const bool exchanges : {false, true})
          for (const int threads : {0, 1, 2}) {  // 0: plain
            if ((exchanges && !tempers) || (threads == 2 && !share)) continue;
            const bool plain = threads == 0, clusters = s.bench == "cluster";
            study.sampler.layout = plain ? "plain" : "fastest";
            // From site to site is how the plain layout is fastest, by colours how packed ones are.
            study.sampler.scan = !clusters && plain ? "sequential" : "default";
            BenchCase c = spin_case(s, study, *system, n, std::max(threads, 1), exchanges);
            if (plain || c.layout != "plain") cases.push_back(std::move(c));
          }
      }
  }
}

}  // namespace

double random_words_allow() {
  static const double rate = [] {
    constexpr std::size_t blocks = 512, repeats = 200;  // 32 KB
    const auto all = simd::coin_kernels();
    if (all.empty()) return unknown;
    const simd::Cipher cipher(1, 2);
    simd::Buffer<std::uint32_t> words(blocks * simd::lanes);
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < repeats; ++k) {
      const auto before = std::chrono::steady_clock::now();
      for (std::uint32_t unit = 0; unit < 8; ++unit) all.front()->words(cipher, unit, 0, blocks, words.data());
      const std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - before;
      least = std::min(least, time.count() / (8 * blocks));
    }
    return simd::word_bits / (simd::first_levels * least);
  }();
  return rate;
}

std::vector<BenchCase> bench_spins(const std::string& bench, bool quick) {
  const int before = omp_get_max_threads();
  std::vector<BenchCase> cases;
  for (const Systems& s : all_systems())
    if (s.bench == bench) add_cases(s, quick, cases);
  omp_set_num_threads(before);
  return cases;
}

}  // namespace gibbsite
