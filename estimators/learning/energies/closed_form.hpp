/// Score matching solved at once: of energies that are linear in their parameters, or in what these stand for, the
/// objective is a square whose optimum is the solution of linear equations (EnergyFamily::score_optimum). One update,
/// of all the data, in place of thousands of batches.
#pragma once

#include <optional>

#include "estimators/learning/energies/energy_objective.hpp"
#include "estimators/learning/learner.hpp"
#include "physics/continuous/families.hpp"

namespace gibbsite {

class ClosedFormLearner final : public Learner {
 public:
  /// data: [number][sample]. first: parameters before its update. walls: of the box that states live
  /// in, if they do. Throws std::invalid_argument for no data, for a family that has no such optimum, and where the
  /// data leave it open.
  ClosedFormLearner(const std::shared_ptr<const EnergyFamily>& family, const Matrix& data, std::vector<double> first,
                    const std::optional<Walls>& walls);

  bool done() const override { return done_; }
  void advance() override { theta_ = optimum_, done_ = true; }
  void finish() override { done_ = true; }
  std::uint64_t update() const override { return done_ ? 1 : 0; }
  std::uint64_t updates() const override { return 1; }
  std::uint64_t batches() const override { return 1; }
  std::vector<double> parameters() const override { return theta_; }
  std::string layout() const override { return "double precision"; }
  bool bounded() const override { return true; }
  double objective() const override { return done_ ? value_ : unknown; }

  Snapshot save() const override;
  void load(const Snapshot& snapshot) override;

 private:
  bool done_ = false;
  std::vector<double> theta_, optimum_;
  double value_ = unknown;  // at the optimum
};

}  // namespace gibbsite
