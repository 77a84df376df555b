#include "samplers/ensembles/row_products.hpp"

#include <algorithm>
#include <vector>

#include "samplers/simd/networks/learning_kernels.hpp"

namespace gibbsite {
namespace {

constexpr float far_below = -1e30F;  // the field of units that are not there
constexpr double most_offsets = 4e9;

const simd::LearningKernels& row_kernels() {
  static const simd::LearningKernels& fastest = *simd::learning_kernels().front();
  return fastest;
}

}  // namespace

bool row_products_supported(const Network& network) {
  const auto layers = network.layers();
  return network.restricted() && layers[0].kind == UnitKind::binary && layers[1].kind == UnitKind::binary &&
         (static_cast<double>(layers[0].width()) + 32) * (static_cast<double>(layers[1].width()) + 32) < most_offsets &&
         !simd::learning_kernels().empty();
}

/// Rows stand an odd number of cache lines apart, so that they do not fall on each other.
RowProducts::Side::Side(std::size_t from_units, std::span<const double> to_bias)
    : from(from_units),
      to(to_bias.size()),
      length((to + simd::lanes - 1) / simd::lanes * simd::lanes),
      stride(length + (length / simd::lanes % 2 == 0 ? simd::lanes : 0)),
      rows(from * stride + simd::lanes),
      bias(length) {
  std::fill_n(bias.data(), length, far_below);
  std::transform(to_bias.begin(), to_bias.end(), bias.data(), [](double b) { return static_cast<float>(b); });
}

RowProducts::RowProducts(const Network& network)
    : up_(network.layers()[0].width(), network.layers()[1].bias),
      down_(network.layers()[1].width(), network.layers()[0].bias) {
  const Matrix& w = network.weights()[0];
  for (std::size_t i = 0; i < up_.from; ++i)
    for (std::size_t j = 0; j < down_.from; ++j)
      up_.rows[i * up_.stride + j] = down_.rows[j * down_.stride + i] = static_cast<float>(w(i, j));
}

/// Until the thread's next call.
const float* RowProducts::Side::sum(std::span<const double> x) const {
  thread_local std::vector<std::uint32_t> at;
  thread_local simd::Buffer<float> out;
  at.resize(std::max(at.size(), from));
  if (out.size() < length) out = simd::Buffer<float>(length);
  std::size_t count = 0;
  for (std::size_t i = 0; i < from; ++i) {
    at[count] = static_cast<std::uint32_t>(i * stride);
    count += x[i] != 0 ? 1 : 0;
  }
  row_kernels().add_rows({.first = bias.data(),
                          .rows = rows.data(),
                          .at = at.data(),
                          .count = count,
                          .length = length,
                          .out = out.data()});
  return out.data();
}

void RowProducts::Side::sum(std::span<const double> x, std::span<double> field) const {
  const float* sums = sum(x);
  std::copy_n(sums, to, field.begin());
}

double RowProducts::log_weight(std::span<const double> v) const {
  double sum = 0;
  for (std::size_t i = 0; i < down_.to; ++i) sum += v[i] * static_cast<double>(down_.bias[i]);
  return sum + row_kernels().log_sum(up_.sum(v), nullptr, 0, up_.length);
}

}  // namespace gibbsite
