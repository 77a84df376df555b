// The Ising model on a lattice, or on any graph from a file.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>

#include "physics/ising.hpp"
#include "physics/lattice.hpp"
#include "samplers/ensembles/array_ensemble.hpp"
#include "samplers/ensembles/global_flips.hpp"
#include "samplers/kernels/cluster.hpp"
#include "samplers/kernels/heat_bath.hpp"
#include "samplers/kernels/metropolis.hpp"
#include "studies/files/variables.hpp"
#include "studies/systems/entries.hpp"
#include "studies/systems/ising_layouts.hpp"
#include "studies/systems/lattice_keys.hpp"
#include "studies/systems/system.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t enumerated_beside_a_run = 22, enumerated_when_asked = 26;  // spins; 22: well under a second

bool by_clusters(const Study& study) { return study.sampler.name == "wolff" || study.sampler.name == "swendsen-wang"; }

/// Puts a model and a kernel together where they fit, and refuses by name where they do not.
template <class M, class K>
std::unique_ptr<Ensemble> assemble(const Study& study, std::shared_ptr<const M> model, K kernel, Key key, Slice slice) {
  if constexpr (Kernel<K, M>)
    return std::make_unique<ArrayEnsemble<M, K>>(std::move(model), std::move(kernel), key, slice);
  else
    throw RequestError(fmt::format("{} cannot move the model {}: `gibbsite list samplers` shows what can",
                                   study.sampler.name, study.model.name));
}

class IsingSystem final : public System {
 public:
  explicit IsingSystem(const Study& study) : study_(study) {
    GraphOfStudy built = build_graph(study);
    lattice_ = std::move(built.lattice);
    doubts_ = std::move(built.doubts);
    ising_ = std::make_shared<const Ising>(std::move(built.graph));
  }

  std::string description() const override {
    const char* alone = by_clusters(study_) && !bonded() ? " (no bonds: each spin is drawn anew)" : "";
    return fmt::format("{}, {}{}", study_.model.name, describe_lattice(study_, ising_->graph()), alone);
  }

  double sites() const override { return static_cast<double>(ising_->units()); }
  bool symmetric() const override { return ising_->graph().common_field() == 0.0; }
  bool disordered() const override {
    const auto& keys = study_.keys<LatticeKeys>();
    return ising_->units() > 1 && (keys.disorder != "none" || !keys.couplings.empty());
  }
  bool frustrated() const override { return disordered() && ising_->graph().frustrated(); }
  UnitStates unit_states() const override { return {{-1, 1}, "-1 and 1"}; }
  std::vector<Observable> observables() const override { return ising_->observables(); }
  std::variant<ExactAnswers, std::string> exact(std::span<const double> beta, Effort effort) const override {
    return exact_answers(lattice_, ising_->graph(), beta,
                         effort == Effort::asked_for ? enumerated_when_asked : enumerated_beside_a_run);
  }
  Group record() const override;
  std::vector<std::string> doubts() const override { return doubts_; }
  void check_range(std::span<const double> beta) const override;
  void check(const Study& study) const override;
  std::unique_ptr<Ensemble> ensemble(const Study& study, Key key, Slice slice, bool annealed) const override {
    return with_global_flips(bare_ensemble(study, key, slice, annealed), key);
  }

 private:
  /// Whether any bond has a coupling.
  bool bonded() const {
    const auto bonds = ising_->graph().bonds();
    return std::any_of(bonds.begin(), bonds.end(), [](const Bond& bond) { return bond.J != 0; });
  }
  std::unique_ptr<Ensemble> bare_ensemble(const Study& study, Key key, Slice slice, bool annealed) const;
  Study study_;
  Lattice lattice_;
  std::shared_ptr<const Ising> ising_;
  std::vector<std::string> doubts_;
};

Group IsingSystem::record() const {
  const Graph& graph = ising_->graph();
  Group group{.name = "model"};
  const std::size_t bonds = graph.bonds().size();
  std::vector<std::int64_t> i(bonds), j(bonds);
  std::vector<double> J(bonds);
  for (std::size_t b = 0; b < bonds; ++b) {
    i[b] = graph.bonds()[b].i;
    j[b] = graph.bonds()[b].j;
    J[b] = graph.bonds()[b].J;
  }
  if (bonds > 0) {
    add_index(group, "bond", bonds, "bond");
    add(group, "i", {"bond"}, {bonds}, std::move(i), "1", "first site of the bond, counted from 0");
    add(group, "j", {"bond"}, {bonds}, std::move(j), "1", "second site of the bond, counted from 0");
    add(group, "J", {"bond"}, {bonds}, std::move(J), "J", "coupling");
  }
  add_index(group, "site", graph.sites(), "site");
  add(group, "h", {"site"}, {graph.sites()}, std::vector<double>(graph.fields().begin(), graph.fields().end()), "J",
      "field");
  return group;
}

std::unique_ptr<Ensemble> IsingSystem::bare_ensemble(const Study& study, Key key, Slice slice,
                                                     bool annealed) const {
  const std::string& name = study.sampler.name;
  const Graph& graph = ising_->graph();
  if (by_clusters(study) && !bonded())  // every cluster is one spin
    return assemble(study, ising_, HeatBath(Scan(ScanOrder::sequential, graph)), key, slice);
  if (study.sampler.layout == "fastest")
    if (auto fast = fast_ensemble(study, lattice_, ising_, key, slice, annealed)) return fast;
  if (name == "heat-bath") return assemble(study, ising_, HeatBath(Scan(scan_of(study), graph)), key, slice);
  if (name == "metropolis") return assemble(study, ising_, Metropolis(Scan(scan_of(study), graph)), key, slice);
  if (name == "wolff") return assemble(study, ising_, Wolff(), key, slice);
  return assemble(study, ising_, SwendsenWang(), key, slice);
}

void IsingSystem::check_range(std::span<const double> beta) const {
  double largest = 0;  // energy
  for (const Bond& bond : ising_->graph().bonds()) largest += std::abs(bond.J);
  for (const double h : ising_->graph().fields()) largest += std::abs(h);
  constexpr double most = 1e150, least = 1e-150;  // so that squares are numbers too
  if (largest > most || largest * beta.back() > most || (largest > 0 && largest < least))
    throw RequestError(fmt::format(
        "energies up to {:.3g} (beta up to {:.3g}) are beyond what numbers can hold; scale couplings, fields and beta",
        largest, beta.back()));
}

void IsingSystem::check(const Study& study) const {
  check_range(study.method.beta);
  const std::string& name = study.sampler.name;
  const Graph& graph = ising_->graph();
  std::optional<std::string> why;
  if (name == "heat-bath" || name == "metropolis") {
    const ScanOrder order = scan_of(study);
    if (order == ScanOrder::checkerboard && !graph.two_colouring())
      why =
          "a checkerboard needs a bipartite graph, and this one has a cycle of odd length; use scan = \"sequential\" "
          "or \"random\"";
  } else if (graph.bonds().empty()) {
    why = "there are no bonds, so there are no clusters; use the heat bath";
  }
  if (why) throw RequestError(fmt::format("{} cannot move this system ({}): {}", name, description(), *why));
}

}  // namespace

const SystemEntry& ising_entry() {
  static const SystemEntry entry{
      .name = "ising",
      .meaning = "spins +-1 with couplings J_ij and fields h_i on any graph: E = -sum J_ij s_i s_j - sum h_i s_i",
      .add_keys = add_lattice_keys,
      .check = check_lattice,
      .size = size_of_lattice,
      .make = [](const Study& study) -> std::shared_ptr<const System> {
        return std::make_shared<const IsingSystem>(study);
      }};
  return entry;
}

}  // namespace gibbsite
