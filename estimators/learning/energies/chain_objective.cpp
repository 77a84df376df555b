// Likelihood by chains.
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "estimators/learning/energies/weighted_chains.hpp"
#include "physics/chance.hpp"

namespace gibbsite {
namespace {

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
      return make_weighted_objective<Real>(options, start, key);
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
