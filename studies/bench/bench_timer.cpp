#include <omp.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "studies/bench/bench_case.hpp"
#include "studies/bench/pin.hpp"

namespace gibbsite {
namespace {

class Timer {
 public:
  explicit Timer(BenchCase c) : timing{std::move(c)} {}

  /// One round: as many steps as fill about `seconds`.
  void measure(double seconds) {
    omp_set_num_threads(timing.of.threads);
    const std::optional<Pin> pin = timing.of.threads == 1 ? std::optional<Pin>(std::in_place) : std::nullopt;
    if (count_ == 0)
      for (count_ = 1; run() < 0.25e9 * seconds; count_ *= 2) {
      }
    const double ns = run();
    rates_.push_back(worth_ / ns);
  }
  void finish() {
    std::sort(rates_.begin(), rates_.end());
    timing.best = rates_.back();
    timing.median = rates_[rates_.size() / 2];
  }
  BenchTiming timing;

 private:
  double run() {
    const auto before = std::chrono::steady_clock::now();
    worth_ = timing.of.work(count_);
    return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - before).count();
  }

  std::uint32_t count_ = 0;
  double worth_ = 0;
  std::vector<double> rates_;
};

}  // namespace

std::function<double(std::uint32_t)> sweeps_of(std::shared_ptr<Ensemble> ensemble, std::vector<Setting> setting,
                                               bool turned_over) {
  return [ensemble = std::move(ensemble), setting = std::move(setting), turned_over,
          time = std::uint64_t{1}](std::uint32_t count) mutable {
    std::vector<Tally> tally(setting.size());
    const std::uint32_t a_call = std::max(count / 16, 1U);  // often enough for a team to find out what is faster
    for (std::uint32_t done = 0; done < count; done += a_call, time += a_call)
      ensemble->sweep(setting, {.time = time, .count = a_call}, tally);
    double worth = 0;
    for (const Tally& t : tally) worth += turned_over ? t.accepted : t.tried;
    return worth;
  };
}

std::vector<BenchTiming> time_cases(std::vector<BenchCase> cases, double seconds, int rounds) {
  const int before = omp_get_max_threads();
  std::vector<Timer> timers;
  for (BenchCase& c : cases) timers.emplace_back(std::move(c));
  for (int round = 0; round < rounds; ++round)
    for (Timer& timer : timers) timer.measure(seconds);
  omp_set_num_threads(before);

  std::vector<BenchTiming> timings;
  for (Timer& timer : timers) {
    timer.finish();
    timings.push_back(std::move(timer.timing));
  }
  for (BenchTiming& t : timings)
    for (const BenchTiming& other : timings) {
      const BenchCase &a = t.of, &b = other.of;
      if (a.system != b.system || a.move != b.move || a.size != b.size || a.replicas != b.replicas) continue;
      if (a.exchanges == b.exchanges && b.layout.starts_with("plain") && b.threads == 1) t.ratio = t.best / other.best;
      if (a.exchanges && !b.exchanges && a.layout == b.layout && a.threads == b.threads)
        t.of_sweeps = t.best / other.best;
    }
  return timings;
}

}  // namespace gibbsite
