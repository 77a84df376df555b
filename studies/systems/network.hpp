/// Networks of units as the system of a study: from a model file or with random weights, on the path from a reference.
#pragma once

#include <memory>
#include <optional>

#include "physics/reference.hpp"
#include "studies/models/model_file.hpp"
#include "studies/models/reconstruction.hpp"
#include "studies/systems/system.hpp"

namespace gibbsite {

/// A network and the data that its study names.
struct NetworkSource {
  ModelFile model;
  std::string weights;  ///< where they come from, for people
  std::optional<Data> data = {};
  std::vector<std::shared_ptr<const Network>> trajectory = {};  ///< snapshots of its training, see read_trajectory()
  Clamping clamping = {};  ///< of the visible units, where some are held at values; model and data are then of the rest
};
/// The model file of the study, and its data. Throws RequestError for files that cannot be read, do not fit each other,
/// or hold another kind of model than the study names (`named`: whether it names one).
NetworkSource read_network(const Study& study, bool named = true);
/// What model.clamp leaves of it. Throws RequestError.
void clamp(NetworkSource& source, const Study& study);
/// The data of the study for such a model; nothing where it names none. as: what was done to the data that it learned
/// from, where that is more than a divisor. Throws RequestError.
std::optional<Data> read_data_for(const Study& study, const AnyModel& model, const Treatment& as = {});

class NetworkSystem final : public System {
 public:
  /// Data serve the reference, where it is their base rates, and one diagnostic; they are not kept. Throws RequestError
  /// where they do not fit.
  NetworkSystem(const Study& study, const NetworkSource& source);
  /// Of the study's model file, whatever kind of model it holds.
  explicit NetworkSystem(const Study& study) : NetworkSystem(study, read_network(study, false)) {}

  const ModelFile& model() const noexcept { return model_; }
  const Reference& reference() const noexcept { return reference_; }
  /// How well the network gives the data back; nothing without data.
  const std::optional<Reconstruction>& reconstruction() const noexcept { return reconstruction_; }

  const Clamping* clamping() const override { return clamping_.any() ? &clamping_ : nullptr; }
  std::string description() const override;
  double sites() const override;
  double work() const override;
  PathKind path() const override { return reference_.uniform ? PathKind::temperature : PathKind::mixture; }
  bool symmetric() const override;
  bool disordered() const override;
  double overlap_step() const override;
  std::vector<Observable> observables() const override;
  std::variant<ExactAnswers, std::string> exact(std::span<const double> lambda, Effort effort) const override;
  /// ln Z of the model itself, where summing takes less than half a minute of one core.
  std::optional<double> exact_log_z(double most_states = 0x1p26) const override;
  std::size_t trajectory_machines() const override { return trajectory_.size(); }
  std::unique_ptr<Ensemble> trajectory_ensemble(Key key, Slice slice) const override;
  Group record() const override;
  void add_diagnostics(Group& group) const override;
  void check(const Study& study) const override;
  std::unique_ptr<Ensemble> ensemble(const Study& study, Key key, Slice slice, bool annealed = false) const override;

 private:
  bool on_trajectory() const noexcept { return reference_name_ == trajectory_name; }
  static constexpr const char* trajectory_name = "where its training began, with its snapshots on the way";
  /// The network that moves: of a belief network its top. Null for a Boltzmann machine.
  const Network* network() const;
  const BoltzmannMachine* machine() const;

  ModelFile model_;
  std::string weights_, data_;  ///< for people; data_ empty: none
  double divisor_ = 1;          ///< of the data
  std::optional<Reconstruction> reconstruction_;
  std::vector<std::shared_ptr<const Network>> trajectory_;
  Reference reference_;
  std::string reference_name_;
  Clamping clamping_;
};

}  // namespace gibbsite
