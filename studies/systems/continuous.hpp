/// Energies of real numbers as the system of a study: what they have in common, whatever the energy is.
#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "physics/continuous/continuous_energy.hpp"
#include "physics/continuous/continuous_reference.hpp"
#include "studies/data/treatment.hpp"
#include "studies/systems/system.hpp"

namespace gibbsite {

/// Where the path begins, and how replicas move.
struct ContinuousKeys {
  std::vector<double> box;                                 ///< low, high; empty: a gaussian reference
  double mean = std::numeric_limits<double>::quiet_NaN();  ///< of the reference; nan: the model's own choice
  double scale = std::numeric_limits<double>::quiet_NaN();
  std::int64_t steps = 10;
  double memory = 0.8;
  bool clusters = true;  ///< of signs, where a model has such
};
void add_continuous_keys(KeyTable& table);
/// model.box, and its help.
void add_box(KeyTable& table, std::optional<Condition> condition, const char* help);
/// model.kappa, of a term kappa |x|^2 / 2; and what it is, `otherwise` where the study leaves it out.
void add_kappa(KeyTable& table, std::optional<Condition> condition = {});
double kappa_of(const Study& study, double otherwise);
/// sampler.clusters, of models whose signs are spins.
void add_sign_keys(KeyTable& table);

class ContinuousSystem : public System {
 public:
  /// words: what the model is, for people. Throws RequestError for a reference that cannot be.
  ContinuousSystem(const Study& study, std::shared_ptr<const ContinuousEnergy> model, std::string words);

  std::string description() const override;
  double sites() const override { return static_cast<double>(model_->units()); }
  double work() const override { return 4 * sites() * steps_; }
  PathKind path() const override { return reference_.is_box() ? PathKind::temperature : PathKind::mixture; }
  bool symmetric() const override { return model_->symmetric() && reference_.mean() == 0; }
  std::vector<Observable> observables() const override { return model_->observables(); }
  std::variant<ExactAnswers, std::string> exact(std::span<const double> lambda, Effort effort) const override;
  std::optional<double> exact_log_z(double most_states) const override;
  Group record() const override;
  std::vector<std::string> doubts() const override;
  void check(const Study& study) const override;
  std::unique_ptr<Ensemble> ensemble(const Study& study, Key key, Slice slice, bool annealed = false) const override;

  /// What was done to data before the model learned them.
  virtual Treatment treatment() const { return {}; }

  const std::shared_ptr<const ContinuousEnergy>& model() const noexcept { return model_; }
  const std::string& words() const noexcept { return words_; }
  const ContinuousReference& reference() const noexcept { return reference_; }

 protected:
  std::variant<ExactAnswers, std::string> quadrature_within(double most_work, std::span<const double> lambda) const;
  /// What the record says of the model itself.
  virtual void describe(Group&) const {}

 private:
  /// Clusters are left out where the box is not symmetric about 0.
  bool turns_signs(const Study& study) const;

  std::shared_ptr<const ContinuousEnergy> model_;
  std::string kind_, words_;
  ContinuousReference reference_;
  double steps_ = 1;  // gradients of a sweep
};

}  // namespace gibbsite
