#include "studies/learning/drawn_samples.hpp"

#include "studies/files/variables.hpp"
#include "studies/learning/judge.hpp"
#include "studies/sample/draw.hpp"
#include "studies/sample/sample_units.hpp"
#include "studies/systems/network.hpp"
#include "studies/systems/network_keys.hpp"

namespace gibbsite {

Group drawn_samples(const ModelFile& model, const Study& study, const Matrix& training, std::size_t count) {
  constexpr std::size_t most_recognised = 1000;
  constexpr std::uint64_t sweeps = 1000, task_of_states = 1, task_below_tops = 2;
  if (count == 0) return {.name = "samples"};
  Study asked = study;
  asked.keys<NetworkKeys>().reference = "base-rate";
  asked.keys<DataRequest>() = {};
  NetworkSource source{.model = model, .weights = "training"};
  if (!model.base_rates || std::holds_alternative<std::shared_ptr<const BeliefNetwork>>(model.model))
    source.data = head_of(training, most_recognised);
  const NetworkSystem system(asked, source);
  const auto ensemble = system.ensemble(asked, Key(study.run.seed, task_of_states), count);
  return states_drawn(*ensemble, system, sweeps, Key(study.run.seed, task_below_tops),
                      "states of the model: chains annealed from the data's base rates, then swept");
}

Group states_drawn(Ensemble& ensemble, const System& system, std::uint64_t sweeps, Key below,
                   const std::string& meaning) {
  Group out{.name = "samples"};
  const std::size_t count = ensemble.layout().replicas;
  const SamplePlan plan{.states = count, .chains = count, .annealing = sweeps, .thermalization = sweeps};
  const DrawnStates drawn = draw_states(ensemble, plan, [](const Progress&) {});
  const SampledUnits units(system, ensemble.layout(), false, below);
  const std::size_t bytes = ensemble.layout().state_bytes();
  std::vector<double> values;
  for (std::size_t s = 0; s < count; ++s) {
    const auto row = units.row(std::span(drawn.states).subspan(s * bytes, bytes), s);
    values.insert(values.end(), row.begin(), row.end());
  }
  add_index(out, "sample", count, "state");
  add_index(out, "unit", units.width(), "unit");
  add(out, "samples", {"sample", "unit"}, {count, units.width()}, column_of(std::move(values), units.type()), "1",
      meaning);
  add_warnings(out, drawn.warnings);
  return out;
}

}  // namespace gibbsite
