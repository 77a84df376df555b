#include "estimators/learning/deep_float_learner.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>
#include <string>

#include "physics/matrices/float_products.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t units_of_piece = 128, rows_of_step = 112;
static_assert(units_of_piece % simd::lanes == 0);
constexpr float no_unit = -1e30F;          // the bias of units that fill a vector up
constexpr float far_too_large = 1e8F;      // of a weight: a rate is too high
constexpr float slide_of_offsets = 0.01F;  // per update

std::vector<double> all_of(const simd::Buffer<float>& x) { return {x.data(), x.data() + x.size()}; }

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

std::vector<double> DeepFloatLearner::parameters() const {
  std::vector<double> theta(machine_->parameters());
  for (std::size_t l = 0; l < depth(); ++l) {
    const Level& level = levels_[l];
    std::copy_n(level.bias.data(), level.units, theta.data() + machine_->bias(l).offset);
    if (l + 1 == depth()) break;
    const Level& high = levels_[l + 1];
    for (std::size_t i = 0; i < level.units; ++i)
      std::copy_n(bonds_[l].weights.data() + i * high.stride, high.units,
                  theta.data() + machine_->weights(l).offset + i * high.units);
  }
  return theta;
}

bool DeepFloatLearner::bounded() const {
  const auto small = [](float x) { return std::abs(x) < far_too_large; };
  return std::all_of(bonds_.begin(), bonds_.end(),
                     [](const Bond& bond) {
                       return std::all_of(bond.largest.begin(), bond.largest.end(), [](std::uint32_t bits) {
                         return bits < std::bit_cast<std::uint32_t>(far_too_large);
                       });
                     }) &&
         std::all_of(levels_.begin(), levels_.end(), [&](const Level& level) {
           return std::all_of(level.bias.data(), level.bias.data() + level.units, small);
         });
}

Matrix DeepFloatLearner::model_states(std::size_t l) const {
  const Level& level = levels_[l];
  Matrix out(level.units, chains_);
  for (std::size_t n = 0; n < chains_; ++n)
    std::copy_n(level.rows.data() + (batch() + n) * level.stride, level.units, out.column(n).data());
  return out;
}

Snapshot DeepFloatLearner::save() const {
  Snapshot out;
  for (std::size_t l = 0; l < depth(); ++l) {
    const Level& level = levels_[l];
    const std::string number = std::to_string(l);
    out.numbers["deep_float_bias_" + number] = all_of(level.bias);
    out.numbers["deep_float_bias_velocity_" + number] = all_of(level.velocity);
    out.numbers["deep_float_offset_" + number] = all_of(level.offset);
    if (l % 2 == 1) {
      std::vector<std::byte>& chains = out.bytes["deep_float_chains_" + number];
      for (std::size_t k = 0; k < level.drawn.size(); ++k) chains.push_back(static_cast<std::byte>(level.drawn[k]));
    }
    if (l + 1 == depth()) break;
    out.numbers["deep_float_weights_" + number] = all_of(bonds_[l].weights);
    out.numbers["deep_float_velocity_" + number] = all_of(bonds_[l].velocity);
  }
  out.counts["deep_float_update"] = {update_, options_.steps.updates, begun_ ? std::uint64_t{1} : 0};
  return out;
}

void DeepFloatLearner::load(const Snapshot& snapshot) {
  const auto take = [&](const std::string& name, Floats& to) {
    const auto found = snapshot.numbers.find(name);
    if (found == snapshot.numbers.end() || found->second.size() != to.size())
      throw std::invalid_argument("the checkpoint is of another machine, or of another layout");
    std::transform(found->second.begin(), found->second.end(), to.data(),
                   [](double x) { return static_cast<float>(x); });
  };
  for (std::size_t l = 0; l < depth(); ++l) {
    Level& level = levels_[l];
    const std::string number = std::to_string(l);
    take("deep_float_bias_" + number, level.bias);
    take("deep_float_bias_velocity_" + number, level.velocity);
    take("deep_float_offset_" + number, level.offset);
    if (l % 2 == 1) {
      const auto& chains = snapshot.bytes.at("deep_float_chains_" + number);
      if (chains.size() != level.drawn.size()) throw std::invalid_argument("the checkpoint is of other chains");
      std::transform(chains.begin(), chains.end(), level.drawn.data(),
                     [](std::byte x) { return static_cast<float>(x); });
    }
    if (l + 1 == depth()) break;
    take("deep_float_weights_" + number, bonds_[l].weights);
    take("deep_float_velocity_" + number, bonds_[l].velocity);
  }
  const auto& counts = snapshot.counts.at("deep_float_update");
  update_ = counts.at(0), options_.steps.updates = counts.at(1), begun_ = counts.at(2) != 0;
}

}  // namespace gibbsite
