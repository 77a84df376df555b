// Persistent chains that exchange along ladders from independent units to the model.
#include <stdexcept>

#include "estimators/learning/objective.hpp"
#include "samplers/learnable.hpp"
#include "samplers/methods/exchange.hpp"

namespace gibbsite {
namespace {

class TemperedChains final : public Objective {
 public:
  TemperedChains(std::shared_ptr<const ParametricMachine> machine, Key key, const NegativeChains& options,
                 std::vector<double> reference)
      : machine_(std::move(machine)),
        key_(key),
        options_(options),
        replicas_(make_learnable(machine_, key, options.chains * options.rungs, std::move(reference))),
        exchange_(options.chains, options.rungs) {
    if (options.rungs < 2) throw std::invalid_argument("tempering needs at least two rungs");
    for (std::size_t b = 0; b < options.rungs; ++b)
      lambda_.push_back(static_cast<double>(b) / static_cast<double>(options.rungs - 1));
  }

  void add_gradient(std::span<const double> theta, const Matrix& batch, std::uint64_t, std::span<double> out) override {
    replicas_->set_parameters(theta);
    theta_.assign(theta.begin(), theta.end());
    if (time_ == 0) replicas_->draw_reference(time_++);
    for (std::size_t k = 0; k < options_.steps; ++k) sweep();
    const double share = 1 / static_cast<double>(batch.columns());
    machine_->add_gradient(theta, batch, std::vector<double>(batch.columns(), share), out);
    std::vector<double> weight(replicas_->layout().replicas, 0);
    const std::size_t top = options_.rungs - 1;
    for (std::size_t chain = 0; chain < options_.chains; ++chain)
      weight[exchange_.replica()[chain * options_.rungs + top]] = -1 / static_cast<double>(options_.chains);
    replicas_->add_gradient(weight, out);
  }
  double effective_fraction() const override { return 1; }

  Snapshot save() const override {
    Snapshot snapshot;
    snapshot.numbers["parameters"] = theta_;
    snapshot.counts["time"] = {time_};
    snapshot.bytes["states"] = save_all(*replicas_);
    exchange_.save(snapshot);
    return snapshot;
  }
  void load(const Snapshot& snapshot) override {
    theta_ = snapshot.numbers.at("parameters");
    time_ = snapshot.counts.at("time").front();
    load_all(*replicas_, snapshot.bytes.at("states"));
    exchange_.load(snapshot);
    if (!theta_.empty()) replicas_->set_parameters(theta_);
  }

 private:
  void sweep() {
    const std::size_t all = replicas_->layout().replicas;
    std::vector<Setting> setting(all);
    std::vector<Tally> tally(all);
    for (std::size_t slot = 0; slot < all; ++slot) {
      const std::size_t replica = exchange_.replica()[slot];
      setting[replica].lambda = lambda_[slot % options_.rungs];
    }
    replicas_->sweep(setting, {.time = time_}, tally);
    ratios_.renew(*replicas_, lambda_, exchange_.replica());
    exchange_.exchange(ratios_, key_, time_++);
  }

  std::shared_ptr<const ParametricMachine> machine_;
  Key key_;
  NegativeChains options_;
  std::unique_ptr<Learnable> replicas_;
  Exchange exchange_;
  LogRatios ratios_;
  std::vector<double> lambda_, theta_;
  std::uint64_t time_ = 0;  // of the next sweep
};

}  // namespace

std::unique_ptr<Objective> make_tempered_chains(std::shared_ptr<const ParametricMachine> machine, Key key,
                                                NegativeChains options, std::vector<double> reference) {
  return std::make_unique<TemperedChains>(std::move(machine), key, options, std::move(reference));
}

}  // namespace gibbsite
