#include "estimators/learning/nets/net_learner.hpp"

#include <algorithm>

namespace gibbsite {
namespace {

template <class Real>
class NetGoal final : public Goal {
 public:
  NetGoal(NetValues<Real> net, std::unique_ptr<NetObjective<Real>> objective, const Matrix& data)
      : net_(std::move(net)), objective_(std::move(objective)), data_(data) {}

  std::size_t parameters() const override { return net_.parameters(); }
  std::size_t samples() const override { return data_.columns(); }
  void set_parameters(std::span<const double> theta) override { net_.set_parameters(theta); }
  std::size_t extra_parameters() const override { return objective_->extra_parameters(); }
  std::vector<double> first_extra() const override { return objective_->first_extra(net_); }
  double evaluate(std::span<const double> extra, std::span<const std::uint32_t> samples, std::uint64_t update,
                  std::span<double> gradient) override {
    const std::vector<Real> x = rounded_samples<Real>(data_, samples);
    gradient_.assign(gradient.size(), Real(0));
    const double value = objective_->add_gradient(net_, extra, {x, samples, update}, gradient_);
    std::copy(gradient_.begin(), gradient_.end(), gradient.begin());
    return value;
  }
  void moved() override { objective_->moved(net_); }
  Snapshot save() const override { return objective_->save(); }
  void load(const Snapshot& snapshot) override { objective_->load(snapshot); }

 private:
  NetValues<Real> net_;
  std::unique_ptr<NetObjective<Real>> objective_;
  const Matrix& data_;
  std::vector<Real> gradient_;
};

}  // namespace

template <class Real>
NetLearner<Real>::NetLearner(NetValues<Real> net, std::span<const ParameterBlock> blocks,
                             std::unique_ptr<NetObjective<Real>> objective, const Matrix& data,
                             std::vector<double> theta, GradientOptions options, Key key)
    : GradientLearner(std::make_unique<NetGoal<Real>>(std::move(net), std::move(objective), data), blocks,
                      std::move(theta), std::move(options), key) {}

template class NetLearner<float>;
template class NetLearner<double>;

}  // namespace gibbsite
