#include "estimators/learning/nets/views.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace gibbsite {
namespace {

using Kind = Augmentation::Kind;

struct Named {
  std::string_view name;
  Kind kind;
  bool whole;     ///< its number is a whole one
  bool optional;  ///< it may have none
};
constexpr Named names[] = {{"shift", Kind::shift, true, false},  {"roll", Kind::roll, true, true},
                           {"crop", Kind::crop, true, false},    {"erase", Kind::erase, true, false},
                           {"noise", Kind::noise, false, false}, {"contrast", Kind::contrast, false, false},
                           {"turn", Kind::turn, true, true}};

const Named& named(Kind kind) {
  return *std::find_if(std::begin(names), std::end(names), [&](const Named& n) { return n.kind == kind; });
}

/// Where the pixels of a view come from: one channel of numbers, its rows and columns.
class Picture {
 public:
  Picture(const NeuralShape& shape, std::span<double> x) : height_(shape.height), width_(shape.width), x_(x) {}
  /// x(r, c) = from(old, r, c), channel by channel.
  template <class From>
  void redraw(From from) {
    std::vector<double> old(height_ * width_);
    for (std::size_t first = 0; first < x_.size(); first += old.size()) {
      const auto channel = x_.subspan(first, old.size());
      std::copy(channel.begin(), channel.end(), old.begin());
      for (std::size_t r = 0; r < height_; ++r)
        for (std::size_t c = 0; c < width_; ++c) channel[r * width_ + c] = from(old, r, c);
    }
  }

 private:
  std::size_t height_, width_;
  std::span<double> x_;
};

/// Uniform on -most ... most.
std::ptrdiff_t offset(std::size_t most, Chance& chance) {
  return static_cast<std::ptrdiff_t>(chance.pick(2 * most + 1)) - static_cast<std::ptrdiff_t>(most);
}

void shift(const NeuralShape& shape, std::span<double> x, std::ptrdiff_t down, std::ptrdiff_t right, bool torus) {
  const auto height = static_cast<std::ptrdiff_t>(shape.height), width = static_cast<std::ptrdiff_t>(shape.width);
  Picture(shape, x).redraw([&](const std::vector<double>& old, std::size_t r, std::size_t c) {
    std::ptrdiff_t row = static_cast<std::ptrdiff_t>(r) - down, column = static_cast<std::ptrdiff_t>(c) - right;
    if (torus) row = (row % height + height) % height, column = (column % width + width) % width;
    if (row < 0 || row >= height || column < 0 || column >= width) return 0.0;
    return old[static_cast<std::size_t>(row * width + column)];
  });
}

/// The window, stretched: corners to corners.
void stretch(const PixelWindow& window, const NeuralShape& shape, std::span<double> x) {
  const auto place = [](std::size_t k, std::size_t length, std::size_t of) {
    return length < 2 ? 0.0 : static_cast<double>(k) * static_cast<double>(of - 1) / static_cast<double>(length - 1);
  };
  Picture(shape, x).redraw([&](const std::vector<double>& old, std::size_t r, std::size_t c) {
    const double row = place(r, shape.height, window.height), column = place(c, shape.width, window.width);
    const auto top = std::min(static_cast<std::size_t>(row), window.height - 1),
               left = std::min(static_cast<std::size_t>(column), window.width - 1);
    const double down = row - static_cast<double>(top), right = column - static_cast<double>(left);
    const auto at = [&](std::size_t dr, std::size_t dc) {
      return old[(window.top + std::min(top + dr, window.height - 1)) * shape.width + window.left +
                 std::min(left + dc, window.width - 1)];
    };
    return (1 - down) * ((1 - right) * at(0, 0) + right * at(0, 1)) +
           down * ((1 - right) * at(1, 0) + right * at(1, 1));
  });
}

void turn(const NeuralShape& shape, std::span<double> x, std::size_t which) {
  const std::size_t last = shape.height - 1;
  Picture(shape, x).redraw([&](const std::vector<double>& old, std::size_t r, std::size_t c) {
    if ((which & 1) != 0) r = last - r;
    if ((which & 2) != 0) c = last - c;
    if ((which & 4) != 0) std::swap(r, c);
    return old[r * shape.width + c];
  });
}

PixelWindow anywhere(std::size_t side, const NeuralShape& shape, Chance& chance) {
  const std::size_t top = chance.pick(shape.height - side + 1), left = chance.pick(shape.width - side + 1);
  return {top, left, side, side};
}

template <class Erased>
void erase_where(const NeuralShape& shape, std::span<double> x, Erased erased) {
  Picture(shape, x).redraw([&](const std::vector<double>& old, std::size_t r, std::size_t c) {
    return erased(r, c) ? 0.0 : old[r * shape.width + c];
  });
}

bool inside(const PixelWindow& w, std::size_t r, std::size_t c) {
  return r >= w.top && r < w.top + w.height && c >= w.left && c < w.left + w.width;
}

}  // namespace

Augmentation parse_augmentation(std::string_view text) {
  const std::size_t space = text.find(' ');
  const std::string_view word = text.substr(0, space);
  const std::string_view rest = space == text.npos ? std::string_view() : text.substr(space + 1);
  const auto refuse = [&] {
    std::string words = "\"";
    words.append(text);
    words +=
        "\" makes no view; allowed: \"shift N\", \"roll [N]\", \"crop N\", \"erase N\" (pixels), \"noise S\", "
        "\"contrast S\", \"turn\"";
    return std::invalid_argument(words);
  };
  for (const Named& one : names) {
    if (one.name != word) continue;
    if (rest.empty() && one.optional) return {one.kind, 0};
    double amount = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), amount);
    if (error != std::errc() || end != rest.data() + rest.size() || !(amount > 0) || !std::isfinite(amount) ||
        one.kind == Kind::turn || (one.whole && amount != std::floor(amount)) ||
        (one.kind == Kind::contrast && amount > 1))
      throw refuse();
    return {one.kind, amount};
  }
  throw refuse();
}

std::string augmentation_text(const Augmentation& what) {
  std::string out(named(what.kind).name);
  if (what.amount == 0) return out;
  char digits[32];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), what.amount).ptr;
  out += ' ';
  out.append(std::begin(digits), end);
  return out;
}

void check_augmentation(const Augmentation& what, const NeuralShape& shape) {
  if (what.kind == Kind::noise || what.kind == Kind::contrast) return;
  const auto refuse = [&](const char* why) {
    std::string words = "\"";
    words += augmentation_text(what);
    words += why;
    words += shape_text(shape);
    throw std::invalid_argument(words);
  };
  if (shape.tokens || shape.pixels() < 2)
    refuse("\" is for images; say which shape they have, model.shape = \"8x8\"; now they are ");
  if ((what.kind == Kind::crop || what.kind == Kind::erase) &&
      what.amount > static_cast<double>(std::min(shape.height, shape.width)))
    refuse("\" is larger than images of ");
  if (what.kind == Kind::turn && shape.height != shape.width) refuse("\" is for squares, not for images of ");
}

void augment(std::span<const Augmentation> all, const NeuralShape& shape, std::span<double> x, Chance& chance) {
  for (const Augmentation& one : all) {
    const auto pixels = static_cast<std::size_t>(one.amount);
    switch (one.kind) {
      case Kind::shift: {
        const std::ptrdiff_t down = offset(pixels, chance), right = offset(pixels, chance);
        shift(shape, x, down, right, false);
        break;
      }
      case Kind::roll: {
        const std::ptrdiff_t down =
            pixels > 0 ? offset(pixels, chance) : static_cast<std::ptrdiff_t>(chance.pick(shape.height));
        const std::ptrdiff_t right =
            pixels > 0 ? offset(pixels, chance) : static_cast<std::ptrdiff_t>(chance.pick(shape.width));
        shift(shape, x, down, right, true);
        break;
      }
      case Kind::crop:
        stretch(anywhere(pixels, shape, chance), shape, x);
        break;
      case Kind::erase:
        erase_inside(anywhere(pixels, shape, chance), shape, x);
        break;
      case Kind::noise:
        for (double& v : x) v += one.amount * chance.normal();
        break;
      case Kind::contrast: {
        const double factor = 1 + one.amount * (2 * chance.uniform() - 1);
        for (double& v : x) v *= factor;
        break;
      }
      case Kind::turn:
        turn(shape, x, chance.pick(8));
        break;
    }
  }
}

void erase_inside(const PixelWindow& window, const NeuralShape& shape, std::span<double> x) {
  erase_where(shape, x, [&](std::size_t r, std::size_t c) { return inside(window, r, c); });
}

void erase_outside(const PixelWindow& window, const NeuralShape& shape, std::span<double> x) {
  erase_where(shape, x, [&](std::size_t r, std::size_t c) { return !inside(window, r, c); });
}

}  // namespace gibbsite
