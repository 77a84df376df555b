// The Ising model on a lattice, or on any graph from a file.
#include "physics/ising.hpp"

#include <fmt/format.h>

#include "physics/exact/exact.hpp"
#include "samplers/ensembles/global_flips.hpp"
#include "studies/systems/entries.hpp"
#include "studies/systems/graph_system.hpp"
#include "studies/systems/ising_clamp.hpp"
#include "studies/systems/ising_layouts.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t enumerated_beside_a_run = 22, enumerated_when_asked = 26;  // spins; 22: well under a second

class IsingSystem final : public GraphSystem {
 public:
  IsingSystem(const Study& study, GraphOfStudy built, Clamping clamping)
      : GraphSystem(study, built),
        ising_(std::make_shared<const Ising>(std::move(built.graph))),
        clamping_(std::move(clamping)) {}

  std::string description() const override {
    const bool alone = by_clusters(study()) && !bonded();
    return GraphSystem::description() + clamped_text(clamping_, "sites") +
           (alone ? " (no bonds: each spin is drawn anew)" : "");
  }
  double work() const override {
    return follows_total_spin(study(), lattice(), graph()) ? sites() : GraphSystem::work();
  }
  std::string why_plain(const Study& study, std::size_t replicas) const override {
    return gibbsite::why_plain(study, lattice(), graph(), replicas);
  }
  double overlap_step() const override { return 2 / sites(); }
  bool frustrated() const override { return disordered() && graph().frustrated(); }
  UnitStates unit_states() const override { return {{-1, 1}, "-1 and 1"}; }
  const Graph& graph() const override { return ising_->graph(); }
  const Clamping* clamping() const override { return clamping_.any() ? &clamping_ : nullptr; }
  Group record() const override {
    Group group = GraphSystem::record();
    add_clamping(group, clamping_);
    return group;
  }
  std::vector<Observable> observables() const override { return ising_->observables(); }
  std::variant<ExactAnswers, std::string> exact(std::span<const double> beta, Effort effort) const override {
    return exact_answers(lattice(), graph(), beta,
                         effort == Effort::asked_for ? enumerated_when_asked : enumerated_beside_a_run);
  }
  std::unique_ptr<Ensemble> ensemble(const Study& study, Key key, Slice slice, bool annealed) const override {
    return with_global_flips(bare_ensemble(study, key, slice, annealed), key);
  }

 private:
  std::unique_ptr<Ensemble> bare_ensemble(const Study& study, Key key, Slice slice, bool annealed) const {
    if (by_clusters(study) && !bonded())  // every cluster is one spin
      return std::make_unique<ArrayEnsemble<Ising, HeatBath>>(ising_, HeatBath(Scan(ScanOrder::sequential, graph())),
                                                              key, slice);
    if (study.sampler.layout == "fastest")
      if (auto fast = fast_ensemble(study, lattice(), ising_, key, slice, annealed)) return fast;
    return plain_ensemble(study, ising_, key, slice);
  }

  std::shared_ptr<const Ising> ising_;
  Clamping clamping_;
};

void add_ising_keys(KeyTable& table) {
  add_lattice_keys(table);
  add_balance_key(table);
  add_clamp_key(table, "ising and networks: sites or visible units held at values, counted from 0");
}

std::shared_ptr<const System> make_ising(const Study& study) {
  GraphOfStudy built = build_graph(study);
  const std::string& words = study.keys<ClampKeys>().clamp;
  Clamping clamping = words.empty() ? Clamping{} : clamp_spins(built, words);
  return std::make_shared<const IsingSystem>(study, std::move(built), std::move(clamping));
}

/// As any lattice; but of what moves by its rule a report holds a configuration and the numbers of sites.
SystemSize size_of_ising(const Study& study) try {
  SystemSize size = size_of_lattice(study);
  if (!study.keys<ClampKeys>().clamp.empty() || !moves_by_rule(study, lattice_of(study))) return size;
  constexpr double configuration = 12;  // bytes a site
  size.need.bytes = configuration * size.sites;
  size.need.what = fmt::format("{:.3g} sites", size.sites);
  return size;
} catch (const std::invalid_argument&) {  // make() says what is wrong with it
  return size_of_lattice(study);
}

}  // namespace

const SystemEntry& ising_entry() {
  static const SystemEntry entry{
      .name = "ising",
      .meaning = "spins +-1 with couplings J_ij and fields h_i on any graph: E = -sum J_ij s_i s_j - sum h_i s_i",
      .add_keys = add_ising_keys,
      .check = check_lattice,
      .size = size_of_ising,
      .make = make_ising};
  return entry;
}

}  // namespace gibbsite
