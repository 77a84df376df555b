// Objectives that know the model by its chains, or by sums.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "estimators/learning/families_of_chains.hpp"
#include "estimators/learning/objective.hpp"
#include "estimators/learning/witnesses.hpp"
#include "estimators/log_sum_exp.hpp"
#include "samplers/learnable.hpp"
#include "samplers/methods/resampling.hpp"

namespace gibbsite {
namespace {

using Machine = std::shared_ptr<const ParametricMachine>;

std::vector<double> even(std::size_t samples, double sum) {
  return std::vector<double>(samples, sum / static_cast<double>(samples));
}

/// <d(-F)/dtheta> over the batch, a share of it uniform.
void add_data(const ParametricMachine& machine, std::span<const double> theta, const Matrix& batch,
              std::span<const double> weight, double pseudocount, std::span<double> out) {
  std::vector<double> share = even(batch.columns(), 1 - pseudocount);
  for (std::size_t n = 0; n < weight.size(); ++n) share[n] *= weight[n];
  machine.add_gradient(theta, batch, share, out);
  if (pseudocount > 0) machine.add_uniform(pseudocount, out);
}

class ExactObjective final : public Objective {
 public:
  ExactObjective(Machine machine, double pseudocount) : machine_(std::move(machine)), pseudocount_(pseudocount) {}
  bool weighs() const override { return true; }
  void add_gradient(std::span<const double> theta, const Matrix& batch, std::uint64_t, std::span<double> out) override {
    add_data(*machine_, theta, batch, weight_, pseudocount_, out);
    machine_->log_z(theta, 1, out);
  }

 private:
  Machine machine_;
  double pseudocount_, log_z_ = unknown;
};

std::vector<Setting> at_model(std::size_t replicas) { return std::vector<Setting>(replicas, Setting{.lambda = 1}); }

class ContrastiveDivergence final : public Objective {
 public:
  ContrastiveDivergence(Machine machine, Key key, NegativeChains options)
      : machine_(std::move(machine)), key_(key), options_(options) {}

  void add_gradient(std::span<const double> theta, const Matrix& batch, std::uint64_t update,
                    std::span<double> out) override {
    const std::size_t n = batch.columns();
    if (chains_ == nullptr || chains_->layout().replicas != n) chains_ = make_learnable(machine_, key_, n);
    chains_->set_parameters(theta);
    std::vector<std::byte> state(chains_->layout().state_bytes());
    for (std::size_t r = 0; r < n; ++r) {
      const auto v = batch.column(r);
      if (chains_->layout().unit_type == UnitType::float64)
        std::memcpy(state.data(), v.data(), state.size());
      else
        std::transform(v.begin(), v.end(), state.begin(),
                       [](double x) { return static_cast<std::byte>(static_cast<std::int8_t>(x)); });
      chains_->load(r, state);
    }
    std::vector<Tally> tally(n);
    chains_->sweep(at_model(n), {.time = update * options_.steps, .count = static_cast<std::uint32_t>(options_.steps)},
                   tally);
    add_data(*machine_, theta, batch, weight_, 0, out);
    std::vector<double> share = even(n, -1);
    for (std::size_t r = 0; r < weight_.size(); ++r) share[r] *= weight_[r];
    chains_->add_gradient(share, out);
  }
  bool weighs() const override { return true; }

 private:
  Machine machine_;
  Key key_;
  NegativeChains options_;
  std::unique_ptr<Learnable> chains_;
};

/// Chains that go on, with weights or without; with weights ln Z is that of witnesses (witnesses.hpp).
class PersistentChains final : public Objective {
 public:
  PersistentChains(Machine machine, Key key, NegativeChains options, bool weighted)
      : machine_(std::move(machine)),
        key_(key),
        options_(options),
        weighted_(weighted),
        chains_(make_learnable(machine_, key, options.chains)),
        log_weight_(options.chains, 0),
        families_(options.chains) {
    constexpr std::size_t fewest = 50;
    if (!weighted || !options.witnesses) return;
    options.witnesses = false;
    options.chains = std::max(options.chains / 4, std::min(options.chains, fewest));
    witnesses_ = std::make_unique<PersistentChains>(machine_, key_of_witnesses(key), options, true);
  }

  void add_gradient(std::span<const double> theta, const Matrix& batch, std::uint64_t update,
                    std::span<double> out) override {
    move(theta, update);
    if (witnesses_) witnesses_->move(theta, update);
    add_data(*machine_, theta, batch, weight_, options_.pseudocount, out);
    std::vector<double> weight = weighted_ ? shares_of(log_weight_) : even(options_.chains, 1);
    for (double& w : weight) w = -w;
    chains_->add_gradient(weight, out);
  }

  bool weighs() const override { return true; }
  Estimate log_z(std::span<const double> theta) const override {
    if (witnesses_) return witnesses_->log_z(theta);
    if (!weighted_ || !begun_) return {};
    const std::vector<double> weight = weights_at(theta);
    return {.value = log_z_0_ + log_mean_weight(weight), .error = families_.error(shares_of(weight))};
  }
  double effective_fraction() const override { return weighted_ ? effective_share(log_weight_) : 1; }

  Snapshot save() const override {
    Snapshot snapshot;
    snapshot.numbers = {{"log_weight", log_weight_}, {"log_z_0", {log_z_0_}}, {"parameters", theta_}};
    snapshot.counts = {{"begun", {begun_ ? std::uint64_t{1} : 0}}};
    snapshot.bytes = {{"states", save_all(*chains_)}};
    families_.save(snapshot);
    if (witnesses_) save_witnesses(snapshot, witnesses_->save());
    return snapshot;
  }
  void load(const Snapshot& snapshot) override {
    families_.load(snapshot);
    log_weight_ = snapshot.numbers.at("log_weight");
    log_z_0_ = snapshot.numbers.at("log_z_0").front();
    theta_ = snapshot.numbers.at("parameters");
    begun_ = snapshot.counts.at("begun").front() != 0;
    load_all(*chains_, snapshot.bytes.at("states"));
    if (!theta_.empty()) chains_->set_parameters(theta_);
    if (witnesses_) witnesses_->load(witnesses_of(snapshot));
  }

 private:
  /// One update of theirs: to new parameters, resampled where few carry the sum, swept.
  void move(std::span<const double> theta, std::uint64_t update) {
    const std::size_t n = options_.chains;
    const bool settles = !begun_ && options_.settle > 0 && !weighted_;
    if (!begun_) {
      // An exact draw of the machine whose parameters are all 0; with weights, carried to where learning begins.
      std::vector<double> zero(machine_->parameters(), 0);
      chains_->set_parameters(zero);
      chains_->draw_reference(0);
      log_z_0_ = chains_->layout().log_z_reference;
      begun_ = true;
    }
    follow(theta);
    if (weighted_ && effective_fraction() < options_.resample_below) resample(update);
    std::vector<Tally> tally(n);
    constexpr std::uint64_t of_settling = std::uint64_t{1} << 48;
    chains_->sweep(at_model(n),
                   {.time = settles ? of_settling : 1 + update * options_.steps,
                    .count = static_cast<std::uint32_t>(settles ? options_.settle : options_.steps)},
                   tally);
  }
  /// To new parameters; weights keep what ln p* changes by.
  void follow(std::span<const double> theta) {
    if (weighted_) log_weight_ = weights_at(theta);
    chains_->set_parameters(theta);
    theta_.assign(theta.begin(), theta.end());
  }
  /// What the weights of the chains would be at other parameters.
  std::vector<double> weights_at(std::span<const double> theta) const {
    const std::size_t n = options_.chains;
    const std::vector<double> one(n, 1), now = theta_.empty() ? std::vector<double>(theta.size(), 0) : theta_;
    std::vector<double> before(n), out(n);
    chains_->log_weight(one, before);
    chains_->set_parameters(theta);
    chains_->log_weight(one, out);
    chains_->set_parameters(now);
    for (std::size_t r = 0; r < n; ++r) out[r] += log_weight_[r] - before[r];
    return out;
  }
  static std::vector<double> shares_of(std::span<const double> log_weight) {
    std::vector<double> share(log_weight.begin(), log_weight.end());
    const double total = log_sum_exp(share);
    for (double& w : share) w = std::exp(w - total);
    return share;
  }
  void resample(std::uint64_t update) {
    Chance chance(Stream(key_, Purpose::resample, update, 0));
    const auto parent = systematic_resample(log_weight_, chance.uniform());
    chains_->resample(parent);
    families_.resample(shares_of(log_weight_), parent);
    std::fill(log_weight_.begin(), log_weight_.end(), log_mean_weight(log_weight_));
  }

  Machine machine_;
  Key key_;
  NegativeChains options_;
  bool weighted_, begun_ = false;
  std::unique_ptr<Learnable> chains_;
  std::vector<double> log_weight_, theta_;
  Families families_;
  double log_z_0_ = unknown;
  std::unique_ptr<PersistentChains> witnesses_;  // null: none
};

}  // namespace

std::unique_ptr<Objective> make_exact_objective(Machine machine, double pseudocount) {
  return std::make_unique<ExactObjective>(std::move(machine), pseudocount);
}
std::unique_ptr<Objective> make_cd(Machine machine, Key key, NegativeChains options) {
  return std::make_unique<ContrastiveDivergence>(std::move(machine), key, options);
}
std::unique_ptr<Objective> make_pcd(Machine machine, Key key, NegativeChains options) {
  return std::make_unique<PersistentChains>(std::move(machine), key, options, false);
}
std::unique_ptr<Objective> make_jarzynski(Machine machine, Key key, NegativeChains options) {
  return std::make_unique<PersistentChains>(std::move(machine), key, options, true);
}

}  // namespace gibbsite
