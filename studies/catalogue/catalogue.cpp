#include "studies/catalogue/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "samplers/methods/annealing.hpp"
#include "samplers/methods/mcmc.hpp"
#include "samplers/methods/tempering.hpp"
#include "studies/systems/first_state.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

const std::map<std::string, Starts> starts = {{"hot", Starts::hot}, {"cold", Starts::cold}, {"mixed", Starts::mixed}};

ChainOptions chain_options(const Study& study, const System& system, const Layout& layout, Key key) {
  const Study::Method& m = study.method;
  ChainOptions options;
  options.key = key;
  options.lambda = m.beta;
  options.chains = static_cast<std::size_t>(m.chains);
  const auto word = starts.find(m.start);
  options.start = word == starts.end() ? Starts::given : word->second;
  if (options.start == Starts::given) options.given = read_state(m.start, layout, study.model.name == "ising");
  options.ordered = !system.disordered() || !system.symmetric();
  options.thermalization = static_cast<std::uint64_t>(m.thermalization);
  options.every = static_cast<std::uint64_t>(m.every);
  options.draws = static_cast<std::uint64_t>(m.sweeps / m.every);
  options.snapshots = static_cast<std::uint64_t>(m.snapshots);
  options.overlaps = system.disordered();
  return options;
}

AnnealingOptions annealing_options(const Study& study, Key key) {
  const Study::Method& m = study.method;
  AnnealingOptions options;
  options.key = key;
  options.report = m.beta;
  if (m.temperatures.size() > 1) {
    options.schedule = m.temperatures;
    for (const double beta : m.beta)
      if (std::find(m.temperatures.begin(), m.temperatures.end(), beta) == m.temperatures.end())
        options.schedule.push_back(beta);
    std::sort(options.schedule.begin(), options.schedule.end());
    if (options.schedule.front() > 0) options.schedule.insert(options.schedule.begin(), 0.0);
    while (options.schedule.back() > m.beta.back()) options.schedule.pop_back();
  } else {
    options.temperatures = static_cast<std::size_t>(m.temperatures.front());
    if (m.schedule == "linear") options.schedule = linear_schedule(m.beta, options.temperatures);
  }
  options.sweeps = static_cast<std::uint64_t>(m.every);
  options.resample_below = m.resample;
  options.reverse = m.reverse;
  options.thermalization = static_cast<std::uint64_t>(m.thermalization);
  return options;
}

}  // namespace

std::shared_ptr<const System> make_system(const Study& study) {
  return study.model.name == "ising" ? make_lattice_system(study) : make_network_system(study);
}

std::string plan(const Study& study) {
  const Study::Method& m = study.method;
  if (m.name == "annealing")
    return fmt::format("{}; annealing: {} particles to beta = {:.6g}{}", study.sampler.name, m.particles, m.beta.back(),
                       m.reverse ? fmt::format(", {} sweeps there, and back", m.thermalization) : "");
  return fmt::format("{}; {}: {} {} x {} sweeps at {} beta{}, after {} sweeps of thermalization", study.sampler.name,
                     m.name, m.chains, m.name == "mcmc" ? "chains" : "ladders", m.sweeps, m.beta.size(),
                     m.beta.size() > 1 ? "s" : "", m.thermalization);
}

std::size_t replicas(const Study& study) {
  return static_cast<std::size_t>(study.method.name == "annealing"
                                      ? study.method.particles
                                      : study.method.chains * static_cast<std::int64_t>(study.method.beta.size()));
}

std::unique_ptr<Method> make_method(const Study& study, const System& system, Ensemble& ensemble, Key key) {
  try {
    if (study.method.name == "annealing") return std::make_unique<Annealing>(ensemble, annealing_options(study, key));
    ChainOptions options = chain_options(study, system, ensemble.layout(), key);
    if (study.method.name == "mcmc") return std::make_unique<Mcmc>(ensemble, std::move(options));
    return std::make_unique<Tempering>(ensemble, std::move(options),
                                       study.method.ladder == "adaptive" ? Ladder::adaptive : Ladder::fixed);
  } catch (const std::invalid_argument& e) {
    throw RequestError(fmt::format("[method] {}: {}", study.method.name, e.what()));
  }
}

}  // namespace gibbsite
