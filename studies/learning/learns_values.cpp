#include "studies/learning/learns_values.hpp"

#include <fmt/format.h>

#include "estimators/learning/nets/net_learner.hpp"
#include "physics/neural/neural_model.hpp"
#include "studies/learning/energy_keys.hpp"
#include "studies/learning/learns_energy.hpp"
#include "studies/learning/net_learning.hpp"
#include "studies/learning/training_setup.hpp"
#include "studies/models/net_group.hpp"
#include "studies/models/treatment_group.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {

LearnsValues::LearnsValues(std::string name, NeuralNet net, std::vector<double> first)
    : name_(std::move(name)),
      net_(std::move(net)),
      first_(std::move(first)),
      blocks_(blocks_of(net_)),
      visible_{.kind = UnitKind::gaussian, .units = net_.units()} {}

std::string LearnsValues::shape() const {
  return fmt::format("net of {} layers and {} parameters from {} numbers to {}", net_.layers().size(),
                     net_.parameters(), net_.units(), net_.outputs());
}

void LearnsValues::see(const Study&, const Data& data, std::span<const double> weight) {
  Layer unit = visible_;  // of a number that never varies the variance is 1
  unit.variance.assign(unit.units, 1);
  base_rates_ = base_rates(data, unit, weight);
  treatment_ = data.treated;
}

std::unique_ptr<Learner> LearnsValues::learner(const Study& study, const Matrix& data, Key key) {
  const std::vector<double> theta = first_.empty() ? net_.initial(Key(study.run.seed)) : first_;
  return learner_in_precision(net_, [&]<class Real>(Real precision) {
    return std::make_unique<NetLearner<Real>>(
        NetValues<Real>(net_, theta), blocks_, objective(study, data, key, precision), data, theta,
        GradientOptions{.steps = training_options(study, data.columns()),
                        .spectral_norm = study.keys<EnergyKeys>().spectral_norm,
                        .layout = sizeof(Real) == sizeof(float) ? "single precision" : "double precision"},
        key);
  });
}

Group LearnsValues::record(std::span<const double> theta, const std::string& name, const std::string& note) const {
  Group group{.name = name, .attributes = {{"content", std::string("model")}, {"model", name_}}};
  describe_net(net_, theta, group);
  describe(group);
  if (base_rates_.samples > 0) group.groups.push_back(base_rates_group(base_rates_, visible_));
  if (treatment_.any()) group.groups.push_back(treatment_group(treatment_));
  if (!note.empty()) group.attributes.emplace_back("note", note);
  return group;
}

namespace {

template <class Real>
std::vector<double> values_at(const NeuralNet& net, std::span<const double> theta, const Matrix& x) {
  const auto numbers = x.numbers();
  return NetValues<Real>(net, theta).values(std::vector<Real>(numbers.begin(), numbers.end()));
}

}  // namespace

std::vector<double> outputs_of(const NeuralNet& net, std::span<const double> theta, const Matrix& x) {
  return in_double_precision(net) ? values_at<double>(net, theta, x) : values_at<float>(net, theta, x);
}

}  // namespace gibbsite
