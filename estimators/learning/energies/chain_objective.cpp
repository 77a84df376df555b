// Likelihood by chains.
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "estimators/learning/energies/energy_objective.hpp"
#include "estimators/learning/families_of_chains.hpp"
#include "estimators/log_sum_exp.hpp"
#include "physics/chance.hpp"
#include "samplers/methods/resampling.hpp"

namespace gibbsite {
namespace {

/// Adds the gradient of sum_r weight_r E_r + l2 <E^2>, and returns the first sum.
template <class Real>
double add_energies(const JetEnergy<Real>& energy, std::span<const Real> x, std::span<const double> weight, double l2,
                    std::span<Real> gradient) {
  const std::size_t n = weight.size();
  std::vector<double> e(n), ebar(weight.begin(), weight.end());
  NeuralPass<Real> pass{.states = n, .x = {x}, .e = e, .ebar = ebar, .gradient = gradient};
  if (l2 > 0)
    pass.adjoint = [&](std::size_t begin, std::size_t end) {
      for (std::size_t r = begin; r < end; ++r) ebar[r] += 2 * l2 * e[r] / static_cast<double>(n);
    };
  energy.run(pass);
  double sum = 0;
  for (std::size_t r = 0; r < n; ++r) sum += weight[r] * e[r];
  return sum;
}

std::vector<double> even_weights(std::size_t n, double sum) {
  return std::vector<double>(n, sum / static_cast<double>(n));
}

/// Chains with the weights of Jarzynski's equality.
template <class Real>
class WeightedChains {
 public:
  WeightedChains(std::size_t chains, const IndependentNormals& start, EnergyMoves moves, Key key)
      : key_(key), chains_(chains, start, moves, key), log_weight_(chains, 0), families_(chains) {}

  const EnergyChains<Real>& chains() const noexcept { return chains_; }
  void begin(const JetEnergy<Real>& energy) {
    constexpr std::size_t steps = 200;
    chains_.anneal(energy, steps, of_beginning, log_weight_);
  }
  void move(const JetEnergy<Real>& energy, double resample_below, std::uint64_t update) {
    if (effective_share(log_weight_) < resample_below) resample(update);
    chains_.move(energy, 0, chains_.chains(), 1 + update, log_weight_);
    energies_.resize(chains_.chains());
    energy.energy(chains_.rounded(0, chains_.chains()), energies_);
  }
  /// After move(), at new parameters.
  void follow(const JetEnergy<Real>& energy) {
    std::vector<double> now(energies_.size());
    energy.energy(chains_.rounded(0, chains_.chains()), now);
    for (std::size_t r = 0; r < now.size(); ++r) log_weight_[r] += energies_[r] - now[r];
  }
  std::vector<double> shares() const {
    std::vector<double> share = log_weight_;
    const double total = log_sum_exp(share);
    for (double& w : share) w = std::exp(w - total);
    return share;
  }
  double effective() const { return effective_share(log_weight_); }
  Estimate log_z() const { return {.value = log_mean_weight(log_weight_), .error = families_.error(shares())}; }

  void save(Snapshot& snapshot) const {
    chains_.save(snapshot);
    families_.save(snapshot);
    snapshot.numbers["log_weight"] = log_weight_;
  }
  void load(const Snapshot& snapshot) {
    chains_.load(snapshot);
    families_.load(snapshot, "");
    log_weight_ = snapshot.numbers.at("log_weight");
  }

 private:
  static constexpr std::uint64_t of_beginning = std::uint64_t{1} << 50;

  void resample(std::uint64_t update) {
    Chance chance(Stream(key_, Purpose::resample, update, 0));
    const auto parent = systematic_resample(log_weight_, chance.uniform());
    chains_.resample(parent);
    families_.resample(shares(), parent);
    std::fill(log_weight_.begin(), log_weight_.end(), log_mean_weight(log_weight_));
  }

  Key key_;
  EnergyChains<Real> chains_;
  std::vector<double> log_weight_, energies_;
  Families families_;
};

template <class Real>
class PersistentObjective final : public EnergyObjective<Real> {
 public:
  PersistentObjective(ChainObjectiveOptions options, IndependentNormals start, Key key)
      : options_(options), key_(key), chains_(options.chains, std::move(start), options.moves, key) {}

  double add_gradient(const JetEnergy<Real>& energy, std::span<const double>, std::span<const Real> batch,
                      std::uint64_t update, std::span<Real> gradient) override {
    const std::size_t samples = batch.size() / energy.units(), n = chains_.chains(), count = std::min(samples, n);
    const std::size_t first = update * count % n, here = std::min(count, n - first);  // the rest from the first one on
    for (const auto& [from, many] : {std::pair(first, here), std::pair(std::size_t{0}, count - here)}) {
      if (many == 0) continue;
      if (options_.restart > 0)
        for (std::size_t r = from; r < from + many; ++r) {
          Chance chance(Stream(key_, Purpose::turn, update, r));
          if (chance.uniform() < options_.restart) chains_.begin_anew(r, 1 + update);
        }
      chains_.move(energy, from, many, 1 + update);
    }
    double value = add_energies<Real>(energy, batch, even_weights(samples, 1), options_.l2_energy, gradient);
    for (const auto& [from, many] : {std::pair(first, here), std::pair(std::size_t{0}, count - here)})
      if (many > 0) {
        const double share = static_cast<double>(many) / static_cast<double>(count);
        value += add_energies<Real>(energy, chains_.rounded(from, many), even_weights(many, -share),
                                    share * options_.l2_energy, gradient);
      }
    return value;
  }
  double effective_fraction() const override { return 1; }
  Snapshot save() const override {
    Snapshot snapshot;
    chains_.save(snapshot);
    return snapshot;
  }
  void load(const Snapshot& snapshot) override { chains_.load(snapshot); }

 private:
  ChainObjectiveOptions options_;
  Key key_;
  EnergyChains<Real> chains_;
};

template <class Real>
class ContrastiveObjective final : public EnergyObjective<Real> {
 public:
  ContrastiveObjective(ChainObjectiveOptions options, IndependentNormals start, Key key)
      : options_(options), start_(std::move(start)), key_(key) {}

  double add_gradient(const JetEnergy<Real>& energy, std::span<const double>, std::span<const Real> batch,
                      std::uint64_t update, std::span<Real> gradient) override {
    const std::size_t d = energy.units(), n = batch.size() / d;
    if (chains_ == nullptr || chains_->chains() != n) {
      chains_ = std::make_unique<EnergyChains<Real>>(n, start_, options_.moves, key_);
      chains_->set_stride(stride_);
    }
    for (std::size_t r = 0; r < n; ++r) {
      const auto x = batch.subspan(r * d, d);
      chains_->place(r, std::vector<double>(x.begin(), x.end()));
    }
    chains_->move(energy, 0, n, 1 + update);
    stride_ = chains_->stride();
    return add_energies<Real>(energy, batch, even_weights(n, 1), options_.l2_energy, gradient) +
           add_energies<Real>(energy, chains_->rounded(0, n), even_weights(n, -1), options_.l2_energy, gradient);
  }
  Snapshot save() const override {
    Snapshot snapshot;
    snapshot.numbers["contrastive_stride"] = {stride_};
    return snapshot;
  }
  void load(const Snapshot& snapshot) override {
    stride_ = snapshot.numbers.at("contrastive_stride").at(0);
    chains_.reset();  // begin at the data at every update
  }

 private:
  ChainObjectiveOptions options_;
  IndependentNormals start_;
  Key key_;
  std::unique_ptr<EnergyChains<Real>> chains_;
  double stride_ = 1;  // what their moves go on with
};

/// Parameters learn from the chains that teach, and so lean away from them; ln Z is that of witnesses, which follow the
/// parameters and teach them nothing (chain_objectives.cpp).
template <class Real>
class WeightedObjective final : public EnergyObjective<Real> {
 public:
  WeightedObjective(ChainObjectiveOptions options, const IndependentNormals& start, Key key)
      : options_(options),
        teachers_(options.chains, start, options.moves, key),
        witnesses_(options.chains, start, options.moves, Key(key.value(), key_of_witnesses)) {}

  double add_gradient(const JetEnergy<Real>& energy, std::span<const double>, std::span<const Real> batch,
                      std::uint64_t update, std::span<Real> gradient) override {
    if (!begun_) {
      teachers_.begin(energy);
      witnesses_.begin(energy);
      begun_ = true;
    }
    teachers_.move(energy, options_.resample_below, update);
    witnesses_.move(energy, options_.resample_below, update);
    std::vector<double> weight = teachers_.shares();
    for (double& w : weight) w = -w;
    return add_energies<Real>(energy, batch, even_weights(batch.size() / energy.units(), 1), options_.l2_energy,
                              gradient) +
           add_energies<Real>(energy, teachers_.chains().rounded(0, weight.size()), weight, options_.l2_energy,
                              gradient);
  }
  void moved(const JetEnergy<Real>& energy) override {
    teachers_.follow(energy);
    witnesses_.follow(energy);
  }
  Estimate log_z(std::span<const double>) const override { return begun_ ? witnesses_.log_z() : Estimate{}; }
  double effective_fraction() const override { return begun_ ? teachers_.effective() : unknown; }
  Snapshot save() const override {
    Snapshot snapshot, theirs;
    teachers_.save(snapshot);
    witnesses_.save(theirs);
    snapshot.counts["begun"] = {begun_ ? std::uint64_t{1} : 0};
    for (const auto& [name, value] : theirs.numbers) snapshot.numbers[of_witness + name] = value;
    for (const auto& [name, value] : theirs.counts) snapshot.counts[of_witness + name] = value;
    return snapshot;
  }
  void load(const Snapshot& snapshot) override {
    teachers_.load(snapshot);
    Snapshot theirs;
    for (const auto& [name, value] : snapshot.numbers)
      if (name.starts_with(of_witness)) theirs.numbers[name.substr(of_witness.size())] = value;
    for (const auto& [name, value] : snapshot.counts)
      if (name.starts_with(of_witness)) theirs.counts[name.substr(of_witness.size())] = value;
    witnesses_.load(theirs);
    begun_ = snapshot.counts.at("begun").front() != 0;
  }

 private:
  static constexpr std::uint64_t key_of_witnesses = 2000;
  inline static const std::string of_witness = "witness_";

  ChainObjectiveOptions options_;
  bool begun_ = false;
  WeightedChains<Real> teachers_, witnesses_;
};

template <class Real>
class RecoveryObjective final : public EnergyObjective<Real> {
 public:
  RecoveryObjective(double sigma, EnergyMoves moves, IndependentNormals start, Key key)
      : sigma_(sigma), moves_(moves), start_(std::move(start)), key_(key), noise_key_(key.value(), key_of_noise) {
    if (!(sigma > 0)) throw std::invalid_argument("recovery needs sigma above 0");
    if (moves.kind != MoveKind::unadjusted)
      throw std::invalid_argument("recovery moves its chains by unadjusted Langevin steps");
  }
  double add_gradient(const JetEnergy<Real>& energy, std::span<const double>, std::span<const Real> batch,
                      std::uint64_t update, std::span<Real> gradient) override {
    const std::size_t d = energy.units(), n = batch.size() / d;
    EnergyChains<Real> chains(n, start_, moves_, key_);
    std::vector<Real> noisy(batch.begin(), batch.end());
    for (std::size_t r = 0; r < n; ++r) {
      Chance chance(Stream(noise_key_, Purpose::data, update, r));
      std::vector<double> state(d);
      for (std::size_t i = 0; i < d; ++i)
        state[i] = static_cast<double>(noisy[r * d + i] += static_cast<Real>(sigma_ * chance.normal()));
      chains.place(r, state);
    }
    chains.move_pulled(energy, noisy, sigma_, 1 + update);
    return add_energies<Real>(energy, batch, even_weights(n, 1), 0, gradient) +
           add_energies<Real>(energy, chains.rounded(0, n), even_weights(n, -1), 0, gradient);
  }

 private:
  static constexpr std::uint64_t key_of_noise = 3000;

  double sigma_;
  EnergyMoves moves_;
  IndependentNormals start_;
  Key key_, noise_key_;
};

}  // namespace

template <class Real>
std::unique_ptr<EnergyObjective<Real>> make_chain_objective(ChainObjectiveOptions options, IndependentNormals start,
                                                            Key key) {
  switch (options.rule) {
    case ChainRule::contrastive:
      return std::make_unique<ContrastiveObjective<Real>>(options, std::move(start), key);
    case ChainRule::weighted:
      return std::make_unique<WeightedObjective<Real>>(options, start, key);
    default:
      return std::make_unique<PersistentObjective<Real>>(options, std::move(start), key);
  }
}
template <class Real>
std::unique_ptr<EnergyObjective<Real>> make_recovery_objective(double sigma, EnergyMoves moves,
                                                               IndependentNormals start, Key key) {
  return std::make_unique<RecoveryObjective<Real>>(sigma, moves, std::move(start), key);
}

#define GIBBSITE_CHAIN_OBJECTIVES(Real)                                                                           \
  template std::unique_ptr<EnergyObjective<Real>> make_chain_objective(ChainObjectiveOptions, IndependentNormals, \
                                                                       Key);                                      \
  template std::unique_ptr<EnergyObjective<Real>> make_recovery_objective(double, EnergyMoves, IndependentNormals, Key);
GIBBSITE_CHAIN_OBJECTIVES(float)
GIBBSITE_CHAIN_OBJECTIVES(double)
#undef GIBBSITE_CHAIN_OBJECTIVES

}  // namespace gibbsite
