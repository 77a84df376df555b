#include "studies/data/shrink.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

struct Sides {
  std::size_t rows = 0, columns = 0;
};
std::optional<Sides> read_sides_of_image(std::string_view text) {
  const auto parts = split(text, 'x');
  if (parts.size() != 2) return std::nullopt;
  const auto rows = read_number<std::size_t>(parts[0]), columns = read_number<std::size_t>(parts[1]);
  if (!rows || !columns || *rows == 0 || *columns == 0 || *rows > 100'000 || *columns > 100'000) return std::nullopt;
  return Sides{*rows, *columns};
}

/// weight[j][i]: share of old pixel i in new pixel j, along one side; sums to 1 over i.
std::vector<std::vector<double>> shares_along(std::size_t before, std::size_t after) {
  std::vector<std::vector<double>> out(after, std::vector<double>(before, 0));
  const double length = static_cast<double>(before) / static_cast<double>(after);
  for (std::size_t j = 0; j < after; ++j)
    for (std::size_t i = 0; i < before; ++i) {
      const double begin = std::max(static_cast<double>(i), static_cast<double>(j) * length),
                   end = std::min(static_cast<double>(i + 1), static_cast<double>(j + 1) * length);
      out[j][i] = std::max(end - begin, 0.0) / length;
    }
  return out;
}

}  // namespace

void shrink_images(Data& data, const std::string& how) {
  if (how.empty()) return;
  const auto parts = split(how, ':');
  const auto before = read_sides_of_image(parts.front()), after = read_sides_of_image(parts.back());
  if (parts.size() != 2 || !before || !after)
    throw RequestError(fmt::format("shrink = {}: say rows x columns before and after, as 28x28:8x8", how));
  if (after->rows > before->rows || after->columns > before->columns)
    throw RequestError(fmt::format("shrink = {}: images would grow; give the smaller size last", how));
  if (data.width != before->rows * before->columns)
    throw RequestError(fmt::format("shrink = {}: rows of {} have {} numbers, not {} x {}", how, data.source, data.width,
                                   before->rows, before->columns));
  const auto down = shares_along(before->rows, after->rows), across = shares_along(before->columns, after->columns);
  const std::size_t width = after->rows * after->columns;
  std::vector<double> out(data.samples * width, 0);
  std::vector<double> half(after->rows * before->columns);
  for (std::size_t s = 0; s < data.samples; ++s) {
    const double* image = data.values.data() + s * data.width;
    std::fill(half.begin(), half.end(), 0.0);
    for (std::size_t r = 0; r < after->rows; ++r)
      for (std::size_t i = 0; i < before->rows; ++i)
        for (std::size_t c = 0; down[r][i] > 0 && c < before->columns; ++c)
          half[r * before->columns + c] += down[r][i] * image[i * before->columns + c];
    for (std::size_t r = 0; r < after->rows; ++r)
      for (std::size_t c = 0; c < after->columns; ++c)
        for (std::size_t i = 0; i < before->columns; ++i)
          out[s * width + r * after->columns + c] += across[c][i] * half[r * before->columns + i];
  }
  data.values = std::move(out);
  data.width = width;
}

}  // namespace gibbsite
