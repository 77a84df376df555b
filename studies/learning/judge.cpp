#include "studies/learning/judge.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <tuple>
#include <unordered_set>

#include "estimators/learning/flips.hpp"
#include "estimators/learning/nets/answers.hpp"
#include "estimators/learning/sparse_likelihood.hpp"
#include "estimators/log_sum_exp.hpp"
#include "physics/classification.hpp"
#include "physics/matrices/singular_values.hpp"
#include "studies/learning/training_keys.hpp"
#include "studies/learning/training_setup.hpp"
#include "studies/likelihood/likelihood_keys.hpp"
#include "studies/likelihood/log_z_routes.hpp"
#include "studies/models/reconstruction.hpp"
#include "studies/systems/network.hpp"
#include "studies/systems/network_keys.hpp"

namespace gibbsite {
namespace {

constexpr double most_summed = 0x1p18;  // states, at every evaluation

double mean_of(const std::vector<double>& x) {
  double sum = 0;
  for (const double v : x) sum += v / static_cast<double>(x.size());
  return sum;
}

}  // namespace

Data head_of(const Matrix& samples, std::size_t most) {
  Data out;
  out.samples = std::min(samples.columns(), most), out.width = samples.rows();
  const auto numbers = samples.numbers().first(out.samples * out.width);
  out.values.assign(numbers.begin(), numbers.end());
  return out;
}

/// studies/likelihood/log_z_routes.hpp.
void anneal(Judgement& out, const Study& study, const ModelFile& model, const Data& data) {
  const auto& t = study.keys<TrainingKeys>();
  Study asked = study;
  asked.keys<AisKeys>().particles = t.particles;
  asked.keys<AisKeys>().temperatures = t.temperatures;
  asked.keys<LadderKeys>().rungs = 0;
  asked.keys<NetworkKeys>().reference = "base-rate";
  asked.keys<DataRequest>() = {};
  const NetworkSystem system(
      asked, {.model = model, .weights = "training", .data = data.samples > 0 ? std::optional(data) : std::nullopt});
  ProgressMeter meter({1, 1}, {1, 1}, true);
  take(out, find_log_z(system, asked, meter, most_summed));
}

void take(Judgement& out, const LogZFindings& found) {
  out.log_z = found.best.log_z;
  out.exact = found.best.kind.family == RouteFamily::exact;
  out.trusted = found.best.trusted && found.agree;
}

std::array<double, 3> singular_values(std::span<const double> w, std::size_t rows) {
  std::array<double, 3> out{unknown, unknown, unknown};
  const auto largest = largest_singular_values(w, rows, out.size());
  std::copy(largest.begin(), largest.end(), out.begin());
  return out;
}

namespace {

/// Of samples that end with their label: accuracy, and mean ln p(label | rest).
std::pair<double, double> classify(const Network& network, const Matrix& samples) {
  const Layer& visible = network.layers()[0];
  const std::size_t own = visible.own_width(), n = samples.columns();
  Matrix v(own, n);
  for (std::size_t s = 0; s < n; ++s) std::copy_n(samples.column(s).begin(), own, v.column(s).begin());
  const Matrix log_p = weigh_labels(network, v).log_probability;
  std::size_t right = 0;
  double sum = 0;
  for (std::size_t s = 0; s < n; ++s) {
    const auto one_hot = samples.column(s).subspan(own), p = log_p.column(s);
    const auto label = static_cast<std::size_t>(std::find(one_hot.begin(), one_hot.end(), 1.0) - one_hot.begin());
    right += std::max_element(p.begin(), p.end()) - p.begin() == static_cast<std::ptrdiff_t>(label);
    sum += p[label];
  }
  return {static_cast<double>(right) / static_cast<double>(n), sum / static_cast<double>(n)};
}

}  // namespace

void add_answers(Judgement& out, const Samples& samples, double beta,
                 const std::function<std::vector<double>(const Matrix&)>& energies) {
  const AnswerScores learned = score_answers(energies(samples.training), samples.labels, beta);
  out.accuracy = learned.accuracy, out.label_log_likelihood = learned.log_likelihood;
  out.energy_gap = learned.gap, out.energy_spread = learned.spread;
  out.calibration_error = learned.calibration_error;
  if (samples.validation.columns() == 0) return;
  const AnswerScores held = score_answers(energies(samples.validation), samples.validation_labels, beta);
  out.validation_accuracy = held.accuracy, out.validation_label_log_likelihood = held.log_likelihood;
  out.validation_energy_gap = held.gap, out.validation_calibration_error = held.calibration_error;
}

Samples::Samples(Matrix learned, Matrix held_out, const Layer& visible)
    : training(std::move(learned)), validation(std::move(held_out)) {
  if (visible.kind == UnitKind::binary) training_bits = BitRows(training), validation_bits = BitRows(validation);
  if (visible.kind == UnitKind::gaussian) return;
  std::unordered_set<std::string> seen;  // states as bytes
  std::string state(training.rows(), 0);
  for (std::size_t n = 0; n < training.columns(); ++n) {
    const auto v = training.column(n);
    std::transform(v.begin(), v.end(), state.begin(), [](double x) { return static_cast<char>(x); });
    if (seen.insert(state).second) distinct.push_back(n);
  }
}

std::size_t pseudo_likelihood_samples(const ParametricMachine& machine, const TrainingKeys& keys, std::size_t samples,
                                      bool in_floats) {
  const double n = static_cast<double>(samples), batch = std::min(static_cast<double>(keys.batch), n);
  const double chains = keys.method == "pcd" || keys.method == "jarzynski" ? static_cast<double>(keys.chains) : batch;
  const double epoch =
      n *
      (2 + chains / batch * (2 * static_cast<double>(std::max<std::int64_t>(keys.steps, 1)) + 2));  // products with W
  // Changing every unit of a sample takes a softplus for each weight, in floats beside a tuned learner.
  const double hidden = static_cast<double>(machine.hidden().units), width = static_cast<double>(machine.width());
  const double products = hidden == 0 ? 3 : in_floats ? 150 : 40;
  constexpr double share = 0.1, no_time = 2e6;  // of an epoch; weights
  const double most = std::max(share * epoch / products, no_time / (width * std::max(hidden, 1.0)));
  return static_cast<std::size_t>(std::clamp(most, 1.0, n));
}

bool sums_log_z(const ParametricMachine& machine) noexcept { return std::exp2(machine.log2_states()) <= most_summed; }

Judgement judge_machine(const ParametricMachine& machine, std::span<const double> theta, const ModelFile& file,
                        const Samples& samples, const Study& study) {
  const Matrix &training = samples.training, &validation = samples.validation;
  Judgement out;
  if (sums_log_z(machine)) {
    out.log_z = {.value = machine.log_z(theta), .error = 0};
    out.exact = true;
  } else {
    anneal(out, study, file, {});
  }
  const bool in_floats =
      machine.width() * machine.hidden().units >= worth_floats && sparse_likelihood_supported(machine);
  std::optional<SparseLikelihood> floats;
  if (in_floats) floats.emplace(machine, theta);
  const auto of = [&](const std::vector<double>& w) {
    return Estimate{.value = mean_of(w) - out.log_z.value, .error = out.log_z.error};
  };
  const auto weights = [&](const Matrix& v, const BitRows& bits) {
    return in_floats ? floats->log_weight(bits) : machine.log_weight(theta, v);
  };
  const std::vector<double> w = weights(training, samples.training_bits);
  if (samples.weight.empty()) {
    out.training = of(w);
  } else {
    std::vector<double> weighted = w;
    for (std::size_t n = 0; n < weighted.size(); ++n) weighted[n] *= samples.weight[n];
    out.training = of(weighted);
  }
  if (validation.columns() > 0) {
    out.validation = of(weights(validation, samples.validation_bits));
    out.free_energy_gap = out.training.value - out.validation.value;
  }
  if (machine.visible().kind != UnitKind::gaussian) {
    const std::size_t n = training.columns(),
                      count = pseudo_likelihood_samples(machine, study.keys<TrainingKeys>(), n, in_floats);
    std::vector<std::size_t> at;
    std::vector<double> weight;
    double total = 0;
    for (std::size_t k = 0; k < count; ++k) {
      at.push_back(k * n / count);
      weight.push_back(samples.weight.empty() ? 1 : samples.weight[at.back()]);
      total += weight.back();
    }
    for (double& x : weight) x /= in_floats ? total : total / static_cast<double>(count);
    out.pseudo_likelihood_samples = static_cast<double>(count);
    if (in_floats) {
      out.pseudo_likelihood = floats->pseudo_likelihood(samples.training_bits, at, weight);
    } else {
      Matrix chosen(training.rows(), count);
      for (std::size_t k = 0; k < count; ++k)
        std::copy(training.column(at[k]).begin(), training.column(at[k]).end(), chosen.column(k).begin());
      out.pseudo_likelihood = flip_objective(FlipRule::pseudo_likelihood, machine, theta, chosen, {}, weight);
    }
    std::vector<double> mass;
    for (const std::size_t first : samples.distinct) mass.push_back(w[first] - out.log_z.value);
    out.log_mass = log_sum_exp(mass);
  }
  if (machine.visible().labels > 0) {
    const Network& network = *std::get<std::shared_ptr<const Network>>(file.model);
    std::tie(out.accuracy, out.label_log_likelihood) = classify(network, training);
    if (validation.columns() > 0)
      std::tie(out.validation_accuracy, out.validation_label_log_likelihood) = classify(network, validation);
  }
  out.reconstruction_error = reconstruction_error(file, head_of(training, most_reconstructed)).error;
  double squares = 0;
  for (const char* name : {"weights", "lateral_weights"})
    if (const ParameterBlock* block = machine.block(name))
      for (const double x : theta.subspan(block->offset, block->size())) squares += x * x;
  out.weight_norm = std::sqrt(squares);
  if (const ParameterBlock* block = machine.block("weights"))
    out.singular = singular_values(theta.subspan(block->offset, block->size()), block->rows);
  return out;
}

}  // namespace gibbsite
