/// `gibbsite sample`: states of a model or of a study's system, as arrays.
#include <fmt/format.h>

#include <chrono>
#include <cmath>

#include "studies/catalogue/catalogue.hpp"
#include "studies/files/archive.hpp"
#include "studies/files/signals.hpp"
#include "studies/files/threads.hpp"
#include "studies/files/variables.hpp"
#include "studies/files/whole_file.hpp"
#include "studies/runs/progress.hpp"
#include "studies/runs/run.hpp"
#include "studies/sample/command.hpp"
#include "studies/sample/draw.hpp"
#include "studies/sample/sample_keys.hpp"
#include "studies/sample/sample_units.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/table.hpp"
#include "studies/text/utf8.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

/// As many chains as states, but enough to be compared, and no more than 1000 or than a few GB hold.
SamplePlan plan_of(const Study& study, const System& system) {
  const auto& keys = study.keys<SampleKeys>();
  SamplePlan plan{.states = static_cast<std::size_t>(keys.number),
                  .chains = static_cast<std::size_t>(keys.chains),
                  .lambda = study.method.beta.front(),
                  .annealing = static_cast<std::uint64_t>(keys.annealing),
                  .thermalization = static_cast<std::uint64_t>(keys.thermalization),
                  .every = static_cast<std::uint64_t>(keys.every)};
  if (plan.chains > 0) return plan;
  constexpr std::size_t least = 16, most = 1000;
  constexpr double room = 1e9;  // units
  plan.chains = std::min(std::clamp(plan.states, least, most),
                         std::max<std::size_t>(2, static_cast<std::size_t>(room / system.sites())));
  return plan;
}

std::string plan_text(const SamplePlan& plan) {
  return fmt::format(
      "{} states of {} independent chains at beta = {}: each annealed from the reference in {} sweeps, "
      "then {} sweeps of thermalization{}",
      plan.states, plan.chains, plan.lambda, plan.annealing, plan.thermalization,
      plan.rounds() > 1 ? fmt::format(", then a state every {} sweeps", plan.every) : "");
}

void check_out_of_sample(const Request& request) {
  if (request.out.empty())
    throw RequestError("`gibbsite sample` needs -o, the file to write, for example -o samples.npy, or samples.h5");
  const std::string suffix = request.out.extension().string();
  if (suffix != ".npy" && suffix != ".h5" && suffix != ".hdf5")
    throw RequestError(fmt::format("-o {}: samples are written as .npy or .h5", request.out.string()));
  check_writable(request, "the samples");
  if (const auto folder = request.out.parent_path(); !folder.empty() && !std::filesystem::is_directory(folder))
    throw RequestError(fmt::format("there is no folder {} to write {} into; make it, or choose another with -o",
                                   folder.string(), request.out.filename().string()));
  remove_leftovers(request.out);
}

Group record_of_samples(const Request& request, const std::string& command, const System& system,
                        const SamplePlan& plan, const DrawnStates& drawn, Column samples, std::size_t width,
                        const std::string& undone, double seconds) {
  Group root;
  root.attributes = run_attributes(command, request, seconds, "complete");
  root.attributes.emplace_back("content", std::string("samples"));
  root.attributes.emplace_back("system", system.description());
  root.attributes.emplace_back("plan", plan_text(plan));
  root.attributes.emplace_back("energy_rhat", drawn.rhat);
  if (!undone.empty()) root.attributes.emplace_back("treatment_undone", undone);
  add_index(root, "sample", plan.states, "state");
  add_index(root, "unit", width, "unit");
  add(root, "samples", {"sample", "unit"}, {plan.states, width}, std::move(samples), "1", "states");
  add(root, "energy", {"sample"}, {plan.states}, drawn.energy, "1", "energy of the state");
  root.groups.push_back(system.record());
  Group diagnostics{.name = "diagnostics"};
  add_warnings(diagnostics, drawn.warnings);
  root.groups.push_back(std::move(diagnostics));
  return root;
}

int sample(const Request& request, const std::string& command) {
  const auto begin = std::chrono::steady_clock::now();
  check_out_of_sample(request);
  const Study& study = request.tasks.front().study;
  use_threads(study.run.threads);
  const auto system = make_system(study);
  system->check(study);
  const SamplePlan plan = plan_of(study, *system);
  const SystemSize size{.sites = system->sites(), .need = {}, .keys = {}};
  check_memory(
      std::vector<MemoryNeed>{need_of_replicas(static_cast<double>(plan.chains), size, "sample.chains"),
                              {10 * static_cast<double>(plan.states) * size.sites,
                               fmt::format("{} states of {:.3g} units", plan.states, size.sites), "sample.number"}});
  const Key key(study.run.seed);
  const auto ensemble = system->ensemble(study, key, plan.chains);
  DrawnStates drawn;
  {
    ProgressMeter meter({system->sites() * static_cast<double>(plan.chains)}, {plan.sweeps()}, request.quiet);
    drawn = draw_states(*ensemble, plan, [&](const Progress& progress) { meter.report(0, progress); });
  }
  constexpr std::uint64_t task_below_tops = 1;
  const SampledUnits units(*system, ensemble->layout(), study.keys<SampleKeys>().hidden,
                           Key(study.run.seed, task_below_tops));
  std::vector<double> values;
  values.reserve(plan.states * units.width());
  const std::size_t bytes = ensemble->layout().state_bytes();
  for (std::size_t s = 0; s < plan.states; ++s) {
    const std::vector<double> row = units.row(std::span(drawn.states).subspan(s * bytes, bytes), s);
    values.insert(values.end(), row.begin(), row.end());
  }
  const std::string undone = units.treatment().any() ? description(units.treatment()) : "";
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  stops_mean(Stop::soon_done);
  if (request.out.extension() == ".npy")
    write_whole_file(request.out, npy_of(values, units.width(), units.type()));
  else
    write_archive(request.out,
                  record_of_samples(request, command, *system, plan, drawn, column_of(std::move(values), units.type()),
                                    units.width(), undone, seconds));
  if (!request.quiet) {
    const char* type = units.type() == SampleType::float32 ? "float32"
                       : units.type() == SampleType::int8  ? "int8"
                                                           : "uint8";
    fmt::print("{}: {} x {} {}\n  {}\n  {}\n", printable(request.out.string()), plan.states, units.width(), type,
               wrapped(system->description(), 2), wrapped(plan_text(plan), 2));
    if (units.treatment().any())
      fmt::print("  {}\n", wrapped("in the numbers of the data: undone is " + description(units.treatment()), 2));
    if (std::isfinite(drawn.rhat))
      fmt::print("  energy: R-hat of the chains {:.3f}, autocorrelation time {:.2g} sweeps\n", drawn.rhat, drawn.tau);
  }
  for (const std::string& warning : drawn.warnings) fmt::print("  warning: {}\n", wrapped(warning, 4));
  return request.strict && !drawn.warnings.empty() ? exit_doubted : 0;
}

}  // namespace

const Command& sample_command() {
  static const Command command{
      .name = "sample",
      .arguments = "MODEL.h5|STUDY.toml -n N -o SAMPLES.npy",
      .summary = "draw states of a model, or of a study's system, as an array",
      .details =
          "Writes N states, (states x units): 0 and 1 or states of categorical units as uint8, spins as int8, Gaussian "
          "units as float32; of networks the visible units, with --hidden the others behind them. Each state comes "
          "from a "
          "chain of its own (above 1000 states from 1000 chains, in turn), annealed from the reference to beta and "
          "swept "
          "there; chains that disagree are warned of. Of a model file beta is 1, the model itself, and what was "
          "done to the data of an energy of real numbers is undone; of a study beta is method.beta. Units can be held "
          "at values (--clamp 0:392=0, or a file with nan where a unit is free), and "
          "what is "
          "drawn is then the rest given them. An .npy file holds the states alone; an .h5 file also energies, warnings "
          "and the system.",
      .least = 1,
      .most = 1,
      .options = {{"number", 'n', "N", "how many states (default 1000)", "sample.number"},
                  {"out", 'o', "FILE", ".npy or .h5 file to write; required"},
                  force_option,
                  {"beta", 0, "BETA", "where to draw, as method.beta", "method.beta"},
                  {"hidden", 0, "", "hidden units too"},
                  {"clamp", 0, "UNITS", "units held at values, as model.clamp: 0:8=1,20=-1, or a file", "model.clamp"},
                  {"chains", 0, "N", "independent chains (default: as many as states, but from 16 to 1000)",
                   "sample.chains"},
                  {"annealing", 0, "SWEEPS", "from the reference to beta (default 1000)", "sample.annealing"},
                  {"thermalization", 0, "SWEEPS", "at beta before the first state (default 1000)",
                   "sample.thermalization"},
                  {"every", 0, "SWEEPS", "between two states of a chain, where it gives several (default 100)",
                   "sample.every"},
                  {"seed", 0, "N", "as run.seed", "run.seed"},
                  {"quiet", 0, "", "no progress, no summary"},
                  strict_option,
                  help_option},
      .examples = {"gibbsite sample model.h5 -n 1000 -o samples.npy",
                   "gibbsite sample onsager.toml --beta 0.44 -n 100 -o lattices.npy",
                   "gibbsite sample model.h5 --clamp half.npy -n 64 -o inpainted.npy"},
      .schema = sample_schema,
      .explains_keys = false,
      .read = read_sample,
      .run = sample};
  return command;
}

}  // namespace gibbsite
