/// Exact answers of any model whose states can be listed, by the names of result files.
#pragma once

#include <cmath>
#include <map>
#include <stdexcept>
#include <string>
#include <variant>

#include "physics/exact/all_states.hpp"
#include "physics/exact/exact.hpp"

namespace gibbsite {

/// log_z, energy, energy_density, specific_heat = beta^2 var(E) / N, and the mean of every observable.
template <Enumerable M>
std::map<std::string, double> name_values(const M& model, const StateAverages& at, double beta) {
  const auto n = static_cast<double>(model.units());
  std::map<std::string, double> values;
  const std::vector<Observable> observables = model.observables();
  constexpr double rounding = 1e-13;  // of a sum that cancels, against what its terms can be
  for (std::size_t k = 0; k < observables.size(); ++k)
    values[observables[k].name] =
        std::abs(at.mean[k]) < rounding * observables[k].highest && observables[k].highest < Observable::unbounded
            ? 0
            : at.mean[k];
  values["log_z"] = at.log_z;
  values["energy"] = at.energy;
  values["energy_density"] = at.energy / n;
  values["specific_heat"] = beta * (beta * at.energy_variance) / n;
  return values;
}

/// Or why there are none. Cost: sum_states. Throws std::invalid_argument where a beta is negative or not finite.
template <Enumerable M>
std::variant<ExactAnswers, std::string> exact_answers(const M& model, std::span<const double> beta,
                                                      double most_states) {
  for (const double b : beta)
    if (!(b >= 0) || !std::isfinite(b))
      throw std::invalid_argument("exact answers need every beta finite and at least 0");
  const double states = count_states(model);
  if (states > most_states) {
    const auto power = static_cast<int>(std::ceil(std::log10(most_states)));
    return "no closed form is known for this model, and e^" + std::to_string(std::lround(model.log_states())) +
           " states are too many to enumerate (at most about 10^" + std::to_string(power) + ")";
  }
  const StateSums found = sum_states(model, beta);
  ExactAnswers answers{"enumeration of all " + std::to_string(std::llround(states)) + " states",
                       {},
                       {{"ground_energy", found.ground_energy}, {"ground_states", found.ground_states}}};
  for (std::size_t b = 0; b < beta.size(); ++b) answers.at.push_back({name_values(model, found.at[b], beta[b])});
  return answers;
}

}  // namespace gibbsite
