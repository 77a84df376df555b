// Score matching, and its optimum where that has a closed form.
#include <cmath>
#include <stdexcept>

#include "estimators/learning/energies/closed_form.hpp"
#include "estimators/learning/energies/energy_objective.hpp"
#include "estimators/learning/energies/normal_numbers.hpp"

namespace gibbsite {
namespace {

template <class Real>
class ScoreObjective final : public EnergyObjective<Real> {
 public:
  ScoreObjective(ScoreRule rule, double sigma, Key key) : rule_(rule), sigma_(sigma), key_(key) {
    if (rule == ScoreRule::denoising && !(sigma > 0)) throw std::invalid_argument("denoising needs sigma above 0");
  }
  double add_gradient(const JetEnergy<Real>& energy, std::span<const double>, std::span<const Real> batch,
                      std::uint64_t update, std::span<Real> gradient) override {
    if (rule_ == ScoreRule::exact) return exact_score(energy, batch, gradient);
    const std::vector<Real> random = normal_numbers<Real>(key_, update, batch.size() / energy.units(), energy.units());
    if (rule_ == ScoreRule::denoising) return denoising_score<Real>(energy, batch, random, {&sigma_, 1}, {}, gradient);
    return sliced_score<Real>(energy, batch, random, rule_ == ScoreRule::sliced ? Slices::plain : Slices::reduced,
                              gradient);
  }

 private:
  ScoreRule rule_;
  double sigma_;
  Key key_;
};

template <class Real>
class WalledScoreObjective final : public EnergyObjective<Real> {
 public:
  explicit WalledScoreObjective(Walls walls) : walls_(std::move(walls)) {}
  double add_gradient(const JetEnergy<Real>& energy, std::span<const double>, std::span<const Real> batch,
                      std::uint64_t, std::span<Real> gradient) override {
    return weighted_score(energy, batch, walls_.weights(std::vector<double>(batch.begin(), batch.end())), gradient);
  }

 private:
  Walls walls_;
};

}  // namespace

SlopeWeights Walls::weights(std::span<const double> x) const { return weights_between_walls(low, high, most, x); }

template <class Real>
std::unique_ptr<EnergyObjective<Real>> make_score_objective(ScoreRule rule, double sigma, Key key) {
  return std::make_unique<ScoreObjective<Real>>(rule, sigma, key);
}
template <class Real>
std::unique_ptr<EnergyObjective<Real>> make_score_objective(Walls walls) {
  return std::make_unique<WalledScoreObjective<Real>>(std::move(walls));
}

#define GIBBSITE_SCORE_OBJECTIVES(Real)                                                         \
  template std::unique_ptr<EnergyObjective<Real>> make_score_objective(ScoreRule, double, Key); \
  template std::unique_ptr<EnergyObjective<Real>> make_score_objective(Walls);
GIBBSITE_SCORE_OBJECTIVES(float)
GIBBSITE_SCORE_OBJECTIVES(double)
#undef GIBBSITE_SCORE_OBJECTIVES

ClosedFormLearner::ClosedFormLearner(const std::shared_ptr<const EnergyFamily>& family, const Matrix& data,
                                     std::vector<double> first, const std::optional<Walls>& walls)
    : theta_(std::move(first)) {
  if (data.columns() == 0) throw std::invalid_argument("there are no data to learn from");
  const SlopeWeights weights = walls ? walls->weights(data.numbers()) : SlopeWeights();
  const auto optimum = family->score_optimum(data, weights);
  if (!optimum) throw std::invalid_argument("this energy has no optimum of score matching in closed form");
  optimum_ = *optimum;
  const FamilyEnergy energy(family, optimum_);
  value_ = walls ? weighted_score<double>(energy, data.numbers(), weights, {})
                 : exact_score<double>(energy, data.numbers(), {});
}

Snapshot ClosedFormLearner::save() const {
  Snapshot snapshot;
  snapshot.numbers["learner_theta"] = theta_;
  snapshot.counts["learner_updates"] = {update()};
  return snapshot;
}
void ClosedFormLearner::load(const Snapshot& snapshot) {
  const auto& theta = snapshot.numbers.at("learner_theta");
  if (theta.size() != theta_.size()) throw std::invalid_argument("it holds another number of parameters");
  theta_ = theta;
  done_ = snapshot.counts.at("learner_updates").at(0) != 0;
}

}  // namespace gibbsite
