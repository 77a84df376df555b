#include "estimators/learning/float_learner.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>

namespace gibbsite {
namespace {

constexpr float largest_weight = 1e8F;   // beyond, a rate is too high
constexpr float slide_of_means = 0.01F;  // per update

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
      rbm_(*machine_, theta) {
  if (samples == 0 || options_.updates == 0) throw std::invalid_argument("learning needs data and updates");
  options_.batch = std::clamp<std::size_t>(options_.batch, 1, samples);
  if (!chains_.persistent) chains_.count = options_.batch;
  velocity_ = simd::Buffer<float>(rbm_.visible * rbm_.stride);
  visible_velocity_ = simd::Buffer<float>(rbm_.visible);
  mu_ = simd::Buffer<float>(rbm_.visible);
  hidden_velocity_ = simd::Buffer<float>(rbm_.length);
  nu_ = simd::Buffer<float>(rbm_.length);
  direction_ = simd::Buffer<float>(rbm_.length);
  now_ = simd::Buffer<float>(rbm_.length);
  means_ = simd::Buffer<float>((options_.batch + chains_.count + sums()) * rbm_.stride);
  pull_ = simd::Buffer<float>(tiles() * rbm_.stride);
  if (options_.max_norm > 0) squares_ = simd::Buffer<float>(tiles() * rbm_.stride);
  largest_.assign(tiles(), 0);
  first_.assign(theta.begin(), theta.end());
  const auto rows = [&](std::size_t begin, std::size_t count) {
    std::vector<std::uint32_t> at(count);
    for (std::size_t k = 0; k < count; ++k) at[k] = static_cast<std::uint32_t>((begin + k) * rbm_.stride);
    return at;
  };
  batch_rows_ = rows(0, options_.batch);
  chain_rows_ = rows(options_.batch, chains_.count);
  tile_rows_ = rows(0, tiles());
  if (options_.centered) copy(mean, mu_);
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
                     .length = rbm_.length,
                     .out = now_.data()});
  kernels_.add_rows({.first = now_.data(),
                     .rows = means_.data(),
                     .at = chain_rows_.data(),
                     .count = chain_rows_.size(),
                     .length = rbm_.length,
                     .out = direction_.data()});
  const auto l2 = static_cast<float>(options_.penalize_biases ? options_.l2 : 0);
  for (std::size_t j = 0; j < rbm_.hidden; ++j) direction_[j] -= l2 * rbm_.hidden_bias[j];
  if (!options_.centered) return;
  const float weight = update_ == 0 ? 1 : slide_of_means;
  for (std::size_t j = 0; j < rbm_.hidden; ++j) nu_[j] += weight * (now_[j] - nu_[j]);
}

void FloatLearner::step_row(std::size_t at, bool begin, std::size_t row, const simd::RowSum& gradient, float db,
                            bool moved) {
  const double now = rate();
  simd::RowUpdate u{.gradient = gradient,
                    .weights = rbm_.weights.data() + row * rbm_.stride,
                    .velocity = velocity_.data() + row * rbm_.stride,
                    .momentum = moved ? 1 : static_cast<float>(options_.momentum),
                    .rate = static_cast<float>(now),
                    .l2 = static_cast<float>(options_.l2),
                    .shrink = static_cast<float>(now * options_.l1),
                    .mu = mu_[row],
                    .db = 0,
                    .dc = direction_.data(),
                    .nu = nu_.data(),
                    .pull = pull_.data() + at * rbm_.stride,
                    .squares = options_.max_norm > 0 ? squares_.data() + at * rbm_.stride : nullptr};
  if (begin) {
    std::fill_n(u.pull, rbm_.length, 0.0F);
    if (u.squares != nullptr) std::fill_n(u.squares, rbm_.length, 0.0F);
    largest_[at] = 0;
  }
  float& bias = rbm_.visible_bias[row];
  if (options_.penalize_biases) db -= u.l2 * bias;
  if (options_.centered) u.db = db;
  const simd::RowUpdated done = kernels_.update(u);
  float& velocity = visible_velocity_[row];
  velocity = static_cast<float>(options_.momentum) * velocity + u.rate * db;
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
                       .length = rbm_.length,
                       .out = now_.data()});
  };
  add_tiles(pull_);
  for (std::size_t j = 0; j < rbm_.hidden; ++j) {
    float &velocity = hidden_velocity_[j], &bias = rbm_.hidden_bias[j];
    velocity = momentum * velocity + now * direction_[j];
    bias += velocity - now_[j];
    if (shrink > 0) bias = std::copysign(std::max(std::abs(bias) - shrink, 0.0F), bias);
    largest_[0] = std::max(largest_[0], std::bit_cast<std::uint32_t>(std::abs(bias)));
  }
  if (options_.max_norm > 0) {
    add_tiles(squares_);
    for (std::size_t j = 0; j < rbm_.hidden; ++j) {
      const float norm = std::sqrt(now_[j]);
      if (!(norm > static_cast<float>(options_.max_norm))) continue;
      for (std::size_t i = 0; i < rbm_.visible; ++i)
        rbm_.weights[i * rbm_.stride + j] *= static_cast<float>(options_.max_norm) / norm;
    }
  }
  ++update_;
}

std::vector<double> FloatLearner::parameters() const {
  std::vector<double> theta = first_;
  rbm_.copy_to(*machine_, theta);
  return theta;
}

bool FloatLearner::bounded() const {
  return std::all_of(largest_.begin(), largest_.end(),
                     [](std::uint32_t bits) { return bits < std::bit_cast<std::uint32_t>(largest_weight); });
}

Snapshot FloatLearner::save() const {
  Snapshot out;
  out.numbers["float_weights"] = doubles_of(rbm_.weights, rbm_.visible * rbm_.stride);
  out.numbers["float_velocity"] = doubles_of(velocity_, rbm_.visible * rbm_.stride);
  out.numbers["float_visible"] = doubles_of(rbm_.visible_bias, rbm_.visible);
  out.numbers["float_visible_velocity"] = doubles_of(visible_velocity_, rbm_.visible);
  out.numbers["float_hidden"] = doubles_of(rbm_.hidden_bias, rbm_.length);
  out.numbers["float_hidden_velocity"] = doubles_of(hidden_velocity_, rbm_.length);
  out.numbers["float_hidden_mean"] = doubles_of(nu_, rbm_.length);
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
  take("float_weights", rbm_.weights, rbm_.visible * rbm_.stride);
  take("float_velocity", velocity_, rbm_.visible * rbm_.stride);
  take("float_visible", rbm_.visible_bias, rbm_.visible);
  take("float_visible_velocity", visible_velocity_, rbm_.visible);
  take("float_hidden", rbm_.hidden_bias, rbm_.length);
  take("float_hidden_velocity", hidden_velocity_, rbm_.length);
  take("float_hidden_mean", nu_, rbm_.length);
  update_ = snapshot.counts.at("float_update").at(0);
  options_.updates = snapshot.counts.at("float_update").at(1);
}

}  // namespace gibbsite
