/// Speed of the kernels: every case of every round is timed in turn, so that a busy machine slows all of them alike;
/// the best and the middle of the rounds are reported. One thread is pinned to one core.
#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>

#include "samplers/keeping.hpp"
#include "studies/bench_kernels.hpp"
#include "studies/bench_rbm.hpp"
#include "studies/catalogue.hpp"
#include "studies/execute.hpp"
#include "studies/pin.hpp"
#include "studies/table.hpp"
#include "studies/words.hpp"

namespace gibbsite {
namespace {

struct Subject {
  std::string bench, name;  ///< "ising2d", "heat-bath"
  Study study;
  std::size_t replicas = 1;
  int threads = 1;
};

struct Timing {
  std::string layout;
  std::size_t spins = 0;
  std::vector<double> rates = {};  ///< spins per ns, one per round; of Wolff: spins turned over
  double best() const { return *std::max_element(rates.begin(), rates.end()); }
  double median() const {
    std::vector<double> sorted = rates;
    std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2), sorted.end());
    return sorted[sorted.size() / 2];
  }
};

Subject kernel(const std::string& bench, const std::string& sampler, const std::string& lattice, std::int64_t size,
               double beta, std::size_t replicas, int threads) {
  Subject k{bench, sampler, {}, replicas, threads};
  k.study.model.lattice = lattice;
  k.study.model.size = {size};
  k.study.sampler.name = sampler;
  k.study.method.beta = {beta};
  k.study.method.chains = static_cast<std::int64_t>(replicas);
  return k;
}

/// The first of each bench with the same system, replicas and threads is the reference of those that follow.
std::vector<Subject> kernels(const std::vector<std::string>& wanted, bool quick) {
  constexpr double square_critical = 0.44068679350977, cubic_critical = 0.221654626;
  std::vector<Subject> all;
  const std::vector<std::int64_t> sizes =
      quick ? std::vector<std::int64_t>{64, 256} : std::vector<std::int64_t>{16, 64, 256, 1024};
  for (const std::int64_t size : sizes)
    for (const char* sampler : {"heat-bath", "metropolis"})
      all.push_back(kernel("ising2d", sampler, "square", size, square_critical, 1, 1));
  for (const int threads : {1, 2})
    for (const char* sampler : {"heat-bath", "metropolis"})
      all.push_back(kernel("ising2d", sampler, "square", 64, square_critical, 64, threads));
  for (const std::int64_t size : quick ? std::vector<std::int64_t>{32} : std::vector<std::int64_t>{16, 32, 128})
    for (const char* sampler : {"heat-bath", "metropolis"})
      all.push_back(kernel("ising3d", sampler, "cubic", size, cubic_critical, 1, 1));
  for (const char* sampler : {"heat-bath", "metropolis"}) {
    all.push_back(kernel("glass", sampler, "cubic", 8, 0.9, 64, 1));
    all.back().study.model.disorder = "bimodal";
  }
  if (!wanted.empty())
    std::erase_if(all,
                  [&](const Subject& k) { return std::find(wanted.begin(), wanted.end(), k.bench) == wanted.end(); });
  return all;
}

class Case {
 public:
  explicit Case(Subject k)
      : kernel_(std::move(k)),
        system_(make_system(kernel_.study)),
        ensemble_(system_->ensemble(kernel_.study, Key(1), replicas(kernel_.study))) {
    timing_.layout = ensemble_->layout().name;
    timing_.spins = static_cast<std::size_t>(system_->sites());
    const Stride kind = ensemble_->layout().stride;
    setting_.assign(kernel_.replicas, {kernel_.study.method.beta[0], first_stride(kind)});
    const Tally seen = sweep(30);
    for (Setting& s : setting_) s.stride = tuned_stride(kind, s.stride, seen, Tuning::last);
  }
  /// One round: as many sweeps as fill about `seconds`.
  void measure(double seconds) {
    omp_set_num_threads(kernel_.threads);
    const std::optional<Pin> pin = kernel_.threads == 1 ? std::optional<Pin>(std::in_place) : std::nullopt;
    if (count_ == 0) {
      count_ = 1;
      for (double took = timed(count_); took < seconds / 4; took = timed(count_)) count_ *= 2;
    }
    const auto before = std::chrono::steady_clock::now();
    const Tally tally = sweep(count_);
    const double ns = std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - before).count();
    timing_.rates.push_back((kernel_.name == "wolff" ? tally.accepted : tally.tried) / ns);
  }
  const Subject& kernel() const { return kernel_; }
  const Timing& timing() const { return timing_; }
  bool same_system(const Case& other) const {
    const Study::Model &a = kernel_.study.model, &b = other.kernel_.study.model;
    return kernel_.bench == other.kernel_.bench && a.size == b.size && a.disorder == b.disorder &&
           kernel_.replicas == other.kernel_.replicas;
  }

 private:
  double timed(std::uint32_t count) {
    const auto before = std::chrono::steady_clock::now();
    sweep(count);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
  }
  Tally sweep(std::uint32_t count) {
    std::vector<Tally> tally(kernel_.replicas);
    ensemble_->sweep(setting_, {.time = time_, .count = count}, tally);
    time_ += count;
    Tally sum;
    for (const Tally& t : tally) sum = {sum.tried + t.tried, sum.accepted + t.accepted};
    return sum;
  }

  Subject kernel_;
  std::shared_ptr<const System> system_;
  std::unique_ptr<Ensemble> ensemble_;
  std::vector<Setting> setting_;
  std::uint64_t time_ = 1;
  std::uint32_t count_ = 0;
  Timing timing_;
};

}  // namespace

int bench(const Request& request) {
  const std::vector<std::string> benches = {"ising2d", "ising3d", "glass", "glass-gaussian", "sk", "cluster", "rbm"};
  for (const std::string& name : request.arguments)
    if (std::find(benches.begin(), benches.end(), name) == benches.end())
      throw RequestError(fmt::format("there is no bench `{}`; there are {}", name, join(benches, ", ")));
  const double seconds = request.quick ? 0.02 : 0.15;
  const int rounds = request.quick ? 3 : 7;
  std::vector<std::unique_ptr<Case>> cases;
  for (Subject& k : kernels(request.arguments, request.quick)) cases.push_back(std::make_unique<Case>(std::move(k)));
  for (int round = 0; round < rounds; ++round)
    for (const auto& c : cases) c->measure(seconds);

  Table table({"bench", "sampler", "layout", "spins", "replicas", "threads", "best", "median", "ratio"}, 3);
  nlohmann::json all = nlohmann::json::array();
  for (const auto& c : cases) {
    const auto& reference =
        *std::find_if(cases.begin(), cases.end(), [&](const auto& other) { return other->same_system(*c); });
    const Timing& t = c->timing();
    const double ratio = t.median() / reference->timing().median();
    table.add({c->kernel().bench, c->kernel().name, t.layout, std::to_string(t.spins),
               std::to_string(c->kernel().replicas), std::to_string(c->kernel().threads),
               fmt::format("{:.4f}", t.best()), fmt::format("{:.4f}", t.median()), fmt::format("{:.2f}", ratio)});
    all.push_back({{"kernel", c->kernel().bench},
                   {"sampler", c->kernel().name},
                   {"layout", t.layout},
                   {"size", c->kernel().study.model.size[0]},
                   {"disorder", c->kernel().study.model.disorder},
                   {"replicas", c->kernel().replicas},
                   {"threads", c->kernel().threads},
                   {"rate", t.best()},
                   {"rate_median", t.median()},
                   {"unit", "spins/ns"},
                   {"reference_rate", reference->timing().best()},
                   {"ratio", ratio}});
  }
  const auto asked = [&](const std::string& name) {
    return request.arguments.empty() || std::count(request.arguments.begin(), request.arguments.end(), name) > 0;
  };
  const std::map<std::string, std::vector<KernelCase> (*)(bool)> compared = {
      {"cluster", bench_cluster}, {"glass-gaussian", bench_glass_gaussian}, {"sk", bench_sk}};
  std::vector<KernelCase> layouts;
  for (const auto& [name, cases_of] : compared)
    if (asked(name))
      for (KernelCase& c : cases_of(request.quick)) layouts.push_back(std::move(c));
  for (const KernelTiming& t : time_kernels(layouts, seconds, rounds)) {
    table.add({t.bench, t.sampler, t.layout, std::to_string(t.spins), std::to_string(t.replicas),
               std::to_string(t.threads), fmt::format("{:.4f}", t.best), fmt::format("{:.4f}", t.median),
               fmt::format("{:.2f}", t.ratio)});
    all.push_back({{"kernel", t.bench},
                   {"sampler", t.sampler},
                   {"layout", t.layout},
                   {"size", t.size},
                   {"disorder", t.disorder},
                   {"replicas", t.replicas},
                   {"threads", t.threads},
                   {"rate", t.best},
                   {"rate_median", t.median},
                   {"unit", "spins/ns"},
                   {"ratio", t.ratio}});
  }
  if (asked("rbm"))
    for (const RbmTiming& t : bench_rbm(seconds, rounds, request.quick)) {
      table.add({"rbm", t.name, t.layout, std::to_string(t.units), std::to_string(t.chains), std::to_string(t.threads),
                 fmt::format("{:.4f}", t.best), fmt::format("{:.4f}", t.median), fmt::format("{:.2f}", t.ratio)});
      all.push_back({{"kernel", "rbm"},
                     {"sampler", t.name},
                     {"layout", t.layout},
                     {"size", t.units},
                     {"replicas", t.chains},
                     {"threads", t.threads},
                     {"rate", t.best},
                     {"rate_median", t.median},
                     {"unit", t.unit},
                     {"ratio", t.ratio}});
    }
  if (request.json) {
    fmt::print("{}\n", all.dump(1));
    return 0;
  }
  fmt::print(
      "{}\n  Spins updated per ns (wolff: turned over), {} rounds in turn, one thread pinned; ratio: of medians, to\n"
      "  the first line of the same bench, system and replicas (cluster, glass-gaussian and sk: of the same sampler\n"
      "  too). rbm: GFLOP/s of block Gibbs, 784 x 500, four for each weight, chain and sweep; annealing: seconds for\n"
      "  14,500 temperatures of 100 chains (less is better).\n",
      table.text(), rounds);
  return 0;
}

}  // namespace gibbsite
