#include "estimators/learning/steps.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace gibbsite {
namespace {

constexpr double largest_parameter = 1e8;  // beyond, a rate is too high

}  // namespace

Batches::Batches(const Matrix& data, std::size_t batch, Key key)
    : data_(data),
      batch_(std::clamp<std::size_t>(batch, 1, std::max<std::size_t>(data.columns(), 1))),
      order_(key, data.columns(), batch_) {
  if (data_.columns() == 0) throw std::invalid_argument("there are no data to learn from");
}

Matrix Batches::at(std::uint64_t update) {
  Matrix batch(data_.rows(), batch_);
  const auto samples = order_.of(update);
  for (std::size_t n = 0; n < batch_; ++n) {
    const auto from = data_.column(samples[n]);
    std::copy(from.begin(), from.end(), batch.column(n).begin());
  }
  return batch;
}

Steps::Steps(TrainingOptions options, std::size_t parameters) : options_(options), velocity_(parameters, 0) {
  if (options_.optimizer == Optimizer::adam) second_.assign(parameters, 0);
}

double Steps::rate(std::uint64_t update) const {
  const double share =
      options_.updates > 1 ? static_cast<double>(update) / static_cast<double>(options_.updates - 1) : 0;
  return slower_ * (options_.first_rate + (options_.last_rate - options_.first_rate) * share);
}

void Steps::pull(std::span<const ParameterBlock> blocks, std::span<const double> theta,
                 std::span<double> direction) const {
  if (!(options_.l2 > 0)) return;
  for (const ParameterBlock& block : blocks)
    if (penalized(block) && block.name != "log_variance")
      for (std::size_t k = block.offset; k < block.offset + block.size(); ++k) direction[k] -= options_.l2 * theta[k];
}

void Steps::scale(std::span<double> direction, std::uint64_t update) {
  const double rate_now = rate(update), t = static_cast<double>(update - begun_ + 1);
  for (std::size_t k = 0; k < direction.size(); ++k) {
    double& v = velocity_[k];
    if (options_.optimizer == Optimizer::adam) {
      constexpr double beta_2 = 0.999, tiny = 1e-8;
      v = options_.momentum * v + (1 - options_.momentum) * direction[k];
      second_[k] = beta_2 * second_[k] + (1 - beta_2) * direction[k] * direction[k];
      const double first = v / (1 - std::pow(options_.momentum, t)), second = second_[k] / (1 - std::pow(beta_2, t));
      direction[k] = rate_now * first / (std::sqrt(second) + tiny);
    } else {
      direction[k] = v = options_.momentum * v + rate_now * direction[k];
    }
  }
}

void Steps::take(std::span<const ParameterBlock> blocks, std::span<const double> step, std::uint64_t update,
                 std::span<double> theta) const {
  for (std::size_t k = 0; k < theta.size(); ++k) theta[k] += step[k];
  if (!(options_.l1 > 0)) return;
  for (const ParameterBlock& block : blocks)  // the proximal step: towards 0, and not beyond
    if (penalized(block))
      for (std::size_t k = block.offset; k < block.offset + block.size(); ++k)
        theta[k] = std::copysign(std::max(std::abs(theta[k]) - rate(update) * options_.l1, 0.0), theta[k]);
}

void Steps::limit(std::span<const ParameterBlock> blocks, std::span<double> theta) const {
  if (!(options_.max_norm > 0)) return;
  for (const ParameterBlock& w : blocks) {
    if (!w.name.starts_with("weights")) continue;
    for (std::size_t j = 0; j < w.columns; ++j) {
      double norm = 0;
      for (std::size_t i = 0; i < w.rows; ++i) norm += std::pow(theta[w.offset + i * w.columns + j], 2);
      norm = std::sqrt(norm);
      if (norm > options_.max_norm)
        for (std::size_t i = 0; i < w.rows; ++i) theta[w.offset + i * w.columns + j] *= options_.max_norm / norm;
    }
  }
}

void Steps::slow_down(std::uint64_t update) {
  slower_ /= 2;
  begun_ = update + 1;
  std::fill(velocity_.begin(), velocity_.end(), 0.0);
  std::fill(second_.begin(), second_.end(), 0.0);
}

void Steps::save(Snapshot& snapshot) const {
  snapshot.numbers["trainer_velocity"] = velocity_;
  snapshot.numbers["trainer_second"] = second_;
  snapshot.numbers["trainer_slower"] = {slower_};
  snapshot.counts["trainer_begun"] = {begun_};
}
void Steps::load(const Snapshot& snapshot) {
  velocity_ = snapshot.numbers.at("trainer_velocity");
  second_ = snapshot.numbers.at("trainer_second");
  slower_ = snapshot.numbers.at("trainer_slower").at(0);
  begun_ = snapshot.counts.at("trainer_begun").at(0);
}

bool bounded(std::span<const double> theta) noexcept {
  return std::all_of(theta.begin(), theta.end(), [](double x) { return std::abs(x) < largest_parameter; });
}

}  // namespace gibbsite
