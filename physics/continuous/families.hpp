/// Energies of a few parameters as functions of them, for learning. A family is its energy with its jets, the names of
/// its parameters, where learning begins, and the energy to sample that stands at given parameters.
///
///   quartic    E = a x^4 + b x^2 + c x, on the line;                     theta = (a, b, c)
///   gaussian   E = (x - m)' (L + L') (x - m) / 4;                        theta = (m, L row by row)
///   mixture    E = -ln sum_k w_k N(x; m_k, s_k^2 1), w = softmax(l);      theta = (l, m_1, m_2, ..., ln s)
///   student    E = sum_j a_j ln(1 + (w_j . x)^2 / 2) + kappa |x|^2 / 2;   theta = (w_1, w_2, ..., ln a)
///   unigauss   E = -sum_j ln(1 + exp(w_j . x + c_j)) + kappa |x|^2 / 2;   theta = (w_1, w_2, ..., c)
///
/// Quartics and mixtures are formulas, written once and recorded as they are computed (recording.hpp); gaussians and
/// experts are products of matrices. Either way jets and all their gradients cost a few times what the energy does.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "physics/continuous/continuous_energy.hpp"
#include "physics/continuous/experts.hpp"
#include "physics/continuous/recording.hpp"
#include "physics/continuous/slope_weights.hpp"
#include "physics/matrices/matrix.hpp"
#include "physics/neural/jet_energy.hpp"
#include "physics/parameter_block.hpp"
#include "physics/random.hpp"

namespace gibbsite {

/// Immutable: what there is, not the parameters themselves.
class EnergyFamily {
 public:
  virtual ~EnergyFamily() = default;

  std::size_t units() const noexcept { return units_; }
  std::span<const ParameterBlock> blocks() const noexcept { return blocks_; }
  std::size_t parameters() const noexcept { return blocks_.back().offset + blocks_.back().size(); }

  /// What pass asks about states begin ... end - 1, but for `gradient`, which is added to: [parameter], or empty.
  virtual void run(std::span<const double> theta, const NeuralPass<double>& pass, std::size_t begin, std::size_t end,
                   std::span<double> gradient) const = 0;
  /// As JetEnergy::add_curvatures, where the family knows a shorter way than jets.
  virtual std::optional<double> add_curvatures(std::span<const double> theta, std::span<const double> x,
                                               std::span<const double> h, double weight,
                                               std::span<double> gradient) const;
  /// The least value of <sum_i h_i (dE/dx_i)^2 / 2 - d/dx_i (h_i dE/dx_i)> over all parameters, in closed form, where
  /// E is linear in them or in what they stand for (Hyvarinen, JMLR 6, 695 (2005), sec. 3; with weights Yu, Drton &
  /// Shojaie, JMLR 20, 76 (2019), sec. 4): the theta that has it. data: [number][sample]. Throws std::invalid_argument
  /// where the data leave it open.
  virtual std::optional<std::vector<double>> score_optimum(const Matrix& data, const SlopeWeights& weights) const;
  /// Throws std::invalid_argument where there is no partition function at theta.
  virtual std::shared_ptr<const ContinuousEnergy> at(std::span<const double> theta) const = 0;
  /// Parameters to begin with, a pure function of data and key. data: [number][sample].
  virtual std::vector<double> first(const Matrix& data, Key key) const = 0;

 protected:
  explicit EnergyFamily(std::size_t units) : units_(units) {}
  void add_block(const char* name, std::size_t rows, std::size_t columns, bool bias);

 private:
  std::size_t units_;
  std::vector<ParameterBlock> blocks_;
};

/// A family whose energy is a formula.
class FormulaFamily : public EnergyFamily {
 public:
  virtual RecordedNumber energy(std::span<const RecordedNumber> x, std::span<const RecordedNumber> theta) const = 0;
  void run(std::span<const double> theta, const NeuralPass<double>& pass, std::size_t begin, std::size_t end,
           std::span<double> gradient) const final;

 protected:
  using EnergyFamily::EnergyFamily;
};

/// Throw std::invalid_argument for no units, components or experts.
std::shared_ptr<const EnergyFamily> quartic_family();
std::shared_ptr<const EnergyFamily> gaussian_family(std::size_t units);
std::shared_ptr<const EnergyFamily> mixture_family(std::size_t units, std::size_t components);
std::shared_ptr<const EnergyFamily> expert_family(Experts::Kind kind, std::size_t units, std::size_t experts,
                                                  double kappa);

/// A member of a family, with its jets, in tiles of states as nets have them (neural_energy.hpp).
class FamilyEnergy final : public JetEnergy<double> {
 public:
  /// Throws std::invalid_argument for a theta of another length.
  FamilyEnergy(std::shared_ptr<const EnergyFamily> family, std::span<const double> theta);

  std::size_t units() const noexcept override { return family_->units(); }
  std::size_t parameters() const noexcept override { return family_->parameters(); }
  void set_parameters(std::span<const double> theta) override;
  void run(const NeuralPass<double>& pass) const override;
  double add_curvatures(std::span<const double> x, std::span<const double> h, double weight,
                        std::span<double> gradient) const override;

 private:
  std::shared_ptr<const EnergyFamily> family_;
  std::vector<double> theta_;
};

}  // namespace gibbsite
