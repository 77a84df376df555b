#include "estimators/learning/energies/weighted_chains.hpp"

#include <algorithm>
#include <cmath>

#include "estimators/learning/families_of_chains.hpp"
#include "estimators/learning/witnesses.hpp"
#include "estimators/log_sum_exp.hpp"
#include "physics/chance.hpp"
#include "samplers/methods/resampling.hpp"

namespace gibbsite {
namespace {

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
    families_.load(snapshot);
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

/// ln Z is that of witnesses (witnesses.hpp).
template <class Real>
class WeightedObjective final : public EnergyObjective<Real> {
 public:
  WeightedObjective(ChainObjectiveOptions options, const IndependentNormals& start, Key key)
      : options_(options),
        teachers_(options.chains, start, options.moves, key),
        witnesses_(options.chains, start, options.moves, key_of_witnesses(key)) {}

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
    save_witnesses(snapshot, theirs);
    return snapshot;
  }
  void load(const Snapshot& snapshot) override {
    teachers_.load(snapshot);
    witnesses_.load(witnesses_of(snapshot));
    begun_ = snapshot.counts.at("begun").front() != 0;
  }

 private:
  ChainObjectiveOptions options_;
  bool begun_ = false;
  WeightedChains<Real> teachers_, witnesses_;
};

}  // namespace

template <class Real>
std::unique_ptr<EnergyObjective<Real>> make_weighted_objective(ChainObjectiveOptions options,
                                                               const IndependentNormals& start, Key key) {
  return std::make_unique<WeightedObjective<Real>>(options, start, key);
}
template std::unique_ptr<EnergyObjective<float>> make_weighted_objective(ChainObjectiveOptions,
                                                                         const IndependentNormals&, Key);
template std::unique_ptr<EnergyObjective<double>> make_weighted_objective(ChainObjectiveOptions,
                                                                          const IndependentNormals&, Key);

}  // namespace gibbsite
