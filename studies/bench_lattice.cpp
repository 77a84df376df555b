#include "studies/bench_lattice.hpp"

#include <omp.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "studies/catalogue.hpp"
#include "studies/pin.hpp"

namespace gibbsite {
namespace {

struct Dimensions {
  const char *bench, *lattice;
  double critical, limit;  ///< beta; spins per ns that one core could do, by counting operations
  std::vector<std::int64_t> sides, quick_sides;
  std::int64_t largest_plain, shared;  ///< a plain sweep beyond takes seconds; threads share a lattice from here on
};
const Dimensions square = {"ising2d", "square", 0.44068679350977, 39, {16, 64, 256, 1024, 4096}, {64, 1024},
                           1024,      1024};
const Dimensions cubic = {"ising3d", "cubic", 0.221654626, 33, {8, 16, 32, 64, 128}, {32}, 128, 64};

class Case {
 public:
  Case(const Dimensions& d, std::int64_t side, const Study& study, const System& system, int threads)
      : ensemble_(system.ensemble(study, Key(1), 1)), setting_{{d.critical}} {
    timing = {d.bench, study.sampler.name, ensemble_->layout().name, static_cast<std::size_t>(side), threads};
    timing.of_limit = 1 / d.limit;
    ensemble_->draw_reference(0);
  }
  /// One round: as many sweeps as fill about `seconds`.
  void measure(double seconds) {
    omp_set_num_threads(timing.threads);
    const std::optional<Pin> pin = timing.threads == 1 ? std::optional<Pin>(std::in_place) : std::nullopt;
    if (count_ == 0) {
      count_ = 1;
      for (double took = timed(); took < seconds / 4; took = timed()) count_ *= 2;
    }
    const double spins = static_cast<double>(ensemble_->layout().units) * count_;
    rates_.push_back(spins / (1e9 * timed()));
  }
  void finish() {
    std::sort(rates_.begin(), rates_.end());
    timing.best = rates_.back();
    timing.median = rates_[rates_.size() / 2];
    timing.of_limit *= timing.best;
  }
  LatticeTiming timing;

 private:
  double timed() {
    const auto before = std::chrono::steady_clock::now();
    std::vector<Tally> tally(1);
    const std::uint32_t a_call = std::max(count_ / 16, 1U);  // often enough for a team to find out what is faster
    for (std::uint32_t done = 0; done < count_; done += a_call, time_ += a_call)
      ensemble_->sweep(setting_, {.time = time_, .count = a_call}, tally);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
  }

  std::unique_ptr<Ensemble> ensemble_;
  std::vector<Setting> setting_;
  std::uint64_t time_ = 1;
  std::uint32_t count_ = 0;
  std::vector<double> rates_;
};

void add_cases(const Dimensions& d, bool quick, std::vector<Case>& cases) {
  for (const std::int64_t side : quick ? d.quick_sides : d.sides) {
    Study study;
    study.model.lattice = d.lattice;
    study.model.size = {side};
    study.method.beta = {d.critical};
    const std::shared_ptr<const System> system = make_system(study);
    study.sampler.layout = "plain";
    if (side <= d.largest_plain) cases.emplace_back(d, side, study, *system, 1);
    study.sampler.layout = "fastest";
    for (const int threads : {1, 2})
      for (const char* sampler : {"heat-bath", "metropolis"}) {
        study.sampler.name = sampler;
        if (threads > 1 && side < d.shared) continue;
        cases.emplace_back(d, side, study, *system, threads);
        if (cases.back().timing.layout == "plain") cases.pop_back();  // does not fit
      }
  }
}

}  // namespace

std::vector<LatticeTiming> bench_lattices(const std::vector<std::string>& wanted, double seconds, int rounds,
                                          bool quick) {
  const int before = omp_get_max_threads();
  std::vector<Case> cases;
  for (const Dimensions* d : {&square, &cubic})
    if (wanted.empty() || std::count(wanted.begin(), wanted.end(), d->bench) > 0) add_cases(*d, quick, cases);
  for (int round = 0; round < rounds; ++round)
    for (Case& c : cases) c.measure(seconds);
  std::vector<LatticeTiming> timings;
  double plain = 0;
  for (Case& c : cases) {
    c.finish();
    if (c.timing.layout == "plain") plain = c.timing.median;
    c.timing.ratio = c.timing.median / plain;
    timings.push_back(c.timing);
  }
  omp_set_num_threads(before);
  return timings;
}

}  // namespace gibbsite
