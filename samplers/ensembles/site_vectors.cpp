#include "samplers/ensembles/site_vectors.hpp"

#include <omp.h>

#include <algorithm>
#include <cassert>
#include <numbers>

#include "samplers/ensembles/ising_observables.hpp"
#include "samplers/ensembles/packed_replicas_layout.hpp"
#include "samplers/simd/bits/buffer.hpp"
#include "samplers/simd/couplings/dyadic_graph.hpp"
#include "samplers/simd/replicas/replica_plan.hpp"
#include "samplers/threads/adaptive_threads.hpp"

namespace gibbsite {
namespace {

using simd::lanes;

constexpr std::uint32_t no_site = 0xFFFFFFFF;

/// The sites of vectors, in an order of visits with the law of the scan; those of a vector have no bonds among them.
std::vector<std::vector<std::uint32_t>> vectors_of(const Graph& graph, ScanOrder scan) {
  return simd::independent_batches(graph, visits_of(graph, scan), lanes);
}

/// Places of sites in memory, and the couplings between places.
class Places {
 public:
  /// Sixteen sites in a row to a vector, of a dense graph.
  static Places dense(const simd::DyadicGraph& graph, const std::vector<std::uint32_t>& visits) {
    std::vector<std::vector<std::uint32_t>> vectors;
    for (std::size_t k = 0; k < visits.size(); ++k) {
      if (k % lanes == 0) vectors.emplace_back();
      vectors.back().push_back(visits[k]);
    }
    Places all(graph, vectors);
    all.rows_ = simd::Buffer<std::int32_t>(all.size() * all.size());
    all.each_bond(graph, [&](std::size_t p, std::size_t, std::uint32_t other, std::int32_t twice) {
      std::int32_t& entry = all.rows_[p * all.size() + other];  // of several bonds, the sum
      entry = static_cast<std::int32_t>(static_cast<std::uint32_t>(entry) + static_cast<std::uint32_t>(twice));
    });
    return all;
  }
  static Places sparse(const simd::DyadicGraph& graph, const std::vector<std::vector<std::uint32_t>>& vectors) {
    Places all(graph, vectors);
    all.first_.push_back(0);
    for (const auto& sites : vectors) {
      std::uint32_t degree = 0;
      for (const std::uint32_t i : sites) degree = std::max(degree, graph.first[i + 1] - graph.first[i]);
      all.first_.push_back(all.first_.back() + degree);
    }
    all.neighbour_ = simd::Buffer<std::int32_t>(all.first_.back() * lanes);
    all.twice_ = simd::Buffer<std::int32_t>(all.first_.back() * lanes);
    all.each_bond(graph, [&](std::size_t p, std::size_t k, std::uint32_t other, std::int32_t twice) {
      const std::size_t at = (all.first_[p / lanes] + k) * lanes + p % lanes;
      all.neighbour_[at] = static_cast<std::int32_t>(other);
      all.twice_[at] = twice;
    });
    return all;
  }

  std::size_t sites() const noexcept { return sites_; }
  std::size_t size() const noexcept { return site_.size(); }
  bool is_dense() const noexcept { return rows_.size() > 0; }
  double grid() const noexcept { return grid_; }
  std::int32_t h(std::size_t p) const noexcept { return h_[p]; }
  /// visit(place, site) of all sites.
  template <class Visit>
  void each(Visit&& visit) const {
    for (std::size_t p = 0; p < site_.size(); ++p)
      if (site_[p] != no_site) visit(p, std::size_t{site_[p]});
  }
  simd::SiteCouplings couplings() const {
    return {.sites = sites_,
            .vectors = size() / lanes,
            .outside = h_.data(),
            .count = count_.data(),
            .first = first_.data(),
            .neighbour = neighbour_.data(),
            .twice = twice_.data(),
            .base = base_.data(),
            .rows = rows_.data()};
  }

 private:
  Places(const simd::DyadicGraph& graph, const std::vector<std::vector<std::uint32_t>>& vectors)
      : sites_(graph.sites()),
        grid_(graph.grid),
        site_(vectors.size() * lanes, no_site),
        h_(site_.size()),
        base_(site_.size()) {
    for (std::size_t v = 0; v < vectors.size(); ++v) {
      count_.push_back(static_cast<std::uint8_t>(vectors[v].size()));
      std::copy(vectors[v].begin(), vectors[v].end(), site_.begin() + static_cast<std::ptrdiff_t>(v * lanes));
    }
    each([&](std::size_t p, std::size_t i) {
      h_[p] = graph.h[i];
      base_[p] = graph.local_field(i, [](std::size_t) { return false; });
    });
  }
  /// act(place, number of the neighbour, its place, 2 J).
  template <class Act>
  void each_bond(const simd::DyadicGraph& graph, Act&& act) const {
    std::vector<std::uint32_t> place(sites_);
    each([&](std::size_t p, std::size_t i) { place[i] = static_cast<std::uint32_t>(p); });
    each([&](std::size_t p, std::size_t i) {
      for (std::uint32_t e = graph.first[i]; e < graph.first[i + 1]; ++e)
        act(p, e - graph.first[i], place[graph.neighbour[e]], graph.twice[e]);
    });
  }

  std::size_t sites_;
  double grid_;
  std::vector<std::uint32_t> site_;  // [place], or no_site
  simd::Buffer<std::int32_t> h_, base_, neighbour_, twice_, rows_;
  std::vector<std::uint8_t> count_;
  std::vector<std::uint32_t> first_;
};

struct Replica {
  simd::Buffer<std::int32_t> up, fields;
  simd::SiteState state;
};

class SiteVectorsEnsemble final : public Ensemble {
 public:
  SiteVectorsEnsemble(std::shared_ptr<const Ising> model, RealCouplings how, Key key, Layout layout,
                      simd::DyadicGraph graph, Places places, const simd::SiteKernels& kernels)
      : Ensemble(std::move(layout)),
        model_(std::move(model)),
        how_(how),
        key_(key),
        kernels_(kernels),
        graph_(std::move(graph)),
        places_(std::move(places)) {
    std::vector<std::int8_t> x(graph_.sites());
    model_->set_ordered(x);
    for (std::size_t r = 0; r < this->layout().replicas; ++r) {
      replicas_.push_back({simd::Buffer<std::int32_t>(places_.size()),
                           simd::Buffer<std::int32_t>(places_.is_dense() ? places_.size() : 0),
                           {}});
      load(r, std::as_bytes(std::span(x)));
    }
  }

  void draw_reference(std::uint64_t time) override {
    const std::vector<Setting> setting(layout().replicas);
    go(setting, {.time = time}, Purpose::reference, {});
  }

  void sweep(std::span<const Setting> setting, Step step, std::span<Tally> tally) override {
    assert(setting.size() == layout().replicas && tally.size() == layout().replicas);
    go(setting, step, Purpose::sweep, tally);
  }

  void log_weight(std::span<const double> lambda, std::span<double> out) const override {
    for (std::size_t r = 0; r < layout().replicas; ++r) out[r] = -lambda[r] * energy(r);
  }

  void observe(std::span<double> out) const override {
    const std::size_t components = layout().observables.size();
    for (std::size_t r = 0; r < layout().replicas; ++r)
      observe_ising(energy(r), replicas_[r].state.ups, graph_.sites(), out.subspan(r * components, components));
  }

  void turning(std::span<const double> lambda, std::span<double> out) const override {
    for (std::size_t r = 0; r < layout().replicas; ++r)
      out[r] = -lambda[r] * 2 * graph_.grid * static_cast<double>(replicas_[r].state.field_sum);
  }
  void turn(std::span<const std::uint8_t> turned) override {
    for (std::size_t r = 0; r < layout().replicas; ++r) {
      if (turned[r] == 0) continue;
      Replica& replica = replicas_[r];
      places_.each([&](std::size_t p, std::size_t) {
        replica.up[p] = ~replica.up[p];
        if (places_.is_dense())  // f - h changes its sign
          replica.fields[p] = static_cast<std::int32_t>(2 * std::int64_t{places_.h(p)} - replica.fields[p]);
      });
      simd::SiteState& s = replica.state;
      s.sum -= 4 * s.field_sum;  // s (f + h) = s (f - h) + 2 s h
      s.field_sum = -s.field_sum;
      s.ups = static_cast<std::int64_t>(graph_.sites()) - s.ups;
    }
  }

  void resample(std::span<const std::size_t> parent) override {
    const std::vector<std::byte> before = save_all(*this);
    for (std::size_t r = 0; r < layout().replicas; ++r)
      if (parent[r] != r) load(r, std::span(before).subspan(parent[r] * graph_.sites(), graph_.sites()));
  }

  void save(std::size_t replica, std::span<std::byte> bytes) const override {
    const simd::Buffer<std::int32_t>& up = replicas_[replica].up;
    places_.each([&](std::size_t p, std::size_t i) { bytes[i] = static_cast<std::byte>(up[p] != 0 ? 1 : -1); });
  }
  void load(std::size_t replica, std::span<const std::byte> bytes) override {
    Replica& r = replicas_[replica];
    r.state = {.up = r.up.data(), .fields = r.fields.data(), .turned = r.state.turned};
    const auto is_up = [&](std::size_t i) { return static_cast<std::int8_t>(bytes[i]) > 0; };
    places_.each([&](std::size_t p, std::size_t i) {
      const std::int64_t spin = is_up(i) ? 1 : -1, h = graph_.h[i], f = graph_.local_field(i, is_up);
      r.up[p] = is_up(i) ? -1 : 0;
      if (places_.is_dense()) r.fields[p] = static_cast<std::int32_t>(f);
      r.state.sum += spin * (f + h);
      r.state.field_sum += spin * h;
      r.state.ups += is_up(i);
    });
  }
  double overlap_of(std::span<const std::byte> x, std::span<const std::byte> y) const override {
    return spin_overlap(x, y);
  }
  void overlap(std::span<const std::pair<std::size_t, std::size_t>> pairs, std::span<double> out) const override {
    const auto n = static_cast<double>(graph_.sites());
    for (std::size_t k = 0; k < pairs.size(); ++k) {
      const std::int32_t *x = replicas_[pairs[k].first].up.data(), *y = replicas_[pairs[k].second].up.data();
      std::int32_t different = 0;
      for (std::size_t p = 0; p < places_.size(); ++p) different -= x[p] ^ y[p];
      out[k] = (n - 2 * static_cast<double>(different)) / n;
    }
  }

 private:
  double energy(std::size_t r) const { return -graph_.grid / 2 * static_cast<double>(replicas_[r].state.sum); }
  void go(std::span<const Setting> setting, const Step& step, Purpose purpose, std::span<Tally> tally);
  void sweep_one(std::size_t r, double lambda, const Step& step, Purpose purpose);

  std::shared_ptr<const Ising> model_;
  RealCouplings how_;
  Key key_;
  const simd::SiteKernels& kernels_;
  simd::DyadicGraph graph_;
  Places places_;
  std::vector<Replica> replicas_;
  AdaptiveThreads threads_;
};

void SiteVectorsEnsemble::sweep_one(std::size_t r, double lambda, const Step& step, Purpose purpose) {
  constexpr double most = 1e28;  // so that a field's float stays finite
  simd::SiteSweep sweep;
  sweep.replica = layout().first + r;
  sweep.reversed = step.order == Direction::reversed;
  sweep.scale = static_cast<float>(std::min(2 * lambda * graph_.grid * std::numbers::log2e, most));
  const bool heat = how_.move == LocalMove::heat_bath;
  const simd::SiteKernels& k = kernels_;
  auto* move = heat ? k.sparse_heat_bath : k.sparse_metropolis;
  if (places_.is_dense()) {
    move = heat ? k.dense_heat_bath : k.dense_metropolis;
    if (how_.scan == ScanOrder::random) move = heat ? k.random_heat_bath : k.random_metropolis;
    if (lambda == 0) move = k.dense_heat_bath;  // of every site, so that all is new
  }
  const simd::SiteCouplings couplings = places_.couplings();
  for (std::uint32_t t = 0; t < step.count; ++t) {
    const simd::Cipher cipher = simd::cipher_of(key_, purpose, step.time + t, 0);
    sweep.cipher = &cipher;
    move(couplings, sweep, replicas_[r].state);
  }
}

void SiteVectorsEnsemble::go(std::span<const Setting> setting, const Step& step, Purpose purpose,
                             std::span<Tally> tally) {
  const double units = static_cast<double>(graph_.sites()) * step.count;
  threads_.run(static_cast<double>(layout().replicas) * units, [&](bool parallel) {
#pragma omp parallel for schedule(static) if (parallel)
    for (std::size_t r = 0; r < layout().replicas; ++r) {
      const std::uint64_t before = replicas_[r].state.turned;
      sweep_one(r, setting[r].lambda, step, purpose);
      if (tally.empty()) continue;
      tally[r].tried += units;
      tally[r].accepted += setting[r].lambda == 0 ? units : static_cast<double>(replicas_[r].state.turned - before);
    }
  });
}

bool has_dense_rows(const Graph& graph) { return field_layout(graph) == FieldLayout::made_anew; }

}  // namespace

bool site_vectors_supported(const Graph& graph, RealCouplings how) {
  if (simd::site_kernels().empty() || graph.bond_count() == 0) return false;
  if (how.scan == ScanOrder::random && !has_dense_rows(graph)) return false;
  how.scan = ScanOrder::sequential;
  return real_couplings_supported(graph, how);
}

bool site_vectors_are_faster(const Graph& graph, RealCouplings how, std::size_t replicas) {
  constexpr std::size_t most = 6;  // beyond, sixteen side by side cost less
  if (replicas > most || !site_vectors_supported(graph, how)) return false;
  if (has_dense_rows(graph)) return true;
  constexpr std::size_t least = 4;  // sites of a vector, in the mean
  return vectors_of(graph, how.scan).size() * least <= graph.sites();
}

std::unique_ptr<Ensemble> make_site_vectors_ensemble(std::shared_ptr<const Ising> model, RealCouplings how, Key key,
                                                     Slice slice) {
  const FieldLayout fields = has_dense_rows(model->graph()) ? FieldLayout::kept : FieldLayout::made_anew;
  return make_site_vectors_ensemble(std::move(model), how, key, slice, fields, *simd::site_kernels().front());
}

std::unique_ptr<Ensemble> make_site_vectors_ensemble(std::shared_ptr<const Ising> model, RealCouplings how, Key key,
                                                     Slice slice, FieldLayout fields,
                                                     const simd::SiteKernels& kernels) {
  assert(how.scan != ScanOrder::random || fields == FieldLayout::kept);
  const Graph& given = model->graph();
  simd::DyadicGraph graph(given);
  const ScanOrder order = how.scan == ScanOrder::random ? ScanOrder::sequential : how.scan;
  Places places = fields == FieldLayout::kept ? Places::dense(graph, visits_of(given, order))
                                              : Places::sparse(graph, vectors_of(given, order));
  Layout layout;
  layout.first = slice.first;
  layout.replicas = slice.count;
  layout.units = model->units();
  layout.log_z_reference = model->log_states();
  layout.turns = model->in_field();
  layout.canonical = true;
  layout.observables = model->observables();
  layout.name = std::string(places.is_dense() ? "fields kept, " : "") + "16 sites a vector, " + kernels.name;
  return std::make_unique<SiteVectorsEnsemble>(std::move(model), how, key, std::move(layout), std::move(graph),
                                               std::move(places), kernels);
}

}  // namespace gibbsite
