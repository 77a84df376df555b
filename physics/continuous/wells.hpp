/// Textbook energies whose ln Z is a one-dimensional integral.
///
/// Double well:  E(x) = a x^4 + b x^2 + c x, x on the line, a > 0.
/// Many wells:   E(x) = sum over pairs of [a x_1^4 + b x_1^2 + c x_1 + x_2^2 / 2], d = 2 pairs: 2^pairs modes of
/// unequal
///               weight (a = 1, b = -6, c = -1/2; Midgley, Stimper, Simm, Schoelkopf & Hernandez-Lobato,
///               arXiv:2208.01893, app. E; Noe et al., Science 365, eaaw1147 (2019)). ln Z = pairs ln Z_pair.
/// Cost: a few operations a coordinate.
#pragma once

#include "physics/continuous/continuous_energy.hpp"

namespace gibbsite {

struct Quartic {
  double a = 1, b = -2, c = 0.3;

  double energy(double x) const noexcept { return ((a * x * x + b) * x + c) * x; }
  double slope(double x) const noexcept { return (4 * a * x * x + 2 * b) * x + c; }
  /// Where it is lowest.
  double lowest() const noexcept;
};

class DoubleWell final : public ContinuousEnergy {
 public:
  /// Throws std::invalid_argument where a is not above 0, or a number is not finite.
  explicit DoubleWell(Quartic well);
  const Quartic& well() const noexcept { return well_; }

  void evaluate(std::span<const double> x, std::span<double> energy, std::span<double> gradient) const override;
  bool symmetric() const noexcept override { return well_.c == 0; }
  void set_ordered(std::span<double> x) const override { x[0] = well_.lowest(); }
  Extent extent() const noexcept override;

 protected:
  /// x_mean, x_squared, right_share (x > 0).
  std::vector<Observable> measured() const override;
  void measure(std::span<const double> x, std::span<double> out) const override;

 private:
  Quartic well_;
};

class ManyWell final : public ContinuousEnergy {
 public:
  /// d = 2 pairs. Throws std::invalid_argument as DoubleWell, and for no pair.
  ManyWell(Quartic well, std::size_t pairs);
  const Quartic& well() const noexcept { return well_; }

  void evaluate(std::span<const double> x, std::span<double> energy, std::span<double> gradient) const override;
  void set_ordered(std::span<double> x) const override;
  Extent extent() const noexcept override;
  Copies copies() const noexcept override {
    return pair_ == nullptr ? Copies{this, 1} : Copies{pair_.get(), units() / 2};
  }

 protected:
  /// Means over the pairs: x_mean, x_squared, right_share of their first coordinates.
  std::vector<Observable> measured() const override;
  void measure(std::span<const double> x, std::span<double> out) const override;

 private:
  Quartic well_;
  std::unique_ptr<const ManyWell> pair_;
};

}  // namespace gibbsite
