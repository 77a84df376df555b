// Both sides of an update of a deep learner in floats: mean field given data, and chains.
#include <algorithm>
#include <cmath>

#include "estimators/learning/deep_float_learner.hpp"
#include "physics/matrices/float_products.hpp"

namespace gibbsite {

std::vector<simd::Cipher> DeepFloatLearner::ciphers(Purpose purpose, std::uint64_t time, std::size_t l) const {
  std::vector<simd::Cipher> out;
  for (std::size_t copy = 0; copy < levels_[l].copies; ++copy)
    out.push_back(simd::cipher_of(key_, purpose, time, l + copy * depth()));
  return out;
}

void DeepFloatLearner::multiply_fields(const Piece& piece, std::size_t rows, const float* below, float factor,
                                       const float* above) {
  const std::size_t l = piece.layer;
  Level& level = levels_[l];
  const auto product = [&](const Level& from, const float* x, const float* w, std::size_t w_stride, bool transposed,
                           float alpha) {
    multiply({.rows = rows,
              .columns = transposed ? std::min(piece.count, level.units - piece.begin) : piece.count,
              .inner = from.units,
              .a = x,
              .a_stride = from.stride,
              .b = w,
              .b_stride = w_stride,
              .b_transposed = transposed,
              .c = level.fields.data() + piece.begin,
              .c_stride = level.stride,
              .alpha = alpha,
              .beta = 1});
  };
  if (below != nullptr)
    product(levels_[l - 1], below, bonds_[l - 1].weights.data() + piece.begin, level.stride, false, factor);
  if (above != nullptr) {
    const std::size_t stride = levels_[l + 1].stride;
    product(levels_[l + 1], above, bonds_[l].weights.data() + piece.begin * stride, stride, true, 1);
  }
}

void DeepFloatLearner::to_mean(std::size_t l, const float* field, float* out) const {
  const Level& level = levels_[l];
  kernels_.hidden({.field = field, .length = level.length, .scale = static_cast<float>(level.copies), .mean = out});
  std::fill(out + level.units, out + level.length, 0.0F);
}

void DeepFloatLearner::draw(std::size_t l, const float* field, std::size_t chain, std::span<const simd::Cipher> ciphers,
                            float* out) {
  Level& level = levels_[l];
  for (std::size_t copy = 0; copy < level.copies; ++copy) {
    float* one = copy == 0 ? out : level.one_copy.data() + chain * level.stride;
    kernels_.hidden({.field = field,
                     .length = level.length,
                     .states = one,
                     .cipher = &ciphers[copy],
                     .chain = static_cast<std::uint32_t>(chain)});
    if (copy == 0) continue;
    for (std::size_t i = 0; i < level.length; ++i) out[i] += one[i];
  }
}

void DeepFloatLearner::settle() {
  const auto begin_at = [&](const Piece& piece, const Floats* rows) {
    Level& level = levels_[piece.layer];
    for (std::size_t n = 0; n < batch(); ++n)
      std::copy_n((rows != nullptr ? rows->data() + n * level.stride : level.bias.data()) + piece.begin, piece.count,
                  level.field(n) + piece.begin);
  };
  for (std::size_t l = 1; l < depth(); ++l) {  // the way up
    Level& level = levels_[l];
    const bool between = l + 1 < depth();
#pragma omp for schedule(dynamic)
    for (std::size_t k = 0; k < pieces_[l].size(); ++k) {
      begin_at(pieces_[l][k], nullptr);
      multiply_fields(pieces_[l][k], batch(), levels_[l - 1].rows.data(), l > 1 && between ? 2 : 1, nullptr);
    }
#pragma omp for schedule(static)
    for (std::size_t n = 0; n < batch(); ++n) {
      float* field = level.field(n);
      if (l == 1) {
        std::copy_n(field, level.length, level.from_data.data() + n * level.stride);
        if (between)
          for (std::size_t j = 0; j < level.units; ++j) field[j] = 2 * field[j] - level.bias[j];
      }
      to_mean(l, field, level.row(n));
    }
  }
  for (int round = 0; depth() > 2 && round < options_.mean_field.rounds; ++round) {
    for (const std::size_t parity : {1, 2}) {
      const std::vector<Piece>& pieces = parity == 1 ? odd_ : hidden_even_;
#pragma omp for schedule(dynamic)
      for (std::size_t k = 0; k < pieces.size(); ++k) {
        const std::size_t l = pieces[k].layer;
        begin_at(pieces[k], l == 1 ? &levels_[1].from_data : nullptr);
        multiply_fields(pieces[k], batch(), l > 1 ? levels_[l - 1].rows.data() : nullptr, 1,
                        l + 1 < depth() ? levels_[l + 1].rows.data() : nullptr);
      }
#pragma omp for schedule(static)
      for (std::size_t n = 0; n < batch(); ++n)
        for (std::size_t l = parity; l < depth(); l += 2) {
          Level& level = levels_[l];
          float *was = level.row(n), *is = level.scaled.data() + n * level.stride, most = 0;
          to_mean(l, level.field(n), is);
#pragma omp simd reduction(max : most)
          for (std::size_t j = 0; j < level.length; ++j) {
            most = std::max(most, std::abs(is[j] - was[j]));
            was[j] = is[j];
          }
          change_[l * batch() + n] = most;
        }
    }
    const float change = *std::max_element(change_.begin(), change_.end());
    if (static_cast<double>(change) < options_.mean_field.still) break;
  }
}

void DeepFloatLearner::start_chains() {
  for (std::size_t l = 1; l < depth(); l += 2) {
    const auto words = ciphers(Purpose::start, update_, l);
    Level& level = levels_[l];
#pragma omp for schedule(static)
    for (std::size_t n = 0; n < chains_; ++n)
      draw(l, level.field(n % batch()), n, words, level.drawn.data() + n * level.stride);
  }
}

void DeepFloatLearner::sweep(std::size_t k) {
  for (const std::size_t parity : {0, 1}) {
    const std::vector<Piece>& pieces = parity == 1 ? odd_ : even_;
    const auto neighbours = [&](std::size_t l) {
      return parity == 0 ? levels_[l].drawn.data() : levels_[l].row(batch());
    };
#pragma omp for schedule(dynamic)
    for (std::size_t p = 0; p < pieces.size(); ++p) {
      const Piece& piece = pieces[p];
      Level& level = levels_[piece.layer];
      for (std::size_t n = 0; n < chains_; ++n)
        std::copy_n(level.bias.data() + piece.begin, piece.count, level.field(n) + piece.begin);
      multiply_fields(piece, chains_, piece.layer > 0 ? neighbours(piece.layer - 1) : nullptr, 1,
                      piece.layer + 1 < depth() ? neighbours(piece.layer + 1) : nullptr);
    }
    for (std::size_t l = parity; l < depth(); l += 2) {
      const auto words = ciphers(Purpose::sweep, update_ * options_.sweeps + k, l);
      Level& level = levels_[l];
#pragma omp for schedule(static) nowait
      for (std::size_t n = 0; n < chains_; ++n) {
        float* row = level.row(batch() + n);
        draw(l, level.field(n), n, words, parity == 0 ? row : level.drawn.data() + n * level.stride);
        if (parity == 1 && k + 1 == options_.sweeps) to_mean(l, level.field(n), row);
      }
    }
#pragma omp barrier
  }
}

}  // namespace gibbsite
