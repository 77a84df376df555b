/// Energies of real numbers that learn, whatever they are made of: how they are judged, drawn from and kept.
#pragma once

#include <optional>
#include <string>

#include "physics/continuous/continuous_energy.hpp"
#include "physics/neural/neural_net.hpp"
#include "studies/learning/trainable.hpp"
#include "studies/learning/truth_on_grid.hpp"
#include "studies/systems/continuous.hpp"

namespace gibbsite {

class LearnsEnergy : public Trainable {
 public:
  LearnsEnergy(std::string name, std::size_t units);

  const Layer& visible() const override { return visible_; }
  void check(const Study& study, const Data& data) const override;
  void see(const Study& study, const Data& data, std::span<const double> weight) override;
  Group record(std::span<const double> theta, const std::string& name, const std::string& note) const override;
  Judgement judge(std::span<const double> theta, const Samples& samples, const Study& study) const override;
  /// Annealed from the reference, then moved by Hamiltonian trajectories.
  Group draw(std::span<const double> theta, const Study& study, const Matrix& training,
             std::size_t count) const override;

 protected:
  /// Throws std::invalid_argument where there is no partition function.
  virtual std::shared_ptr<const ContinuousEnergy> at(std::span<const double> theta) const = 0;

 private:
  void anneal(Judgement& out, const Study& study, std::shared_ptr<const ContinuousEnergy> energy) const;
  std::shared_ptr<const ContinuousSystem> system_at(std::span<const double> theta, const Study& study) const;

  std::string name_;
  Layer visible_;
  std::optional<TruthOnGrid> truth_;
  std::vector<double> box_;  // low, high; empty: all of space
  BaseRates base_rates_;
  Treatment treatment_;
};

/// The parameters of a net as blocks, weights apart from biases.
std::vector<ParameterBlock> blocks_of(const NeuralNet& net);
/// A net that is told the level of noise (training.sigma = "first:last:count").
std::unique_ptr<Trainable> make_learns_levels(const Study& study, const Data& data);

}  // namespace gibbsite
