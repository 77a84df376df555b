#include "studies/systems/energies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "physics/continuous/rescaled_energy.hpp"
#include "studies/models/stored_energy.hpp"
#include "studies/models/treatment_group.hpp"
#include "studies/systems/network_keys.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

class EnergySystem final : public ContinuousSystem {
 public:
  EnergySystem(const Study& study, std::shared_ptr<const ContinuousEnergy> energy, std::string words,
               std::vector<std::string> doubts, Treatment treatment = {})
      : ContinuousSystem(study, energy, words.empty() ? words_of_energy(*energy) : std::move(words)),
        energy_(std::move(energy)),
        doubts_(std::move(doubts)),
        treatment_(std::move(treatment)),
        cost_(is_net(*energy_) ? static_cast<double>(parameters_of(*energy_)) : 0) {}

  double work() const override { return ContinuousSystem::work() / sites() * std::max(sites(), cost_); }
  std::vector<std::string> doubts() const override { return doubts_; }
  Treatment treatment() const override { return treatment_; }
  std::variant<ExactAnswers, std::string> exact(std::span<const double> lambda, Effort effort) const override {
    if (cost_ == 0) return ContinuousSystem::exact(lambda, effort);
    return quadrature_within((effort == Effort::asked_for ? 1e11 : 2e9) / cost_, lambda);
  }

 protected:
  void describe(Group& group) const override {
    describe_energy(*energy_, group);
    if (treatment_.any()) group.groups.push_back(treatment_group(treatment_));
  }

 private:
  std::shared_ptr<const ContinuousEnergy> energy_;
  std::vector<std::string> doubts_;
  Treatment treatment_;
  double cost_;  // of a net: operations of an evaluation, in pairs; else 0
};

class FittedSystem final : public ContinuousSystem {
 public:
  FittedSystem(const Study& study, std::shared_ptr<const ContinuousSystem> own, std::vector<double> mean,
               std::vector<double> deviation, const std::string& of)
      : ContinuousSystem(study,
                         std::make_shared<const RescaledEnergy>(own->model(), std::move(mean), std::move(deviation)),
                         fmt::format("{}; coordinates in deviations from the means of {}", own->words(), of)),
        own_(std::move(own)) {}

  double work() const override { return own_->work(); }
  std::optional<double> exact_log_z(double most_states) const override { return own_->exact_log_z(most_states); }

 private:
  std::shared_ptr<const ContinuousSystem> own_;
};

}  // namespace

std::shared_ptr<const ContinuousSystem> energy_system(const Study& study,
                                                      std::shared_ptr<const ContinuousEnergy> energy, std::string words,
                                                      std::vector<std::string> doubts) {
  return std::make_shared<const EnergySystem>(study, std::move(energy), std::move(words), std::move(doubts));
}

bool is_stored(const Study& study) { return !study.keys<NetworkKeys>().file.empty(); }

Condition not_stored() {
  return {"an energy whose numbers stand in the study, not with model.file", {"model.file"}, [](const Study& study) {
            return !is_stored(study);
          }};
}

void add_weights(KeyTable& table) {
  add_numbers(Section<WeightKeys>(table, "model").when(not_stored()), "weights", &WeightKeys::weights,
              "a list of numbers",
              "gaussian-mixture: one a mean, > 0; left out: [0.4, 0.3, 0.2, 0.1]. gaussian-rbm: W, row by row, a row a "
              "visible unit");
}

void add_energy_file(KeyTable& table) { add_model_file(Section<NetworkKeys>(table, "model")); }

std::shared_ptr<const ContinuousSystem> stored_energy_system(const Study& study) {
  const std::string& file = study.keys<NetworkKeys>().file;
  StoredEnergy stored = read_stored_energy(file);
  if (stored.kind != study.model.name)
    throw RequestError(fmt::format("model.name = \"{}\", but {} holds a model of the kind {}; say model.name = \"{}\"",
                                   study.model.name, file, stored.kind, stored.kind));
  std::string words =
      fmt::format("{}, from {}", words_of_energy(*stored.energy), std::filesystem::path(file).filename().string());
  return std::make_shared<const EnergySystem>(study, std::move(stored.energy), std::move(words),
                                              std::vector<std::string>(), std::move(stored.treatment));
}

std::shared_ptr<const ContinuousSystem> fitted_system(const Study& study, std::shared_ptr<const ContinuousSystem> own,
                                                      std::vector<double> mean, std::vector<double> deviation,
                                                      const std::string& of) {
  Study unit = study;
  unit.keys<ContinuousKeys>().mean = 0, unit.keys<ContinuousKeys>().scale = 1;
  return std::make_shared<const FittedSystem>(unit, std::move(own), std::move(mean), std::move(deviation), of);
}

}  // namespace gibbsite
