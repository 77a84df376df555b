#include "studies/bench_kernels.hpp"

#include <omp.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "samplers/keeping.hpp"
#include "studies/catalogue.hpp"
#include "studies/pin.hpp"

namespace gibbsite {
namespace {

class Timer {
 public:
  explicit Timer(const KernelCase& c)
      : case_(c), system_(make_system(c.study)), ensemble_(system_->ensemble(c.study, Key(1), replicas(c.study))) {
    const Layout& layout = ensemble_->layout();
    timing_ = {c.bench,         c.study.sampler.name,
               layout.name,     static_cast<std::size_t>(c.study.model.size[0]),
               layout.replicas, c.threads};
    setting_.assign(layout.replicas, {c.study.method.beta[0], first_stride(layout.stride)});
    const Tally seen = sweep(30);
    for (Setting& s : setting_) s.stride = tuned_stride(layout.stride, s.stride, seen, Tuning::last);
  }
  void measure(double seconds) {
    omp_set_num_threads(case_.threads);
    const std::optional<Pin> pin = case_.threads == 1 ? std::optional<Pin>(std::in_place) : std::nullopt;
    if (count_ == 0) {
      count_ = 1;
      for (double took = timed(); took < 0.25e9 * seconds; took = timed()) count_ *= 2;
    }
    const double took = timed();
    rates_.push_back(work_ / took);
  }
  KernelTiming finish() {
    std::sort(rates_.begin(), rates_.end());
    timing_.best = rates_.back();
    timing_.median = rates_[rates_.size() / 2];
    return timing_;
  }

 private:
  /// Nanoseconds of count_ sweeps.
  double timed() {
    const auto before = std::chrono::steady_clock::now();
    const Tally tally = sweep(count_);
    work_ = timing_.sampler == "wolff" ? tally.accepted : tally.tried;
    return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - before).count();
  }
  Tally sweep(std::uint32_t count) {
    std::vector<Tally> tally(setting_.size());
    ensemble_->sweep(setting_, {.time = time_, .count = count}, tally);
    time_ += count;
    Tally sum;
    for (const Tally& t : tally) sum = {sum.tried + t.tried, sum.accepted + t.accepted};
    return sum;
  }

  KernelCase case_;
  std::shared_ptr<const System> system_;
  std::unique_ptr<Ensemble> ensemble_;
  std::vector<Setting> setting_;
  KernelTiming timing_;
  std::vector<double> rates_;
  std::uint64_t time_ = 1;
  std::uint32_t count_ = 0;
  double work_ = 0;
};

}  // namespace

KernelCase kernel_case(const std::string& bench, const std::string& sampler, const std::string& layout,
                       const std::string& lattice, std::int64_t size, double beta, std::int64_t replicas, int threads) {
  KernelCase c{bench, {}, threads};
  c.study.model.lattice = lattice;
  c.study.model.size = {size};
  c.study.sampler.name = sampler;
  c.study.sampler.layout = layout;
  c.study.sampler.scan = sampler == "heat-bath" || sampler == "metropolis" ? "sequential" : "default";
  c.study.method.beta = {beta};
  c.study.method.chains = replicas;
  return c;
}

std::vector<KernelTiming> time_kernels(const std::vector<KernelCase>& cases, double seconds, int rounds) {
  const int before = omp_get_max_threads();
  std::vector<std::unique_ptr<Timer>> timers;
  for (const KernelCase& c : cases) {
    omp_set_num_threads(c.threads);  // a layout may hang on it, though results do not
    timers.push_back(std::make_unique<Timer>(c));
  }
  for (int round = 0; round < rounds; ++round)
    for (const auto& timer : timers) timer->measure(seconds);
  omp_set_num_threads(before);
  std::vector<KernelTiming> timings;
  for (const auto& timer : timers) {
    timings.push_back(timer->finish());
    KernelTiming& t = timings.back();
    const auto& first = *std::find_if(timings.begin(), timings.end(), [&](const KernelTiming& other) {
      return other.bench == t.bench && other.sampler == t.sampler && other.size == t.size &&
             other.replicas == t.replicas;
    });
    t.ratio = t.median / first.median;
  }
  return timings;
}

}  // namespace gibbsite
