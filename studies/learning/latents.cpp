// Energies with latent variables: K-means and sparse coding, learned by turns.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "physics/chance.hpp"
#include "studies/files/variables.hpp"
#include "studies/learning/latent_keys.hpp"
#include "studies/learning/trainable.hpp"
#include "studies/learning/training_keys.hpp"
#include "studies/learning/training_setup.hpp"
#include "studies/models/stored_codes.hpp"
#include "studies/models/treatment_group.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

double mean_energy(const LatentEnergy& energy, std::span<const double> y) {
  const std::size_t n = y.size() / energy.units();
  std::vector<double> e(n);
  energy.evaluate(y, e, {});
  double sum = 0;
  for (const double one : e) sum += one / static_cast<double>(n);
  return sum;
}

class LearnsCodes final : public Trainable {
 public:
  LearnsCodes(std::string name, LatentKind kind)
      : name_(std::move(name)),
        kind_(kind),
        visible_{.kind = UnitKind::gaussian, .units = kind.units},
        blocks_{{"words", 0, kind.codes, kind.units, false}} {}

  const Layer& visible() const override { return visible_; }
  std::string shape() const override {
    return fmt::format("{} words of {} {}", kind_.codes, kind_.units, kind_.units == 1 ? "number" : "numbers");
  }
  std::span<const ParameterBlock> blocks() const override { return blocks_; }
  /// There is none, and nothing to anneal.
  bool sums_log_z() const override { return true; }
  void see(const Study& study, const Data& data, std::span<const double> weight) override {
    Layer unit = visible_;
    unit.variance.assign(unit.units, 1);
    base_rates_ = base_rates(data, unit, weight);
    treatment_ = data.treated;
    seen_ = data.batch(0, data.samples);
    low_.assign(kind_.units, infinite), high_.assign(kind_.units, -infinite);
    for (std::size_t s = 0; s < data.samples; ++s)
      for (std::size_t i = 0; i < kind_.units; ++i)
        low_[i] = std::min(low_[i], seen_(i, s)), high_[i] = std::max(high_[i], seen_(i, s));
    away_.clear();
    constexpr std::size_t points = 4096;
    constexpr std::uint64_t stream_of_box = 2;  // generated points have 1 (studies/data/data_sets.cpp)
    for (std::size_t s = 0; s < points; ++s) {
      Chance chance(Stream(Key(study.run.seed), Purpose::data, s, stream_of_box));
      for (std::size_t i = 0; i < kind_.units; ++i) away_.push_back(low_[i] + (high_[i] - low_[i]) * chance.uniform());
    }
  }
  std::unique_ptr<Learner> learner(const Study& study, const Matrix& data, Key) override {
    try {
      return std::make_unique<AlternatingLearner>(kind_, data, kind_.first(data, Key(study.run.seed)),
                                                  training_options(study, data.columns()).updates);
    } catch (const std::invalid_argument& error) {
      throw RequestError(fmt::format("training: {}", error.what()));
    }
  }
  Group record(std::span<const double> theta, const std::string& name, const std::string& note) const override {
    Group group{.name = name, .attributes = {{"content", std::string("model")}, {"model", name_}}};
    const auto energy = kind_.at(theta);
    describe_codes(*energy, group);
    if (base_rates_.samples > 0) group.groups.push_back(base_rates_group(base_rates_, visible_));
    if (treatment_.any()) group.groups.push_back(treatment_group(treatment_));
    if (!note.empty()) group.attributes.emplace_back("note", note);
    if (!name.empty()) return group;  // a snapshot
    if (kind_.code == LatentKind::Code::one_hot) group.groups.push_back(soft_energies(theta));
    if (kind_.units == 2) {
      std::vector<double> low = low_, high = high_;
      constexpr double margin = 0.2;
      for (std::size_t i = 0; i < 2; ++i) {
        const double more = std::max(margin * (high[i] - low[i]), 1e-6);
        low[i] -= more, high[i] += more;
      }
      group.groups.push_back(surface_of(*energy, low, high));
    }
    return group;
  }
  Judgement judge(std::span<const double> theta, const Samples& samples, const Study&) const override {
    Judgement out;
    out.trusted = true;
    const auto energy = kind_.at(theta);
    out.energy = mean_energy(*energy, samples.training.numbers());
    if (samples.validation.columns() > 0) out.validation_energy = mean_energy(*energy, samples.validation.numbers());
    out.energy_away = mean_energy(*energy, away_);
    double squares = 0;
    for (const double w : theta) squares += w * w;
    out.weight_norm = std::sqrt(squares);
    return out;
  }
  Group draw(std::span<const double>, const Study&, const Matrix&, std::size_t) const override {
    return {.name = "samples"};
  }

 private:
  /// The mean of F_beta over the data at the words learned, from soft to hard.
  Group soft_energies(std::span<const double> theta) const {
    Group out{.name = "soft"};
    std::vector<double> beta = {0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, infinite}, energy;
    for (const double b : beta) {
      LatentKind soft = kind_;
      soft.beta = b;
      energy.push_back(mean_energy(*soft.at(theta), seen_.numbers()));
    }
    const std::size_t count = beta.size();
    add_coordinate(out, "beta", std::move(beta), "1", "of F_beta; infinite: F = min E");
    add(out, "energy", {"beta"}, {count}, std::move(energy), "1", "mean of F_beta over the training samples");
    return out;
  }

  std::string name_;
  LatentKind kind_;
  Layer visible_;
  std::vector<ParameterBlock> blocks_;
  BaseRates base_rates_;
  Treatment treatment_;
  Matrix seen_;                     // the data
  std::vector<double> low_, high_;  // the box that they fill
  std::vector<double> away_;        // points of it, drawn evenly
};

}  // namespace

std::unique_ptr<Trainable> make_learns_codes(const Study& study, const Data& data) {
  if (const std::string method = method_of(study); method != "alternation")
    throw RequestError(
        fmt::format("training.method = \"{}\" is not for a {}, which learns by \"alternation\"; leave it out", method,
                    study.model.name));
  if (data.label_states > 0)
    throw RequestError(fmt::format("a {} learns no labels; leave data.labels out", study.model.name));
  const LatentKind kind = latent_kind(study, data.width);
  if (kind.code == LatentKind::Code::one_hot && kind.codes > data.samples)
    throw RequestError(fmt::format("model.codes = {}, but {} has {} samples; take as many words at most", kind.codes,
                                   data.source, data.samples));
  return std::make_unique<LearnsCodes>(study.model.name, kind);
}

}  // namespace gibbsite
