// Energies of one or two real numbers as the densities that they are, beside samples of the model.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "studies/files/variables.hpp"
#include "studies/models/energy_group.hpp"
#include "studies/models/stored_codes.hpp"
#include "studies/models/stored_energy.hpp"
#include "studies/page/html.hpp"
#include "studies/page/plots.hpp"

namespace gibbsite {
namespace {

struct DrawnRange {
  double low = 0, high = 1;

  double width() const { return high - low; }
  double at(std::size_t k, std::size_t count) const {
    return low + width() * static_cast<double>(k) / static_cast<double>(count - 1);
  }
};

/// Where samples are, and a fifth of that on both sides; without samples where the energy says that it is.
DrawnRange window_of(std::span<const double> samples, std::size_t axis, std::size_t units,
                     const ContinuousEnergy& energy) {
  constexpr double deviations = 4, margin = 0.2;
  const auto [mean, scale] = energy.extent();
  DrawnRange out{infinite, -infinite};
  for (std::size_t k = axis; k < samples.size(); k += units)
    if (std::isfinite(samples[k])) out.low = std::min(out.low, samples[k]), out.high = std::max(out.high, samples[k]);
  if (!(out.low < out.high)) return {mean - deviations * scale, mean + deviations * scale};
  const double more = margin * out.width();
  return {out.low - more, out.high + more};
}

/// exp(-(E - the least E)) of states one behind the other; 0 where E is no number.
std::vector<double> weights_at(const ContinuousEnergy& energy, std::span<const double> x, double& least) {
  std::vector<double> e(x.size() / energy.units());
  energy.evaluate(x, e, {});
  least = infinite;
  for (const double one : e)
    if (std::isfinite(one)) least = std::min(least, one);
  for (double& one : e) one = std::isfinite(one) ? std::exp(least - one) : 0;
  return e;
}

/// ln Z as the training found it last; else nan.
double log_z_of(const Group& root) {
  const Group* training = root.child("training");
  const auto log_z = training == nullptr ? std::span<const double>() : doubles(*training, "log_z");
  return log_z.empty() ? unknown : log_z.back();
}

std::string words_of_log_z(double log_z) {
  return std::isfinite(log_z) ? fmt::format("with ln Z = {:.6g}", log_z)
                              : std::string("with the area under it, as far as it is drawn, as Z");
}

/// How often samples fell into each of equal bins, as a density.
Curve binned(std::span<const double> samples) {
  constexpr std::size_t fewest = 10, most = 50;
  Curve out{.name = "samples", .colour = 1, .estimates = true};
  const auto [low, high] = std::minmax_element(samples.begin(), samples.end());
  if (samples.size() < 2 || !(*low < *high)) return out;
  const auto root = static_cast<std::size_t>(std::sqrt(static_cast<double>(samples.size())));
  const std::size_t bins = std::clamp(root, fewest, most);
  const double width = (*high - *low) / static_cast<double>(bins), n = static_cast<double>(samples.size());
  std::vector<double> counts(bins);
  for (const double x : samples) ++counts[std::min(static_cast<std::size_t>((x - *low) / width), bins - 1)];
  for (std::size_t b = 0; b < bins; ++b)
    out.points[*low + (static_cast<double>(b) + 0.5) * width] = {
        .value = counts[b] / n / width,
        .error = counts[b] > 0 ? std::sqrt(counts[b] * (1 - counts[b] / n)) / n / width : unknown};
  return out;
}

Figure density_on_line(const ContinuousEnergy& energy, std::vector<double> samples, double log_z) {
  constexpr std::size_t points = 301;
  std::erase_if(samples, [](double x) { return !std::isfinite(x); });
  const DrawnRange window = window_of(samples, 0, 1, energy);
  Figure figure{.title = "density of the model",
                .caption = fmt::format("exp(-E)/Z {}.", words_of_log_z(log_z)),
                .x = "x",
                .y = "density"};
  Curve seen = binned(samples);
  std::vector<double> x;
  for (std::size_t k = 0; k < points; ++k) x.push_back(window.at(k, points));
  double least = 0;
  const auto even = weights_at(energy, x, least);
  const double z = std::isfinite(log_z)
                       ? std::exp(log_z + least)
                       : std::accumulate(even.begin(), even.end(), 0.0) * window.width() / (points - 1);
  Curve model{.name = "model", .colour = 0, .mark = Mark::line};
  for (std::size_t k = 0; k < points; ++k) model.points[x[k]] = {.value = even[k] / z};
  if (!seen.points.empty()) {
    std::vector<double> middles;
    for (const auto& [at, point] : seen.points) middles.push_back(at);
    double least_there = 0;
    const auto there = weights_at(energy, middles, least_there);
    for (std::size_t k = 0; k < middles.size(); ++k)
      model.points[middles[k]] = {.value = there[k] * std::exp(least - least_there) / z};
    figure.caption += fmt::format(" Points: how often {} samples of the model were there.", samples.size());
  }
  figure.curves.push_back(std::move(model));
  if (!seen.points.empty()) figure.curves.push_back(std::move(seen));
  return figure;
}

/// Weights on a grid of side x side points, the second coordinate by rows.
struct Plane {
  static constexpr std::size_t side = 101;
  std::array<DrawnRange, 2> windows;
  std::vector<double> weight = {};
  double least = 0;  ///< energy whose weight is 1
};

Plane plane_of(const ContinuousEnergy& energy, std::span<const double> samples) {
  Plane out{.windows = {window_of(samples, 0, 2, energy), window_of(samples, 1, 2, energy)}};
  std::vector<double> x;
  for (std::size_t row = 0; row < Plane::side; ++row)
    for (std::size_t column = 0; column < Plane::side; ++column) {
      x.push_back(out.windows[0].at(column, Plane::side));
      x.push_back(out.windows[1].at(row, Plane::side));
    }
  out.weight = weights_at(energy, x, out.least);
  return out;
}

/// The weight above which this share of all that is drawn stands.
double level_holding(const std::vector<double>& weight, double share) {
  std::vector<double> sorted = weight;
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  const double all = std::accumulate(sorted.begin(), sorted.end(), 0.0);
  double sum = 0;
  for (const double one : sorted)
    if ((sum += one) >= share * all) return one;
  return 0;
}

constexpr double drawn_width = 400;

/// The line along which weights have this logarithm, as a path of SVG: in each square of the grid from side to side.
std::string contour_path(const Plane& plane, double level, double height) {
  constexpr std::size_t n = Plane::side - 1;
  std::string out;
  const double to_x = drawn_width / static_cast<double>(n), to_y = height / static_cast<double>(n);
  const auto above = [&](std::size_t column, std::size_t row) {
    return std::log(std::max(plane.weight[row * Plane::side + column], 1e-300) / level);
  };
  constexpr std::array<std::array<std::size_t, 2>, 5> corners = {{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}}};
  for (std::size_t row = 0; row < n; ++row)
    for (std::size_t column = 0; column < n; ++column) {
      std::vector<std::pair<double, double>> ends;
      for (std::size_t k = 0; k < 4; ++k) {
        const auto [x, y] = corners[k];
        const auto [u, v] = corners[k + 1];
        const double here = above(column + x, row + y), there = above(column + u, row + v);
        if ((here > 0) == (there > 0)) continue;
        const double part = here / (here - there), px = static_cast<double>(column + x),
                     py = static_cast<double>(row + y);
        ends.emplace_back(px + part * (static_cast<double>(column + u) - px),
                          py + part * (static_cast<double>(row + v) - py));
      }
      for (std::size_t k = 0; k + 1 < ends.size(); k += 2)
        out += fmt::format("M{:.1f} {:.1f}L{:.1f} {:.1f}", ends[k].first * to_x, height - ends[k].second * to_y,
                           ends[k + 1].first * to_x, height - ends[k + 1].second * to_y);
    }
  return out;
}

/// Samples as dots, and how many of all have more weight than each level.
std::string density_in_plane(const ContinuousEnergy& energy, const std::vector<double>& samples, double log_z,
                             const std::string& numbers) {
  constexpr std::array shares = {0.25, 0.5, 0.75, 0.9, 0.99};
  constexpr std::size_t most_dots = 1000;
  const Plane plane = plane_of(energy, samples);
  const double all = std::accumulate(plane.weight.begin(), plane.weight.end(), 0.0);
  if (!(all > 0)) return "";
  const DrawnRange &across = plane.windows[0], &up = plane.windows[1];
  const double shape = up.width() / across.width(), height = drawn_width * std::clamp(shape, 0.5, 1.5);
  const double cells = static_cast<double>((Plane::side - 1) * (Plane::side - 1)),
               z = std::isfinite(log_z) ? std::exp(log_z + plane.least) : all * across.width() * up.width() / cells;
  std::vector<double> e(samples.size() / 2);
  energy.evaluate(samples, e, {});
  std::string lines, rows, dots;
  for (const double share : shares) {
    const double level = level_holding(plane.weight, share);
    if (!(level > 0)) continue;
    lines +=
        fmt::format("<path stroke-opacity={:.2f} d=\"{}\" />", 1 - 0.7 * share, contour_path(plane, level, height));
    const auto inside =
        std::count_if(e.begin(), e.end(), [&](double one) { return plane.least - one > std::log(level); });
    rows += fmt::format("\n<tr><th scope=row>{:g}<td>{}<td>{}", share, digits(std::log(level / z)),
                        e.empty() ? "" : digits(static_cast<double>(inside) / static_cast<double>(e.size())));
  }
  const std::size_t drawn = std::min(e.size(), most_dots);
  const std::string seen = e.empty() ? "" : fmt::format(", and {} of {} samples of it", drawn, e.size());
  for (std::size_t s = 0; s < drawn; ++s)
    dots += fmt::format("M{:.1f} {:.1f}h0", (samples[2 * s] - across.low) / across.width() * drawn_width,
                        height - (samples[2 * s + 1] - up.low) / up.width() * height);
  return fmt::format(
      "<figure class=figure><h4>density of the model</h4><svg class=contours viewBox=\"0 0 {0:.0f} {1:.0f}\" role=img "
      "aria-label=\"contours of the density, and samples\"><rect width={0:.0f} height={1:.0f} />{2}<path class=samples "
      "d=\"{3}\" /></svg><div class=ends><span>{4}</span><span>{5}</span></div><figcaption>Lines that 25, 50, 75, 90 "
      "and 99 % of the model lie within{6}. Across: the first number, {4} to {5}; upwards: "
      "the second, {7} to {8}.{11}</figcaption><details><summary>Numbers</summary><div class=scroll tabindex=0 "
      "role=region "
      "aria-label=\"levels of the density\"><table><caption>ln p is -E - ln Z, {9}</caption><thead><tr><th "
      "scope=col>share of the model<th scope=col>ln p at the line<th scope=col>share of the "
      "samples</thead><tbody>{10}</tbody></table></div></details></figure>\n",
      drawn_width, height, lines, dots, escaped(fmt::format("{:.4g}", across.low)),
      escaped(fmt::format("{:.4g}", across.high)), seen, escaped(fmt::format("{:.4g}", up.low)),
      escaped(fmt::format("{:.4g}", up.high)), escaped(words_of_log_z(log_z)), rows, escaped(numbers));
}

/// F of latent variables as the file holds it on a grid, in bands of grey with as many points in each, darkest where F
/// is lowest; words as dots.
std::string surface_in_plane(const Group& surface, const StoredCodes& file, const std::string& numbers) {
  constexpr std::size_t bands = 12, most_words = 1000;
  const auto energy = doubles(surface, "energy"), across = doubles(surface, "x_1"), up = doubles(surface, "x_2");
  const std::size_t columns = across.size(), rows = up.size();
  if (columns < 2 || rows < 2 || energy.size() != columns * rows) return "";
  const double width = across.back() - across.front(), tall = up.back() - up.front(),
               height = drawn_width * std::clamp(tall / width, 0.5, 1.5),
               step = drawn_width / static_cast<double>(columns), rise = height / static_cast<double>(rows);
  std::vector<double> sorted(energy.begin(), energy.end());
  std::sort(sorted.begin(), sorted.end());
  constexpr double nothing = 1e-12;
  const bool flat = sorted.back() - sorted.front() < nothing;
  std::vector<double> tops;  // of each band
  for (std::size_t b = 0; b < bands; ++b) tops.push_back(sorted[(b + 1) * (sorted.size() - 1) / bands]);
  std::array<std::string, bands> paths;
  const auto band_of = [&](std::size_t row, std::size_t column) {
    const double e = energy[row * columns + column];
    const auto at = static_cast<std::size_t>(std::lower_bound(tops.begin(), tops.end(), e) - tops.begin());
    return flat ? bands / 2 : std::min(at, bands - 1);
  };
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t column = 0, end = 0; column < columns; column = end) {
      const std::size_t band = band_of(row, column);
      for (end = column + 1; end < columns && band_of(row, end) == band;) ++end;
      const double left = step * static_cast<double>(column);
      paths[band] += fmt::format("M{:.1f} {:.1f}H{:.1f}", left, height - rise * (static_cast<double>(row) + 0.5),
                                 step * static_cast<double>(end));
    }
  std::string drawn, levels, dots;
  for (std::size_t b = 0; b < bands; ++b) {
    if (paths[b].empty()) continue;
    const auto grey = static_cast<int>(40 + 200 * b / (bands - 1));
    drawn += fmt::format("<path style=\"stroke:rgb({0},{0},{0});stroke-width:{1:.2f}\" d=\"{2}\" />", grey, rise + 0.2,
                         paths[b]);
    levels += fmt::format("\n<tr><th scope=row>{}<td>{}", b + 1, digits(tops[b]));
  }
  const auto words = file.energy->words();
  for (std::size_t k = 0; k < std::min(file.energy->codes(), most_words); ++k)
    dots += fmt::format("M{:.1f} {:.1f}h0", (words[2 * k] - across.front()) / width * drawn_width,
                        height - (words[2 * k + 1] - up.front()) / tall * height);
  return fmt::format(
      "<figure class=figure><h4>energy F</h4><svg class=contours viewBox=\"0 0 {0:.0f} {1:.0f}\" role=img "
      "aria-label=\"the energy in the plane, and words\"><rect width={0:.0f} height={1:.0f} />{2}<path class=samples "
      "d=\"{3}\" /></svg><div class=ends><span>{4}</span><span>{5}</span></div><figcaption>{6}. {7} Dots: words. "
      "Across: "
      "the first number, {4} to {5}; upwards: the second, {8} to "
      "{9}.{10}</figcaption><details><summary>Numbers</summary>"
      "<div class=scroll tabindex=0 role=region aria-label=\"levels of the energy\"><table><caption>F from {11} to {12}"
      "</caption><thead><tr><th scope=col>band<th scope=col>F up to</thead><tbody>{13}</tbody></table></div></details>"
      "</figure>\n",
      drawn_width, height, drawn, dots, escaped(fmt::format("{:.4g}", across.front())),
      escaped(fmt::format("{:.4g}", across.back())), escaped(words_of_codes(*file.energy)),
      flat ? "It is flat, and tells nothing." : "Darkest where it is lowest; as many points of the grid in each band.",
      escaped(fmt::format("{:.4g}", up.front())), escaped(fmt::format("{:.4g}", up.back())), escaped(numbers),
      digits(sorted.front()), digits(sorted.back()), levels);
}

FigureGroup figures_of_codes(const Group& root, const std::string& path) {
  FigureGroup out{.heading = "Energy"};
  const Group* surface = root.child("surface");
  if (surface == nullptr) return out;
  const StoredCodes file = stored_codes(root, path);
  out.html = surface_in_plane(
      *surface, file,
      file.treatment.any() ? " In numbers as the model learned them: " + description(file.treatment) + "." : "");
  return out;
}

}  // namespace

FigureGroup figures_of_energy(const Group& root, const std::string& path) {
  if (is_codes_kind(text_attribute(root, "model"))) return figures_of_codes(root, path);
  FigureGroup out{.heading = "Density"};
  if (!files_keep(text_attribute(root, "model"))) return out;
  const StoredEnergy file = stored_energy(root, path);
  const std::size_t units = file.energy->units();
  if (units > 2) return out;
  const Group* training = root.child("training");
  const Group* drawn = training == nullptr ? nullptr : training->child("samples");
  std::vector<double> samples = drawn == nullptr ? std::vector<double>() : numbers_of(*drawn, "samples");
  if (samples.size() % units != 0) samples.clear();
  const std::string numbers =
      file.treatment.any() ? " In numbers as the model learned them: " + description(file.treatment) + "." : "";
  if (units == 1) {
    out.figures.push_back(density_on_line(*file.energy, std::move(samples), log_z_of(root)));
    out.figures.back().caption += numbers;
  } else {
    out.html = density_in_plane(*file.energy, samples, log_z_of(root), numbers);
  }
  return out;
}

}  // namespace gibbsite
