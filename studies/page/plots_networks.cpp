// Networks: ln Z by route, and likelihoods of samples.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "studies/files/variables.hpp"
#include "studies/page/html.hpp"
#include "studies/page/plots.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/table.hpp"

namespace gibbsite {
namespace {

/// Routes one above the other: a line as long as two errors to both sides, on one scale.
std::string forest_of(const Group& free_energy) {
  const auto* names = std::get_if<std::vector<std::string>>(&free_energy.find("estimator")->data);
  const auto* trusted = std::get_if<std::vector<std::int8_t>>(&free_energy.find("trusted")->data);
  const auto value = doubles(free_energy, "log_z"), error = doubles(free_energy, "log_z_error");
  if (names == nullptr || trusted == nullptr || value.size() != names->size() || trusted->size() != names->size() ||
      error.size() != value.size())
    return "";
  const auto reach = [&](std::size_t k) { return std::isfinite(error[k]) ? 2 * error[k] : 0; };
  double low = infinite, high = -infinite;
  for (std::size_t k = 0; k < value.size(); ++k)
    if (std::isfinite(value[k])) low = std::min(low, value[k] - reach(k)), high = std::max(high, value[k] + reach(k));
  if (!(low <= high)) return "";
  const double margin = high > low ? 0.05 * (high - low) : 1;
  const auto place = [&](double v) { return 100 * (v - low + margin) / (high - low + 2 * margin); };
  std::string out =
      "<div class=forest-box tabindex=0 role=region aria-label=\"ln Z by route\"><table class=forest><caption>ln Z by "
      "route</caption><thead><tr><th scope=col>route<th scope=col>two "
      "errors to both sides<th scope=col>ln Z<th scope=col>trusted</thead><tbody>";
  for (std::size_t k = 0; k < value.size(); ++k) {
    if (!std::isfinite(value[k])) continue;
    const bool good = (*trusted)[k] != 0;
    out += fmt::format(
        "\n<tr{}><th scope=row>{}<td><svg viewBox=\"0 0 100 10\" preserveAspectRatio=none aria-hidden=true><line "
        "x1={:.2f} "
        "y1=5 x2={:.2f} y2=5 /><line class=mark x1={:.2f} y1=1 x2={:.2f} y2=9 /></svg><td>{}<td>{}",
        good ? "" : " class=untrusted", escaped((*names)[k]), place(value[k] - reach(k)), place(value[k] + reach(k)),
        place(value[k]), place(value[k]),
        escaped(error[k] == 0 ? fmt::format("{:.10g}", value[k]) : with_error(value[k], error[k])),
        good ? "yes" : "NO");
  }
  return out +
         fmt::format(
             "</tbody><tfoot><tr><td><td><div class=ends><span>{:.5g}</span><span>{:.5g}</span></div><td><td></tfoot>"
             "</table></div>\n",
             low - margin, high + margin);
}

/// What reverse annealing gives to samples, against their ln p.
Figure bounds_of(const Group& likelihood, std::span<const double> log_p) {
  Figure figure{.title = "lower bounds by RAISE", .caption = "", .x = "ln p(sample) (nats)", .y = "lower bound (nats)"};
  const auto raised = doubles(likelihood, "raise_log_likelihood");
  const std::vector<double> sample = numbers_of(likelihood, "raised_sample");
  if (raised.size() != sample.size()) return figure;
  Curve bounds{"sample", 0}, equal{"where both are equal", 1, Mark::line};
  for (std::size_t k = 0; k < raised.size(); ++k) {
    const auto at = static_cast<std::size_t>(sample[k]);
    if (!(sample[k] >= 0) || at >= log_p.size() || !std::isfinite(log_p[at])) continue;
    bounds.points[log_p[at]] = {.value = raised[k]};
    equal.points[log_p[at]] = {.value = log_p[at]};
  }
  figure.curves = {std::move(bounds), std::move(equal)};
  figure.caption =
      "Each of the samples that were annealed back; they bound the likelihood of annealing itself as a model.";
  return figure;
}

}  // namespace

FigureGroup figures_of_likelihood(const Group& root) {
  FigureGroup out{.heading = "Likelihood"};
  const Group* found = root.child("likelihood");
  if (found == nullptr) return out;
  out.html = forest_of(*root.child("free_energy"));
  const auto values = doubles(*found, "log_likelihood");
  Figure figure = histogram_of({values.begin(), values.end()}, "ln p of each sample", "ln p(sample) (nats)");
  const auto mean = doubles(*found, "mean"), data = doubles(*found, "mean_error_data"),
             log_z = doubles(*found, "mean_error_log_z");
  if (!mean.empty() && !data.empty() && !log_z.empty())
    figure.caption = fmt::format("Mean {} ({}). ", with_error(mean[0], std::hypot(data[0], log_z[0])),
                                 text_attribute(*found, "meaning")) +
                     figure.caption;
  if (!figure.empty()) out.figures.push_back(std::move(figure));
  if (Figure bounds = bounds_of(*found, values); !bounds.empty()) out.figures.push_back(std::move(bounds));
  return out;
}

}  // namespace gibbsite
