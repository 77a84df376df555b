#include "tests/calibration/truth.hpp"

#include <algorithm>
#include <cmath>

#include "studies/catalogue/catalogue.hpp"
#include "studies/files/variables.hpp"
#include "studies/study/request.hpp"
#include "studies/systems/graph_system.hpp"
#include "studies/systems/lattice_keys.hpp"
#include "tests/calibration/frontier.hpp"
#include "tests/calibration/overlaps.hpp"

namespace gibbsite::calibration {
namespace {

constexpr std::uint64_t first_sample = 1'000'000, samples = 1500;  // of the disorder, for its true average

std::optional<Graph> graph_of(const System& system) {
  const auto* on_graph = dynamic_cast<const GraphSystem*>(&system);
  return on_graph == nullptr ? std::nullopt : std::optional(on_graph->graph());
}

/// transfer(), once for all cases that share a system.
std::optional<Thermal> transferred(const Graph& graph, double beta) {
  using System = std::pair<std::vector<double>, std::vector<double>>;
  static std::map<System, std::optional<Thermal>> known;
  static std::mutex mutex;
  System system{{beta}, {graph.fields().begin(), graph.fields().end()}};
  for (const Bond& bond : graph.bonds())
    for (const double x : {static_cast<double>(bond.i), static_cast<double>(bond.j), bond.J}) system.first.push_back(x);
  const std::lock_guard lock(mutex);
  const auto found = known.find(system);
  return found != known.end() ? found->second : known[system] = transfer(graph, beta);
}

/// <|q|>, <q^2> and 1 - <q^4>/(3 <q^2>^2).
void name_overlaps(std::map<std::string, double>& values, const std::vector<double>& p) {
  const double n = static_cast<double>(p.size() - 1);
  double size = 0, square = 0, fourth = 0;
  for (std::size_t k = 0; k < p.size(); ++k) {
    const double q = (2 * static_cast<double>(k) - n) / n;
    size += p[k] * std::abs(q);
    square += p[k] * q * q;
    fourth += p[k] * q * q * q * q;
  }
  values["abs_overlap"] = size;
  values["overlap_squared"] = square;
  values["overlap_binder"] = 1 - fourth / (3 * square * square);
}

}  // namespace

Truth::Truth(const Case& what, const Request& request, std::vector<double> beta)
    : case_(what), study_(request.tasks.front().study), beta_(std::move(beta)) {
  for (const Task& task : request.tasks) systems_.push_back(make_system(task.study));
}

Truth::At Truth::compute(const System& system, double beta) const {
  At found;
  if (case_.formula != nullptr) {
    found.values = case_.formula(beta);
  } else {
    const std::vector<double> one = {beta};
    const auto answers = system.exact(one, gibbsite::Effort::asked_for);
    if (const auto* known = std::get_if<ExactAnswers>(&answers)) found.values = known->at[0].values;
    if (const auto graph = graph_of(system)) {
      if (!found.values.contains("binder_cumulant") && graph->sites() <= 64)
        if (const auto thermal = transferred(*graph, beta))
          found.values.merge(name_values(*thermal, beta, graph->sites(), system.symmetric()));
      if (system.disordered())
        if (auto p = overlap_distribution(*graph, beta)) {
          name_overlaps(found.values, *p);
          found.overlap = std::move(*p);
        }
    }
  }
  if (system.symmetric()) found.values.erase("magnetization_density");  // 0, and its error holds its value
  if (found.values.contains("log_z") && found.values.contains("energy") && system.path() == PathKind::temperature)
    found.values["entropy_density"] = (found.values["log_z"] + beta * found.values["energy"]) / system.sites();
  return found;
}

const Truth::At& Truth::at(std::size_t task, double beta) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = known_.find({task, beta}); found != known_.end()) return found->second;
  }
  At computed = compute(*systems_[task], beta);
  const std::lock_guard lock(mutex_);
  return known_.try_emplace({task, beta}, std::move(computed)).first->second;
}

double Truth::value(std::size_t task, const std::string& name, double beta) {
  const At& known = at(task, beta);
  const auto found = known.values.find(name);
  return found == known.values.end() ? unknown : found->second;
}

/// The maximum within the betas asked for, its place or its height; at an end of them where it is there.
double Truth::peak(std::size_t task, const std::string& quantity, bool height) {
  const std::lock_guard lock(slow_);
  const auto known = other_.find({quantity + (height ? " height" : " beta"), static_cast<double>(task)});
  if (known != other_.end()) return known->second;
  const auto f = [&](double b) { return value(task, quantity, b); };
  double best = beta_.front();
  for (const double b : beta_)
    if (f(b) > f(best)) best = b;
  const double step = (beta_.back() - beta_.front()) / static_cast<double>(beta_.size() - 1);
  double low = std::max(best - step, beta_.front()), high = std::min(best + step, beta_.back());
  while (high - low > 1e-6) {
    const double a = low + 0.382 * (high - low), b = low + 0.618 * (high - low);
    (f(a) > f(b) ? high : low) = f(a) > f(b) ? b : a;
  }
  best = (low + high) / 2;
  other_[{quantity + " beta", static_cast<double>(task)}] = std::isnan(f(best)) ? unknown : best;
  other_[{quantity + " height", static_cast<double>(task)}] = f(best);
  return height ? f(best) : best;
}

/// Of the Binder cumulants of the first two tasks.
double Truth::crossing(bool height) {
  const std::lock_guard lock(slow_);
  if (systems_.size() < 2) return unknown;
  if (const auto known = other_.find({"crossing", height ? 1 : 0}); known != other_.end()) return known->second;
  const auto f = [&](double b) { return value(0, "binder_cumulant", b) - value(1, "binder_cumulant", b); };
  double low = beta_.front(), high = beta_.back();
  const bool crosses = (f(low) > 0) != (f(high) > 0);
  while (high - low > 1e-6) ((f((low + high) / 2) > 0) == (f(low) > 0) ? low : high) = (low + high) / 2;
  other_[{"crossing", 0}] = crosses ? low : unknown;
  other_[{"crossing", 1}] = crosses ? value(0, "binder_cumulant", low) : unknown;
  return other_[{"crossing", height ? 1 : 0}];
}

/// Over all disorder: of so many samples that their own scatter is a few percent of that of a handful. Once for all
/// cases that share lattice and disorder.
double Truth::averaged(const std::string& name, double beta) {
  static std::map<std::pair<std::string, double>, std::map<std::string, double>> averages;
  static std::mutex mutex;
  Study study = study_;
  study.keys<InteractionKeys>().disorder_seed = first_sample;
  const std::lock_guard lock(mutex);
  const auto [at, is_new] = averages.try_emplace({make_system(study)->description(), beta});
  for (std::uint64_t k = 0; is_new && k < samples; ++k) {
    study.keys<InteractionKeys>().disorder_seed = first_sample + k;
    for (const auto& [each, v] : compute(*make_system(study), beta).values)
      at->second[each] += v / static_cast<double>(samples);
  }
  const auto found = at->second.find(name);
  return found == at->second.end() ? unknown : found->second;
}

double Truth::of(const Number& n) {
  if (std::isfinite(n.exact)) return n.exact;
  constexpr std::string_view average = "_disorder_average", peak_of = "peak of ", crossing_of = "crossing: ";
  if (n.quantity.starts_with(peak_of)) {
    const std::size_t colon = n.quantity.find(':');
    return peak(n.task, n.quantity.substr(peak_of.size(), colon - peak_of.size()), n.quantity.ends_with("height"));
  }
  if (n.quantity.starts_with(crossing_of)) return crossing(!n.quantity.ends_with("beta"));
  if (n.quantity.ends_with(average)) return averaged(n.quantity.substr(0, n.quantity.size() - average.size()), n.beta);
  const std::size_t task = std::min(n.task, systems_.size() - 1);
  if (n.quantity == "log_z_ratio") return value(task, "log_z", n.beta) - value(task, "log_z", n.reference);
  if (n.quantity.starts_with("P(q")) {
    const std::vector<double>& p = at(task, n.beta).overlap;
    if (p.empty()) return unknown;
    const double sites = static_cast<double>(p.size() - 1);
    double sum = 0;
    for (std::size_t k = 0; k < p.size(); ++k) {
      const double q = (2 * static_cast<double>(k) - sites) / sites;
      if (q > n.low && q < n.high) sum += p[k];
    }
    return sum / (n.high - n.low);
  }
  return value(task, n.quantity, n.beta);
}

}  // namespace gibbsite::calibration
