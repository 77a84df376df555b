// Energy-based transformers: the next symbol of a sequence, found by going down an energy.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "estimators/learning/energies/thinking.hpp"
#include "physics/neural/neural_energy.hpp"
#include "physics/neural/neural_model.hpp"
#include "studies/learning/energy_setup.hpp"
#include "studies/learning/learns_energy.hpp"
#include "studies/learning/net_learning.hpp"
#include "studies/learning/thinking_keys.hpp"
#include "studies/learning/trainable.hpp"
#include "studies/learning/training_keys.hpp"
#include "studies/models/stored_thinker.hpp"
#include "studies/models/treatment_group.hpp"
#include "studies/systems/net_keys.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

class Thinks final : public Trainable {
 public:
  Thinks(NeuralNet net, std::vector<double> first, Thinking thinking)
      : net_(std::move(net)),
        first_(std::move(first)),
        thinking_(thinking),
        blocks_(blocks_of(net_)),
        visible_{.kind = UnitKind::gaussian, .units = thinking.context} {}

  const Layer& visible() const override { return visible_; }
  std::string shape() const override {
    return fmt::format("energy of {} layers and {} parameters; the next of {} symbols from {} by {} steps down",
                       net_.layers().size(), net_.parameters(), thinking_.symbols, thinking_.context, thinking_.steps);
  }
  std::span<const ParameterBlock> blocks() const override { return blocks_; }
  std::size_t answers() const override { return thinking_.symbols; }
  bool sums_log_z() const override { return true; }
  void see(const Study&, const Data& data, std::span<const double> weight) override {
    Layer unit = visible_;
    unit.variance.assign(unit.units, 1);
    base_rates_ = base_rates(data, unit, weight);
    right_ = data.labels;
  }
  std::unique_ptr<Learner> learner(const Study& study, const Matrix& data, Key key) override {
    const std::vector<double> theta = first_.empty() ? net_.initial(Key(study.run.seed)) : first_;
    return learner_in_precision(net_, [&]<class Real>(Real) {
      return energy_learner<Real>(study, std::make_unique<NeuralEnergy<Real>>(net_, theta), blocks_,
                                  make_thinking_objective<Real>(thinking_, right_, key), data, theta, key);
    });
  }
  Group record(std::span<const double> theta, const std::string& name, const std::string& note) const override {
    Group group{.name = name, .attributes = {{"content", std::string("model")}, {"model", std::string("ebt")}}};
    describe_net(net_, theta, group);
    describe_thinking(thinking_, group);
    if (base_rates_.samples > 0) group.groups.push_back(base_rates_group(base_rates_, visible_));
    if (!note.empty()) group.attributes.emplace_back("note", note);
    return group;
  }
  Judgement judge(std::span<const double> theta, const Samples& samples, const Study&) const override {
    Judgement out;
    out.trusted = true;
    add_answers(out, samples, 1, [&](const Matrix& context) {
      const std::vector<double> y = thoughts_of(net_, theta, thinking_, context);
      std::vector<double> energies(y.end() - static_cast<std::ptrdiff_t>(context.columns() * thinking_.symbols),
                                   y.end());
      for (double& e : energies) e = -e;
      return energies;
    });
    out.weight_norm = weight_norm(blocks_, theta);
    return out;
  }
  Group draw(std::span<const double>, const Study&, const Matrix&, std::size_t) const override {
    return {.name = "samples"};
  }

 private:
  NeuralNet net_;
  std::vector<double> first_;
  Thinking thinking_;
  std::vector<ParameterBlock> blocks_;
  Layer visible_;
  BaseRates base_rates_;
  std::vector<std::size_t> right_;
};

/// How many symbols there are, and that the data are such.
std::size_t symbols_of(const Data& data) {
  constexpr double most = 1000;
  std::size_t out = std::max(data.symbols, data.label_states);
  for (std::size_t k = 0; k < data.values.size(); ++k) {
    const double v = data.values[k];
    if (!(v >= 0 && v < most) || v != std::floor(v))
      throw RequestError(fmt::format("{}: row {} (from 0) has {}; an ebt takes symbols, whole numbers from 0 to {}",
                                     data.source, data.first_row + k / data.width, v, most - 1));
    out = std::max(out, static_cast<std::size_t>(v) + 1);
  }
  return out;
}

}  // namespace

std::unique_ptr<Trainable> make_thinks(const Study& study, const Data& data) {
  if (const std::string method = method_of(study); method != "descent")
    throw RequestError(
        fmt::format("training.method = \"{}\" is not for an ebt, which learns by \"descent\"; leave it out", method));
  if (data.label_states == 0)
    throw RequestError(
        "an ebt learns the symbol that follows, the label of its data; give it by data.labels: \"next\" of text and "
        "generated sequences, a file, or \"column:-1\"");
  if (data.treated.any()) throw RequestError("an ebt takes symbols; leave dequantize, logit and standardize out");
  const auto& keys = study.keys<ThinkingKeys>();
  const Thinking thinking{.context = data.width,
                          .symbols = symbols_of(data),
                          .steps = static_cast<std::size_t>(keys.steps),
                          .rate = keys.rate,
                          .every = keys.every,
                          .start = keys.start};
  try {
    Study asked = study;
    auto& net_keys = asked.keys<NetKeys>();
    if (!net_keys.shape.empty()) throw RequestError("model.shape of an ebt follows from its data; leave it out");
    if (net_keys.net.empty())
      net_keys.net = {"conv 32 1x1", "attention 16 causal", "conv 64 1x1", "swish", "dense 64", "swish", "dense 1"};
    NeuralNet net = net_of(asked, parse_shape(fmt::format("{} tokens x {}", thinking.context + 1, thinking.features())),
                           {.kappa = kappa_of(study, 0.5)});
    if (!net.smooth())
      throw RequestError(
          "an ebt learns through slopes of its energy, and \"relu\" has none of these at its kinks: take \"swish\", "
          "\"softplus\" or \"tanh\"");
    std::vector<double> first = first_weights(asked, net);
    return std::make_unique<Thinks>(std::move(net), std::move(first), thinking);
  } catch (const std::invalid_argument& error) {
    throw RequestError(fmt::format("[model]: {}", error.what()));
  }
}

}  // namespace gibbsite
