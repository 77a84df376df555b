// `gibbsite loglik`: ln Z by every route, and the log-likelihood of data.
#include <fmt/format.h>
#include <omp.h>

#include <chrono>
#include <cmath>

#include "studies/files/archive.hpp"
#include "studies/files/signals.hpp"
#include "studies/files/threads.hpp"
#include "studies/files/variables.hpp"
#include "studies/files/whole_file.hpp"
#include "studies/likelihood/command.hpp"
#include "studies/likelihood/judged.hpp"
#include "studies/likelihood/likelihood.hpp"
#include "studies/likelihood/likelihood_keys.hpp"
#include "studies/likelihood/log_z_routes.hpp"
#include "studies/runs/run.hpp"
#include "studies/study/request.hpp"
#include "studies/systems/network_keys.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

constexpr std::uint64_t recognition_task = 2;  // of keys

/// A mean over samples; its error from their finite number, from ln Z, and (a part of the first) from draws.
struct MeanLikelihood {
  double value = unknown, error_data = unknown, error_log_z = 0, error_draws = 0;
};

MeanLikelihood mean_of(std::span<const double> values, double error_log_z) {
  const double n = static_cast<double>(values.size());
  double mean = 0, spread = 0;
  for (const double x : values) mean += x / n;
  for (const double x : values) spread += (x - mean) * (x - mean);
  return {mean, n > 1 ? std::sqrt(spread / (n - 1) / n) : unknown, error_log_z, 0};
}

struct Result {
  LogZFindings log_z;
  Unnormalized data;
  std::vector<double> log_likelihood;  // [sample]
  MeanLikelihood mean;
  std::vector<double> raise;             // of the first samples
  MeanLikelihood raise_mean, raise_gap;  // gap: above the likelihood by ln Z of the same samples
  std::optional<Reconstruction> reconstruction;
};

/// a - b of the samples that both have.
std::vector<double> above_of(std::span<const double> a, std::span<const double> b) {
  std::vector<double> out(a.begin(), a.end());
  for (std::size_t s = 0; s < out.size(); ++s) out[s] -= b[s];
  return out;
}

Result evaluate(const Judged& judged, const Study& study, const Request& request) {
  const System& system = judged.system();
  const auto& raise = study.keys<RaiseKeys>();
  const std::size_t samples = judged.data().samples;
  const auto raised =
      judged.raises() ? static_cast<std::size_t>(std::min(raise.samples, static_cast<std::int64_t>(samples))) : 0;
  const RouteWork there = annealing_work(study), ladder = tempering_work(study),
                  trajectory = trajectory_work(study, system);
  const double units = system.sites();
  ProgressMeter meter(
      {units * there.replicas, units * ladder.replicas,
       units * static_cast<double>(raised) * static_cast<double>(raise.draws), units * trajectory.replicas},
      {there.sweeps, ladder.sweeps, raised > 0 ? static_cast<double>(raise.temperatures) : 0, trajectory.sweeps},
      request.quiet);
  Result result;
  result.log_z = find_log_z(system, study, meter, 0x1p26, judged.tempered());
  if (const double learned = judged.learned_log_z(); !std::isnan(learned))
    result.log_z.routes.push_back({noise_contrast_route, {.value = learned}, false});
  result.data = judged.unnormalized(Key(study.run.seed, recognition_task));
  for (const double w : result.data.log_weight) result.log_likelihood.push_back(w - result.log_z.best.log_z.value);
  result.mean = mean_of(result.log_likelihood, result.log_z.best.log_z.error);
  for (const double noise : result.data.noise)
    result.mean.error_draws = std::hypot(result.mean.error_draws, noise / static_cast<double>(samples));
  result.reconstruction = judged.reconstruction();
  if (raised == 0) return result;
  result.raise = judged.raise(study, raised, meter);
  result.raise_mean = mean_of(result.raise, 0);
  result.raise_gap = mean_of(above_of(result.raise, result.log_likelihood), result.log_z.best.log_z.error);
  const MeanLikelihood& gap = result.raise_gap;
  const double error = std::hypot(gap.error_data, gap.error_log_z);
  if (!result.data.bound && gap.value > 4 * error)
    result.log_z.warnings.push_back(
        fmt::format("RAISE lies {:.2f} nats above the likelihood by ln Z ({:.1f} standard errors): {}these data are so "
                    "unlikely in the model that annealing, which remembers the base rates, gives them more; then RAISE "
                    "says nothing about the model",
                    gap.value, gap.value / error, result.log_z.best.log_z.error == 0 ? "" : "ln Z is too high, or "));
  return result;
}

/// ln p of the numbers as they stand in the file, and bits of grey levels.
void add_of_the_file(Group& group, const Result& r, const Data& data) {
  if (data.log_jacobian.empty()) return;
  std::vector<double> all = r.log_likelihood;
  for (std::size_t s = 0; s < all.size(); ++s) all[s] += data.log_jacobian[s];
  const MeanLikelihood mean = mean_of(all, r.mean.error_log_z);
  add(group, "log_jacobian", {"sample"}, {all.size()}, data.log_jacobian, "1",
      "ln |dy/dv| of what was done to the numbers of the sample: log_likelihood is of y, with this of v");
  add_scalar(group, "mean_of_file", mean.value, "1", "mean ln p of the numbers as they stand in the file");
  add_scalar(group, "mean_of_file_error_data", mean.error_data, "1",
             "its standard error from the finite number of samples");
  if (!data.treated.dequantized) return;
  add_scalar(group, "levels", data.treated.divisor, "1", "grey levels of a number");
  const double error = std::hypot(mean.error_log_z, mean.error_data);
  add_scalar(group, "bits_per_dimension", bits_per_dimension(mean.value, 0, data.width), "1",
             "-log2 p per number, a grey level as the unit of length: log2 of the levels where all are alike");
  add_scalar(group, "bits_per_dimension_error", std::abs(bits_per_dimension(error, 0, data.width)), "1",
             "its standard error");
}

Group likelihood_group(const Result& r, const Judged& judged) {
  Group group{.name = "likelihood"};
  const std::size_t samples = r.log_likelihood.size();
  group.attributes.emplace_back("kind", std::string(!r.data.bound          ? "exact given ln Z"
                                                    : r.data.noise.empty() ? "lower bound"
                                                                           : "estimate of a lower bound"));
  group.attributes.emplace_back("meaning", r.data.meaning);
  group.attributes.emplace_back("log_z_by", r.log_z.best.name());
  group.attributes.emplace_back(judged.real() ? "numbers" : "visible_units",
                                static_cast<std::int64_t>(judged.visible_units()));
  if (judged.labelled()) group.attributes.emplace_back("label", std::string("one of the visible units"));
  add_index(group, "sample", samples, "sample, in the order of the data");
  if (r.data.noise.empty()) {
    add(group, "log_likelihood", {"sample"}, {samples}, r.log_likelihood, "1",
        r.data.bound ? "lower bound of ln p of the sample" : "ln p of the sample");
  } else {
    add(group, "log_likelihood", {"sample"}, {samples}, r.log_likelihood, "1",
        "estimate of a lower bound of ln p of the sample");
    add(group, "log_likelihood_error", {"sample"}, {samples}, r.data.noise, "1",
        "its standard error from draws of the recognition model, ln Z apart");
    add(group, "log_likelihood_degrees", {"sample"}, {samples}, std::vector<double>(samples, r.data.degrees), "1",
        "degrees of freedom of log_likelihood_error");
    add_scalar(group, "mean_error_draws", r.mean.error_draws, "1",
               "standard error of the mean from these draws, a part of mean_error_data");
  }
  add_scalar(group, "mean", r.mean.value, "1", "mean log-likelihood of the data");
  add_scalar(group, "mean_error_log_z", r.mean.error_log_z, "1", "its standard error from ln Z");
  add_scalar(group, "mean_error_data", r.mean.error_data, "1", "its standard error from the finite number of samples");
  add_of_the_file(group, r, judged.data());
  if (r.reconstruction) {
    add_scalar(group, "reconstruction_error", r.reconstruction->error, "1", "root mean square, per visible number");
    add_scalar(group, "reconstruction_error_error", r.reconstruction->standard_error, "1", "its standard error");
    add_scalar(group, "reconstruction_samples", static_cast<double>(r.reconstruction->samples), "1",
               "how many samples reconstruction_error is about: the first ones");
  }
  if (r.raise.empty()) return group;
  add_index(group, "raised_sample", r.raise.size(), "the first samples of the data");
  add(group, "raise_log_likelihood", {"raised_sample"}, {r.raise.size()}, r.raise, "1",
      "ln p of the sample under annealing as a model (RAISE): as a rule conservative for the model");
  add_scalar(group, "raise_mean", r.raise_mean.value, "1", "mean of raise_log_likelihood");
  add_scalar(group, "raise_mean_error_data", r.raise_mean.error_data, "1", "its standard error");
  add_scalar(group, "raise_gap", r.raise_gap.value, "1", "mean of raise_log_likelihood - log_likelihood");
  add_scalar(group, "raise_gap_error", std::hypot(r.raise_gap.error_data, r.raise_gap.error_log_z), "1",
             "standard error of raise_gap");
  return group;
}

Group record(const Result& r, const Judged& judged, const Request& request, const std::string& command,
             double seconds) {
  Group root;
  root.attributes = run_attributes(command, request, seconds, "complete");
  root.attributes.emplace_back("system", judged.system().description());
  root.attributes.emplace_back("data", description(judged.data()));
  root.attributes.emplace_back("verdict", r.log_z.verdict);
  root.groups.push_back(judged.record());
  Group free_energy{.name = "free_energy"};
  std::vector<std::string> names;
  std::vector<Estimate> values;
  std::vector<double> effective;
  std::vector<std::int8_t> trusted;
  for (const LogZRoute& route : r.log_z.routes) {
    names.push_back(route.name());
    values.push_back(route.log_z);
    effective.push_back(route.effective);
    trusted.push_back(route.trusted ? 1 : 0);
  }
  const std::size_t routes = names.size();
  add_coordinate(free_energy, "estimator", std::move(names), "1", "estimator of ln Z");
  add_estimates(free_energy, "log_z", {"estimator"}, {routes}, values, "1", "ln Z of the model");
  add(free_energy, "log_z_ess", {"estimator"}, {routes}, std::move(effective), "1",
      "independent particles or draws that carry log_z");
  add(free_energy, "trusted", {"estimator"}, {routes}, std::move(trusted), "1", "1 where the error can be believed");
  root.groups.push_back(std::move(free_energy));
  root.groups.push_back(likelihood_group(r, judged));
  root.groups.push_back(r.log_z.series);
  Group diagnostics = r.log_z.diagnostics;
  add_warnings(diagnostics, r.log_z.warnings);
  root.groups.push_back(std::move(diagnostics));
  return root;
}

}  // namespace

Group likelihood_record(const Judged& judged, const Study& study, const Request& request, const std::string& command) {
  const auto begin = std::chrono::steady_clock::now();
  const Result result = evaluate(judged, study, request);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return record(result, judged, request, command, seconds);
}

namespace {

int loglik(const Request& request, const std::string& command) {
  Study study = request.tasks.front().study;
  if (study.keys<DataRequest>().file.empty())
    throw RequestError(
        "`gibbsite loglik` needs --data, for example: gibbsite loglik model.h5 --data t10k-images-idx3-ubyte.gz");
  if (!request.out.empty()) check_writable(request, "the result");
  if (const auto folder = request.out.parent_path(); !folder.empty() && !std::filesystem::is_directory(folder))
    throw RequestError(fmt::format("there is no folder {} to write {} into; make it, or choose another with -o",
                                   folder.string(), request.out.filename().string()));
  study.keys<NetworkKeys>().reference = study.keys<AisKeys>().reference;
  use_threads(study.run.threads);
  remove_leftovers(request.out);
  const auto judged = judge_file(study);
  check_memory(needs_of_likelihood(study, {.sites = judged->system().sites()}));
  const Group root = likelihood_record(*judged, study, request, command);
  stops_mean(Stop::soon_done);
  if (!request.out.empty()) write_archive(request.out, root);
  if (request.json)
    fmt::print("{}\n", likelihood_as_json(root));
  else
    print_likelihood(root, request.out.string());
  return request.strict && likelihood_doubted(root) ? exit_doubted : 0;
}

}  // namespace

const Command& loglik_command() {
  static const Command command{
      .name = "loglik",
      .arguments = "MODEL.h5",
      .summary = "ln Z of a model and the log-likelihood of data, with checks",
      .details =
          "ln Z exactly where it can be summed, by annealed importance sampling there and back, by tempering, and "
          "along the "
          "snapshots of the model's training where the file has them, and "
          "whether they agree; the mean log-likelihood of the data with its errors from ln Z and from their finite "
          "number (for deep networks a lower bound); the likelihood of annealing itself as a model, by reverse "
          "annealing from the data (RAISE), which is "
          "as a rule the lower one and needs no ln Z. Energies of real numbers, of `gibbsite train` or in a result of "
          "`gibbsite run`, take data treated as those the model learned from, and tell bits per dimension where these "
          "were dequantized. Keeps no checkpoints: stopped, it leaves nothing. "
          "Makes no difference to the model; `gibbsite import` makes model files.",
      .least = 1,
      .most = 1,
      .options = {{"data", 0, "FILE",
                   "the data: IDX, .npy, .npz, .safetensors, HDF5, CSV, FASTA, a result with snapshots, or a generated "
                   "set; required",
                   "data.file"},
                  {"binarize", 0, "HOW", "as data.binarize; so are --dataset, --rows, --columns, --alphabet, --maximum",
                   "data.binarize"},
                  {"labels", 0, "FILE", "of the data, for a model with a label, as data.labels", "data.labels"},
                  {"dataset", 0, "NAME", "", "data.dataset"},
                  {"rows", 0, "BEGIN:END", "", "data.rows"},
                  {"columns", 0, "WHICH", "", "data.columns"},
                  {"alphabet", 0, "WHICH", "", "data.alphabet"},
                  {"maximum", 0, "NUMBER", "", "data.maximum"},
                  {"out", 'o', "FILE", "also write everything to an HDF5 file, sample by sample"},
                  force_option,
                  {"quiet", 0, "", "no progress"},
                  strict_option,
                  json_option,
                  help_option},
      .examples = {"gibbsite loglik model.h5 --data t10k-images-idx3-ubyte.gz --binarize 0.5",
                   "gibbsite loglik model.h5 --data test.npy --ais.particles 1000 -o likelihood.h5"},
      .schema = likelihood_schema,
      .explains_keys = true,
      .read = read_likelihood,
      .run = loglik};
  return command;
}

}  // namespace gibbsite
