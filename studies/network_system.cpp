#include "studies/network_system.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "physics/exact/boltzmann.hpp"
#include "physics/exact/network.hpp"
#include "physics/mean_field.hpp"
#include "physics/random_network.hpp"
#include "samplers/boltzmann_ensemble.hpp"
#include "samplers/network_ensemble.hpp"
#include "samplers/table_network.hpp"
#include "studies/options.hpp"
#include "studies/variables.hpp"
#include "studies/words.hpp"

namespace gibbsite {
namespace {

using Machine = std::shared_ptr<const BoltzmannMachine>;
using Layered = std::shared_ptr<const Network>;
using Belief = std::shared_ptr<const BeliefNetwork>;

/// Numbers of `layers` as sizes, at least `least` and at most `most` of them.
std::vector<std::size_t> sizes_of(const Study::Model& m, std::size_t least, std::size_t most) {
  if (m.layers.size() < least || m.layers.size() > most)
    throw RequestError(fmt::format("model.layers has {} numbers; model.name = \"{}\" takes {}", m.layers.size(), m.name,
                                   least == most ? std::to_string(least)
                                   : most > 100  ? fmt::format("{} or more", least)
                                                 : fmt::format("{} or {}", least, most)));
  return {m.layers.begin(), m.layers.end()};
}

ModelFile random_model(const Study::Model& m) {
  const UnitKind kind = m.units == "spin" ? UnitKind::spin : UnitKind::binary;
  const RandomWeights random{m.coupling, m.field, m.disorder_seed};
  if (m.name == "rbm" || m.name == "dbm") {
    const auto sizes = m.name == "rbm" ? sizes_of(m, 2, 2) : sizes_of(m, 3, 1000);
    return {m.name, std::make_shared<const Network>(random_network(kind, sizes, random))};
  }
  if (m.name == "boltzmann") {
    const auto sizes = sizes_of(m, 1, 2);
    const std::size_t hidden = sizes.size() > 1 ? sizes[1] : 0;
    return {m.name, std::make_shared<const BoltzmannMachine>(random_boltzmann(kind, sizes[0], hidden, random))};
  }
  if (m.name == "hopfield") {
    auto patterns = random_patterns(static_cast<std::size_t>(m.patterns), sizes_of(m, 1, 1)[0], m.disorder_seed);
    const PatternRule rule = m.rule == "hebbian" ? PatternRule::hebbian : PatternRule::pseudo_inverse;
    return {m.name, std::make_shared<const BoltzmannMachine>(hopfield(std::move(patterns), rule))};
  }
  throw RequestError(
      fmt::format("model.name = \"{}\" needs model.file, a model file (see `gibbsite help import`)", m.name));
}

std::string units_text(const Layer& layer) {
  switch (layer.kind) {
    case UnitKind::binary:
      return fmt::format("{} binary", layer.units);
    case UnitKind::spin:
      return fmt::format("{} spin", layer.units);
    case UnitKind::gaussian:
      return fmt::format("{} gaussian", layer.units);
    case UnitKind::categorical:
      return fmt::format("{} {}-state", layer.units, layer.states);
  }
  return "";
}

/// The layer on which references act: of a belief network, the lower layer of its top.
Layer reference_layer(const ModelFile& model) {
  if (const auto* belief = std::get_if<Belief>(&model.model)) return (*belief)->top()->layers()[0];
  return visible_layer(model.model);
}

/// Means on that layer: of a belief network, by recognition of each sample.
BaseRates rates_from(const ModelFile& model, const Data& data) {
  const auto* belief = std::get_if<Belief>(&model.model);
  if (belief == nullptr) return base_rates(data, visible_layer(model.model));
  BaseRates rates{std::vector<double>((*belief)->top()->layers()[0].width(), 0.0), {}, data.samples};
  for (std::size_t s = 0; s < data.samples; ++s) {
    const Eigen::VectorXd mean = (*belief)->recognise_means(std::span(data.values).subspan(s * data.width, data.width));
    for (std::size_t i = 0; i < rates.mean.size(); ++i)
      rates.mean[i] += mean[static_cast<Eigen::Index>(i)] / static_cast<double>(data.samples);
  }
  return rates;
}

Eigen::Map<const Eigen::MatrixXd> columns(const Data& data) {
  return {data.values.data(), static_cast<Eigen::Index>(data.width), static_cast<Eigen::Index>(data.samples)};
}

}  // namespace

NetworkSystem::NetworkSystem(const Study& study) {
  const Study::Model& m = study.model;
  try {
    if (m.file.empty()) {
      model_ = random_model(m);
      weights_ = m.name == "hopfield"
                     ? fmt::format("{} random patterns, {} (seed {})", m.patterns, m.rule, m.disorder_seed)
                     : fmt::format("random weights (J = {}, seed {})", m.coupling, m.disorder_seed);
    } else {
      model_ = read_model(m.file);
      weights_ = "from " + std::filesystem::path(m.file).filename().string();
    }
    if (!study.data.file.empty())
      data_ = check_data(
          read_data({study.data.file, study.data.dataset, study.data.binarize, study.data.rows, study.data.seed}),
          visible_layer(model_.model));
    const Layer layer = reference_layer(model_);
    if (m.reference == "uniform") {
      reference_ = Reference::flat(layer);
      reference_name_ = reference_.uniform ? "uniform" : "the model's own means and variances";
    } else {
      // Those the model learned from come first: then nothing hangs on the data it is judged by.
      const bool learned = model_.base_rates && model_.base_rates->mean.size() == layer.width();
      if (!data_ && !learned) throw RequestError("base rates need data: give data.file, or reference = \"uniform\"");
      const BaseRates rates = learned ? *model_.base_rates : rates_from(model_, *data_);
      reference_ = Reference::base_rates(layer, rates.mean, rates.variance, rates.samples);
      reference_name_ = learned ? "base rates in the model file" : "base rates of the data";
    }
  } catch (const std::invalid_argument& e) {
    throw RequestError(m.file.empty() ? fmt::format("[model]: {}", e.what()) : fmt::format("{}: {}", m.file, e.what()));
  }
}

const Network* NetworkSystem::network() const {
  if (const auto* layered = std::get_if<Layered>(&model_.model)) return layered->get();
  if (const auto* belief = std::get_if<Belief>(&model_.model)) return (*belief)->top().get();
  return nullptr;
}
const BoltzmannMachine* NetworkSystem::machine() const {
  const auto* machine = std::get_if<Machine>(&model_.model);
  return machine == nullptr ? nullptr : machine->get();
}

std::string NetworkSystem::description() const {
  std::vector<std::string> layers;
  if (const BoltzmannMachine* m = machine()) {
    layers.push_back(units_text(m->visible_layer()));
    if (m->units() > m->visible()) layers.push_back(fmt::format("{} hidden", m->units() - m->visible()));
  } else {
    for (const Layer& layer : network()->layers()) layers.push_back(units_text(layer));
  }
  return fmt::format("{}, {}{} units, {}; reference: {}", model_.name, model_.name == "dbn" ? "top of " : "",
                     join(layers, " + "), weights_, reference_name_);
}

double NetworkSystem::sites() const {
  return static_cast<double>(network() != nullptr ? network()->units() : machine()->units());
}

bool NetworkSystem::disordered() const {
  if (machine() != nullptr) return machine()->kind() == UnitKind::spin && machine()->patterns().empty();
  return std::all_of(network()->layers().begin(), network()->layers().end(),
                     [](const Layer& layer) { return layer.kind == UnitKind::spin; });
}

bool NetworkSystem::symmetric() const {
  const auto none = [](std::span<const double> bias) {
    return std::all_of(bias.begin(), bias.end(), [](double b) { return b == 0; });
  };
  if (!reference_.uniform) return false;
  if (machine() != nullptr) return machine()->kind() == UnitKind::spin && none(machine()->bias());
  if (!disordered()) return false;
  return std::all_of(network()->layers().begin(), network()->layers().end(),
                     [&](const Layer& layer) { return none(layer.bias); });
}

std::vector<Observable> NetworkSystem::observables() const {
  return network() != nullptr ? network()->observables() : machine()->observables();
}

std::variant<ExactAnswers, std::string> NetworkSystem::exact(std::span<const double> lambda, Effort effort) const {
  constexpr double work_beside_a_run = 2e8;
  SummationLimits limits;
  if (effort == Effort::beside_a_run) limits.work = work_beside_a_run;
  if (network() != nullptr) return exact_answers(*network(), reference_, lambda, limits);
  return exact_answers(*machine(), reference_.visible, lambda, limits);
}

std::optional<double> NetworkSystem::exact_log_z() const {
  const std::vector<double> model = {1.0};
  SummationLimits limits;
  limits.work = 2e10;
  const auto answer = network() != nullptr ? gibbsite::exact_log_z(*network(), reference_, model, limits)
                                           : gibbsite::exact_log_z(*machine(), reference_.visible, model, limits);
  const auto* log_z = std::get_if<std::vector<double>>(&answer);
  return log_z == nullptr ? std::nullopt : std::optional(log_z->front());
}

Group NetworkSystem::record() const {
  Group group = model_record(model_, "model");
  group.attributes.emplace_back("sites", static_cast<std::int64_t>(sites()));
  group.attributes.emplace_back("reference", reference_name_);
  group.attributes.emplace_back("path", std::string(reference_.uniform ? "temperature" : "mixture"));
  Group reference{.name = "reference"};
  const std::size_t width = reference_.visible.field.size();
  add_index(reference, "unit", width, "unit of the layer that the reference acts on");
  add(reference, "field", {"unit"}, {width}, reference_.visible.field, "1",
      reference_.visible.variance.empty() ? "field a of p(x) ~ exp(a x)" : "mean of the gaussian reference");
  if (!reference_.visible.variance.empty())
    add(reference, "variance", {"unit"}, {width}, reference_.visible.variance, "1",
        "variance of the gaussian reference");
  group.groups.push_back(std::move(reference));
  return group;
}

Reconstruction reconstruction_error(const ModelFile& model, const Data& data) {
  constexpr Eigen::Index batch = 256;
  std::vector<double> squared(data.samples);
#pragma omp parallel for schedule(dynamic)
  for (Eigen::Index begin = 0; begin < static_cast<Eigen::Index>(data.samples); begin += batch) {
    const auto v = columns(data).middleCols(begin, std::min(batch, static_cast<Eigen::Index>(data.samples) - begin));
    Eigen::MatrixXd back;
    if (const auto* layered = std::get_if<Layered>(&model.model)) {
      back = reconstruction(**layered, v, posterior(**layered, v));
    } else if (const auto* machine = std::get_if<Machine>(&model.model)) {
      back = reconstruction(**machine, v, posterior(**machine, v));
    } else {
      const BeliefNetwork& belief = *std::get<Belief>(model.model);
      back = v;
      for (const SigmoidLayer& layer : belief.below())
        back = ((layer.recognition_weights.transpose() * back).colwise() +
                Eigen::Map<const Eigen::VectorXd>(layer.recognition_bias.data(),
                                                  static_cast<Eigen::Index>(layer.recognition_bias.size())))
                   .unaryExpr(&logistic)
                   .eval();
      back = reconstruction(*belief.top(), back, posterior(*belief.top(), back)).eval();
      for (auto layer = belief.below().rbegin(); layer != belief.below().rend(); ++layer)
        back = ((layer->weights * back).colwise() +
                Eigen::Map<const Eigen::VectorXd>(layer->bias.data(), static_cast<Eigen::Index>(layer->bias.size())))
                   .unaryExpr(&logistic)
                   .eval();
    }
    for (Eigen::Index s = 0; s < v.cols(); ++s)
      squared[static_cast<std::size_t>(begin + s)] =
          (v.col(s) - back.col(s)).squaredNorm() / static_cast<double>(v.rows());
  }
  const double n = static_cast<double>(squared.size());
  double mean = 0, spread = 0;
  for (const double x : squared) mean += x / n;
  for (const double x : squared) spread += (x - mean) * (x - mean);
  const double error = std::sqrt(mean);
  return {error, n > 1 && error > 0 ? std::sqrt(spread / (n - 1) / n) / (2 * error) : unknown};
}

void NetworkSystem::add_diagnostics(Group& group) const {
  if (!data_) return;
  const Reconstruction found = reconstruction_error(model_, *data_);
  add_scalar(group, "reconstruction_error", found.error, "1",
             "root mean square of data minus their reconstruction by means, per visible number");
  add_scalar(group, "reconstruction_error_error", found.standard_error, "1", "standard error of reconstruction_error");
}

void NetworkSystem::check(const Study& study) const {
  if (study.sampler.name != "heat-bath")
    throw RequestError(
        fmt::format("{} cannot move a network ({}): use sampler.name = \"heat-bath\", which draws all units "
                    "of a layer at once",
                    study.sampler.name, description()));
  if (study.method.beta.empty()) return;
  const Layer layer = reference_layer(model_);
  const double last = study.method.beta.back();
  for (std::size_t i = 0; i < layer.variance.size(); ++i)
    if ((1 - last) / reference_.visible.variance[i] + last / layer.variance[i] <= 0)
      throw RequestError(fmt::format(
          "method.beta = {} is beyond what gaussian unit {} allows with this reference; end at 1, the model itself",
          last, i));
}

std::unique_ptr<Ensemble> NetworkSystem::ensemble(const Study& study, Key key, std::size_t replicas) const {
  if (const auto* machine = std::get_if<Machine>(&model_.model))
    return make_boltzmann_ensemble(*machine, reference_.visible, key, replicas, 0, study.model.noise);
  const auto* layered = std::get_if<Layered>(&model_.model);
  const Layered moved = layered != nullptr ? *layered : std::get<Belief>(model_.model)->top();
  if (study.sampler.layout == "fastest" && table_layout_fits(*moved))
    return make_table_network_ensemble(moved, reference_, key, replicas);
  return make_network_ensemble(moved, reference_, key, replicas);
}

std::shared_ptr<const System> make_network_system(const Study& study) {
  return std::make_shared<const NetworkSystem>(study);
}

}  // namespace gibbsite
