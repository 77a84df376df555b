// Rows of numbers as images: weights of hidden units, stored patterns, samples.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "studies/files/variables.hpp"
#include "studies/page/html.hpp"
#include "studies/page/plots.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/table.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t most_images = 100, most_pixels = 80000;

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
  std::string name, source;
  std::size_t count = 0, pixels = 0;
  std::vector<double> values;  ///< [image][pixel]
  bool one_scale = false;      ///< from the least to the largest number of all; else each its own, 0 in the middle
};

std::vector<double> numbers_in(const Variable& variable) {
  std::vector<double> out;
  std::visit(
      [&](const auto& data) {
        if constexpr (std::is_arithmetic_v<typename std::decay_t<decltype(data)>::value_type>)
          out.assign(data.begin(), data.end());
      },
      variable.data);
  return out;
}

/// Rows of a variable of two axes; none where there is no such variable.
Images rows_of(const Group* group, const char* variable, const char* name, const char* source) {
  const Variable* v = group == nullptr ? nullptr : group->find(variable);
  if (v == nullptr || v->shape.size() != 2) return {};
  return {.name = name, .source = source, .count = v->shape[0], .pixels = v->shape[1], .values = numbers_in(*v)};
}

Images weights_of(const Group& model) {
  if (Images patterns = rows_of(model.child("patterns"), "xi", "stored patterns", "patterns"); patterns.count > 0)
    return patterns;
  const Group* weights = model.child("weights_0");
  const Variable* w = weights == nullptr ? nullptr : weights->find("W");
  const auto values = weights == nullptr ? std::span<const double>() : doubles(*weights, "W");
  if (w == nullptr || w->shape.size() != 2 || values.empty()) return {};
  Images out{.name = "weights", .source = "layer_0", .count = w->shape[1], .pixels = w->shape[0], .values = {}};
  for (std::size_t image = 0; image < out.count; ++image)
    for (std::size_t pixel = 0; pixel < out.pixels; ++pixel) out.values.push_back(values[pixel * out.count + image]);
  return out;
}

/// Width and height; none where they are neither given nor those of a square.
ImageSides sides_of_images(const Images& images, ImageSides asked, const std::string& path) {
  if (asked && asked->first * asked->second != images.pixels)
    throw RequestError(fmt::format("--image {}x{} has {} pixels, but the visible layer of {} has {} units",
                                   asked->first, asked->second, asked->first * asked->second, path, images.pixels));
  if (asked) return asked;
  const auto side = static_cast<std::size_t>(std::llround(std::sqrt(static_cast<double>(images.pixels))));
  return side * side == images.pixels && side >= 2 ? ImageSides({side, side}) : ImageSides();
}

std::string html_of_images(const Images& images, ImageSides asked, const std::string& path) {
  if (images.count == 0 || images.values.empty()) return "";
  const ImageSides sides = sides_of_images(images, asked, path);
  const std::size_t shown =
      std::min({images.count, most_images, std::max<std::size_t>(most_pixels / images.pixels, 1)});
  if (!sides || shown * images.pixels > 4 * most_pixels) return "";  // one image that alone would be most of a page
  const auto [least, most] = std::minmax_element(images.values.begin(), images.values.end());
  const double middle = images.one_scale ? (*least + *most) / 2 : 0, reach = (*most - *least) / 2;
  std::vector<unsigned char> bytes;
  std::string rows;
  for (std::size_t k = 0; k < shown; ++k) {
    const std::span<const double> image = std::span(images.values).subspan(k * images.pixels, images.pixels);
    double largest = 0, squares = 0, sum = 0;
    for (const double x : image) {
      largest = std::max(largest, std::isfinite(x) ? std::abs(x) : 0);
      squares += x * x, sum += x;
    }
    const double scale = images.one_scale ? reach : largest, n = static_cast<double>(images.pixels);
    for (const double x : image)
      bytes.push_back(static_cast<unsigned char>(
          scale > 0 && std::isfinite(x) ? std::lround(127.5 + 127.5 * (x - middle) / scale) : 128));
    rows += images.one_scale
                ? fmt::format("\n<tr><th scope=row>{}<td>{}", k, digits(sum / n))
                : fmt::format("\n<tr><th scope=row>{}<td>{}<td>{}", k, digits(largest), digits(std::sqrt(squares / n)));
  }
  return fmt::format(
      "<figure class=figure><h4>{0}</h4><canvas class=tiles role=img tabindex=0 aria-label=\"{0} as {1} images of {2} "
      "x "
      "{3}\" data-count={1} data-width={2} data-height={3} data-bytes=\"{4}\"></canvas><figcaption>{1} of {5}, from "
      "{6}; "
      "{7}.</figcaption><details><summary>Numbers</summary><div class=scroll tabindex=0 role=region aria-label=\"sizes "
      "of "
      "{0}\"><table><thead><tr><th scope=col>image{8}</thead><tbody>{9}</tbody></table></div></details></figure>\n",
      images.name, shown, sides->first, sides->second, base64(bytes), images.count, images.source,
      images.one_scale ? fmt::format("from {} to {}", digits(*least), digits(*most))
                       : "each image has its own scale: 0 is the middle, its largest modulus the ends",
      images.one_scale ? "<th scope=col>mean" : "<th scope=col>largest modulus<th scope=col>root mean square", rows);
}

}  // namespace

bool has_weights(const Group& model) { return weights_of(model).count > 0; }

FigureGroup images_of(const Group& model, ImageSides sides, const std::string& path) {
  return {.heading = "Weights", .html = html_of_images(weights_of(model), sides, path)};
}

std::size_t pixels_of(const Group& model) { return weights_of(model).pixels; }

FigureGroup images_of_samples(const Group& group, const char* source, ImageSides sides, const std::string& path,
                              std::size_t pixels) {
  Images samples = rows_of(&group, "samples", "samples", source);
  samples.one_scale = true;
  if (pixels > 0 && pixels < samples.pixels && !samples.values.empty()) {
    std::vector<double> cut;
    for (std::size_t k = 0; k < samples.count; ++k) {
      const auto row = std::span(samples.values).subspan(k * samples.pixels, pixels);
      cut.insert(cut.end(), row.begin(), row.end());
    }
    samples.values = std::move(cut), samples.pixels = pixels;
  }
  return {.heading = "Samples", .html = html_of_images(samples, sides, path)};
}

}  // namespace gibbsite
