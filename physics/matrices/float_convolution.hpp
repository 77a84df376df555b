/// Convolutions of images in single precision, by oneDNN (Debian's libdnnl2) as it writes them for a shape and a
/// processor: made when a number of images first comes, and kept. Like products (float_products.hpp) they are made by
/// the one thread that calls.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>

namespace gibbsite {

/// Of `channels` images of height x width to `units` ones of height_after x width_after, by windows (rows x columns)
/// `stride` apart, with zeros `padding` wide around.
struct ConvolutionShape {
  std::size_t channels = 1, height = 1, width = 1;
  std::size_t units = 1, height_after = 1, width_after = 1;
  std::size_t rows = 1, columns = 1, stride = 1, padding = 0;
};

/// y[o] at (r, c) = sum_{i, s, t} W[o][i][s][t] x[i] at (stride r + s - padding, stride c + t - padding).
/// Images: [image][row][column][channel]; weights: [unit][channel][row][column]. `room`: so many numbers as room()
/// says, which may be anything, from an address of 64 bytes. All may be called by several threads at once, each with
/// its own room, and throw std::runtime_error where oneDNN fails.
class FloatConvolution {
 public:
  explicit FloatConvolution(const ConvolutionShape& shape);
  ~FloatConvolution();
  FloatConvolution(const FloatConvolution&) = delete;
  FloatConvolution& operator=(const FloatConvolution&) = delete;

  /// Whether the library is there, in a version that this can call (asked once).
  static bool available();
  std::size_t room(std::size_t images) const;
  void forward(std::size_t images, const float* x, const float* weight, float* y, float* room) const;
  /// dL/dx of dL/dy.
  void reverse_images(std::size_t images, const float* ybar, const float* weight, float* xbar, float* room) const;
  /// dL/dW.
  void reverse_weights(std::size_t images, const float* x, const float* ybar, float* weight_bar, float* room) const;

 private:
  struct Plan;
  const Plan& plan(std::size_t images) const;
  ConvolutionShape shape_;
  mutable std::mutex mutex_;
  mutable std::map<std::size_t, std::unique_ptr<Plan>> plans_;
};

}  // namespace gibbsite
