// Models of any kind, by what `gibbsite loglik` knows about them.
#include <algorithm>
#include <cmath>

#include "estimators/log_sum_exp.hpp"
#include "physics/exact/boltzmann.hpp"
#include "physics/exact/network.hpp"
#include "studies/learning/judge.hpp"
#include "studies/likelihood/likelihood.hpp"
#include "studies/models/reconstruction.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t most_bounded = 1000;   // samples, where their likelihood is a bound
constexpr std::uint64_t recognition_of = 3;  // of keys

std::optional<double> summed_log_z(const AnyModel& model) {
  const SummationLimits limits{.states = std::exp2(most_summed_bits)};
  const std::vector<double> here = {1.0};
  const auto of_network = [&](const Network& network) {
    return exact_log_z(network, Reference::flat(network.layers()[0]), here, limits);
  };
  std::variant<std::vector<double>, std::string> found;
  if (const auto* layered = std::get_if<std::shared_ptr<const Network>>(&model))
    found = of_network(**layered);
  else if (const auto* belief = std::get_if<std::shared_ptr<const BeliefNetwork>>(&model))
    found = of_network(*(*belief)->top());
  else if (const auto* machine = std::get_if<std::shared_ptr<const BoltzmannMachine>>(&model))
    found = exact_log_z(**machine, {std::vector<double>((*machine)->visible(), 0.0), {}}, here, limits);
  const auto* log_z = std::get_if<std::vector<double>>(&found);
  return log_z == nullptr ? std::nullopt : std::optional(log_z->front());
}

/// Of all weights, and the first W.
std::vector<const Matrix*> weights_of(const AnyModel& model) {
  std::vector<const Matrix*> out;
  if (const auto* layered = std::get_if<std::shared_ptr<const Network>>(&model)) {
    for (const Matrix& w : (*layered)->weights()) out.push_back(&w);
  } else if (const auto* belief = std::get_if<std::shared_ptr<const BeliefNetwork>>(&model)) {
    for (const SigmoidLayer& layer : (*belief)->below()) out.push_back(&layer.weights);
    out.push_back(&(*belief)->top()->weights()[0]);
  } else {
    out.push_back(&std::get<std::shared_ptr<const BoltzmannMachine>>(model)->weights());
  }
  return out;
}

}  // namespace

Judgement judge_model(const ModelFile& file, const Samples& samples, const Study& study) {
  Judgement out;
  if (const auto log_z = summed_log_z(file.model)) {
    out.log_z = {.value = *log_z, .error = 0};
    out.exact = true;
  } else {
    anneal(out, study, file, head_of(samples.training, most_bounded));
  }
  const auto of = [&](const Matrix& v, double* log_mass) {
    const Key key(study.run.seed, recognition_of);
    Unnormalized found = unnormalized(file, head_of(v, most_bounded), key);
    if (!found.bound && v.columns() > most_bounded) found = unnormalized(file, head_of(v, v.columns()), key);
    out.bound = found.bound;
    const double n = static_cast<double>(found.log_weight.size());
    Estimate all{.value = -out.log_z.value, .error = out.log_z.error};
    for (double& w : found.log_weight) {
      all.value += w / n;
      w -= out.log_z.value;
    }
    for (const double noise : found.noise) all.error = std::hypot(all.error, noise / n);
    if (log_mass != nullptr) *log_mass = log_sum_exp(found.log_weight);
    return all;
  };
  out.training = of(samples.training, nullptr);
  if (samples.validation.columns() > 0) {
    out.validation = of(samples.validation, nullptr);
    out.free_energy_gap = out.training.value - out.validation.value;
  }
  if (!std::holds_alternative<std::shared_ptr<const BeliefNetwork>>(file.model)) {  // whose bounds may be noisy
    Matrix distinct(samples.training.rows(), samples.distinct.size());
    for (std::size_t n = 0; n < samples.distinct.size(); ++n) {
      const auto from = samples.training.column(samples.distinct[n]);
      std::copy(from.begin(), from.end(), distinct.column(n).begin());
    }
    of(distinct, &out.log_mass);
  }
  out.reconstruction_error = reconstruction_error(file, head_of(samples.training, most_reconstructed)).error;
  double squares = 0;
  const auto weights = weights_of(file.model);
  for (const Matrix* w : weights)
    for (const double x : w->numbers()) squares += x * x;
  out.weight_norm = std::sqrt(squares);
  const Matrix& first = *weights.front();
  // Column by column is row by row of the transposed, which has the same singular values.
  out.singular = singular_values(first.numbers(), first.columns());
  if (const auto* machine = std::get_if<std::shared_ptr<const BoltzmannMachine>>(&file.model)) {
    out.weight_norm /= std::sqrt(2.0);  // every bond once
    if (!(*machine)->patterns().empty()) out.fixed_points = share_of_fixed_points(**machine, (*machine)->patterns());
  }
  return out;
}

}  // namespace gibbsite
