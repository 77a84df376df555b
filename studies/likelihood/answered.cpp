#include "studies/likelihood/answered.hpp"

#include <fmt/format.h>

#include <cmath>

#include "estimators/learning/nets/answers.hpp"
#include "estimators/log_sum_exp.hpp"
#include "physics/classification.hpp"
#include "studies/likelihood/embedded.hpp"
#include "studies/models/model_file.hpp"
#include "studies/models/stored_energy.hpp"
#include "studies/models/stored_net.hpp"
#include "studies/models/stored_thinker.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

void check_truth(const Answered& out, std::size_t labels) {
  for (std::size_t s = 0; s < out.truth.size(); ++s)
    if (out.truth[s] >= labels)
      throw RequestError(fmt::format("{}: the label of row {} (from 0) is {}, but the model's labels are 0 to {}",
                                     out.data.source, out.data.first_row + s, out.truth[s], labels - 1));
}

/// As the model's units are, labels apart.
Answered taken(Data data, const Layer& units) {
  Answered out;
  out.truth = std::move(data.labels);
  data.labels.clear();
  out.data = check_data(std::move(data), units);
  return out;
}

Answered by_net(const StoredNet& file, const DataRequest& request, const std::string& name) {
  if (file.kind == "encoder")
    throw RequestError(
        fmt::format("{}: it is an encoder, which has no answers; `gibbsite embed` gives its embeddings", name));
  const NeuralNet& net = file.at.net;
  Answered out = taken(read_data(request, file.treatment.any() ? &file.treatment : nullptr),
                       {.kind = UnitKind::gaussian, .units = net.units()});
  const std::size_t n = out.data.samples, answers = net.outputs();
  check_truth(out, answers);
  const std::vector<double> energies =
      answer_energies(NetValues<double>(net, file.at.theta).values(out.data.values), file.positive);
  out.identity = identity_of(file.at.theta);
  out.beta = file.beta;
  out.log_probability = Matrix(answers, n);
  out.answer_energy = Matrix(answers, n);
  for (std::size_t s = 0; s < n; ++s) {
    const auto e = std::span(energies).subspan(s * answers, answers);
    const std::vector<double> log_p = answer_log_probabilities(e, file.beta);
    std::copy(log_p.begin(), log_p.end(), out.log_probability.column(s).begin());
    std::copy(e.begin(), e.end(), out.answer_energy.column(s).begin());
    out.energy.push_back(e[0] + log_p[0] / file.beta);  // E(x, y) = E(x) - ln p(y | x) / beta
  }
  if (file.density == nullptr) return out;
  std::vector<double> marginal(n);  // with what confines states
  file.density->evaluate(out.data.values, marginal, {});
  for (std::size_t s = 0; s < n; ++s) {
    for (double& e : out.answer_energy.column(s)) e += marginal[s] - out.energy[s];
    out.energy[s] = marginal[s];
  }
  return out;
}

Answered by_thinking(const StoredThinker& file, const DataRequest& request, std::size_t steps) {
  Thinking thinking = file.thinking;
  if (steps > 0) thinking.steps = steps;
  const std::size_t q = thinking.symbols;
  Answered out = taken(read_data(request), {.kind = UnitKind::gaussian, .units = thinking.context});
  const std::size_t n = out.data.samples;
  check_truth(out, q);
  std::vector<double> y;
  try {
    y = thoughts_of(file.at.net, file.at.theta, thinking, out.data.batch(0, n));
  } catch (const std::invalid_argument& error) {
    throw RequestError(
        fmt::format("{}: {}; symbols are whole numbers from 0 to {}", out.data.source, error.what(), q - 1));
  }
  for (double& one : y) one = -one;  // energies of answers
  const auto after = [&](std::size_t k) { return std::span<const double>(y).subspan(k * n * q, n * q); };
  for (std::size_t k = 0; !out.truth.empty() && k <= thinking.steps; ++k)
    out.by_steps.push_back(score_answers(after(k), out.truth, 1).log_likelihood);
  out.log_probability = Matrix(q, n);
  for (std::size_t s = 0; s < n; ++s) {
    const std::vector<double> log_p = answer_log_probabilities(after(thinking.steps).subspan(s * q, q), 1);
    std::copy(log_p.begin(), log_p.end(), out.log_probability.column(s).begin());
  }
  return out;
}

}  // namespace

Answered answered_by(const std::string& file, const DataRequest& request, std::size_t thinking) {
  if (const auto thinker = read_stored_thinker(file)) return by_thinking(*thinker, request, thinking);
  if (thinking > 0) throw RequestError(fmt::format("{}: --thinking is for an ebt; leave it out", file));
  if (const auto net = read_stored_net(file)) return by_net(*net, request, file);
  if (!energy_kind_in(file).empty())
    throw RequestError(fmt::format(
        "{}: the energy has no labels to predict; train one on data with labels (data.labels), whose net ends "
        "with \"logsumexp\"",
        file));
  const ModelFile model = read_model(file);
  const Layer visible = visible_layer(model.model);
  if (visible.labels == 0)
    throw RequestError(
        fmt::format("{}: the model has no label to predict; train one on data with labels (data.labels)", file));
  Answered out = taken(read_data(request), visible.without_label());
  check_truth(out, visible.labels);
  const Network& network = *std::get<std::shared_ptr<const Network>>(model.model);
  out.log_probability = weigh_labels(network, out.data.batch(0, out.data.samples)).log_probability;
  return out;
}

}  // namespace gibbsite
