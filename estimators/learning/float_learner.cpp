#include "estimators/learning/float_learner.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>

namespace gibbsite {
namespace {

constexpr float largest_weight = 1e8F;   // beyond, a rate is too high
constexpr float slide_of_means = 0.01F;  // per update
constexpr float never = -1e30F;          // field of units that are not there

std::size_t in_vectors(std::size_t n) { return (n + simd::lanes - 1) / simd::lanes * simd::lanes; }
/// An odd number of cache lines, so that rows do not fall on each other in the cache.
std::size_t odd_stride(std::size_t length) { return length + (length / simd::lanes % 2 == 0 ? simd::lanes : 0); }

void copy(std::span<const double> from, simd::Buffer<float>& to) {
  std::transform(from.begin(), from.end(), to.data(), [](double x) { return static_cast<float>(x); });
}
std::vector<double> doubles_of(const simd::Buffer<float>& x, std::size_t count) { return {x.data(), x.data() + count}; }

}  // namespace

FloatLearner::FloatLearner(std::shared_ptr<const ParametricMachine> machine, std::size_t samples,
                           std::vector<double> mean, std::span<const double> theta, FloatChains chains,
                           const TrainingOptions& options, Key key, const simd::LearningKernels& kernels)
    : machine_(std::move(machine)),
      options_(options),
      chains_(chains),
      key_(key),
      kernels_(kernels),
      order_(key, samples, std::clamp<std::size_t>(options.batch, 1, std::max<std::size_t>(samples, 1))),
      visible_(machine_->width()),
      hidden_(machine_->hidden().units),
      length_(in_vectors(hidden_)),
      stride_(odd_stride(length_)) {
  if (samples == 0 || options_.updates == 0) throw std::invalid_argument("learning needs data and updates");
  options_.batch = std::clamp<std::size_t>(options_.batch, 1, samples);
  if (!chains_.persistent) chains_.count = options_.batch;
  weights_ = simd::Buffer<float>(visible_ * stride_ + simd::lanes);
  velocity_ = simd::Buffer<float>(visible_ * stride_);
  visible_bias_ = simd::Buffer<float>(visible_);
  visible_velocity_ = simd::Buffer<float>(visible_);
  mu_ = simd::Buffer<float>(visible_);
  hidden_bias_ = simd::Buffer<float>(length_);
  hidden_velocity_ = simd::Buffer<float>(length_);
  nu_ = simd::Buffer<float>(length_);
  direction_ = simd::Buffer<float>(length_);
  now_ = simd::Buffer<float>(length_);
  means_ = simd::Buffer<float>((options_.batch + chains_.count + sums()) * stride_);
  pull_ = simd::Buffer<float>(tiles() * stride_);
  if (options_.max_norm > 0) squares_ = simd::Buffer<float>(tiles() * stride_);
  largest_.assign(tiles(), 0);
  const auto rows = [&](std::size_t begin, std::size_t count) {
    std::vector<std::uint32_t> at(count);
    for (std::size_t k = 0; k < count; ++k) at[k] = static_cast<std::uint32_t>((begin + k) * stride_);
    return at;
  };
  batch_rows_ = rows(0, options_.batch);
  chain_rows_ = rows(options_.batch, chains_.count);
  tile_rows_ = rows(0, tiles());
  if (options_.centered) copy(mean, mu_);
  const ParameterBlock &b = *machine_->block("visible_bias"), &c = *machine_->block("hidden_bias"),
                       &w = *machine_->block("weights");
  copy(theta.subspan(b.offset, visible_), visible_bias_);
  std::fill_n(hidden_bias_.data(), length_, never);
  copy(theta.subspan(c.offset, hidden_), hidden_bias_);
  for (std::size_t i = 0; i < visible_; ++i)
    for (std::size_t j = 0; j < hidden_; ++j)
      weights_[i * stride_ + j] = static_cast<float>(theta[w.offset + i * hidden_ + j]);
}

double FloatLearner::rate() const {
  const double share =
      options_.updates > 1 ? static_cast<double>(update_) / static_cast<double>(options_.updates - 1) : 0;
  return options_.first_rate + (options_.last_rate - options_.first_rate) * share;
}

void FloatLearner::look_at_means() {
  kernels_.add_rows({.rows = means_.data(),
                     .at = batch_rows_.data(),
                     .count = batch_rows_.size(),
                     .length = length_,
                     .out = now_.data()});
  kernels_.add_rows({.first = now_.data(),
                     .rows = means_.data(),
                     .at = chain_rows_.data(),
                     .count = chain_rows_.size(),
                     .length = length_,
                     .out = direction_.data()});
  const auto l2 = static_cast<float>(options_.penalize_biases ? options_.l2 : 0);
  for (std::size_t j = 0; j < hidden_; ++j) direction_[j] -= l2 * hidden_bias_[j];
  if (!options_.centered) return;
  const float weight = update_ == 0 ? 1 : slide_of_means;
  for (std::size_t j = 0; j < hidden_; ++j) nu_[j] += weight * (now_[j] - nu_[j]);
}

void FloatLearner::step_row(std::size_t at, std::size_t row, const simd::RowSum& gradient, float db) {
  const double now = rate();
  simd::RowUpdate u{.gradient = gradient,
                    .weights = weights_.data() + row * stride_,
                    .velocity = velocity_.data() + row * stride_,
                    .momentum = static_cast<float>(options_.momentum),
                    .rate = static_cast<float>(now),
                    .l2 = static_cast<float>(options_.l2),
                    .shrink = static_cast<float>(now * options_.l1),
                    .mu = mu_[row],
                    .db = 0,
                    .dc = direction_.data(),
                    .nu = nu_.data(),
                    .pull = pull_.data() + at * stride_,
                    .squares = options_.max_norm > 0 ? squares_.data() + at * stride_ : nullptr};
  if (row % tile == 0) {
    std::fill_n(u.pull, length_, 0.0F);
    if (u.squares != nullptr) std::fill_n(u.squares, length_, 0.0F);
    largest_[at] = 0;
  }
  float& bias = visible_bias_[row];
  if (options_.penalize_biases) db -= u.l2 * bias;
  if (options_.centered) u.db = db;
  const simd::RowUpdated done = kernels_.update(u);
  float& velocity = visible_velocity_[row];
  velocity = u.momentum * velocity + u.rate * db;
  bias += velocity - done.along_nu;
  if (options_.penalize_biases && u.shrink > 0) bias = std::copysign(std::max(std::abs(bias) - u.shrink, 0.0F), bias);
  largest_[at] = std::max({largest_[at], done.largest, std::bit_cast<std::uint32_t>(std::abs(bias))});
}

void FloatLearner::end_update() {
  const auto momentum = static_cast<float>(options_.momentum), now = static_cast<float>(rate());
  const auto shrink = static_cast<float>(options_.penalize_biases ? rate() * options_.l1 : 0);
  const auto add_tiles = [&](const simd::Buffer<float>& sums) {  // in the order of tiles
    kernels_.add_rows({.rows = sums.data(),
                       .at = tile_rows_.data(),
                       .count = tile_rows_.size(),
                       .length = length_,
                       .out = now_.data()});
  };
  add_tiles(pull_);
  for (std::size_t j = 0; j < hidden_; ++j) {
    float &velocity = hidden_velocity_[j], &bias = hidden_bias_[j];
    velocity = momentum * velocity + now * direction_[j];
    bias += velocity - now_[j];
    if (shrink > 0) bias = std::copysign(std::max(std::abs(bias) - shrink, 0.0F), bias);
    largest_[0] = std::max(largest_[0], std::bit_cast<std::uint32_t>(std::abs(bias)));
  }
  if (options_.max_norm > 0) {
    add_tiles(squares_);
    for (std::size_t j = 0; j < hidden_; ++j) {
      const float norm = std::sqrt(now_[j]);
      if (!(norm > static_cast<float>(options_.max_norm))) continue;
      for (std::size_t i = 0; i < visible_; ++i)
        weights_[i * stride_ + j] *= static_cast<float>(options_.max_norm) / norm;
    }
  }
  ++update_;
}

std::vector<double> FloatLearner::parameters() const {
  std::vector<double> theta(machine_->parameters(), 0);
  const ParameterBlock &b = *machine_->block("visible_bias"), &c = *machine_->block("hidden_bias"),
                       &w = *machine_->block("weights");
  std::copy_n(visible_bias_.data(), visible_, theta.data() + b.offset);
  std::copy_n(hidden_bias_.data(), hidden_, theta.data() + c.offset);
  for (std::size_t i = 0; i < visible_; ++i)
    std::copy_n(weights_.data() + i * stride_, hidden_, theta.data() + w.offset + i * hidden_);
  return theta;
}

bool FloatLearner::bounded() const {
  return std::all_of(largest_.begin(), largest_.end(),
                     [](std::uint32_t bits) { return bits < std::bit_cast<std::uint32_t>(largest_weight); });
}

Snapshot FloatLearner::save() const {
  Snapshot out;
  out.numbers["float_weights"] = doubles_of(weights_, visible_ * stride_);
  out.numbers["float_velocity"] = doubles_of(velocity_, visible_ * stride_);
  out.numbers["float_visible"] = doubles_of(visible_bias_, visible_);
  out.numbers["float_visible_velocity"] = doubles_of(visible_velocity_, visible_);
  out.numbers["float_hidden"] = doubles_of(hidden_bias_, length_);
  out.numbers["float_hidden_velocity"] = doubles_of(hidden_velocity_, length_);
  out.numbers["float_hidden_mean"] = doubles_of(nu_, length_);
  out.counts["float_update"] = {update_, options_.updates};
  return out;
}

void FloatLearner::load(const Snapshot& snapshot) {
  const auto take = [&](const char* name, simd::Buffer<float>& to, std::size_t count) {
    const auto found = snapshot.numbers.find(name);
    if (found == snapshot.numbers.end() || found->second.size() != count)
      throw std::invalid_argument("the checkpoint is of another machine, or of another layout");
    copy(found->second, to);
  };
  take("float_weights", weights_, visible_ * stride_);
  take("float_velocity", velocity_, visible_ * stride_);
  take("float_visible", visible_bias_, visible_);
  take("float_visible_velocity", visible_velocity_, visible_);
  take("float_hidden", hidden_bias_, length_);
  take("float_hidden_velocity", hidden_velocity_, length_);
  take("float_hidden_mean", nu_, length_);
  update_ = snapshot.counts.at("float_update").at(0);
  options_.updates = snapshot.counts.at("float_update").at(1);
}

}  // namespace gibbsite
