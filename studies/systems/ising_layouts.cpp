#include "studies/systems/ising_layouts.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "physics/complete_ising.hpp"
#include "physics/recognise.hpp"
#include "samplers/ensembles/array_ensemble.hpp"
#include "samplers/ensembles/lattice_clusters.hpp"
#include "samplers/ensembles/packed_lattice.hpp"
#include "samplers/ensembles/packed_replicas.hpp"
#include "samplers/ensembles/real_couplings.hpp"
#include "samplers/kernels/total_spin.hpp"
#include "studies/systems/graph_system.hpp"

namespace gibbsite {

namespace {

bool possible(ScanOrder order, const Graph& graph) { return order != ScanOrder::checkerboard || graph.bipartite(); }

LocalMove local_move(const Study& study) {
  return study.sampler.kind == SamplerKind::heat_bath ? LocalMove::heat_bath : LocalMove::metropolis;
}

ClusterMove cluster_move(const Study& study) {
  return study.sampler.kind == SamplerKind::wolff ? ClusterMove::wolff : ClusterMove::swendsen_wang;
}

double mean_square_coupling(const Graph& graph) {
  if (const auto strength = graph.common_strength()) return *strength * *strength;
  double sum = 0;
  for (const Bond& bond : graph.bonds()) sum += bond.J * bond.J / static_cast<double>(graph.bond_count());
  return sum;
}

/// Fixed orders in which layouts other than the plain one may visit sites. Where the order is left open, colours come
/// first: what has no bonds moves together. Not so Metropolis at very small beta |J|: in a fixed order it turns all
/// spins over at every sweep, nearly, and the energy hardly changes (tau is 3 sweeps at 0.02, 20 at 0.002).
std::vector<ScanOrder> fast_orders(const Study& study, const Graph& graph, bool annealed) {
  const std::string& scan = study.sampler.scan;
  if (scan == "random" || graph.bond_count() == 0) return {};
  if (scan != "default") return {scan_of(study)};
  const auto& beta = study.method.beta;
  const auto hottest = std::find_if(beta.begin(), beta.end(), [](double b) { return b > 0; });
  constexpr double least = 0.02;
  if (study.sampler.kind == SamplerKind::metropolis && !annealed && hottest != beta.end() &&
      *hottest * std::sqrt(mean_square_coupling(graph)) < least)
    return {};
  return {ScanOrder::checkerboard, ScanOrder::sequential};
}

/// Replicas as bit lanes, where that is valid and expected to be the fastest; else nothing.
std::unique_ptr<Ensemble> in_bit_lanes(const Study& study, std::shared_ptr<const Ising> model, Key key, Slice slice,
                                       const std::vector<ScanOrder>& orders, std::optional<double> packed_lattice) {
  const Graph& graph = model->graph();
  if (packed_lattice && slice.total == 1) return nullptr;  // slower at any size
  const LocalMove kernel = local_move(study);
  for (const ScanOrder order : orders) {
    if (!possible(order, graph) || !packed_replicas_are_faster(graph, kernel, order, slice.total, packed_lattice))
      continue;
    return make_packed_replicas(std::move(model), kernel, order, key, slice);
  }
  return nullptr;
}

/// How a lattice at 512 spins to a word moves, if it may and fits. It visits sites by colours.
std::optional<LocalMove> packed_move(const Study& study, const Lattice& lattice, const Graph& graph,
                                     const std::vector<ScanOrder>& orders) {
  if (std::find(orders.begin(), orders.end(), ScanOrder::checkerboard) == orders.end()) return std::nullopt;
  return packed_lattice_supported(lattice, graph) ? std::optional(local_move(study)) : std::nullopt;
}

/// Whether all pairs are bonded by one J; of a graph by rule without listing its bonds.
bool is_complete(const Lattice& lattice, const Graph& graph) {
  return is_plain(lattice) ? lattice.geometry == Geometry::complete && graph.sites() > 2 : bonds_all_pairs(graph);
}

}  // namespace

bool follows_total_spin(const Study& study, const Lattice& lattice, const Graph& graph) {
  constexpr std::size_t least = 10;  // sites; the bonds of fewer fit other layouts too
  return !by_clusters(study) && study.sampler.layout == "fastest" && graph.sites() >= least &&
         is_complete(lattice, graph);
}

bool moves_by_rule(const Study& study, const Lattice& lattice) {
  if (!is_plain(lattice) || study.sampler.layout != "fastest") return false;
  const Graph graph = build(lattice);
  if (lattice.geometry == Geometry::complete) return follows_total_spin(study, lattice, graph);
  if (by_clusters(study)) return graph.rows() != nullptr && lattice_clusters_supported(graph, cluster_move(study));
  return packed_move(study, lattice, graph, fast_orders(study, graph, false)).has_value();
}

std::string why_plain(const Study& study, const Lattice& given, const Graph& graph, std::size_t replicas) {
  if (study.sampler.layout != "fastest" || graph.bond_count() == 0) return "";
  std::string why;
  if (by_clusters(study)) {
    lattice_clusters_supported(graph, cluster_move(study), &why);
    return why;
  }
  if (study.sampler.scan == "random") return "scan = \"random\" picks one site after the other";
  if (fast_orders(study, graph, false).empty())
    return "Metropolis at beta |J| below 0.02 picks sites at random (other scans do not)";
  if (!graph.common_field() || !graph.common_strength()) {
    if (replicas > 1) return "couplings are of very different size";
    return std::string(graph.common_strength() ? "fields" : "couplings") +
           " differ and there is one replica: of more, sixteen are a vector";
  }
  if (study.sampler.scan == "sequential")
    return "few replicas go from site to site; scan = \"checkerboard\" goes by colours";
  const Lattice lattice = given.geometry == Geometry::graph ? recognised_lattice(graph).value_or(given) : given;
  if (lattice.geometry == Geometry::graph)
    return "the couplings file is no lattice that is packed, and replicas are few";
  packed_lattice_supported(lattice, graph, &why);
  return why;
}

std::unique_ptr<Ensemble> fast_ensemble(const Study& study, const Lattice& given, std::shared_ptr<const Ising> model,
                                        Key key, Slice slice, bool annealed) {
  const Graph& graph = model->graph();
  if (by_clusters(study)) {
    const ClusterMove move = cluster_move(study);
    return lattice_clusters_supported(graph, move) ? make_lattice_clusters_ensemble(model, move, key, slice) : nullptr;
  }
  if (follows_total_spin(study, given, graph))
    return std::make_unique<ArrayEnsemble<CompleteIsing, TotalSpin>>(
        std::make_shared<const CompleteIsing>(model), TotalSpin(local_move(study), Scan(scan_of(study), graph)), key,
        slice);
  const Lattice lattice = given.geometry == Geometry::graph ? recognised_lattice(graph).value_or(given) : given;
  // Many replicas of a small system are bit lanes of registers; a few of a large lattice are not.
  const std::vector<ScanOrder> orders = fast_orders(study, graph, annealed);
  const auto packed = packed_move(study, lattice, graph, orders);
  const auto cost = packed ? std::optional(packed_lattice_cost(lattice)) : std::nullopt;
  if (auto lanes = in_bit_lanes(study, model, key, slice, orders, cost)) return lanes;
  if (packed) return make_packed_lattice_ensemble(model, lattice, *packed, key, slice);
  for (const ScanOrder order : orders) {
    const RealCouplings how{local_move(study), order};
    if (possible(order, graph) && real_couplings_are_faster(graph, how, slice.total))
      return make_real_couplings_ensemble(model, how, key, slice);
  }
  return nullptr;
}

}  // namespace gibbsite
