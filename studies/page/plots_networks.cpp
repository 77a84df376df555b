// Networks: ln Z by route, likelihoods of samples, weights as images.
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

constexpr std::size_t most_images = 100, most_pixels = 80000;

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

std::string base64(const std::vector<unsigned char>& bytes) {
  static constexpr char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t k = 0; k < bytes.size(); k += 3) {
    const std::size_t left = bytes.size() - k;
    const std::uint32_t word = static_cast<std::uint32_t>(bytes[k]) << 16 |
                               (left > 1 ? static_cast<std::uint32_t>(bytes[k + 1]) << 8 : 0) |
                               (left > 2 ? static_cast<std::uint32_t>(bytes[k + 2]) : 0);
    for (std::size_t i = 0; i < 4; ++i) out += i <= left ? letters[word >> (18 - 6 * i) & 63U] : '=';
  }
  return out;
}

/// Rows of numbers that are images: weights of every hidden unit, or patterns.
struct Images {
  std::string name;
  std::size_t count = 0, pixels = 0;
  std::vector<double> values;  ///< [image][pixel]
};

Images read_images(const Group& model) {
  if (const Group* patterns = model.child("patterns"))
    if (const Variable* xi = patterns->find("xi"); xi != nullptr && xi->shape.size() == 2) {
      Images out{"stored patterns", xi->shape[0], xi->shape[1], {}};
      std::visit(
          [&](const auto& data) {
            if constexpr (std::is_arithmetic_v<typename std::decay_t<decltype(data)>::value_type>)
              out.values.assign(data.begin(), data.end());
          },
          xi->data);
      if (!out.values.empty()) return out;
    }
  const Group* weights = model.child("weights_0");
  const Variable* w = weights == nullptr ? nullptr : weights->find("W");
  const auto values = weights == nullptr ? std::span<const double>() : doubles(*weights, "W");
  if (w == nullptr || w->shape.size() != 2 || values.empty()) return {};
  Images out{"weights", w->shape[1], w->shape[0], {}};
  for (std::size_t image = 0; image < out.count; ++image)
    for (std::size_t pixel = 0; pixel < out.pixels; ++pixel) out.values.push_back(values[pixel * out.count + image]);
  return out;
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

bool has_weights(const Group& model) { return read_images(model).count > 0; }

FigureGroup images_of(const Group& model, ImageSides sides, const std::string& path) {
  FigureGroup out{.heading = "Weights"};
  const Images images = read_images(model);
  if (images.count == 0) return out;
  const auto side = static_cast<std::size_t>(std::llround(std::sqrt(static_cast<double>(images.pixels))));
  if (sides && sides->first * sides->second != images.pixels)
    throw RequestError(fmt::format("--image {}x{} has {} pixels, but the visible layer of {} has {} units",
                                   sides->first, sides->second, sides->first * sides->second, path, images.pixels));
  if (!sides && (side * side != images.pixels || side < 2)) return out;
  const std::size_t width = sides ? sides->first : side, height = sides ? sides->second : side;
  const std::size_t shown =
      std::min({images.count, most_images, std::max<std::size_t>(most_pixels / images.pixels, 1)});
  if (shown * images.pixels > 4 * most_pixels) return out;  // one image that alone would be most of a page
  std::vector<unsigned char> bytes;
  std::string rows;
  for (std::size_t k = 0; k < shown; ++k) {
    const std::span<const double> image = std::span(images.values).subspan(k * images.pixels, images.pixels);
    double largest = 0, squares = 0;
    for (const double w : image) {
      largest = std::max(largest, std::isfinite(w) ? std::abs(w) : 0);
      squares += w * w;
    }
    for (const double w : image)
      bytes.push_back(
          static_cast<unsigned char>(largest > 0 && std::isfinite(w) ? std::lround(127.5 + 127.5 * w / largest) : 128));
    rows += fmt::format("\n<tr><th scope=row>{}<td>{}<td>{}", k, digits(largest),
                        digits(std::sqrt(squares / static_cast<double>(images.pixels))));
  }
  out.html = fmt::format(
      "<figure class=figure><h4>{}</h4><canvas class=tiles role=img tabindex=0 aria-label=\"{} as {} images of {} x "
      "{}\" "
      "data-count={} data-width={} data-height={} data-bytes=\"{}\"></canvas><figcaption>{} of {}, from layer_0; each "
      "image has "
      "its own scale: 0 is the middle, its largest modulus the "
      "ends.</figcaption><details><summary>Numbers</summary><div "
      "class=scroll tabindex=0 role=region aria-label=\"sizes of {}\"><table><thead><tr><th scope=col>image<th "
      "scope=col>largest "
      "modulus<th scope=col>root mean square</thead><tbody>{}</tbody></table></div></details></figure>\n",
      images.name, images.name, shown, width, height, shown, width, height, base64(bytes), shown, images.count,
      images.name, rows);
  return out;
}

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
