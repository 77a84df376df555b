#include "studies/systems/ising_layouts.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "physics/complete_ising.hpp"
#include "physics/recognise.hpp"
#include "samplers/ensembles/array_ensemble.hpp"
#include "samplers/ensembles/lattice_clusters.hpp"
#include "samplers/ensembles/packed_lattice.hpp"
#include "samplers/ensembles/packed_replicas.hpp"
#include "samplers/ensembles/quartets.hpp"
#include "samplers/ensembles/real_couplings.hpp"
#include "samplers/ensembles/site_vectors.hpp"
#include "samplers/kernels/total_spin.hpp"
#include "samplers/simd/lattice/block_lattice.hpp"
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
  // A dense graph has as many colours as sites.
  const bool dense = field_layout(graph) == FieldLayout::made_anew;
  return {ScanOrder::checkerboard, dense ? ScanOrder::sequential : ScanOrder::colours};
}

/// Makes replicas in the layout that was chosen.
using Make = std::function<std::unique_ptr<Ensemble>(std::shared_ptr<const Ising>, Key, Slice)>;

/// Replicas as bit lanes, where that is valid and expected to be the fastest; else nothing.
Make in_bit_lanes(const Study& study, const Graph& graph, std::size_t replicas, const std::vector<ScanOrder>& orders,
                  std::optional<double> packed_lattice) {
  if (packed_lattice && replicas == 1) return nullptr;  // slower at any size
  const LocalMove kernel = local_move(study);
  for (const ScanOrder order : orders)
    if (possible(order, graph) && packed_replicas_are_faster(graph, kernel, order, replicas, packed_lattice))
      return [=](auto model, Key key, Slice slice) {
        return make_packed_replicas(std::move(model), kernel, order, key, slice);
      };
  return nullptr;
}

/// Four replicas to a word, where that is the fastest; else nothing.
Make in_quartets(const Study& study, const Graph& graph, std::size_t replicas, const std::vector<ScanOrder>& orders) {
  for (const ScanOrder order : orders.empty() ? std::vector{ScanOrder::random} : orders) {
    const RealCouplings how{local_move(study), order};
    if (possible(order, graph) && quartets_are_faster(graph, how, replicas))
      return
          [=](auto model, Key key, Slice slice) { return make_quartets_ensemble(std::move(model), how, key, slice); };
  }
  return nullptr;
}

/// Sites or replicas as vectors of sixteen, where that is faster than one by one; else nothing.
Make in_vectors(const Study& study, const Graph& graph, std::size_t replicas, const std::vector<ScanOrder>& orders) {
  const auto of_sites = [](RealCouplings how) -> Make {
    return
        [=](auto model, Key key, Slice slice) { return make_site_vectors_ensemble(std::move(model), how, key, slice); };
  };
  if (const RealCouplings how{local_move(study), scan_of(study)};
      orders.empty() && site_vectors_supported(graph, how))  // a random scan, of a dense graph
    return of_sites(how);
  for (const ScanOrder order : orders) {
    if (!possible(order, graph)) continue;
    const RealCouplings how{local_move(study), order};
    if (site_vectors_are_faster(graph, how, replicas)) return of_sites(how);
    if (real_couplings_are_faster(graph, how, replicas))
      return [=](auto model, Key key, Slice slice) {
        return make_real_couplings_ensemble(std::move(model), how, key, slice);
      };
  }
  return nullptr;
}

/// Whether a lattice at 512 spins to a word is faster than by vectors of sites: not where it is small and has a seam.
bool pays(const Lattice& lattice) {
  constexpr double a_site = 4;  // ns, by vectors
  const auto blocks = simd::BlockLattice::of(lattice);
  return !blocks->seamed() || packed_lattice_cost(lattice) < a_site * static_cast<double>(blocks->sites());
}

/// How a lattice at 512 spins to a word moves, if it may, fits and pays. It visits sites by colours.
std::optional<LocalMove> packed_move(const Study& study, const Lattice& lattice, const Graph& graph,
                                     const std::vector<ScanOrder>& orders) {
  if (std::find(orders.begin(), orders.end(), ScanOrder::checkerboard) == orders.end()) return std::nullopt;
  return packed_lattice_supported(lattice, graph) && pays(lattice) ? std::optional(local_move(study)) : std::nullopt;
}

/// Whether all pairs are bonded by one J; of a graph by rule without listing its bonds.
bool is_complete(const Lattice& lattice, const Graph& graph) {
  return is_plain(lattice) ? lattice.geometry == Geometry::complete && graph.sites() > 2 : bonds_all_pairs(graph);
}

/// The fastest layout for so many replicas; nothing where it is the plain one.
Make fastest(const Study& study, const Lattice& given, const Graph& graph, std::size_t replicas, bool annealed) {
  if (study.sampler.entry().by_flips) return nullptr;
  if (by_clusters(study)) {
    const ClusterMove move = cluster_move(study);
    if (!lattice_clusters_supported(graph)) return nullptr;
    return [=](auto model, Key key, Slice slice) {
      return make_lattice_clusters_ensemble(std::move(model), move, key, slice);
    };
  }
  if (follows_total_spin(study, given, graph))
    return [move = local_move(study), scan = scan_of(study)](auto model, Key key, Slice slice) {
      const Scan visits(scan, model->graph());
      return std::make_unique<ArrayEnsemble<CompleteIsing, TotalSpin>>(std::make_shared<const CompleteIsing>(model),
                                                                       TotalSpin(move, visits), key, slice);
    };
  const Lattice lattice = given.geometry == Geometry::graph ? recognised_lattice(graph).value_or(given) : given;
  // Many replicas of a small system are bit lanes of registers; a few of a large lattice are not.
  const std::vector<ScanOrder> orders = fast_orders(study, graph, annealed);
  const auto packed = packed_move(study, lattice, graph, orders);
  const auto cost = packed ? std::optional(packed_lattice_cost(lattice)) : std::nullopt;
  if (Make words = in_quartets(study, graph, replicas, orders)) return words;
  if (Make lanes = in_bit_lanes(study, graph, replicas, orders, cost)) return lanes;
  if (packed)
    return [=](auto model, Key key, Slice slice) {
      return make_packed_lattice_ensemble(std::move(model), lattice, *packed, key, slice);
    };
  return in_vectors(study, graph, replicas, orders);
}

}  // namespace

bool follows_total_spin(const Study& study, const Lattice& lattice, const Graph& graph) {
  constexpr std::size_t least = 10;  // sites; the bonds of fewer fit other layouts too
  return study.sampler.entry().visits() && study.sampler.layout == "fastest" && graph.sites() >= least &&
         is_complete(lattice, graph);
}

bool moves_by_rule(const Study& study, const Lattice& lattice) {
  if (!is_plain(lattice) || study.sampler.layout != "fastest" || study.sampler.entry().by_flips) return false;
  const Graph graph = build(lattice);
  if (lattice.geometry == Geometry::complete) return follows_total_spin(study, lattice, graph);
  if (by_clusters(study)) return graph.rows() != nullptr && lattice_clusters_supported(graph);
  return packed_move(study, lattice, graph, fast_orders(study, graph, false)).has_value();
}

std::string why_plain(const Study& study, const Lattice& given, const Graph& graph, std::size_t replicas) {
  if (study.sampler.layout != "fastest" || study.sampler.entry().by_flips || graph.bond_count() == 0 ||
      fastest(study, given, graph, replicas, false))
    return "";
  std::string why;
  if (by_clusters(study)) {
    lattice_clusters_supported(graph, &why);
    return why;
  }
  if (study.sampler.scan == "random") return "scan = \"random\" picks one site after the other";
  if (fast_orders(study, graph, false).empty())
    return "Metropolis at beta |J| below 0.02 picks sites at random (other scans do not)";
  if (!real_couplings_supported(graph, {local_move(study), ScanOrder::sequential}))
    return "couplings are of very different size";
  return "a sequential scan has few sites here that can be visited at once (other scans do)";
}

std::unique_ptr<Ensemble> fast_ensemble(const Study& study, const Lattice& lattice, std::shared_ptr<const Ising> model,
                                        Key key, Slice slice, bool annealed) {
  const Make make = fastest(study, lattice, model->graph(), slice.total, annealed);
  return make ? make(std::move(model), key, slice) : nullptr;
}

}  // namespace gibbsite
