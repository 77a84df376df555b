/// Energies of real numbers that files keep (studies/models/energy_group.hpp) as systems.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "studies/models/energy_group.hpp"
#include "studies/systems/continuous.hpp"

namespace gibbsite {

/// The system of any of these. words: what it is, where there is more to say than words_of_energy. Throws RequestError
/// for a reference that cannot be.
std::shared_ptr<const ContinuousSystem> energy_system(const Study& study,
                                                      std::shared_ptr<const ContinuousEnergy> energy,
                                                      std::string words = "", std::vector<std::string> doubts = {});

/// Whether a study names a file that holds its energy, model.file.
bool is_stored(const Study& study);
/// The system of what that file holds. Throws RequestError where it holds no energy of the study's kind.
std::shared_ptr<const ContinuousSystem> stored_energy_system(const Study& study);
/// A key that is a list of numbers; one that is empty counts as left out.
template <class Keys>
StudyKey& add_numbers(const Section<Keys>& section, const char* name, std::vector<double> Keys::*member,
                      const char* allowed, const char* help) {
  return section.add(
      name, allowed, help, [member](Keys& keys, const Value& value) { keys.*member = read_numbers(value); },
      [member](const Keys& keys) {
        return (keys.*member).empty() ? std::nullopt : std::optional(one_or_list(keys.*member));
      });
}
/// model.weights, of mixtures and of machines alike.
struct WeightKeys {
  std::vector<double> weights;  ///< empty: those of the textbook
};
void add_weights(KeyTable& table);

/// model.file, of energies of real numbers; and the condition of numbers that stand in the study in place of it.
void add_energy_file(KeyTable& table);
Condition not_stored();

/// The same energy on the path from a gaussian of the mean and deviation of each coordinate, in units of these; of:
/// whose they are, for people ("the data").
std::shared_ptr<const ContinuousSystem> fitted_system(const Study& study, std::shared_ptr<const ContinuousSystem> own,
                                                      std::vector<double> mean, std::vector<double> deviation,
                                                      const std::string& of);

}  // namespace gibbsite
