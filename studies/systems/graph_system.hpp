/// Models of units on a lattice, or on any graph from a file: what they have in common, whatever a unit is.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "physics/graph.hpp"
#include "physics/lattice.hpp"
#include "samplers/ensembles/array_ensemble.hpp"
#include "samplers/kernels/cluster.hpp"
#include "samplers/kernels/heat_bath.hpp"
#include "samplers/kernels/metropolis.hpp"
#include "studies/systems/lattice_keys.hpp"
#include "studies/systems/system.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {

/// The order of visits that a study asks for; "default" is that of the plain layout.
ScanOrder scan_of(const Study& study);
/// Whether the sampler moves clusters.
inline bool by_clusters(const Study& study) { return study.sampler.entry().by_clusters; }
/// Refuses by name a sampler that cannot move a model. Throws RequestError.
[[noreturn]] void refuse_sampler(const Study& study);

/// Replicas one behind the other, moved by the study's sampler where it fits the model; single-site moves as `local`
/// wraps them. Throws RequestError where the sampler does not fit.
template <class M, class Wrap = std::identity>
std::unique_ptr<Ensemble> plain_ensemble(const Study& study, std::shared_ptr<const M> model, Key key, Slice slice,
                                         Wrap local = {}) {
  const auto moved_by = [&]<class K>(K kernel) -> std::unique_ptr<Ensemble> {
    if constexpr (Kernel<K, M>)
      return std::make_unique<ArrayEnsemble<M, K>>(model, std::move(kernel), key, slice);
    else
      refuse_sampler(study);
  };
  switch (study.sampler.kind) {
    case SamplerKind::heat_bath:
      return moved_by(local(HeatBath(Scan(scan_of(study), model->graph()))));
    case SamplerKind::metropolis:
      return moved_by(local(Metropolis(Scan(scan_of(study), model->graph()))));
    case SamplerKind::locally_balanced:
      return moved_by(LocallyBalanced(balance_of(study)));
    case SamplerKind::wolff:
      return moved_by(Wolff());
    case SamplerKind::swendsen_wang:
      return moved_by(SwendsenWang());
    default:
      break;
  }
  refuse_sampler(study);
}

class GraphSystem : public System {
 public:
  std::string description() const override;
  double sites() const override { return static_cast<double>(graph().sites()); }
  double work() const override { return sites() * std::max(1.0, static_cast<double>(graph().max_degree()) / 4); }
  bool symmetric() const override { return graph().common_field() == 0.0; }
  bool disordered() const override;
  /// Bonds and fields; of a plain lattice what they follow from.
  Group record() const override;
  std::vector<std::string> doubts() const override { return doubts_; }
  void check_range(std::span<const double> beta) const override;
  void check(const Study& study) const override;
  virtual const Graph& graph() const = 0;

 protected:
  /// built: but for the graph, which the model holds.
  GraphSystem(const Study& study, GraphOfStudy& built)
      : study_(study), lattice_(std::move(built.lattice)), doubts_(std::move(built.doubts)) {}

  const Lattice& lattice() const noexcept { return lattice_; }
  const Study& study() const noexcept { return study_; }
  /// Whether any bond has a coupling.
  bool bonded() const { return graph().common_coupling() != 0.0; }

 private:
  Study study_;
  Lattice lattice_;
  std::vector<std::string> doubts_;
};

}  // namespace gibbsite
