#include "studies/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>

#include "physics/couplings_file.hpp"
#include "samplers/annealing.hpp"
#include "samplers/array_ensemble.hpp"
#include "samplers/cluster.hpp"
#include "samplers/heat_bath.hpp"
#include "samplers/mcmc.hpp"
#include "samplers/metropolis.hpp"
#include "samplers/tempering.hpp"
#include "studies/options.hpp"
#include "studies/words.hpp"

namespace gibbsite {
namespace {

const std::map<std::string, Geometry> geometries = {
    {"chain", Geometry::chain},           {"square", Geometry::square},         {"cubic", Geometry::cubic},
    {"hypercubic", Geometry::hypercubic}, {"triangular", Geometry::triangular}, {"honeycomb", Geometry::honeycomb},
    {"complete", Geometry::complete}};
const std::map<std::string, Disorder> disorders = {
    {"none", Disorder::none}, {"bimodal", Disorder::bimodal}, {"gaussian", Disorder::gaussian}};
const std::map<std::string, Starts> starts = {{"hot", Starts::hot}, {"cold", Starts::cold}, {"mixed", Starts::mixed}};

std::size_t sides(Geometry geometry, const Study::Model& model) {
  switch (geometry) {
    case Geometry::chain:
    case Geometry::complete:
      return 1;
    case Geometry::cubic:
      return 3;
    case Geometry::hypercubic:
      return model.size.size() > 1 ? model.size.size() : static_cast<std::size_t>(model.dimension);
    default:
      return 2;
  }
}

/// Two or more dimensions, every side at least 3: where a fixed order of Metropolis flips is common practice.
bool extended(const Lattice& lattice) {
  const bool flat = lattice.geometry == Geometry::square || lattice.geometry == Geometry::cubic ||
                    lattice.geometry == Geometry::triangular || lattice.geometry == Geometry::honeycomb ||
                    (lattice.geometry == Geometry::hypercubic && lattice.size.size() > 1);
  return flat && std::all_of(lattice.size.begin(), lattice.size.end(), [](std::size_t side) { return side >= 3; });
}

/// Puts a model and a kernel together where they fit, and refuses by name where they do not.
template <class M, class K>
std::unique_ptr<Ensemble> assemble(const Study& study, std::shared_ptr<const M> model, K kernel, Key key) {
  if constexpr (Kernel<K, M>)
    return std::make_unique<ArrayEnsemble<M, K>>(std::move(model), std::move(kernel), key, replicas(study));
  else
    throw RequestError(fmt::format("{} cannot move the model {}: `gibbsite list samplers` shows what can",
                                   study.sampler.name, study.model.name));
}

ScanOrder scan_of(const Study& study) {
  if (study.sampler.scan == "default")
    return study.sampler.name == "metropolis" ? ScanOrder::random : ScanOrder::sequential;
  if (study.sampler.scan == "random") return ScanOrder::random;
  return study.sampler.scan == "checkerboard" ? ScanOrder::checkerboard : ScanOrder::sequential;
}

ChainOptions chain_options(const Study& study, const Ensemble& ensemble, Key key) {
  const Study::Method& m = study.method;
  ChainOptions options;
  options.key = key;
  options.lambda = m.beta;
  options.chains = static_cast<std::size_t>(m.chains);
  options.start = starts.at(m.start);
  options.thermalization = static_cast<std::uint64_t>(m.thermalization);
  options.every = static_cast<std::uint64_t>(m.every);
  options.draws = static_cast<std::uint64_t>(m.sweeps / m.every);
  options.snapshots = static_cast<std::uint64_t>(m.snapshots);
  options.overlaps = ensemble.layout().units > 1 && (study.model.disorder != "none" || !study.model.couplings.empty());
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

System make_system(const Study& study) {
  const Study::Model& m = study.model;
  System system;
  try {
    if (!m.couplings.empty()) {
      system.lattice.geometry = Geometry::graph;
      system.ising = std::make_shared<const Ising>(read_couplings(m.couplings, static_cast<int>(m.index_base)));
      system.lattice.size = {system.ising->units()};
      return system;
    }
    system.lattice.geometry = geometries.at(m.lattice);
    system.lattice.size.assign(m.size.begin(), m.size.end());
    if (system.lattice.size.size() == 1)
      system.lattice.size.resize(sides(system.lattice.geometry, m), system.lattice.size[0]);
    system.lattice.boundary = m.boundary == "open" ? Boundary::open : Boundary::periodic;
    system.lattice.coupling = m.coupling;
    system.lattice.disorder = disorders.at(m.disorder);
    system.lattice.disorder_seed = m.disorder_seed;
    system.lattice.field = m.field;
    system.ising = std::make_shared<const Ising>(build(system.lattice));
    return system;
  } catch (const std::invalid_argument& e) {
    throw RequestError(m.couplings.empty() ? fmt::format("[model]: {}", e.what()) : std::string(e.what()));
  }
}

std::string describe(const Study& study, const System& system) {
  const Study::Model& m = study.model;
  const std::size_t n = system.ising->units(), bonds = system.ising->graph().bonds().size();
  if (system.lattice.geometry == Geometry::graph)
    return fmt::format("{}, graph of {} sites and {} bonds", m.name, n, bonds);
  const std::string boundary = system.lattice.geometry == Geometry::complete ? "" : ", " + m.boundary;
  const std::string couplings = m.disorder == "none"
                                    ? fmt::format("J = {}", m.coupling)
                                    : fmt::format("{} J (scale {}, seed {})", m.disorder, m.coupling, m.disorder_seed);
  const std::string field = m.field == 0 ? "" : fmt::format(", h = {}", m.field);
  std::vector<std::string> sides;
  for (const std::size_t side : system.lattice.size) sides.push_back(std::to_string(side));
  return fmt::format("{}, {} {}{}, {}{}", m.name, m.lattice, join(sides, " x "), boundary, couplings, field);
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

std::unique_ptr<Ensemble> make_ensemble(const Study& study, const System& system, Key key) {
  const std::string& name = study.sampler.name;
  const Graph& graph = system.ising->graph();
  if (name == "heat-bath") return assemble(study, system.ising, HeatBath(Scan(scan_of(study), graph)), key);
  if (name == "metropolis") return assemble(study, system.ising, Metropolis(Scan(scan_of(study), graph)), key);
  if (name == "wolff") return assemble(study, system.ising, Wolff(), key);
  return assemble(study, system.ising, SwendsenWang(), key);
}

void check_sampler(const Study& study, const System& system) {
  double largest = 0;  // energy
  for (const Bond& bond : system.ising->graph().bonds()) largest += std::abs(bond.J);
  for (const double h : system.ising->graph().fields()) largest += std::abs(h);
  constexpr double most = 1e150, least = 1e-150;  // so that squares are numbers too
  if (largest > most || largest * study.method.beta.back() > most || (largest > 0 && largest < least))
    throw RequestError(fmt::format(
        "energies up to {:.3g} (beta up to {:.3g}) are beyond what numbers can hold; scale couplings, fields and beta",
        largest, study.method.beta.back()));
  const std::string& name = study.sampler.name;
  const Graph& graph = system.ising->graph();
  std::optional<std::string> why;
  if (name == "heat-bath" || name == "metropolis") {
    const ScanOrder order = scan_of(study);
    if (order == ScanOrder::checkerboard && !graph.two_colouring())
      why =
          "a checkerboard needs a bipartite graph, and this one has a cycle of odd length; use scan = \"sequential\" "
          "or \"random\"";
    else if (name == "metropolis") {
      why = why_not_ergodic(graph, order, extended(system.lattice));
      if (why && order != ScanOrder::random) *why += "; use scan = \"random\" or the heat bath";
    }
  } else if (std::none_of(graph.bonds().begin(), graph.bonds().end(), [](const Bond& bond) { return bond.J != 0; })) {
    why = "there are no bonds, so there are no clusters; use the heat bath";
  }
  if (why) throw RequestError(fmt::format("{} cannot move this system ({}): {}", name, describe(study, system), *why));
}

std::unique_ptr<Method> make_method(const Study& study, Ensemble& ensemble, Key key) {
  try {
    if (study.method.name == "annealing") return std::make_unique<Annealing>(ensemble, annealing_options(study, key));
    ChainOptions options = chain_options(study, ensemble, key);
    if (study.method.name == "mcmc") return std::make_unique<Mcmc>(ensemble, std::move(options));
    return std::make_unique<Tempering>(ensemble, std::move(options),
                                       study.method.ladder == "adaptive" ? Ladder::adaptive : Ladder::fixed);
  } catch (const std::invalid_argument& e) {
    throw RequestError(fmt::format("[method] {}: {}", study.method.name, e.what()));
  }
}

}  // namespace gibbsite
