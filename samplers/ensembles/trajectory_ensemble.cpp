#include "samplers/ensembles/trajectory_ensemble.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <stdexcept>

#include "physics/matrices/eigen.hpp"
#include "physics/tilted_layer.hpp"
#include "samplers/ensembles/row_products.hpp"
#include "samplers/threads/adaptive_threads.hpp"

namespace gibbsite {
namespace {

/// Replicas of one lambda that move together: products always have so many columns.
constexpr std::size_t few = 8;
/// Weights from which on sums of rows in single precision are taken where they can be.
constexpr std::size_t worth_rows = 10'000;

bool takes_rows(const Network& model) {
  return model.weights()[0].size() >= worth_rows && row_products_supported(model);
}

bool same_shape(const Layer& a, const Layer& b) {
  return a.kind == b.kind && a.units == b.units && a.states == b.states;
}

std::vector<double> between(std::span<const double> a, std::span<const double> b, double f) {
  std::vector<double> out(a.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = (1 - f) * a[i] + f * b[i];
  return out;
}

/// A layer by itself, given what the other one does to it.
class Units {
 public:
  explicit Units(const Layer& layer) : layer_(layer), unweighted_{layer.bias, layer.variance} {}
  // Of gaussian units a layer asks for a reference, which has no weight at lambda = 1.
  TiltedLayer at_model() const { return {layer_, layer_.kind == UnitKind::gaussian ? &unweighted_ : nullptr, 1}; }

 private:
  const Layer& layer_;
  IndependentUnits unweighted_;
};

class TrajectoryEnsemble final : public Ensemble {
 public:
  TrajectoryEnsemble(Trajectory nodes, Key key, Slice slice)
      : Ensemble(layout_of(nodes, slice)),
        nodes_(std::move(nodes)),
        key_(key),
        visible_(model().layers()[0].width()),
        x_(model().width(), slice.count) {
    std::vector<double> ordered(model().width());
    model().set_ordered(ordered);
    for (std::size_t r = 0; r < slice.count; ++r) std::copy(ordered.begin(), ordered.end(), x_.column(r).begin());
  }

  void draw_reference(std::uint64_t time) override {
    move(std::vector<double>(layout().replicas, 0.0), {.time = time}, Purpose::reference);
  }
  void sweep(std::span<const Setting> setting, Step step, std::span<Tally> tally) override {
    std::vector<double> lambda;
    for (const Setting& one : setting) lambda.push_back(one.lambda);
    move(lambda, step, Purpose::sweep);
    for (Tally& one : tally) {
      one.tried += static_cast<double>(model().units()) * step.count;
      one.accepted += static_cast<double>(model().units()) * step.count;
    }
  }
  void log_weight(std::span<const double> lambda, std::span<double> out) const override {
    by_lambda(lambda, 1, [&](const Machine& at, std::span<const std::size_t> replicas) {
      const Network& network = *at.network;
      if (at.rows != nullptr) {
        for (const std::size_t r : replicas) out[r] = at.rows->log_weight(visible(r)) - network.constant();
        return;
      }
      const Matrix f = hidden_field(at, gather(replicas), replicas.size());
      const Units v(network.layers()[0]), h(network.layers()[1]);
      for (std::size_t n = 0; n < replicas.size(); ++n)
        out[replicas[n]] =
            v.at_model().own_weight(visible(replicas[n])) + h.at_model().log_z(f.column(n)) - network.constant();
    });
  }
  void observe(std::span<double> out) const override {
    const std::size_t components = layout().observables.size();
    by_lambda(
        std::vector<double>(layout().replicas, 1.0), 1, [&](const Machine& at, std::span<const std::size_t> replicas) {
          const Network& network = *at.network;
          const Matrix f = hidden_field(at, gather(replicas), replicas.size());
          for (std::size_t n = 0; n < replicas.size(); ++n)
            network.observe(x_.column(replicas[n]), f.column(n), out.subspan(replicas[n] * components, components));
        });
  }
  void resample(std::span<const std::size_t> parent) override {
    const Matrix before = x_;
    for (std::size_t r = 0; r < parent.size(); ++r)
      std::copy(before.column(parent[r]).begin(), before.column(parent[r]).end(), x_.column(r).begin());
  }
  void save(std::size_t replica, std::span<std::byte> bytes) const override {
    const auto x = x_.column(replica);
    if (layout().unit_type == UnitType::float64)
      std::memcpy(bytes.data(), x.data(), layout().state_bytes());
    else
      for (std::size_t i = 0; i < x.size(); ++i) bytes[i] = static_cast<std::byte>(static_cast<std::int8_t>(x[i]));
  }
  void load(std::size_t replica, std::span<const std::byte> bytes) override {
    const std::vector<double> x = numbers_of(bytes);
    std::copy(x.begin(), x.end(), x_.column(replica).begin());
  }
  double overlap_of(std::span<const std::byte> x, std::span<const std::byte> y) const override {
    return model().overlap(numbers_of(x), numbers_of(y));
  }
  void overlap(std::span<const std::pair<std::size_t, std::size_t>> pairs, std::span<double> out) const override {
    for (std::size_t k = 0; k < pairs.size(); ++k)
      out[k] = model().overlap(x_.column(pairs[k].first), x_.column(pairs[k].second));
  }

 private:
  static Layout layout_of(const Trajectory& nodes, Slice slice) {
    if (nodes.size() < 2) throw std::invalid_argument("a trajectory has two nodes or more");
    const Network &first = *nodes.front(), &model = *nodes.back();
    for (const auto& node : nodes)
      if (!node->restricted() || !same_shape(node->layers()[0], model.layers()[0]) ||
          !same_shape(node->layers()[1], model.layers()[1]))
        throw std::invalid_argument("the nodes of a trajectory are restricted machines of one shape");
    const auto w = first.weights()[0].numbers();
    if (std::any_of(w.begin(), w.end(), [](double x) { return x != 0; }))
      throw std::invalid_argument("the first node of a trajectory has no bonds");
    Layout layout;
    layout.first = slice.first;
    layout.replicas = slice.count;
    layout.units = model.width();
    layout.unit_type = model.discrete() ? UnitType::int8 : UnitType::float64;
    layout.log_z_reference = -first.constant();
    for (const Layer& layer : first.layers()) layout.log_z_reference += Units(layer).at_model().log_z(layer.bias);
    layout.observables = model.observables();
    layout.name = takes_rows(model) ? "rows of W in floats" : "plain";
    return layout;
  }

  const Network& model() const { return *nodes_.back(); }
  std::span<const double> visible(std::size_t r) const { return x_.column(r).first(visible_); }

  std::vector<double> numbers_of(std::span<const std::byte> bytes) const {
    std::vector<double> x(model().width());
    if (layout().unit_type == UnitType::float64)
      std::memcpy(x.data(), bytes.data(), layout().state_bytes());
    else
      for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<std::int8_t>(bytes[i]);
    return x;
  }

  /// Visible units of some replicas, [unit][of few].
  Matrix gather(std::span<const std::size_t> replicas) const {
    Matrix v(visible_, few);
    for (std::size_t n = 0; n < replicas.size(); ++n) {
      const auto x = visible(replicas[n]);
      std::copy(x.begin(), x.end(), v.column(n).begin());
    }
    return v;
  }
  /// A machine on the path, and its rows where sums of them are taken.
  struct Machine {
    std::shared_ptr<const Network> network;
    std::shared_ptr<const RowProducts> rows;
    std::uint64_t used = 0;  // the last call that asked for it
  };

  static Matrix hidden_field(const Machine& at, Matrix v, std::size_t replicas) {
    const Network& network = *at.network;
    if (at.rows != nullptr) {
      Matrix f(network.layers()[1].width(), few);
      for (std::size_t n = 0; n < replicas; ++n) at.rows->hidden_field(v.column(n), f.column(n));
      return f;
    }
    const Layer& layer = network.layers()[0];
    if (layer.kind == UnitKind::gaussian)
      for (std::size_t n = 0; n < few; ++n)
        for (std::size_t i = 0; i < v.rows(); ++i) v(i, n) /= layer.variance[i];
    Matrix f(network.layers()[1].width(), few);
    eigen(f).colwise() = eigen(network.layers()[1].bias);
    eigen(f).noalias() += eigen(network.weights()[0]).transpose() * eigen(v);
    return f;
  }

  void move(std::span<const double> lambda, Step step, Purpose purpose) {
    by_lambda(lambda, step.count, [&](const Machine& at, std::span<const std::size_t> replicas) {
      const Network& network = *at.network;
      const Units v(network.layers()[0]), h(network.layers()[1]);
      Matrix x = gather(replicas), hidden(network.layers()[1].width(), few), field(visible_, few);
      for (std::uint32_t k = 0; k < step.count; ++k) {
        const Matrix f = hidden_field(at, x, replicas.size());
        std::vector<Chance> chance;
        for (std::size_t n = 0; n < replicas.size(); ++n) {
          chance.emplace_back(Stream(key_, purpose, step.time + k, layout().first + replicas[n]));
          h.at_model().draw(f.column(n), hidden.column(n), chance[n]);
        }
        if (at.rows != nullptr) {
          for (std::size_t n = 0; n < replicas.size(); ++n) at.rows->visible_field(hidden.column(n), field.column(n));
        } else {
          eigen(field).colwise() = eigen(network.layers()[0].bias);
          eigen(field).noalias() += eigen(network.weights()[0]) * eigen(hidden);
        }
        for (std::size_t n = 0; n < replicas.size(); ++n) v.at_model().draw(field.column(n), x.column(n), chance[n]);
      }
      for (std::size_t n = 0; n < replicas.size(); ++n) {
        const auto to = x_.column(replicas[n]);
        std::copy(x.column(n).begin(), x.column(n).end(), to.begin());
        std::copy(hidden.column(n).begin(), hidden.column(n).end(), to.begin() + static_cast<std::ptrdiff_t>(visible_));
      }
    });
  }

  /// work(machine, at most `few` replicas that stand at its lambda), for all of them.
  template <class Work>
  void by_lambda(std::span<const double> lambda, std::uint32_t sweeps, Work&& work) const {
    std::map<double, std::vector<std::size_t>> standing;
    for (std::size_t r = 0; r < lambda.size(); ++r) standing[std::clamp(lambda[r], 0.0, 1.0)].push_back(r);
    struct Together {
      const Machine* machine;
      std::span<const std::size_t> replicas;
    };
    std::vector<Together> tiles;
    ++calls_;
    for (const auto& [at, replicas] : standing) {
      Machine& known = known_[at];
      if (known.network == nullptr) {
        known.network = network_at(nodes_, at);
        if (takes_rows(model())) known.rows = std::make_shared<const RowProducts>(*known.network);
      }
      known.used = calls_;
      for (std::size_t n = 0; n < replicas.size(); n += few)
        tiles.push_back({&known, std::span(replicas).subspan(n, std::min(few, replicas.size() - n))});
    }
    threads_.run(static_cast<double>(model().weights()[0].size() * lambda.size() * sweeps) / 16, [&](bool parallel) {
#pragma omp parallel for schedule(dynamic) if (parallel)
      for (std::size_t t = 0; t < tiles.size(); ++t) work(*tiles[t].machine, tiles[t].replicas);
    });
    std::erase_if(known_, [&](const auto& entry) { return entry.second.used + 4 < calls_; });
  }

  Trajectory nodes_;
  Key key_;
  std::size_t visible_;
  Matrix x_;                                 // [number][replica], visible units first
  mutable std::map<double, Machine> known_;  // machines at lambdas that the last calls asked for
  mutable std::uint64_t calls_ = 0;
  mutable AdaptiveThreads threads_;
};

}  // namespace

std::shared_ptr<const Network> network_at(const Trajectory& nodes, double lambda) {
  const double place = std::clamp(lambda, 0.0, 1.0) * static_cast<double>(nodes.size() - 1);
  const auto k = std::min(static_cast<std::size_t>(place), nodes.size() - 2);
  const double f = place - static_cast<double>(k);
  if (f < 1e-12) return nodes[k];
  if (f > 1 - 1e-12) return nodes[k + 1];
  const Network &a = *nodes[k], &b = *nodes[k + 1];
  std::vector<Layer> layers(a.layers().begin(), a.layers().end());
  for (std::size_t l = 0; l < 2; ++l) {
    layers[l].bias = between(a.layers()[l].bias, b.layers()[l].bias, f);
    for (std::size_t i = 0; i < layers[l].variance.size(); ++i)
      layers[l].variance[i] =
          std::exp((1 - f) * std::log(a.layers()[l].variance[i]) + f * std::log(b.layers()[l].variance[i]));
  }
  const Matrix& w = a.weights()[0];
  std::vector<Matrix> weights = {Matrix(w.rows(), w.columns(), between(w.numbers(), b.weights()[0].numbers(), f))};
  return std::make_shared<const Network>(std::move(layers), std::move(weights),
                                         (1 - f) * a.constant() + f * b.constant());
}

std::unique_ptr<Ensemble> make_trajectory_ensemble(Trajectory nodes, Key key, Slice slice) {
  return std::make_unique<TrajectoryEnsemble>(std::move(nodes), key, slice);
}

}  // namespace gibbsite
