// How replicas moved along ladders, and particles along an annealing.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "studies/files/variables.hpp"
#include "studies/page/plots.hpp"

namespace gibbsite {
namespace {

void add_drawn(FigureGroup& out, Figure figure) {
  if (!figure.empty()) out.figures.push_back(std::move(figure));
}

std::string name_in(const PagePart& part, const std::string& name) {
  return part.name.empty() ? name : part.name + ", " + name;
}

/// What exchanges refuse, added up along the ladder: the barrier of S. Syed et al., J. R. Stat. Soc. B 84, 321 (2022),
/// up to each beta. A ladder whose rungs stand evenly on it is the best of its size.
Figure barrier_of(const std::vector<PagePart>& parts) {
  Figure figure{
      .title = "cumulative barrier",
      .caption = "Refused exchanges added up from the first rung to each; the steepest place is the bottleneck.",
      .x = "beta",
      .y = "barrier"};
  for (const PagePart& part : parts) {
    const Group* d = part.group->child("diagnostics");
    if (d == nullptr) continue;
    const auto rates = numbers_of(*d, "swap_rate"), beta = numbers_of(*d, "beta");
    if (rates.empty() || beta.size() != rates.size() + 1) continue;
    Curve curve{part.name.empty() ? figure.title : part.name, figure.curves.size(), Mark::line};
    double barrier = 0;
    curve.points[beta[0]] = {.value = 0};
    for (std::size_t k = 0; k < rates.size(); ++k) curve.points[beta[k + 1]] = {.value = barrier += 1 - rates[k]};
    figure.curves.push_back(std::move(curve));
  }
  keep_few(figure);
  return figure;
}

/// On which rung the first replica of each ladder stood, in the first part that has ladders.
Figure walk_of(const std::vector<PagePart>& parts) {
  constexpr std::size_t most_places = 1500;
  for (const PagePart& part : parts) {
    const Group* series = part.group->child("series");
    const Variable* v = series == nullptr ? nullptr : series->find("replica");
    if (v == nullptr || v->dims != std::vector<std::string>{"chain", "draw", "beta"}) continue;
    const auto replica = numbers_of(*series, "replica"), sweep = numbers_of(*series, "sweep");
    const std::size_t ladders = std::min<std::size_t>(v->shape[0], 4), draws = v->shape[1], rungs = v->shape[2];
    if (replica.empty() || ladders == 0) continue;
    const std::size_t step = std::max<std::size_t>(draws * ladders / most_places, 1);
    Figure figure{
        .title = "walk of a replica", .caption = "", .x = sweep.size() == draws ? "sweep" : "draw", .y = "rung"};
    for (std::size_t c = 0; c < ladders; ++c) {
      Curve curve{fmt::format("ladder {}", c), c, Mark::line};
      for (std::size_t t = 0; t < draws; t += step)
        for (std::size_t b = 0; b < rungs; ++b)
          if (replica[(c * draws + t) * rungs + b] == 0)
            curve.points[sweep.size() == draws ? sweep[t] : static_cast<double>(t)] = {.value = static_cast<double>(b)};
      figure.curves.push_back(std::move(curve));
    }
    figure.caption = fmt::format(
        "The rung on which the first replica of a ladder stood{}{}; one that goes up and down all the ladder mixes.",
        part.name.empty() ? "" : ", of " + part.name, step > 1 ? fmt::format(", one draw of {}", step) : std::string());
    return figure;
  }
  return {.title = "", .caption = "", .x = "", .y = ""};
}

/// ln w of annealing and, with its sign turned, of the way back, in the same bins. Their densities cross at ln Z less
/// that of the reference (G. E. Crooks, Phys. Rev. E 60, 2721 (1999), eq. 2).
Figure weights_there_and_back(const PagePart& part) {
  Figure figure{.title = "weights there and back", .caption = "", .x = "ln w", .y = "share of particles"};
  const Group* series = part.group->child("series");
  if (series == nullptr) return figure;
  std::vector<double> forward = numbers_of(*series, "log_weight"), back = numbers_of(*series, "log_weight_reverse");
  for (double& w : back) w = -w;
  double low = infinite, high = -infinite;
  for (const auto* all : {&forward, &back})
    for (const double w : *all)
      if (std::isfinite(w)) low = std::min(low, w), high = std::max(high, w);
  if (!(low < high)) return figure;
  const double bins =
      std::clamp(std::floor(1.5 * std::sqrt(static_cast<double>(std::max(forward.size(), back.size())))), 10.0, 50.0);
  const double width = (high - low) / bins;
  const auto add = [&](const char* name, const std::vector<double>& all) {
    Curve curve{name_in(part, name), figure.curves.size(), Mark::line};
    for (double k = 0; k < bins; ++k) curve.points[low + (k + 0.5) * width] = {.value = 0};
    for (const double w : all)
      if (std::isfinite(w))
        curve.points[low + (std::min(std::floor((w - low) / width), bins - 1) + 0.5) * width].value +=
            1 / static_cast<double>(all.size());
    figure.curves.push_back(std::move(curve));
  };
  if (!forward.empty()) add("there", forward);
  if (!back.empty()) add("back, sign turned", back);
  figure.caption = back.empty() ? "How the weights of the particles at the last beta spread."
                                : "Where both ways are in equilibrium, the two cross at ln Z less that of the "
                                  "reference; the wider apart they are, "
                                  "the less is known of it.";
  return figure;
}

}  // namespace

FigureGroup figures_of_ladders(const std::vector<PagePart>& parts) {
  FigureGroup out{.heading = "Exchanges"};
  add_drawn(out, of_parts(parts, "swap_rate", "pair", Mark::points,
                          {"exchanges", "Mean acceptance of exchanges; pair k joins rungs k and k + 1.", "pair",
                           "swap rate"}));
  add_drawn(out, barrier_of(parts));
  add_drawn(out, walk_of(parts));
  return out;
}

FigureGroup figures_of_annealing(const std::vector<PagePart>& parts, double threshold) {
  FigureGroup out{.heading = "Annealing"};
  if (parts.size() == 1) add_drawn(out, weights_there_and_back(parts.front()));
  Figure fraction = of_parts(parts, "effective_fraction", "schedule", Mark::line,
                             {"effective fraction", "Effective share of the particles along the path.",
                              "beta of the schedule", "effective fraction"});
  if (!fraction.empty() && threshold > 0) {
    Curve line{"threshold of resampling", fraction.curves.size(), Mark::line};
    for (const auto& [x, point] : fraction.curves.front().points) line.points[x] = {.value = threshold};
    fraction.curves.push_back(std::move(line));
  }
  add_drawn(out, std::move(fraction));
  add_drawn(out, of_parts(parts, "schedule", "", Mark::line,
                          {"schedule", "The betas that annealing went through.", "step", "beta of the schedule"}));
  Figure weights{"weights", "How many independent particles carry ln Z, of how many families.", "beta", "number",
                 Scale::logarithmic};
  for (const char* name : {"weight_ess", "family_ess"}) {
    Figure one = of_parts(parts, name, "beta", Mark::points, {"", "", "", ""});
    for (Curve& curve : one.curves) {
      curve.name = (curve.name.empty() ? "" : curve.name + ", ") +
                   (name[0] == 'w' ? "effective particles" : "effective families");
      curve.colour = weights.curves.size();
      weights.curves.push_back(std::move(curve));
    }
  }
  for (const PagePart& part : parts) {
    const Group* series = part.group->child("series");
    const Variable* family = series == nullptr ? nullptr : series->find("family");
    if (family == nullptr || family->dims != std::vector<std::string>{"particle", "beta"}) continue;
    const auto values = numbers_of(*series, "family");
    const auto beta = doubles(*series, "beta");
    if (beta.size() != family->shape[1] || values.empty()) continue;
    Curve curve{(part.name.empty() ? "" : part.name + ", ") + "families that survive", weights.curves.size()};
    for (std::size_t b = 0; b < beta.size(); ++b) {
      std::set<double> alive;
      for (std::size_t r = b; r < values.size(); r += beta.size()) alive.insert(values[r]);
      curve.points[beta[b]] = {.value = static_cast<double>(alive.size())};
    }
    weights.curves.push_back(std::move(curve));
  }
  keep_few(weights);
  add_drawn(out, std::move(weights));
  return out;
}

}  // namespace gibbsite
