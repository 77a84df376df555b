// The Ising model on a lattice, or on any graph from a file.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>

#include "physics/couplings_file.hpp"
#include "physics/ising.hpp"
#include "physics/lattice.hpp"
#include "samplers/ensembles/array_ensemble.hpp"
#include "samplers/ensembles/global_flips.hpp"
#include "samplers/kernels/cluster.hpp"
#include "samplers/kernels/heat_bath.hpp"
#include "samplers/kernels/metropolis.hpp"
#include "studies/catalogue/study_memory.hpp"
#include "studies/files/memory.hpp"
#include "studies/files/variables.hpp"
#include "studies/systems/lattice_layouts.hpp"
#include "studies/systems/system.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t enumerated_beside_a_run = 22, enumerated_when_asked = 26;  // spins; 22: well under a second

const std::map<std::string, Geometry> geometries = {
    {"chain", Geometry::chain},           {"square", Geometry::square},         {"cubic", Geometry::cubic},
    {"hypercubic", Geometry::hypercubic}, {"triangular", Geometry::triangular}, {"honeycomb", Geometry::honeycomb},
    {"complete", Geometry::complete}};
const std::map<std::string, Disorder> disorders = {
    {"none", Disorder::none}, {"bimodal", Disorder::bimodal}, {"gaussian", Disorder::gaussian}};
std::size_t sides(Geometry geometry, const Study::Model& model) {
  switch (geometry) {
    case Geometry::chain:
    case Geometry::complete:
      return 1;
    case Geometry::cubic:
      return 3;
    case Geometry::hypercubic:
      return model.size.size() > 1 ? model.size.size() : static_cast<std::size_t>(model.dimension);
    default:
      return 2;
  }
}

Graph scaled(const Graph& graph, double factor) {
  std::vector<Bond> bonds(graph.bonds().begin(), graph.bonds().end());
  for (Bond& bond : bonds) bond.J *= factor;
  return {std::move(bonds), {graph.fields().begin(), graph.fields().end()}};
}

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

class LatticeSystem final : public System {
 public:
  explicit LatticeSystem(const Study& study) : study_(study) {
    const Study::Model& m = study.model;
    try {
      if (!m.couplings.empty()) {
        lattice_.geometry = Geometry::graph;
        CouplingsFile file = read_couplings_file(m.couplings, static_cast<int>(m.index_base));
        doubts_ = std::move(file.doubts);
        ising_ = std::make_shared<const Ising>(scaled(file.graph, m.coupling));
        lattice_.size = {ising_->units()};
        check_memory_of_replicas(study, sites());
        return;
      }
      lattice_.geometry = geometries.at(m.lattice);
      lattice_.size.assign(m.size.begin(), m.size.end());
      if (lattice_.size.size() == 1) lattice_.size.resize(sides(lattice_.geometry, m), lattice_.size[0]);
      lattice_.boundary = m.boundary == "open" ? Boundary::open : Boundary::periodic;
      lattice_.coupling = m.coupling;
      lattice_.disorder = disorders.at(m.disorder);
      lattice_.disorder_seed = m.disorder_seed;
      lattice_.field = m.field;
      ising_ = std::make_shared<const Ising>(build(lattice_));
    } catch (const std::invalid_argument& e) {
      throw RequestError(m.couplings.empty() ? fmt::format("[model]: {}", e.what()) : std::string(e.what()));
    }
  }

  std::string description() const override {
    const Study::Model& m = study_.model;
    const std::size_t n = ising_->units(), bonds = ising_->graph().bonds().size();
    const char* alone = by_clusters(study_) && !bonded() ? " (no bonds: each spin is drawn anew)" : "";
    if (lattice_.geometry == Geometry::graph)
      return fmt::format("{}, graph of {} sites and {} bonds{}{}", m.name, n, bonds,
                         m.coupling == 1 ? "" : fmt::format(", J of the file times {}", m.coupling), alone);
    const std::string boundary = lattice_.geometry == Geometry::complete ? "" : ", " + m.boundary;
    const std::string couplings =
        m.disorder == "none" ? fmt::format("J = {}", m.coupling)
                             : fmt::format("{} J (scale {}, seed {})", m.disorder, m.coupling, m.disorder_seed);
    const std::string field = m.field == 0 ? "" : fmt::format(", h = {}", m.field);
    std::vector<std::string> sides;
    for (const std::size_t side : lattice_.size) sides.push_back(std::to_string(side));
    return fmt::format("{}, {} {}{}, {}{}{}", m.name, m.lattice, join(sides, " x "), boundary, couplings, field, alone);
  }

  double sites() const override { return static_cast<double>(ising_->units()); }
  bool symmetric() const override { return ising_->graph().common_field() == 0.0; }
  bool disordered() const override {
    return ising_->units() > 1 && (study_.model.disorder != "none" || !study_.model.couplings.empty());
  }
  bool frustrated() const override { return disordered() && ising_->graph().frustrated(); }
  std::vector<Observable> observables() const override { return ising_->observables(); }
  std::variant<ExactAnswers, std::string> exact(std::span<const double> beta, Effort effort) const override {
    return exact_answers(lattice_, ising_->graph(), beta,
                         effort == Effort::asked_for ? enumerated_when_asked : enumerated_beside_a_run);
  }
  Group record() const override;
  std::vector<std::string> doubts() const override { return doubts_; }
  void check_range(std::span<const double> beta) const override;
  void check(const Study& study) const override;
  std::unique_ptr<Ensemble> ensemble(const Study& study, Key key, Slice slice) const override {
    return with_global_flips(bare_ensemble(study, key, slice), key);
  }

 private:
  /// Whether any bond has a coupling.
  bool bonded() const {
    const auto bonds = ising_->graph().bonds();
    return std::any_of(bonds.begin(), bonds.end(), [](const Bond& bond) { return bond.J != 0; });
  }
  std::unique_ptr<Ensemble> bare_ensemble(const Study& study, Key key, Slice slice) const;
  Study study_;
  Lattice lattice_;
  std::shared_ptr<const Ising> ising_;
  std::vector<std::string> doubts_;
};

Group LatticeSystem::record() const {
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

std::unique_ptr<Ensemble> LatticeSystem::bare_ensemble(const Study& study, Key key, Slice slice) const {
  const std::string& name = study.sampler.name;
  const Graph& graph = ising_->graph();
  if (by_clusters(study) && !bonded())  // every cluster is one spin
    return assemble(study, ising_, HeatBath(Scan(ScanOrder::sequential, graph)), key, slice);
  if (study.sampler.layout == "fastest")
    if (auto fast = fast_ensemble(study, lattice_, ising_, key, slice)) return fast;
  if (name == "heat-bath") return assemble(study, ising_, HeatBath(Scan(scan_of(study), graph)), key, slice);
  if (name == "metropolis") return assemble(study, ising_, Metropolis(Scan(scan_of(study), graph)), key, slice);
  if (name == "wolff") return assemble(study, ising_, Wolff(), key, slice);
  return assemble(study, ising_, SwendsenWang(), key, slice);
}

void LatticeSystem::check_range(std::span<const double> beta) const {
  double largest = 0;  // energy
  for (const Bond& bond : ising_->graph().bonds()) largest += std::abs(bond.J);
  for (const double h : ising_->graph().fields()) largest += std::abs(h);
  constexpr double most = 1e150, least = 1e-150;  // so that squares are numbers too
  if (largest > most || largest * beta.back() > most || (largest > 0 && largest < least))
    throw RequestError(fmt::format(
        "energies up to {:.3g} (beta up to {:.3g}) are beyond what numbers can hold; scale couplings, fields and beta",
        largest, beta.back()));
}

void LatticeSystem::check(const Study& study) const {
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

std::shared_ptr<const System> make_lattice_system(const Study& study) {
  return std::make_shared<const LatticeSystem>(study);
}

}  // namespace gibbsite
