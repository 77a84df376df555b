#include "estimators/learning/dense_learner.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "physics/matrices/float_products.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t hidden_at_once = 128, visible_at_once = 112;  // of a product, and of several tiles
static_assert(hidden_at_once % simd::lanes == 0);

std::size_t items_of(std::size_t count, std::size_t at_once) { return (count + at_once - 1) / at_once; }

std::vector<double> offsets_of(const ParametricMachine& machine, const Matrix& data, std::span<const double> theta) {
  std::vector<double> mean(data.rows(), 0);
  for (std::size_t n = 0; n < data.columns(); ++n)
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += data(i, n) / static_cast<double>(data.columns());
  if (const ParameterBlock* s = machine.block("log_variance"))
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] /= std::exp(theta[s->offset + i]);
  return mean;
}

std::vector<std::uint32_t> rows_from(std::size_t begin, std::size_t count, std::size_t width) {
  std::vector<std::uint32_t> at(count);
  for (std::size_t k = 0; k < count; ++k) at[k] = static_cast<std::uint32_t>((begin + k) * width);
  return at;
}

}  // namespace

bool dense_learner_supported(const ParametricMachine& machine, const FloatChains& chains,
                             const TrainingOptions& options) {
  constexpr double most = 4e9;
  const double rows = static_cast<double>(options.batch + chains.count),
               widest = static_cast<double>(std::max(machine.width(), machine.hidden().units) + 2 * simd::lanes);
  const bool categorical = machine.visible().kind == UnitKind::categorical;
  return ((categorical && options.max_norm == 0) || machine.visible().kind == UnitKind::gaussian) &&
         machine.hidden().kind == UnitKind::binary && machine.visible().labels == 0 && options.weight.empty() &&
         machine.hidden().units > 0 && !machine.lateral() && options.optimizer == Optimizer::sgd &&
         !options.learn_variance && !options.penalize_biases && 2 * rows * widest < most &&
         !simd::learning_kernels().empty() && float_products_available();
}

DenseLearner::DenseLearner(std::shared_ptr<const ParametricMachine> machine, const Matrix& data,
                           std::span<const double> theta, FloatChains chains, const TrainingOptions& options, Key key)
    : FloatLearner(machine, data.columns(), offsets_of(*machine, data, theta), theta, chains, options, key,
                   *simd::learning_kernels().front()),
      data_(data),
      categories_(machine_->visible().kind == UnitKind::categorical ? machine_->visible().states : 0),
      width_((rbm_.visible + simd::lanes - 1) / simd::lanes * simd::lanes),
      states_((options_.batch + chains_.count) * width_),
      hidden_(chains_.count * rbm_.stride),
      over_variance_(width_),
      deviation_(width_),
      direction_(width_),
      model_sum_(width_),
      batch_rows_(rows_from(0, options_.batch, width_)),
      chain_rows_(rows_from(options_.batch, chains_.count, width_)) {
  for (std::size_t i = 0; i < rbm_.visible; ++i) {
    const double log_s = categories_ > 0 ? 0 : theta[machine_->block("log_variance")->offset + i];
    over_variance_[i] = static_cast<float>(std::exp(-log_s));
    deviation_[i] = static_cast<float>(std::exp(log_s / 2));
  }
  if (!chains_.persistent) return;
  for (std::size_t n = 0; n < chains_.count; ++n) {  // an exact draw of the machine whose parameters are all 0
    if (categories_ > 0) {
      choose_states(n, Purpose::reference, 0);
      continue;
    }
    Chance chance(Stream(key_, Purpose::reference, 0, n));
    for (std::size_t i = 0; i < rbm_.visible; ++i)
      states(options_.batch + n)[i] = static_cast<float>(chance.normal()) * over_variance_[i];
  }
}

void DenseLearner::see_sample(std::size_t n) {
  const auto v = data_.column(batch_[n]);
  float* x = states(n);
  for (std::size_t i = 0; i < rbm_.visible; ++i) x[i] = static_cast<float>(v[i]) * over_variance_[i];
}

/// Fields of hidden units `item` ... of the states of some rows, into their rows of means.
void DenseLearner::multiply_fields(std::size_t item, std::size_t row, std::size_t rows) {
  const std::size_t begin = item * hidden_at_once, count = std::min(hidden_at_once, rbm_.length - begin);
  for (std::size_t n = row; n < row + rows; ++n) std::copy_n(rbm_.hidden_bias.data() + begin, count, means(n) + begin);
  multiply({.rows = rows,
            .columns = count,
            .inner = rbm_.visible,
            .a = states(row),
            .a_stride = width_,
            .b = rbm_.weights.data() + begin,
            .b_stride = rbm_.stride,
            .c = means(row) + begin,
            .c_stride = rbm_.stride,
            .beta = 1});
}

/// Means of hidden units in place of their fields; where they are drawn, states of the chain that belongs to the row.
void DenseLearner::see_hidden(std::size_t row, float scale, const simd::Cipher* drawn) {
  const std::size_t chain = row >= options_.batch ? row - options_.batch : row;
  float* mean = means(row);
  kernels_.hidden({.field = mean,
                   .length = rbm_.length,
                   .scale = scale,
                   .mean = mean,
                   .states = drawn != nullptr ? hidden_.data() + chain * rbm_.stride : nullptr,
                   .cipher = drawn,
                   .chain = static_cast<std::uint32_t>(chain)});
  std::fill(mean + rbm_.hidden, mean + rbm_.length, 0.0F);
}

/// b + W h of visible units `item` ... of all chains.
void DenseLearner::multiply_visible(std::size_t item) {
  const std::size_t begin = item * visible_at_once, count = std::min(visible_at_once, rbm_.visible - begin);
  for (std::size_t n = options_.batch; n < options_.batch + chains_.count; ++n)
    std::copy_n(rbm_.visible_bias.data() + begin, count, states(n) + begin);
  multiply({.rows = chains_.count,
            .columns = count,
            .inner = rbm_.hidden,
            .a = hidden_.data(),
            .a_stride = rbm_.stride,
            .b = rbm_.weights.data() + begin * rbm_.stride,
            .b_stride = rbm_.stride,
            .b_transposed = true,
            .c = states(options_.batch) + begin,
            .c_stride = width_,
            .beta = 1});
}

void DenseLearner::draw_visible(std::size_t chain, const simd::Cipher& cipher) {
  float* x = states(options_.batch + chain);
  kernels_.normal({.mean = x,
                   .deviation = deviation_.data(),
                   .scale = over_variance_.data(),
                   .length = width_,
                   .out = x,
                   .cipher = &cipher,
                   .chain = static_cast<std::uint32_t>(chain)});
}

/// One state of each unit of a chain, in place of their fields.
void DenseLearner::choose_states(std::size_t chain, Purpose purpose, std::uint64_t time) {
  constexpr std::size_t ciphers = 2;  // whose keys come from the streams before
  Stream words(key_, purpose, time, ciphers + chain);
  float* x = states(options_.batch + chain);
  for (float* unit = x; unit < x + rbm_.visible; unit += categories_) {
    const float most = *std::max_element(unit, unit + categories_);
    float sum = 0;
    for (std::size_t a = 0; a < categories_; ++a) unit[a] = sum += std::exp(unit[a] - most);
    const auto level = static_cast<float>((words.next32() + 0.5) * 0x1p-32 * static_cast<double>(sum));
    const auto chosen = static_cast<std::size_t>(
        std::count_if(unit, unit + categories_ - 1, [level](float so_far) { return so_far <= level; }));
    std::fill_n(unit, categories_, 0.0F);
    unit[chosen] = 1;
  }
}

/// The zero-sum gauge: sums over the states of a unit are 0.
void DenseLearner::fix_gauge() {
  const auto share = 1 / static_cast<float>(categories_);
  std::vector<float> mean(rbm_.length);
  for (std::size_t first = 0; first < rbm_.visible; first += categories_) {
    std::fill(mean.begin(), mean.end(), 0.0F);
    float bias = 0;
    for (std::size_t i = first; i < first + categories_; ++i) {
      bias += share * rbm_.visible_bias[i];
      for (std::size_t j = 0; j < rbm_.length; ++j) mean[j] += share * rbm_.weights[i * rbm_.stride + j];
    }
    for (std::size_t i = first; i < first + categories_; ++i) {
      rbm_.visible_bias[i] -= bias;
      for (std::size_t j = 0; j < rbm_.length; ++j) rbm_.weights[i * rbm_.stride + j] -= mean[j];
    }
    for (std::size_t j = 0; j < rbm_.hidden; ++j) rbm_.hidden_bias[j] += mean[j];
  }
}

void DenseLearner::step_rows(std::size_t item) {
  const std::size_t begin = item * visible_at_once, count = std::min(visible_at_once, rbm_.visible - begin);
  multiply({.rows = count,
            .columns = rbm_.length,
            .inner = options_.batch + chains_.count,
            .a = states(0) + begin,
            .a_stride = width_,
            .a_transposed = true,
            .b = means(0),
            .b_stride = rbm_.stride,
            .c = velocity_.data() + begin * rbm_.stride,
            .c_stride = rbm_.stride,
            .alpha = static_cast<float>(rate()),
            .beta = static_cast<float>(options_.momentum)});
  for (std::size_t i = begin; i < begin + count; ++i)
    step_row(item, i == begin, i, {.length = rbm_.length}, direction_[i], true);
}

void DenseLearner::update_together() {
  const std::size_t batch = options_.batch, chains = chains_.count;
  const std::uint64_t begin = chains_.time(update_);
  const std::size_t steps = chains_.sweeps(update_);
  const auto cipher = [&](std::size_t k, std::uint64_t layer) {
    return simd::cipher_of(key_, Purpose::sweep, begin + k, layer);
  };
  const float up = 1.0F / static_cast<float>(batch), down = -1.0F / static_cast<float>(chains);
  const std::size_t hidden_items = items_of(rbm_.length, hidden_at_once),
                    visible_items = items_of(rbm_.visible, visible_at_once);
  simd::Cipher hidden = cipher(0, 0);
#pragma omp for schedule(static)
  for (std::size_t n = 0; n < batch; ++n) see_sample(n);
#pragma omp for schedule(dynamic)
  for (std::size_t item = 0; item < hidden_items; ++item) {
    multiply_fields(item, 0, batch);
    if (chains_.persistent) multiply_fields(item, batch, chains);
  }
#pragma omp for schedule(static)
  for (std::size_t n = 0; n < batch; ++n) see_hidden(n, up, chains_.persistent ? nullptr : &hidden);
  for (std::size_t k = 0; k < steps; ++k) {
    if (k > 0 || chains_.persistent) {
#pragma omp for schedule(static)
      for (std::size_t n = 0; n < chains; ++n) see_hidden(batch + n, 1, &hidden);
    }
    const simd::Cipher visible = cipher(k, 1);
#pragma omp for schedule(dynamic)
    for (std::size_t item = 0; item < visible_items; ++item) multiply_visible(item);
#pragma omp for schedule(static)
    for (std::size_t n = 0; n < chains; ++n) {
      if (categories_ > 0)
        choose_states(n, Purpose::sweep, begin + k);
      else
        draw_visible(n, visible);
    }
    hidden = cipher(k + 1, 0);
#pragma omp for schedule(dynamic)
    for (std::size_t item = 0; item < hidden_items; ++item) multiply_fields(item, batch, chains);
  }
#pragma omp for schedule(static)
  for (std::size_t n = 0; n < chains; ++n) see_hidden(batch + n, down, nullptr);
#pragma omp single
  {
    look_at_means();
    const auto sum = [&](const std::vector<std::uint32_t>& rows, float* out) {
      kernels_.add_rows({.rows = states(0), .at = rows.data(), .count = rows.size(), .length = width_, .out = out});
    };
    sum(batch_rows_, direction_.data());
    sum(chain_rows_, model_sum_.data());
    for (std::size_t i = 0; i < rbm_.visible; ++i) direction_[i] = direction_[i] * up + model_sum_[i] * down;
  }
#pragma omp for schedule(dynamic)
  for (std::size_t item = 0; item < visible_items; ++item) step_rows(item);
}

void DenseLearner::advance() {
  batch_ = order_.of(update_);
  const double work = static_cast<double>(rbm_.visible * rbm_.hidden) / 64 *
                      static_cast<double>(options_.batch + chains_.count * (1 + chains_.sweeps(update_)));
  threads_.run(work, [&](bool parallel) {
#pragma omp parallel if (parallel)
    update_together();
  });
  end_update();
  if (categories_ > 0) fix_gauge();
}

Matrix DenseLearner::model_states() const {
  Matrix out(rbm_.visible, chains_.count);
  for (std::size_t n = 0; n < chains_.count; ++n)
    for (std::size_t i = 0; i < rbm_.visible; ++i)
      out(i, n) = static_cast<double>(states_[(options_.batch + n) * width_ + i] / over_variance_[i]);
  return out;
}

Snapshot DenseLearner::save() const {
  Snapshot out = FloatLearner::save();
  out.numbers["float_chains"] = {states_.data() + options_.batch * width_, states_.data() + states_.size()};
  return out;
}

void DenseLearner::load(const Snapshot& snapshot) {
  FloatLearner::load(snapshot);
  const auto& chains = snapshot.numbers.at("float_chains");
  if (chains.size() != chains_.count * width_) throw std::invalid_argument("the checkpoint is of other chains");
  std::transform(chains.begin(), chains.end(), states(options_.batch), [](double x) { return static_cast<float>(x); });
}

}  // namespace gibbsite
