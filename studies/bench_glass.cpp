#include "studies/bench_glass.hpp"

#include <omp.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>

#include "samplers/tempering.hpp"
#include "studies/catalogue.hpp"
#include "studies/pin.hpp"

namespace gibbsite {
namespace {

struct Glass {
  const char *name, *lattice, *disorder;
  std::int64_t side;
  double hottest, coldest, limit;  ///< beta; spins per ns that one core could do, by counting operations
};
const Glass glasses[] = {{"+-J cubic 8", "cubic", "bimodal", 8, 0.3, 1.3, 33},
                         {"square 32", "square", "none", 32, 0.3, 0.6, 39}};

class Case {
 public:
  Case(const Glass& glass, const Study& study, const System& system, std::size_t replicas, const std::string& what)
      : ensemble_(system.ensemble(study, Key(1), replicas)), setting_(replicas), tally_(replicas) {
    timing = {glass.name, study.sampler.name, ensemble_->layout().name, what, static_cast<std::size_t>(glass.side),
              replicas};
    timing.of_limit = 1 / glass.limit;
    std::vector<double> ladder(std::min<std::size_t>(replicas, 512));
    for (std::size_t r = 0; r < ladder.size(); ++r)
      ladder[r] = glass.hottest +
                  (glass.coldest - glass.hottest) * static_cast<double>(r + 1) / static_cast<double>(ladder.size());
    for (std::size_t r = 0; r < replicas; ++r) setting_[r].lambda = ladder[r % ladder.size()];
    if (what == "tempering")
      tempering_ =
          std::make_unique<Tempering>(*ensemble_,
                                      ChainOptions{.lambda = ladder,
                                                   .chains = replicas / ladder.size(),
                                                   .thermalization = std::numeric_limits<std::uint32_t>::max()},
                                      Ladder::fixed);
    else
      ensemble_->draw_reference(0);
  }
  /// One round: as many sweeps as fill about `seconds`.
  void measure(double seconds) {
    const Pin pin;
    if (count_ == 0) {
      count_ = 1;
      for (double took = timed(); took < seconds / 4; took = timed()) count_ *= 2;
    }
    rates_.push_back(static_cast<double>(ensemble_->layout().units * setting_.size()) * count_ / (1e9 * timed()));
  }
  void finish() {
    std::sort(rates_.begin(), rates_.end());
    timing.best = rates_.back();
    timing.median = rates_[rates_.size() / 2];
    timing.of_limit *= timing.best;
  }
  GlassTiming timing;

 private:
  double timed() {
    const auto before = std::chrono::steady_clock::now();
    if (tempering_)
      for (std::uint32_t k = 0; k < count_; ++k) tempering_->advance();
    else
      ensemble_->sweep(setting_, {.time = time_, .count = count_}, tally_);
    time_ += count_;
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
  }

  std::unique_ptr<Ensemble> ensemble_;
  std::vector<Setting> setting_;
  std::vector<Tally> tally_;
  std::unique_ptr<Tempering> tempering_;
  std::uint64_t time_ = 1;
  std::uint32_t count_ = 0;
  std::vector<double> rates_;
};

void add_cases(const Glass& glass, bool quick, std::vector<std::unique_ptr<Case>>& cases) {
  const auto add = [&](const Study& study, const System& system, std::size_t replicas, const char* what) {
    cases.push_back(std::make_unique<Case>(glass, study, system, replicas, what));
  };
  for (const std::size_t replicas : quick ? std::vector<std::size_t>{512} : std::vector<std::size_t>{1, 64, 512, 1024})
    for (const char* sampler : {"heat-bath", "metropolis"}) {
      Study study;
      study.model.lattice = glass.lattice;
      study.model.size = {glass.side};
      study.model.disorder = glass.disorder;
      study.method.beta = {glass.coldest};
      study.sampler.name = sampler;
      const std::shared_ptr<const System> system = make_system(study);
      for (const char* layout : {"plain", "fastest"}) {
        study.sampler.layout = layout;
        add(study, *system, replicas, "sweeps");
        if (replicas > 1) add(study, *system, replicas, "tempering");
      }
    }
}

}  // namespace

std::vector<GlassTiming> bench_glasses(double seconds, int rounds, bool quick) {
  const int before = omp_get_max_threads();
  omp_set_num_threads(1);
  std::vector<std::unique_ptr<Case>> cases;
  for (const Glass& glass : glasses) add_cases(glass, quick, cases);
  for (int round = 0; round < rounds; ++round)
    for (const auto& c : cases) c->measure(seconds);
  std::vector<GlassTiming> timings;
  double plain = 0;
  for (const auto& c : cases) {
    c->finish();
    if (c->timing.layout == "plain" && c->timing.what == "sweeps") plain = c->timing.median;
    c->timing.ratio = c->timing.median / plain;
    timings.push_back(c->timing);
  }
  omp_set_num_threads(before);
  return timings;
}

}  // namespace gibbsite
