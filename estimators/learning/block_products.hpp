/// Products of Eigen's blocks, [unit][sample] column by column, for .cpp files alone: single precision by oneDNN where
/// it is there (physics/matrices/float_products.hpp), by the one thread that calls, else and in doubles by Eigen.
#pragma once

#include <type_traits>

#include "physics/matrices/eigen.hpp"
#include "physics/matrices/float_products.hpp"

namespace gibbsite {

template <class Real>
using ColumnBlock = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>;

enum class Side { from_above, from_below };

/// Adds to `out`, [unit][sample], what weights [lower][upper] make of the layer above, w x, or below, w' x.
template <class Real>
void add_input(Side side, const ColumnBlock<Real>& w, const ColumnBlock<Real>& x, ColumnBlock<Real>& out) {
  if constexpr (std::is_same_v<Real, float>)
    if (float_products_available()) {
      const auto size = [](Eigen::Index n) { return static_cast<std::size_t>(n); };
      return multiply({.rows = size(x.cols()),
                       .columns = size(out.rows()),
                       .inner = size(x.rows()),
                       .a = x.data(),
                       .a_stride = size(x.rows()),
                       .b = w.data(),
                       .b_stride = size(w.rows()),
                       .b_transposed = side == Side::from_below,
                       .c = out.data(),
                       .c_stride = size(out.rows()),
                       .alpha = 1,
                       .beta = 1});
    }
  if (side == Side::from_above)
    out.noalias() += w * x;
  else
    out.noalias() += w.transpose() * x;
}

/// Units begin ... begin + count - 1 of x times those of y, summed over samples: [unit of y][unit of x].
template <class Real>
ColumnBlock<Real> products_over_samples(const ColumnBlock<Real>& x, Eigen::Index begin, Eigen::Index count,
                                        const ColumnBlock<Real>& y) {
  ColumnBlock<Real> out(y.rows(), count);
  if constexpr (std::is_same_v<Real, float>)
    if (float_products_available()) {
      const auto size = [](Eigen::Index n) { return static_cast<std::size_t>(n); };
      multiply({.rows = size(count),
                .columns = size(y.rows()),
                .inner = size(x.cols()),
                .a = x.data() + begin,
                .a_stride = size(x.rows()),
                .a_transposed = true,
                .b = y.data(),
                .b_stride = size(y.rows()),
                .c = out.data(),
                .c_stride = size(y.rows()),
                .alpha = 1,
                .beta = 0});
      return out;
    }
  out.noalias() = y * x.middleRows(begin, count).transpose();
  return out;
}

}  // namespace gibbsite
