#include "estimators/learning/sparse_learner.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <stdexcept>

namespace gibbsite {
namespace {

constexpr std::size_t word_bits = BitRows::word_bits;

std::size_t in_words(std::size_t bits) { return (bits + word_bits - 1) / word_bits; }

/// Of 8 bytes of 8 bits, rows for columns (Warren, Hacker's Delight, sec. 7-3).
std::uint64_t transposed(std::uint64_t x) {
  std::uint64_t t = (x ^ x >> 7) & 0x00AA00AA00AA00AAU;
  x ^= t ^ t << 7;
  t = (x ^ x >> 14) & 0x0000CCCC0000CCCCU;
  x ^= t ^ t << 14;
  t = (x ^ x >> 28) & 0x00000000F0F0F0F0U;
  return x ^ t ^ t << 28;
}

std::vector<double> mean_of_samples(const Matrix& data) {
  std::vector<double> mean(data.rows(), 0);
  for (std::size_t n = 0; n < data.columns(); ++n)
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += data(i, n) / static_cast<double>(data.columns());
  return mean;
}

const simd::LearningKernels& kernels_or_fastest(const simd::LearningKernels* kernels) {
  return kernels != nullptr ? *kernels : *simd::learning_kernels().front();
}

}  // namespace

bool sparse_learner_supported(const ParametricMachine& machine, const FloatChains& chains,
                              const TrainingOptions& options) {
  constexpr double most = 4e9;
  const double rows =
      std::max<double>(static_cast<double>(machine.width()), 2.0 * static_cast<double>(options.batch + chains.count));
  return machine.visible().kind == UnitKind::binary && machine.hidden().kind == UnitKind::binary &&
         machine.visible().labels == 0 && options.weight.empty() && machine.hidden().units > 0 && !machine.lateral() &&
         options.optimizer == Optimizer::sgd &&
         rows * static_cast<double>(machine.hidden().units + 2 * simd::lanes) < most &&
         !simd::learning_kernels().empty();
}

SparseLearner::SparseLearner(std::shared_ptr<const ParametricMachine> machine, const Matrix& data,
                             std::span<const double> theta, FloatChains chains, const TrainingOptions& options, Key key,
                             const simd::LearningKernels* kernels)
    : FloatLearner(std::move(machine), data.columns(), mean_of_samples(data), theta, chains, options, key,
                   kernels_or_fastest(kernels)),
      batch_words_(in_words(options_.batch)),
      chain_words_(in_words(chains_.count)),
      data_(data),
      batch_lists_(options_.batch, rbm_.visible),
      chain_lists_(chains_.count, rbm_.visible),
      came_(chains_.count, rbm_.visible),
      went_(chains_.count, rbm_.visible),
      fields_(chains_.count * rbm_.stride),
      batch_states_(batch_words_ * (word_bits / group) * rbm_.visible, 0),
      before_(chains_.count * data_.words(), 0),
      few_changed_(chains_.count, 0),
      rows_of_item_((chains_.count + group - 1) / group, std::vector<std::uint64_t>(group * data_.words(), 0)),
      states_(rbm_.visible * chain_words_, 0),
      groups_((rbm_.hidden + kernels_.bits - 1) / kernels_.bits),
      bytes_(rbm_.length / 8 + sizeof(std::uint64_t)),
      hidden_states_(chains_.count * bytes_, 0),
      rows_(tiles() * (options_.batch + chains_.count)) {
  const std::size_t vectors = (chains_.count + simd::lanes - 1) / simd::lanes;
  const std::size_t blocks = (vectors + kernels_.most_vectors - 1) / kernels_.most_vectors;
  for (std::size_t b = 0; b <= blocks; ++b) blocks_.push_back(vectors * b / blocks);
  hidden_words_ = simd::Buffer<std::uint32_t>(vectors * groups_ * simd::lanes);
  if (!chains_.persistent) return;
  // An exact draw of the machine whose parameters are all 0.
  for (std::size_t i = 0; i < rbm_.visible; ++i) {
    Stream words(key_, Purpose::reference, 0, i);
    for (std::size_t w = 0; w < chain_words_; ++w) states_[i * chain_words_ + w] = words();
    if (chains_.count % word_bits != 0)
      states_[(i + 1) * chain_words_ - 1] &= (std::uint64_t{1} << (chains_.count % word_bits)) - 1;
  }
  for (std::size_t item = 0; item * group < chains_.count; ++item) list_chains(item, true);
}

void SparseLearner::add_up(const Lists& lists, std::size_t list, float* field) const {
  kernels_.add_rows({.first = rbm_.hidden_bias.data(),
                     .rows = rbm_.weights.data(),
                     .at = lists.at.data() + list * lists.width,
                     .count = lists.count[list],
                     .length = rbm_.length,
                     .out = field});
}

void SparseLearner::see_hidden(const float* field, std::size_t row, float scale, std::size_t chain,
                               const simd::Cipher* drawn) {
  float* mean = means(row);
  std::uint8_t* bits = drawn != nullptr ? hidden_states_.data() + chain * bytes_ : nullptr;
  kernels_.hidden({.field = field,
                   .length = rbm_.length,
                   .scale = scale,
                   .mean = mean,
                   .bits = bits,
                   .cipher = drawn,
                   .chain = static_cast<std::uint32_t>(chain)});
  std::fill(mean + rbm_.hidden, mean + rbm_.length, 0.0F);
  if (bits == nullptr) return;
  const std::size_t vector = chain / simd::lanes;
  std::size_t block = 0;
  while (blocks_[block + 1] <= vector) ++block;
  const std::size_t vectors = blocks_[block + 1] - blocks_[block];
  std::uint32_t* out =
      hidden_words_.data() + (blocks_[block] * groups_ + vector - blocks_[block]) * simd::lanes + chain % simd::lanes;
  const std::uint32_t mask = (1U << kernels_.bits) - 1;
  for (std::size_t g = 0, bit = 0; g < groups_; ++g, bit += kernels_.bits, out += vectors * simd::lanes) {
    std::uint32_t word = 0;
    std::memcpy(&word, bits + bit / 8, sizeof word);
    *out = word >> (bit % 8) & mask;
  }
}

void SparseLearner::see_data(std::size_t item, const simd::Cipher* hidden) {
  std::uint8_t* states = batch_states_.data() + item * rbm_.visible;
  std::fill_n(states, rbm_.visible, std::uint8_t{0});
  for (std::size_t n = item * group; n < std::min((item + 1) * group, options_.batch); ++n) {
    std::uint32_t* at = batch_lists_.at.data() + n * rbm_.visible;
    const std::uint32_t* const begin = at;
    const auto bit = static_cast<std::uint8_t>(1U << (n % group));
    data_.each_unit(batch_[n], [&](std::size_t i) {
      *at++ = static_cast<std::uint32_t>(i * rbm_.stride);
      states[i] |= bit;
    });
    batch_lists_.count[n] = static_cast<std::uint32_t>(at - begin);
    float* field = hidden != nullptr ? fields(n) : means(n);
    if (hidden != nullptr) std::copy_n(data_.row(batch_[n]), data_.words(), before_.data() + n * data_.words());
    add_up(batch_lists_, n, field);
    see_hidden(field, n, 1.0F / static_cast<float>(options_.batch), n, hidden);
  }
}

void SparseLearner::begin_chains(std::size_t item, const simd::Cipher& hidden) {
  for (std::size_t n = item * group; n < std::min((item + 1) * group, chains_.count); ++n) {
    add_up(chain_lists_, n, fields(n));
    see_hidden(fields(n), options_.batch + n, 1, n, &hidden);
  }
}

void SparseLearner::draw_visible(std::size_t item, const simd::Cipher& visible) {
  const std::size_t first = item * tile_of_units, units = std::min(tile_of_units, rbm_.visible - first);
  for (std::size_t b = 0; b + 1 < blocks_.size(); ++b)
    kernels_.visible({.weights = rbm_.weights.data() + first * rbm_.stride,
                      .stride = rbm_.stride,
                      .units = units,
                      .bias = rbm_.visible_bias.data() + first,
                      .words = hidden_words_.data() + blocks_[b] * groups_ * simd::lanes,
                      .groups = groups_,
                      .cipher = &visible,
                      .first = static_cast<std::uint32_t>(first),
                      .vector = blocks_[b],
                      .states = reinterpret_cast<std::uint8_t*>(states_.data() + first * chain_words_) + 2 * blocks_[b],
                      .states_stride = chain_words_ * sizeof(std::uint64_t)},
                     blocks_[b + 1] - blocks_[b]);
  if (chains_.count % word_bits == 0) return;
  const std::uint64_t there = (std::uint64_t{1} << (chains_.count % word_bits)) - 1;
  for (std::size_t i = first; i < first + units; ++i) states_[(i + 1) * chain_words_ - 1] &= there;
}

void SparseLearner::list_chains(std::size_t item, bool all) {
  const std::size_t begin = item * group, count = std::min(group, chains_.count - begin), words = data_.words();
  const auto* states = reinterpret_cast<const std::uint8_t*>(states_.data()) + item;
  const auto list = [&](Lists& lists, std::size_t chain, auto&& word) {
    std::uint32_t* const first = lists.at.data() + chain * rbm_.visible;
    std::uint32_t* at = first;
    for (std::size_t w = 0; w < words; ++w)
      each_bit(word(w), [&](std::size_t k) { *at++ = static_cast<std::uint32_t>((w * word_bits + k) * rbm_.stride); });
    lists.count[chain] = static_cast<std::uint32_t>(at - first);
  };
  std::vector<std::uint64_t>& now = rows_of_item_[item];  // [chain of the item][word]
  std::fill(now.begin(), now.end(), 0);
  for (std::size_t i = 0; i < rbm_.visible; i += group) {
    std::uint64_t square = 0;
    for (std::size_t k = 0; k < std::min(group, rbm_.visible - i); ++k)
      square |= std::uint64_t{states[(i + k) * chain_words_ * sizeof(std::uint64_t)]} << (k * group);
    square = transposed(square);
    for (std::size_t k = 0; k < count; ++k)
      now[k * words + i / word_bits] |= (square >> (k * group) & 0xFFU) << (i % word_bits);
  }
  for (std::size_t k = 0; k < count; ++k) {
    const std::uint64_t* is = now.data() + k * words;
    std::uint64_t* was = before_.data() + (begin + k) * words;
    int ones = 0, changed = 0;
    for (std::size_t w = 0; w < words; ++w) ones += std::popcount(is[w]), changed += std::popcount(is[w] ^ was[w]);
    few_changed_[begin + k] = changed < ones ? 1 : 0;
    if (all || changed >= ones) list(chain_lists_, begin + k, [&](std::size_t w) { return is[w]; });
    if (changed < ones) {
      list(came_, begin + k, [&](std::size_t w) { return is[w] & ~was[w]; });
      list(went_, begin + k, [&](std::size_t w) { return was[w] & ~is[w]; });
    }
    std::copy_n(is, words, was);
  }
}

void SparseLearner::end_chains(std::size_t item, const simd::Cipher* hidden) {
  list_chains(item, chains_.persistent);
  for (std::size_t n = item * group; n < std::min((item + 1) * group, chains_.count); ++n) {
    const std::size_t row = options_.batch + n;
    float* field = fields(n);
    if (few_changed_[n] != 0)
      kernels_.add_rows({.first = field,  // of the state before, to which few units are new
                         .rows = rbm_.weights.data(),
                         .at = came_.at.data() + n * rbm_.visible,
                         .count = came_.count[n],
                         .length = rbm_.length,
                         .less = went_.at.data() + n * rbm_.visible,
                         .less_count = went_.count[n],
                         .out = field});
    else
      add_up(chain_lists_, n, field);
    see_hidden(field, row, -1.0F / static_cast<float>(chains_.count), n, hidden);
    if (hidden != nullptr || n >= sums()) continue;
    const std::uint32_t both[] = {static_cast<std::uint32_t>(n * rbm_.stride),
                                  static_cast<std::uint32_t>(row * rbm_.stride)};
    kernels_.add_rows({.rows = means(0),
                       .at = both,
                       .count = 2,
                       .length = rbm_.length,
                       .out = means(options_.batch + chains_.count + n)});
  }
}

void SparseLearner::step_rows(std::size_t item) {
  const std::size_t batch = options_.batch, chains = chains_.count;
  std::uint32_t* const rows = rows_.data() + item * (batch + chains);
  const auto offset = [&](std::size_t row) { return static_cast<std::uint32_t>(row * rbm_.stride); };
  for (std::size_t i = item * tile; i < std::min((item + 1) * tile, rbm_.visible); ++i) {
    std::uint32_t* at = rows;
    int in_data = 0, in_chains = 0;
    for (std::size_t w = 0; w < std::max(batch_words_, chain_words_); ++w) {
      std::uint64_t data = 0;
      if (w < batch_words_)
        for (std::size_t b = 0; b < word_bits / group; ++b)
          data |= std::uint64_t{batch_states_[(w * (word_bits / group) + b) * rbm_.visible + i]} << (b * group);
      const std::uint64_t model = w < chain_words_ ? states_[i * chain_words_ + w] : 0, both = data & model;
      in_data += std::popcount(data), in_chains += std::popcount(model);
      each_bit(data & ~both, [&](std::size_t k) { *at++ = offset(w * word_bits + k); });
      each_bit(model & ~both, [&](std::size_t k) { *at++ = offset(batch + w * word_bits + k); });
      each_bit(both, [&](std::size_t k) { *at++ = offset(batch + chains + w * word_bits + k); });
    }
    const float db = static_cast<float>(in_data) / static_cast<float>(batch) -
                     static_cast<float>(in_chains) / static_cast<float>(chains);
    step_row(item, i % tile == 0, i,
             {.rows = means(0), .at = rows, .count = static_cast<std::size_t>(at - rows), .length = rbm_.length}, db);
  }
}

void SparseLearner::update_together() {
  const std::uint64_t begin = chains_.time(update_);
  const std::size_t steps = chains_.sweeps(update_);
  const auto cipher = [&](std::size_t k, std::uint64_t layer) {
    return simd::cipher_of(key_, Purpose::sweep, begin + k, layer);
  };
  const auto items = [](std::size_t count, std::size_t of) { return (count + of - 1) / of; };
  simd::Cipher hidden = cipher(0, 0);
#pragma omp for schedule(dynamic) nowait
  for (std::size_t item = 0; item < items(options_.batch, group); ++item)
    see_data(item, chains_.persistent ? nullptr : &hidden);
  if (chains_.persistent) {
#pragma omp for schedule(dynamic) nowait
    for (std::size_t item = 0; item < items(chains_.count, group); ++item) begin_chains(item, hidden);
  }
#pragma omp barrier
  for (std::size_t k = 0; k < steps; ++k) {
    const simd::Cipher visible = cipher(k, 1);
#pragma omp for schedule(dynamic)
    for (std::size_t item = 0; item < items(rbm_.visible, tile_of_units); ++item) draw_visible(item, visible);
    const bool last = k + 1 == steps;
    hidden = cipher(k + 1, 0);
#pragma omp for schedule(dynamic)
    for (std::size_t item = 0; item < items(chains_.count, group); ++item) end_chains(item, last ? nullptr : &hidden);
  }
#pragma omp single
  look_at_means();
#pragma omp for schedule(dynamic)
  for (std::size_t item = 0; item < tiles(); ++item) step_rows(item);
}

void SparseLearner::advance() {
  batch_ = order_.of(update_);
  const double work = static_cast<double>(rbm_.visible * rbm_.hidden) / 256 *
                      static_cast<double>(options_.batch + chains_.count * (1 + chains_.sweeps(update_)));
  threads_.run(work, [&](bool parallel) {
#pragma omp parallel if (parallel)
    update_together();
  });
  end_update();
}

Matrix SparseLearner::model_states() const {
  Matrix out(rbm_.visible, chains_.count);
  for (std::size_t i = 0; i < rbm_.visible; ++i)
    for (std::size_t n = 0; n < chains_.count; ++n)
      out(i, n) = static_cast<double>(states_[i * chain_words_ + n / word_bits] >> (n % word_bits) & 1U);
  return out;
}

Snapshot SparseLearner::save() const {
  Snapshot out = FloatLearner::save();
  std::vector<std::byte> states(states_.size() * sizeof(std::uint64_t));
  std::memcpy(states.data(), states_.data(), states.size());
  out.bytes["float_chains"] = std::move(states);
  return out;
}

void SparseLearner::load(const Snapshot& snapshot) {
  FloatLearner::load(snapshot);
  const auto& states = snapshot.bytes.at("float_chains");
  if (states.size() != states_.size() * sizeof(std::uint64_t))
    throw std::invalid_argument("the checkpoint is of other chains");
  std::memcpy(states_.data(), states.data(), states.size());
  for (std::size_t item = 0; item * group < chains_.count; ++item) list_chains(item, true);
}

}  // namespace gibbsite
