/// The path from a reference (lambda = 0) to a model (1, or any beta) on which replicas stand:
///   p_lambda(x) ~ exp(log_weight(x, lambda)).
///
/// A path draws its reference, knows its ln Z, and gives for each lambda a model that has p_lambda ~ exp(-lambda
/// E'(x)), so that kernels, which know beta and an energy, need not know of it.
#pragma once

#include <concepts>
#include <numeric>
#include <span>
#include <vector>

#include "physics/concepts.hpp"
#include "physics/exact/all_states.hpp"

namespace gibbsite {

/// energy: E(x) of the model. at(): M, or a reference to the model itself.
template <class P, class M>
concept Path = EnergyModel<M> && std::same_as<const bool, decltype(P::canonical)> &&
    requires(const P& path, const M& model, std::span<typename M::Unit> x, std::span<const typename M::Unit> cx,
             double energy, double lambda, Chance& chance) {
  { path.log_z_reference(model) } -> std::convertible_to<double>;
  path.draw_reference(model, x, chance);
  { path.log_weight(model, cx, energy, lambda) } -> std::convertible_to<double>;
  { path.at(model, lambda) } -> std::convertible_to<const M&>;  // lambda > 0
};

/// From all states alike: log_weight = -lambda E; lambda is an inverse temperature.
struct PowerPath {
  static constexpr bool canonical = true;  ///< log_weight = -lambda E
  template <class M>
  double log_z_reference(const M& model) const {
    return model.log_states();
  }
  template <class M, class C>
  void draw_reference(const M& model, std::span<typename M::Unit> x, C& chance) const {
    model.draw_uniform(x, chance);
  }
  template <class M>
  double log_weight(const M&, std::span<const typename M::Unit>, double energy, double lambda) const {
    return -lambda * energy;
  }
  template <class M>
  const M& at(const M& model, double) const {
    return model;
  }
  template <Turnable M>
  bool in_field(const M& model) const {
    return model.in_field();
  }
  template <Turnable M>
  double turning(const M& model, std::span<const typename M::Unit> x, double lambda) const {
    return -lambda * model.turning_energy(x);
  }
};

/// The geometric mixture p_lambda ~ p_0^(1 - lambda) p^lambda from units that are independent in fields a of their own
/// (base rates, mean fields), p_0 ~ exp(-E_0): log_weight = -(1 - lambda) E_0 - lambda E. In the model's own sense of a
/// field, it is the model in fields h + a (1 - lambda) / lambda.
template <InFields M>
class MixturePath {
  using State = std::span<typename M::Unit>;
  using ConstState = std::span<const typename M::Unit>;

 public:
  static constexpr bool canonical = false;
  /// fields: one per unit, finite.
  MixturePath(const M& model, std::vector<double> fields)
      : fields_(std::move(fields)), free_(model.free_units(fields_)), log_z_(0) {
    for (const double field : fields_) {  // unit by unit
      const M one = model.free_units({&field, 1});
      log_z_ += sum_states(one, std::vector<double>{1.0}).at[0].log_z;
    }
  }

  double log_z_reference(const M&) const { return log_z_; }
  template <class C>
  void draw_reference(const M&, State x, C& chance) const {
    const auto units = free_.conditionals(1);
    for (std::size_t i = 0; i < x.size(); ++i) units.resample(x, i, chance);
  }
  double log_weight(const M&, ConstState x, double energy, double lambda) const {
    return -(1 - lambda) * free_.energy(x) - lambda * energy;
  }
  M at(const M& model, double lambda) const {
    std::vector<double> fields = fields_;
    for (double& field : fields) field *= (1 - lambda) / lambda;
    return model.with_fields(fields);
  }
  bool in_field(const M& model) const requires Turnable<M> { return model.in_field() || free_.in_field(); }
  double turning(const M& model, ConstState x, double lambda) const requires Turnable<M> {
    return -(1 - lambda) * free_.turning_energy(x) - lambda * model.turning_energy(x);
  }

 private:
  std::vector<double> fields_;
  M free_;
  double log_z_;
};

}  // namespace gibbsite
