#include "estimators/learning/deep_float_learner.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "physics/matrices/float_products.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t units_of_piece = 128, rows_of_step = 112;
static_assert(units_of_piece % simd::lanes == 0);
constexpr float no_unit = -1e30F;          // the bias of units that fill a vector up
constexpr float slide_of_offsets = 0.01F;  // per update

}  // namespace

bool deep_float_learner_supported(const DeepMachine& machine, const DeepOptions& options) {
  const bool binary = std::all_of(machine.layers().begin(), machine.layers().end(),
                                  [](const Layer& layer) { return layer.kind == UnitKind::binary; });
  return binary && options.negative != DeepNegative::exact && options.steps.optimizer == Optimizer::sgd &&
         options.steps.max_norm == 0 && !options.steps.penalize_biases && options.steps.weight.empty() &&
         !simd::learning_kernels().empty() && float_products_available();
}

DeepFloatLearner::DeepFloatLearner(std::shared_ptr<const DeepMachine> machine, const Matrix& data,
                                   std::span<const double> theta, const DeepOptions& options, Key key, Lift lift)
    : machine_(std::move(machine)),
      options_(options),
      key_(key),
      kernels_(*simd::learning_kernels().front()),
      data_(data),
      batches_(data, options.steps.batch, key),
      lift_(std::move(lift)) {
  if (options_.steps.updates == 0) throw std::invalid_argument("learning needs updates");
  options_.steps.batch = batches_.size();
  chains_ = options_.negative == DeepNegative::cd ? batch() : options_.chains;
  levels_.resize(machine_->depth());
  pieces_.resize(depth());
  for (std::size_t l = 0; l < depth(); ++l) {
    Level& level = levels_[l];
    level.units = machine_->layers()[l].units, level.copies = machine_->copies(l);
    level.length = (level.units + simd::lanes - 1) / simd::lanes * simd::lanes;
    level.stride = level.length + (level.length / simd::lanes % 2 == 0 ? simd::lanes : 0);
    for (Floats* x : {&level.bias, &level.velocity, &level.offset, &level.direction, &level.now, &level.along})
      *x = Floats(level.length);
    std::fill_n(level.bias.data(), level.length, no_unit);
    std::transform(theta.begin() + static_cast<std::ptrdiff_t>(machine_->bias(l).offset),
                   theta.begin() + static_cast<std::ptrdiff_t>(machine_->bias(l).offset + level.units),
                   level.bias.data(), [](double x) { return static_cast<float>(x); });
    level.rows = Floats((batch() + chains_) * level.stride);
    level.fields = Floats(std::max(batch(), chains_) * level.stride);
    if (l > 0) level.scaled = Floats(level.rows.size());
    if (l == 1) level.from_data = Floats(batch() * level.stride);
    if (l % 2 == 1) level.drawn = Floats(chains_ * level.stride);
    if (level.copies > 1) level.one_copy = Floats(chains_ * level.stride);
    for (std::size_t begin = 0; begin < level.length; begin += units_of_piece)
      pieces_[l].push_back({l, begin, std::min(units_of_piece, level.length - begin)});
    std::vector<Piece>& same_parity = l % 2 == 1 ? odd_ : even_;
    same_parity.insert(same_parity.end(), pieces_[l].begin(), pieces_[l].end());
    if (l % 2 == 0 && l > 0) hidden_even_.insert(hidden_even_.end(), pieces_[l].begin(), pieces_[l].end());
  }
  change_.assign(depth() * batch(), 0);
  bonds_.resize(depth() - 1);
  for (std::size_t l = 0; l + 1 < depth(); ++l) {
    const Level &low = levels_[l], &high = levels_[l + 1];
    Bond& bond = bonds_[l];
    bond.weights = Floats(low.units * high.stride + simd::lanes);
    bond.velocity = Floats(low.units * high.stride);
    const double* w = theta.data() + machine_->weights(l).offset;
    for (std::size_t i = 0; i < low.units; ++i)
      for (std::size_t j = 0; j < high.units; ++j)
        bond.weights[i * high.stride + j] = static_cast<float>(w[i * high.units + j]);
    for (std::size_t begin = 0; begin < low.units; begin += rows_of_step) {
      steps_.push_back({l, begin, std::min(rows_of_step, low.units - begin)});
      bond.largest.push_back(0);
    }
    bond.pull = Floats(bond.largest.size() * high.stride);
  }
}

double DeepFloatLearner::rate() const {
  const TrainingOptions& o = options_.steps;
  const double share = o.updates > 1 ? static_cast<double>(update_) / static_cast<double>(o.updates - 1) : 0;
  return o.first_rate + (o.last_rate - o.first_rate) * share;
}

void DeepFloatLearner::look_at_means(std::size_t l) {
  Level& level = levels_[l];
  const auto sum = [&](const Floats& from, std::size_t begin, std::size_t count, Floats& out) {
    std::fill_n(out.data(), level.length, 0.0F);
    for (std::size_t n = begin; n < begin + count; ++n)
      for (std::size_t i = 0; i < level.length; ++i) out[i] += from[n * level.stride + i];
  };
  sum(level.rows, 0, batch(), level.now);
  sum(level.rows, batch(), chains_, level.direction);
  const auto copies = static_cast<float>(level.copies);
  const float up = 1 / (static_cast<float>(batch()) * copies), down = 1 / (static_cast<float>(chains_) * copies);
  const float weight = begun_ ? slide_of_offsets : 1;
  for (std::size_t i = 0; i < level.length; ++i) {
    level.now[i] *= up;
    level.direction[i] = level.now[i] - level.direction[i] * down;
    if (options_.steps.centered) level.offset[i] += weight * (level.now[i] - level.offset[i]);
  }
}

void DeepFloatLearner::step_rows(const Piece& piece) {
  const std::size_t l = piece.layer, end = piece.begin + piece.count, item = piece.begin / rows_of_step;
  Level &low = levels_[l], &high = levels_[l + 1];
  Bond& bond = bonds_[l];
  const TrainingOptions& o = options_.steps;
  const auto now = static_cast<float>(rate());
  const auto copies = static_cast<float>(low.copies * high.copies);
  multiply({.rows = piece.count,
            .columns = high.length,
            .inner = batch() + chains_,
            .a = low.rows.data() + piece.begin,
            .a_stride = low.stride,
            .a_transposed = true,
            .b = high.scaled.data(),
            .b_stride = high.stride,
            .c = bond.velocity.data() + piece.begin * high.stride,
            .c_stride = high.stride,
            .alpha = now / copies,
            .beta = static_cast<float>(o.momentum)});
  float* pull = bond.pull.data() + item * high.stride;
  std::fill_n(pull, high.length, 0.0F);
  std::uint32_t largest = 0;
  for (std::size_t i = piece.begin; i < end; ++i) {
    const simd::RowUpdated done = kernels_.update({.gradient = {.length = high.length},
                                                   .weights = bond.weights.data() + i * high.stride,
                                                   .velocity = bond.velocity.data() + i * high.stride,
                                                   .momentum = 1,
                                                   .rate = now,
                                                   .l2 = static_cast<float>(o.l2),
                                                   .shrink = static_cast<float>(rate() * o.l1),
                                                   .mu = low.offset[i],
                                                   .db = o.centered ? low.direction[i] : 0,
                                                   .dc = high.direction.data(),
                                                   .nu = high.offset.data(),
                                                   .pull = pull});
    low.along[i] = done.along_nu * static_cast<float>(high.copies);
    largest = std::max(largest, done.largest);
  }
  bond.largest[item] = largest;
}

void DeepFloatLearner::end_update() {
  const auto momentum = static_cast<float>(options_.steps.momentum), now = static_cast<float>(rate());
  for (std::size_t l = 0; l < depth(); ++l) {
    Level& level = levels_[l];
    if (l > 0) {
      const Bond& below = bonds_[l - 1];
      const auto copies = static_cast<float>(levels_[l - 1].copies);
      for (std::size_t item = 0; item < below.largest.size(); ++item)
        for (std::size_t j = 0; j < level.units; ++j) level.along[j] += copies * below.pull[item * level.stride + j];
    }
    for (std::size_t i = 0; i < level.units; ++i) {
      level.velocity[i] = momentum * level.velocity[i] + now * level.direction[i];
      level.bias[i] += level.velocity[i] - level.along[i];
    }
    std::fill_n(level.along.data(), level.length, 0.0F);
  }
  begun_ = true;
  ++update_;
}

void DeepFloatLearner::update_together() {
#pragma omp barrier
  settle();
  if (options_.negative == DeepNegative::cd || !begun_) start_chains();
  for (std::size_t k = 0; k < options_.sweeps; ++k) sweep(k);
  const float up = 1 / static_cast<float>(batch()), down = -1 / static_cast<float>(chains_);
#pragma omp for schedule(static) nowait
  for (std::size_t n = 0; n < batch() + chains_; ++n)
    for (std::size_t l = 1; l < depth(); ++l) {
      Level& level = levels_[l];
      const float *from = level.row(n), factor = n < batch() ? up : down;
      float* to = level.scaled.data() + n * level.stride;
      for (std::size_t j = 0; j < level.length; ++j) to[j] = factor * from[j];
    }
#pragma omp for schedule(dynamic)
  for (std::size_t l = 0; l < depth(); ++l) look_at_means(l);
#pragma omp for schedule(dynamic)
  for (std::size_t k = 0; k < steps_.size(); ++k) step_rows(steps_[k]);
}

void DeepFloatLearner::advance() {
  Level& lowest = levels_[0];
  const auto copies = static_cast<double>(lowest.copies);
  const auto see = [&](std::size_t n, std::span<const double> v) {
    std::transform(v.begin(), v.end(), lowest.row(n), [copies](double x) { return static_cast<float>(x * copies); });
  };
  if (lift_) {
    const Matrix lifted = lift_(batches_.at(update_), update_);
    for (std::size_t n = 0; n < batch(); ++n) see(n, lifted.column(n));
  } else {
    const auto samples = batches_.samples_at(update_);
    for (std::size_t n = 0; n < batch(); ++n) see(n, data_.column(samples[n]));
  }
  const double work = static_cast<double>(machine_->parameters()) / 1024 *
                      static_cast<double>(2 * batch() + chains_ * (1 + 2 * options_.sweeps));
  threads_.run(work, [&](bool parallel) {
#pragma omp parallel if (parallel)
    update_together();
  });
  end_update();
}

}  // namespace gibbsite
