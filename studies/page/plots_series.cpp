// How runs went: chains in time, overlaps, exchanges, weights and schedules.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "estimators/autocorrelation.hpp"
#include "estimators/autocovariance.hpp"
#include "studies/files/variables.hpp"
#include "studies/page/plots.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t most_points = 2000;  // of one figure

/// Where chains were slowest: the part, and the index of its beta. By the energy's tau, else by R-hat.
struct Slowest {
  const PagePart* part = nullptr;
  std::size_t beta = 0;
  double measure = -1;
};

Slowest slowest_of(const std::vector<PagePart>& parts) {
  Slowest worst;
  for (const char* measure : {"energy_density_tau", "energy_density_rhat"}) {
    for (const PagePart& part : parts) {
      const Group* estimates = part.group->child("estimates");
      if (estimates == nullptr || part.group->child("series") == nullptr) continue;
      const auto values = doubles(*estimates, measure);
      for (std::size_t b = 0; b < values.size(); ++b)
        if (std::isfinite(values[b]) && values[b] > worst.measure) worst = {&part, b, values[b]};
    }
    if (worst.part != nullptr) return worst;
  }
  for (const PagePart& part : parts)  // nothing ever moved, or one draw
    if (part.group->child("series") != nullptr) return {&part};
  return worst;
}

/// Gamma(t) / Gamma(0) up to twice the window over which tau is summed.
Figure autocorrelation_of(const ChainSeries& energy, const std::vector<double>& sweeps) {
  const double every = sweeps.size() > 1 ? sweeps[1] - sweeps[0] : 1;
  Figure figure{.title = "autocorrelation", .caption = "", .x = "sweeps between two draws", .y = "rho"};
  if (energy.draws() < 4) return figure;
  const Autocorrelation sum = autocorrelation(energy);
  if (!(sum.variance > 0)) return figure;
  Autocovariance covariance(energy, sum.mean);
  const std::size_t last = std::min(covariance.max_lag(), std::max<std::size_t>(2 * sum.window, 10));
  const std::size_t step = std::max<std::size_t>(last / 200, 1);
  Curve within{"within the window", 0}, beyond{"beyond it", 1};
  const double all = covariance(0);
  for (std::size_t lag = 0; lag <= last; lag += step)
    (lag <= sum.window ? within : beyond).points[static_cast<double>(lag) * every] = {.value = covariance(lag) / all};
  figure.curves = {std::move(within), std::move(beyond)};
  figure.caption = fmt::format(
      "1/2 and the sum of rho up to the window, {:.6g} sweeps, are tau = {:.3g} sweeps of the draws' last values{}.",
      static_cast<double>(sum.window) * every, sum.tau * every,
      sum.window_closed ? "" : "; the window did not close: the run is too short to tell");
  return figure;
}

}  // namespace

std::string at_beta(const Group& group, std::size_t b) {
  const auto beta = doubles(group, "beta");
  return b < beta.size() ? fmt::format("beta = {:.6g}", beta[b]) : fmt::format("rung {}", b);
}

std::vector<double> numbers_of(const Group& group, const std::string& name) {
  std::vector<double> out;
  if (const Variable* v = group.find(name))
    std::visit(
        [&](const auto& data) {
          if constexpr (std::is_arithmetic_v<typename std::decay_t<decltype(data)>::value_type>)
            out.assign(data.begin(), data.end());
        },
        v->data);
  return out;
}

Figure of_parts(const std::vector<PagePart>& parts, const std::string& variable, const std::string& x, Mark mark,
                Figure figure) {
  for (const PagePart& part : parts) {
    const Group* d = part.group->child("diagnostics");
    if (d == nullptr) continue;
    const auto places = numbers_of(*d, x);
    const auto values = numbers_of(*d, variable);
    if (values.empty() || (!x.empty() && places.size() != values.size())) continue;
    Curve curve{part.name.empty() ? figure.title : part.name, figure.curves.size(), mark};
    const std::size_t step = std::max<std::size_t>(values.size() / (most_points / 5), 1);
    for (std::size_t k = 0; k < values.size(); k += step)
      curve.points[x.empty() ? static_cast<double>(k) : places[k]] = {.value = values[k]};
    figure.curves.push_back(std::move(curve));
  }
  keep_few(figure);
  return figure;
}

Figure histogram_of(const std::vector<double>& values, const std::string& title, const std::string& x) {
  Figure figure{.title = title, .caption = "", .x = x, .y = "share of all"};
  std::vector<double> finite;
  std::copy_if(values.begin(), values.end(), std::back_inserter(finite), [](double v) { return std::isfinite(v); });
  if (finite.empty()) return figure;
  std::sort(finite.begin(), finite.end());
  const double low = finite.front(), high = finite.back();
  constexpr double bins = 60;
  double step = high - low;  // the smallest step between two values
  for (std::size_t k = 1; k < finite.size(); ++k)
    if (const double gap = finite[k] - finite[k - 1]; gap > 1e-9 * (high - low)) step = std::min(step, gap);
  const bool even = step > 0 && std::all_of(finite.begin(), finite.end(), [&](double v) {
                      const double steps = (v - low) / step;
                      return std::abs(steps - std::round(steps)) < 1e-6 * std::max(1.0, steps);
                    });
  const double width = step <= 0 ? 1 : even ? step * std::ceil((high - low) / step / bins) : (high - low) / bins;
  if (!(width > 0) || !std::isfinite(width)) return figure;  // beyond what differences of numbers can say
  std::map<double, double> counts;                           // by the number of the bin
  const double lead = even ? 0.5 * step : 0;
  for (const double v : finite) {
    double bin = std::floor((v - low + lead) / width);
    if (!even && v == high && high > low) bin = bins - 1;
    counts[bin] += 1;
  }
  Curve curve{"share", 0, Mark::bars};
  const double last = counts.rbegin()->first, centre = low - lead + width / 2;
  for (double bin = 0; bin <= last; ++bin) {
    const auto found = counts.find(bin);
    curve.points[centre + bin * width] = {
        .value = found == counts.end() ? 0 : found->second / static_cast<double>(finite.size())};
  }
  figure.curves = {std::move(curve)};
  figure.caption = fmt::format("{} values in bins of {:.4g}{}.", finite.size(), width,
                               !even           ? ""
                               : width == step ? ", the smallest step between them"
                                               : fmt::format(", a multiple of their steps of {:.4g}", step));
  return figure;
}

FigureGroup figures_of_series(const std::vector<PagePart>& parts) {
  FigureGroup out{.heading = "Chains where they were slowest"};
  const Slowest worst = slowest_of(parts);
  if (worst.part == nullptr) return out;
  const Group& series = *worst.part->group->child("series");
  const Variable* energy = series.find("energy");
  const auto values = doubles(series, "energy");
  if (energy == nullptr || energy->dims != std::vector<std::string>{"chain", "draw", "beta"} || values.empty() ||
      worst.beta >= energy->shape[2])
    return out;
  const std::size_t chains = energy->shape[0], draws = energy->shape[1], betas = energy->shape[2];
  const std::string where = (worst.part->name.empty() ? "" : worst.part->name + ", ") + at_beta(series, worst.beta);
  const std::size_t kept = std::max<std::size_t>(most_points / chains, 1), step = (draws + kept - 1) / kept;
  const auto sweeps = numbers_of(series, "sweep");
  Figure trace{
      .title = "energy in time", .caption = "", .x = sweeps.size() == draws ? "sweep" : "draw", .y = "energy E (J)"};
  std::vector<double> all;
  for (std::size_t c = 0; c < chains; ++c) {
    Curve curve{fmt::format("chain {}", c), c, Mark::line};
    for (std::size_t t = 0; t < draws; ++t) {
      const double e = values[(c * draws + t) * betas + worst.beta];
      all.push_back(e);
      if (t % step == 0) curve.points[sweeps.size() == draws ? sweeps[t] : static_cast<double>(t)] = {.value = e};
    }
    trace.curves.push_back(std::move(curve));
  }
  trace.caption = fmt::format("Each chain at {}, where the energy forgets itself most slowly{}.", where,
                              step > 1 ? fmt::format("; one draw of {}", step) : "");
  keep_few(trace);
  Figure memory = autocorrelation_of({all, chains}, sweeps);
  if (!memory.empty()) memory.caption = fmt::format("Of the energy at {}. ", where) + memory.caption;
  Figure seen = histogram_of(all, "histogram of the energy", "energy E (J)");
  seen.caption = fmt::format("All chains at {}: {}", where, seen.caption);
  for (Figure* figure : {&trace, &memory, &seen})
    if (!figure->empty()) out.figures.push_back(std::move(*figure));
  return out;
}

FigureGroup figures_of_overlaps(const Group& root) {
  FigureGroup out{.heading = "Overlaps"};
  const Group* estimates = root.child("estimates");
  if (estimates == nullptr) return out;
  for (const std::string name : {"overlap_distribution_disorder_average", "overlap_distribution"}) {
    const Variable* v = estimates->find(name);
    const auto p = doubles(*estimates, name), error = doubles(*estimates, name + "_error"),
               q = doubles(*estimates, "q"), beta = doubles(*estimates, "beta");
    if (v == nullptr || v->dims != std::vector<std::string>{"beta", "q"} || p.size() != beta.size() * q.size() ||
        q.empty() || beta.empty())
      continue;
    Figure figure{.title = "distribution of the overlap", .caption = v->long_name + ".", .x = "overlap q", .y = "P(q)"};
    const std::size_t n = q.size(), curves = std::min<std::size_t>(beta.size(), 4);
    for (std::size_t k = 0; k < curves; ++k) {  // from the coldest up
      const std::size_t b = beta.size() - 1 - k * (beta.size() - 1) / std::max<std::size_t>(curves - 1, 1);
      Curve curve{at_beta(*estimates, b), k, Mark::points};
      for (std::size_t i = 0; i < n; ++i)
        curve.points[q[i]] = {.value = p[b * n + i], .error = error.size() == p.size() ? error[b * n + i] : unknown};
      figure.curves.push_back(std::move(curve));
    }
    const auto coldest = p.subspan((beta.size() - 1) * n);
    const bool even = std::equal(coldest.begin(), coldest.end(), coldest.rbegin(), [](double a, double b) {
      return std::abs(a - b) <= 1e-12 * std::abs(a) || (std::isnan(a) && std::isnan(b));
    });
    if (even) {
      figure.caption += " Its mirror P(-q) is the same.";
    } else {
      Curve mirror{"P(-q), coldest", curves, Mark::line};
      for (std::size_t i = 0; i < n; ++i) mirror.points[-q[i]] = {.value = coldest[i]};
      figure.curves.push_back(std::move(mirror));
    }
    if (!figure.empty()) out.figures.push_back(std::move(figure));
    break;
  }
  return out;
}

}  // namespace gibbsite
