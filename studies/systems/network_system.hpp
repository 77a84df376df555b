/// Networks of units as the system of a study: from a model file or with random weights, on the path from a reference.
#pragma once

#include <memory>
#include <optional>

#include "physics/reference.hpp"
#include "studies/data/data.hpp"
#include "studies/models/model_file.hpp"
#include "studies/systems/system.hpp"

namespace gibbsite {

class NetworkSystem final : public System {
 public:
  /// Throws RequestError for a model or data file that cannot be read or does not fit.
  explicit NetworkSystem(const Study& study);

  const ModelFile& model() const noexcept { return model_; }
  const Reference& reference() const noexcept { return reference_; }
  const std::optional<Data>& data() const noexcept { return data_; }

  std::string description() const override;
  double sites() const override;
  PathKind path() const override { return reference_.uniform ? PathKind::temperature : PathKind::mixture; }
  bool symmetric() const override;
  bool disordered() const override;
  std::vector<Observable> observables() const override;
  std::variant<ExactAnswers, std::string> exact(std::span<const double> lambda, Effort effort) const override;
  /// ln Z of the model itself, where summing takes less than half a minute of one core.
  std::optional<double> exact_log_z() const;
  Group record() const override;
  void add_diagnostics(Group& group) const override;
  void check(const Study& study) const override;
  std::unique_ptr<Ensemble> ensemble(const Study& study, Key key, Slice slice) const override;

 private:
  /// The network that moves: of a belief network its top. Null for a Boltzmann machine.
  const Network* network() const;
  const BoltzmannMachine* machine() const;

  ModelFile model_;
  std::string weights_;  ///< where they come from, for people
  std::optional<Data> data_;
  Reference reference_;
  std::string reference_name_;
};

/// The network with random weights, or the Hopfield network with random patterns, that a study without a model file
/// means. Throws RequestError where its layers do not fit.
ModelFile random_model(const Study::Model& model);

}  // namespace gibbsite
