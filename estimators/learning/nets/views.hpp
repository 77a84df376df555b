/// Views of an image: what is done to it at random, so that two views of one sample show what does not matter. Images
/// are numbers as people have them, [channel][row][column], with whatever mean and scale; nothing known stands at 0.
///
///   shift N         by up to N pixels each way; what comes in from outside is 0
///   roll N          the same on a torus: what leaves at one side comes in at the other; "roll": by any number
///   crop N          a window of N x N pixels anywhere, stretched to the whole (bilinear)
///   erase N         a window of N x N pixels anywhere becomes 0
///   noise S         normal numbers of deviation S added
///   contrast S      all numbers times a factor, uniform from 1 - S to 1 + S
///   turn            one of the eight ways to turn and reflect a square, each alike
///
/// All draws are a pure function of where they are taken (physics/random.hpp): the same views for any number of
/// threads.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "physics/chance.hpp"
#include "physics/neural/layer_spec.hpp"

namespace gibbsite {

struct Augmentation {
  enum class Kind { shift, roll, crop, erase, noise, contrast, turn } kind = Kind::shift;
  double amount = 0;
};

/// Throws std::invalid_argument that names the text and what can stand there.
Augmentation parse_augmentation(std::string_view text);
std::string augmentation_text(const Augmentation& what);
/// Throws std::invalid_argument where it is not for images of this shape: windows larger than they are, turns of what
/// is no square, anything but noise and contrast of what is no image.
void check_augmentation(const Augmentation& what, const NeuralShape& shape);

/// One after the other, in their order, in place. x: [shape.size()].
void augment(std::span<const Augmentation> all, const NeuralShape& shape, std::span<double> x, Chance& chance);

/// A window of a picture, and its complement, become 0. [channel][row][column].
struct PixelWindow {
  std::size_t top = 0, left = 0, height = 0, width = 0;
};
void erase_inside(const PixelWindow& window, const NeuralShape& shape, std::span<double> x);
void erase_outside(const PixelWindow& window, const NeuralShape& shape, std::span<double> x);

}  // namespace gibbsite
