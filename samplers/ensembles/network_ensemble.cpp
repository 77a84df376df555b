#include "samplers/ensembles/network_ensemble.hpp"

#include <cstring>

#include "physics/matrices/eigen.hpp"
#include "physics/tilted_layer.hpp"
#include "samplers/threads/adaptive_threads.hpp"
#include "samplers/threads/loop.hpp"

namespace gibbsite {
namespace {

/// Chains that move together. A product always has this many columns, so that every chain's sums are the same bits
/// whoever is in the other columns.
constexpr std::size_t tile = 32;

/// The states of a tile of chains, [unit][chain] per layer, and what acts on the layers that are summed out: a pure
/// function of the kept layers, made when it is asked for.
struct Tile {
  std::vector<Eigen::MatrixXd> x, field;
  bool known = false;  ///< whether field belongs to x
};

class NetworkEnsemble final : public Ensemble {
 public:
  NetworkEnsemble(std::shared_ptr<const Network> network, Reference reference, Key key, Slice slice)
      : Ensemble(layout_of(*network, reference, slice)),
        network_(std::move(network)),
        reference_(std::move(reference)),
        key_(key),
        tiles_((slice.count + tile - 1) / tile) {
    [[maybe_unused]] static const bool fixed = [] {  // so that the order of sums does not depend on the CPU's caches
      Eigen::setCpuCacheSizes(1 << 15, 1 << 18, 1 << 21);
      return true;
    }();
    std::vector<double> ordered(network_->width());
    network_->set_ordered(ordered);
    for (Tile& t : tiles_) {
      t.field.resize(layers());
      for (std::size_t l = 0; l < layers(); ++l)
        t.x.push_back(Eigen::Map<const Eigen::VectorXd>(ordered.data() + network_->offset(l), width(l))
                          .replicate(1, static_cast<Eigen::Index>(tile)));
    }
  }

  void draw_reference(std::uint64_t time) override {
    const std::vector<Setting> reference(layout().replicas);
    over_tiles(1, [&](std::size_t t) { sweep_tile(t, reference, Purpose::reference, time); });
  }

  void sweep(std::span<const Setting> setting, Step step, std::span<Tally> tally) override {
    over_tiles(step.count, [&](std::size_t t) {
      for (std::uint32_t k = 0; k < step.count; ++k) sweep_tile(t, setting, Purpose::sweep, step.time + k);
    });
    for (Tally& one : tally) {
      one.tried += static_cast<double>(network_->units()) * step.count;
      one.accepted += static_cast<double>(network_->units()) * step.count;
    }
  }

  void log_weight(std::span<const double> lambda, std::span<double> out) const override {
    over_tiles(1, [&](std::size_t t) {
      know(t);
      for (std::size_t r = t * tile; r < end_of(t); ++r) out[r] = log_weight_of(r, lambda[r]);
    });
  }

  void observe(std::span<double> out) const override {
    const std::size_t components = layout().observables.size();
    over_tiles(1, [&](std::size_t t) {
      know(t);
      for (std::size_t r = t * tile; r < end_of(t); ++r)
        network_->observe(state(r), field_of_others(r), out.subspan(r * components, components));
    });
  }

  void resample(std::span<const std::size_t> parent) override {
    const std::vector<Tile> before = tiles_;
    for (std::size_t r = 0; r < layout().replicas; ++r)
      for (std::size_t l = 0; l < layers(); ++l)
        tiles_[r / tile].x[l].col(column(r)) = before[parent[r] / tile].x[l].col(column(parent[r]));
    for (Tile& t : tiles_) t.known = false;
  }

  void save(std::size_t replica, std::span<std::byte> bytes) const override {
    const std::vector<double> x = state(replica);
    if (layout().unit_type == UnitType::float64) {
      std::memcpy(bytes.data(), x.data(), layout().state_bytes());
      return;
    }
    for (std::size_t i = 0; i < x.size(); ++i) bytes[i] = static_cast<std::byte>(static_cast<std::int8_t>(x[i]));
  }

  double overlap_of(std::span<const std::byte> x, std::span<const std::byte> y) const override {
    return network_->overlap(numbers_of(x), numbers_of(y));
  }
  void overlap(std::span<const std::pair<std::size_t, std::size_t>> pairs, std::span<double> out) const override {
    for (std::size_t k = 0; k < pairs.size(); ++k)
      out[k] = network_->overlap(state(pairs[k].first), state(pairs[k].second));
  }

  void load(std::size_t replica, std::span<const std::byte> bytes) override {
    const std::vector<double> x = numbers_of(bytes);
    Tile& t = tiles_[replica / tile];
    for (std::size_t l = 0; l < layers(); ++l)
      t.x[l].col(column(replica)) = Eigen::Map<const Eigen::VectorXd>(x.data() + network_->offset(l), width(l));
    t.known = false;
  }

 private:
  static Layout layout_of(const Network& network, const Reference& reference, Slice slice) {
    Layout layout;
    layout.first = slice.first;
    layout.replicas = slice.count;
    layout.units = network.width();
    layout.unit_type = network.discrete() ? UnitType::int8 : UnitType::float64;
    layout.log_z_reference = reference.log_z(network);
    layout.observables = network.observables();
    layout.name = "plain";
    return layout;
  }

  static Eigen::Index column(std::size_t replica) { return static_cast<Eigen::Index>(replica % tile); }
  std::size_t layers() const { return network_->layers().size(); }
  Eigen::Index width(std::size_t l) const { return static_cast<Eigen::Index>(network_->layers()[l].width()); }
  std::size_t end_of(std::size_t t) const { return std::min((t + 1) * tile, layout().replicas); }

  template <class Work>
  void over_tiles(std::uint32_t sweeps, Work&& work) const {
    double products = 0;
    for (const Matrix& w : network_->weights()) products += static_cast<double>(w.size());
    threads_.run(products * static_cast<double>(layout().replicas) * sweeps / 16,
                 [&](bool parallel) { for_each(tiles_.size(), parallel, work); });
  }

  /// Of a canonical state.
  std::vector<double> numbers_of(std::span<const std::byte> bytes) const {
    std::vector<double> x(network_->width());
    if (layout().unit_type == UnitType::float64)
      std::memcpy(x.data(), bytes.data(), layout().state_bytes());
    else
      for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<std::int8_t>(bytes[i]);
    return x;
  }

  std::vector<double> state(std::size_t r) const {
    std::vector<double> x(network_->width());
    for (std::size_t l = 0; l < layers(); ++l)
      Eigen::Map<Eigen::VectorXd>(x.data() + network_->offset(l), width(l)) = tiles_[r / tile].x[l].col(column(r));
    return x;
  }

  std::vector<double> field_of_others(std::size_t r) const {
    std::vector<double> field;
    for (std::size_t l = 0; l < layers(); ++l)
      if (!network_->kept(l)) {
        const auto column_of = units_of(std::as_const(tiles_[r / tile].field[l]), r);
        field.insert(field.end(), column_of.begin(), column_of.end());
      }
    return field;
  }

  /// f = b_l + W_{l-1}' x_{l-1} + W_l x_{l+1} for all chains of a tile.
  Eigen::MatrixXd field(const Tile& t, std::size_t l) const {
    const Layer& layer = network_->layers()[l];
    Eigen::MatrixXd f = eigen(layer.bias).replicate(1, tile);
    if (l + 1 < layers()) f.noalias() += eigen(network_->weights()[l]) * t.x[l + 1];
    if (l == 0) return f;
    const Layer& below = network_->layers()[l - 1];
    const auto w = eigen(network_->weights()[l - 1]);
    if (below.kind == UnitKind::gaussian) {
      const auto variance = eigen(below.variance).array();
      const auto n = variance.size(), labels = static_cast<Eigen::Index>(below.labels);
      f.noalias() += w.topRows(n).transpose() * (t.x[l - 1].topRows(n).array().colwise() / variance).matrix();
      if (labels > 0) f.noalias() += w.bottomRows(labels).transpose() * t.x[l - 1].bottomRows(labels);
    } else {
      f.noalias() += w.transpose() * t.x[l - 1];
    }
    return f;
  }

  void know(std::size_t index) const {
    Tile& t = tiles_[index];
    if (t.known) return;
    for (std::size_t l = 0; l < layers(); ++l)
      if (!network_->kept(l)) t.field[l] = field(t, l);
    t.known = true;
  }

  void sweep_tile(std::size_t index, std::span<const Setting> setting, Purpose purpose, std::uint64_t time) {
    know(index);
    Tile& t = tiles_[index];
    std::vector<Chance> chance;
    for (std::size_t r = index * tile; r < end_of(index); ++r)
      chance.emplace_back(Stream(key_, purpose, time, layout().first + r));
    for (const bool kept : {false, true})
      for (std::size_t l = 0; l < layers(); ++l) {
        if (network_->kept(l) != kept) continue;
        const Eigen::MatrixXd f = kept ? field(t, l) : t.field[l];
        for (std::size_t r = index * tile; r < end_of(index); ++r)
          at(l, setting[r].lambda).draw(units_of(f, r), units_of(t.x[l], r), chance[r % tile]);
      }
    t.known = false;
  }

  TiltedLayer at(std::size_t l, double lambda) const {
    return {network_->layers()[l], l == 0 ? &reference_.visible : nullptr, lambda};
  }
  std::span<double> units_of(Eigen::MatrixXd& of_layer, std::size_t r) const {
    return {of_layer.col(column(r)).data(), static_cast<std::size_t>(of_layer.rows())};
  }
  std::span<const double> units_of(const Eigen::MatrixXd& of_layer, std::size_t r) const {
    return {of_layer.col(column(r)).data(), static_cast<std::size_t>(of_layer.rows())};
  }

  double log_weight_of(std::size_t r, double lambda) const {
    const Tile& t = tiles_[r / tile];
    double sum = -lambda * network_->constant();
    for (std::size_t l = 0; l < layers(); ++l)
      sum += network_->kept(l) ? at(l, lambda).own_weight(units_of(t.x[l], r))
                               : at(l, lambda).log_z(units_of(t.field[l], r));
    return sum;
  }

  std::shared_ptr<const Network> network_;
  Reference reference_;
  Key key_;
  mutable std::vector<Tile> tiles_;  // fields are made when first asked for
  mutable AdaptiveThreads threads_;
};

}  // namespace

std::unique_ptr<Ensemble> make_network_ensemble(std::shared_ptr<const Network> network, Reference reference, Key key,
                                                Slice slice) {
  return std::make_unique<NetworkEnsemble>(std::move(network), std::move(reference), key, slice);
}

}  // namespace gibbsite
