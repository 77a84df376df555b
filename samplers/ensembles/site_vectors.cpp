#include "samplers/ensembles/site_vectors.hpp"

#include <cassert>

#include "samplers/ensembles/ising_observables.hpp"
#include "samplers/ensembles/packed_replicas_layout.hpp"
#include "samplers/ensembles/site_replicas.hpp"
#include "samplers/simd/couplings/dyadic_graph.hpp"
#include "samplers/simd/replicas/replica_plan.hpp"

namespace gibbsite {
namespace {

/// The sites of vectors, in an order of visits with the law of the scan; those of a vector have no bonds among them.
std::vector<std::vector<std::uint32_t>> vectors_of(const Graph& graph, ScanOrder scan) {
  return simd::independent_batches(graph, visits_of(graph, scan), simd::lanes);
}

class SiteVectorsEnsemble final : public SiteEnsemble {
 public:
  SiteVectorsEnsemble(std::shared_ptr<const Ising> model, RealCouplings how, Key key, Layout layout,
                      SiteReplicas replicas, const simd::SiteKernels& kernels)
      : SiteEnsemble(std::move(layout), key, std::move(replicas)),
        model_(std::move(model)),
        how_(how),
        kernels_(kernels) {
    std::vector<std::int8_t> x(model_->units());
    model_->set_ordered(x);
    load_everywhere(x);
  }

  void log_weight(std::span<const double> lambda, std::span<double> out) const override {
    for (std::size_t r = 0; r < layout().replicas; ++r) out[r] = -lambda[r] * energy(r);
  }

  void observe(std::span<double> out) const override {
    const std::size_t components = layout().observables.size();
    for (std::size_t r = 0; r < layout().replicas; ++r)
      observe_ising(energy(r), replicas_.state(r).ups, layout().units, out.subspan(r * components, components));
  }

  void turning(std::span<const double> lambda, std::span<double> out) const override {
    for (std::size_t r = 0; r < layout().replicas; ++r)
      out[r] = -lambda[r] * 2 * replicas_.places().grid() * static_cast<double>(replicas_.state(r).field_sum);
  }
  double overlap_of(std::span<const std::byte> x, std::span<const std::byte> y) const override {
    return spin_overlap(x, y);
  }
  void overlap(std::span<const std::pair<std::size_t, std::size_t>> pairs, std::span<double> out) const override {
    const auto n = static_cast<double>(layout().units);
    for (std::size_t k = 0; k < pairs.size(); ++k)
      out[k] = (n - 2 * static_cast<double>(replicas_.different(pairs[k].first, pairs[k].second))) / n;
  }
  void overlap_with(std::span<const std::byte> states, std::span<const std::size_t> which,
                    std::vector<std::uint64_t>& memory, std::span<double> out) const override {
    if (memory.empty()) memory = replicas_.kept_states(states);
    const auto n = static_cast<double>(layout().units);
    for (std::size_t r = 0; r < layout().replicas; ++r)
      out[r] = (n - 2 * static_cast<double>(replicas_.different(r, memory, which[r]))) / n;
  }

 private:
  double energy(std::size_t r) const {
    return -replicas_.places().grid() / 2 * static_cast<double>(replicas_.state(r).sum);
  }
  SiteMove move_of(double lambda) const override {
    const bool heat = how_.move == LocalMove::heat_bath;
    auto* move = heat ? kernels_.sparse_heat_bath : kernels_.sparse_metropolis;
    if (replicas_.places().is_dense()) {
      move = heat ? kernels_.dense_heat_bath : kernels_.dense_metropolis;
      if (how_.scan == ScanOrder::random) move = heat ? kernels_.random_heat_bath : kernels_.random_metropolis;
      if (lambda == 0) move = kernels_.dense_heat_bath;  // of every site, so that all is new
    }
    return {.kernel = move, .scale = replicas_.places().scale(lambda)};
  }

  std::shared_ptr<const Ising> model_;
  RealCouplings how_;
  const simd::SiteKernels& kernels_;
};

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
  const simd::DyadicGraph graph(given);
  const ScanOrder order = how.scan == ScanOrder::random ? ScanOrder::sequential : how.scan;
  SitePlaces places = fields == FieldLayout::kept ? SitePlaces::dense(graph, visits_of(given, order))
                                                  : SitePlaces::sparse(graph, vectors_of(given, order));
  Layout layout;
  layout.first = slice.first;
  layout.replicas = slice.count;
  layout.units = model->units();
  layout.log_z_reference = model->log_states();
  layout.turns = model->in_field();
  layout.canonical = true;
  layout.observables = model->observables();
  layout.name = std::string(places.is_dense() ? "fields kept, " : "") + "16 sites a vector, " + kernels.name;
  return std::make_unique<SiteVectorsEnsemble>(std::move(model), how, key, std::move(layout),
                                               SiteReplicas(std::move(places), slice.first, slice.count), kernels);
}

}  // namespace gibbsite
