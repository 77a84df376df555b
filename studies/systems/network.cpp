#include "studies/systems/network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <tuple>

#include "physics/exact/boltzmann.hpp"
#include "physics/exact/network.hpp"
#include "physics/matrices/eigen.hpp"
#include "samplers/ensembles/boltzmann_ensemble.hpp"
#include "samplers/ensembles/boltzmann_vectors.hpp"
#include "samplers/ensembles/global_flips.hpp"
#include "samplers/ensembles/network_ensemble.hpp"
#include "samplers/ensembles/table_network.hpp"
#include "samplers/ensembles/trajectory_ensemble.hpp"
#include "studies/files/variables.hpp"
#include "studies/models/snapshots.hpp"
#include "studies/systems/lattice_keys.hpp"
#include "studies/systems/network_clamp.hpp"
#include "studies/systems/network_keys.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

using Machine = std::shared_ptr<const BoltzmannMachine>;
using Layered = std::shared_ptr<const Network>;
using Belief = std::shared_ptr<const BeliefNetwork>;

std::string units_text(const Layer& layer) {
  if (layer.labels > 0) return fmt::format("{} + label of {}", units_text(layer.without_label()), layer.labels);
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
  constexpr std::size_t batch = 256;
  for (std::size_t begin = 0; begin < data.samples; begin += batch) {
    const Matrix means = (*belief)->recognise_means(data.batch(begin, std::min(batch, data.samples - begin)));
    const Eigen::VectorXd sum = eigen(means).rowwise().sum();
    for (std::size_t i = 0; i < rates.mean.size(); ++i)
      rates.mean[i] += sum[static_cast<Eigen::Index>(i)] / static_cast<double>(data.samples);
  }
  return rates;
}

}  // namespace

namespace {

/// ln Z all along; and what else is known of the model itself, at its end.
std::variant<ExactAnswers, std::string> exact_on_trajectory(const Trajectory& nodes, std::span<const double> lambda,
                                                            SummationLimits limits) {
  const std::vector<double> one = {1.0};
  limits.work /= static_cast<double>(lambda.size());
  ExactAnswers all;
  for (const double at : lambda) {
    const auto network = network_at(nodes, at);
    auto answers = exact_answers(*network, Reference::flat(network->layers()[0]), one, limits);
    if (const auto* why = std::get_if<std::string>(&answers)) return *why;
    auto& found = std::get<ExactAnswers>(answers);
    all.source = found.source;
    all.at.push_back(std::move(found.at[0]));
    all.at.back().values.erase("specific_heat");
    if (at < 1)
      for (const char* of_the_model : {"energy", "energy_density", "visible_free_energy"})
        all.at.back().values.erase(of_the_model);
  }
  return all;
}

}  // namespace

std::optional<Data> read_data_for(const Study& study, const AnyModel& model, const Treatment& as) {
  const auto& request = study.keys<DataRequest>();
  if (request.file.empty()) return std::nullopt;
  return check_data(read_data(request, as.reshapes() ? &as : nullptr), visible_layer(model));
}

void clamp(NetworkSource& source, const Study& study) {
  const std::string& words = study.keys<ClampKeys>().clamp;
  if (words.empty()) return;
  const Layer whole = visible_layer(source.model.model);
  std::tie(source.model, source.clamping) = clamp_network(source.model, words);
  if (source.data) source.data = keep_free(std::move(*source.data), source.clamping, whole);
}

NetworkSource read_network(const Study& study, bool named) {
  const std::string& file = study.keys<NetworkKeys>().file;
  try {
    NetworkSource source{read_model(file), "from " + std::filesystem::path(file).filename().string()};
    if (const std::string found = source.model.name(); named && found != study.model.name)
      throw RequestError(
          fmt::format("model.name = \"{}\", but {} holds a model of the kind {}; say model.name = \"{}\"",
                      study.model.name, file, found, found));
    source.data = read_data_for(study, source.model.model, source.model.treatment);
    if (study.keys<NetworkKeys>().reference == "trajectory") {
      if (!study.keys<ClampKeys>().clamp.empty())
        throw RequestError(
            "model.clamp does not go with model.reference = \"trajectory\", whose snapshots are of all "
            "units; use \"uniform\" or \"base-rate\"");
      source.trajectory = read_trajectory(file);
      if (source.trajectory.empty())
        throw RequestError(
            fmt::format("{}: model.reference = \"trajectory\" (method.name = \"trajectory\") needs an rbm with the "
                        "snapshots of its training, which models of other kinds have no use for; train an rbm with "
                        "training.snapshots = 24, or training.method = \"trajectory\"",
                        file));
    }
    clamp(source, study);
    return source;
  } catch (const std::invalid_argument& e) {
    throw RequestError(fmt::format("{}: {}", file, e.what()));
  }
}

NetworkSystem::NetworkSystem(const Study& study, const NetworkSource& source)
    : model_(source.model), weights_(source.weights), trajectory_(source.trajectory), clamping_(source.clamping) {
  const auto& keys = study.keys<NetworkKeys>();
  const std::optional<Data>& data = source.data;
  try {
    if (data) {
      data_ = gibbsite::description(*data);
      divisor_ = data->divisor;
      reconstruction_ = reconstruction_error(model_, *data);
    }
    const Layer layer = reference_layer(model_);
    if (keys.reference == "trajectory") {
      if (trajectory_.empty())
        throw RequestError(
            "model.reference = \"trajectory\" needs model.file, an rbm with the snapshots of its training");
      const Layer& first = trajectory_.front()->layers()[0];
      reference_.visible = {first.bias, first.variance};
      reference_name_ = trajectory_name;
      return;
    }
    if (keys.reference == "uniform") {
      reference_ = Reference::flat(layer);
      reference_name_ = reference_.uniform ? "uniform" : "the model's own means and variances";
      return;
    }
    // Those the model learned from come first: then nothing depends on the data it is judged by.
    const bool learned = model_.base_rates && model_.base_rates->mean.size() == layer.width();
    if (!data && !learned) throw RequestError("base rates need data: give data.file, or reference = \"uniform\"");
    const BaseRates rates = learned ? *model_.base_rates : rates_from(model_, *data);
    reference_ = Reference::base_rates(layer, rates.mean, rates.variance, rates.samples);
    reference_name_ = learned ? "base rates in the model file" : "base rates of the data";
  } catch (const std::invalid_argument& e) {
    throw RequestError(keys.file.empty() ? fmt::format("[model]: {}", e.what())
                                         : fmt::format("{}: {}", keys.file, e.what()));
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
  return fmt::format(
      "{}, {}{} units{}, {}; reference: {}", model_.name(), model_.kind == NetworkKind::dbn ? "top of " : "",
      join(layers, " + "),
      clamping_.any() ? fmt::format(" ({} of {} visible ones clamped)", clamping_.clamped.size(), clamping_.units) : "",
      weights_, reference_name_);
}

double NetworkSystem::sites() const {
  return static_cast<double>(network() != nullptr ? network()->units() : machine()->units());
}

double NetworkSystem::work() const {
  if (machine() != nullptr) return sites() * sites() / 4 * static_cast<double>(machine()->states());
  double weights = 0;
  for (std::size_t l = 0; l + 1 < network()->layers().size(); ++l)
    weights += static_cast<double>(network()->layers()[l].width() * network()->layers()[l + 1].width());
  return std::max(sites(), weights);
}

double NetworkSystem::overlap_step() const { return disordered() ? 2 / sites() : 0; }

bool NetworkSystem::disordered() const {
  if (machine() != nullptr) return machine()->kind() == UnitKind::spin && machine()->patterns().empty();
  return std::all_of(network()->layers().begin(), network()->layers().end(),
                     [](const Layer& layer) { return layer.kind == UnitKind::spin && layer.labels == 0; });
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
  if (on_trajectory()) return exact_on_trajectory(trajectory_, lambda, limits);
  if (network() != nullptr) return exact_answers(*network(), reference_, lambda, limits);
  return exact_answers(*machine(), reference_.visible, lambda, limits);
}

std::optional<double> NetworkSystem::exact_log_z(double most_states) const {
  const std::vector<double> model = {1.0};
  SummationLimits limits;
  limits.states = most_states, limits.work = 2e10;
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
  if (!data_.empty()) {
    group.attributes.emplace_back("data", data_);
    group.attributes.emplace_back("data_divided_by", divisor_);
  }
  Group reference{.name = "reference"};
  const std::size_t width = reference_.visible.field.size();
  add_index(reference, "unit", width, "unit of the layer that the reference acts on");
  add(reference, "field", {"unit"}, {width}, reference_.visible.field, "1",
      reference_.visible.variance.empty() ? "field a of p(x) ~ exp(a x)" : "mean of the gaussian reference");
  if (!reference_.visible.variance.empty())
    add(reference, "variance", {"unit"}, {width}, reference_.visible.variance, "1",
        "variance of the gaussian reference");
  group.groups.push_back(std::move(reference));
  add_clamping(group, clamping_);
  return group;
}

void NetworkSystem::add_diagnostics(Group& group) const {
  if (!reconstruction_) return;
  const Reconstruction& found = *reconstruction_;
  add_scalar(group, "reconstruction_error", found.error, "1",
             "root mean square of data minus their reconstruction by means, per visible number");
  add_scalar(group, "reconstruction_error_error", found.standard_error, "1", "standard error of reconstruction_error");
  add_scalar(group, "reconstruction_samples", static_cast<double>(found.samples), "1",
             "how many samples reconstruction_error is about: the first ones");
}

void NetworkSystem::check(const Study& study) const {
  const bool flips = study.sampler.entry().by_flips && machine() != nullptr && !on_trajectory();
  if (flips && machine()->kind() == UnitKind::categorical)
    throw RequestError(fmt::format("{} flips units of two states, which those of {} are not: use sampler.name = \"{}\"",
                                   study.sampler.entry().name, description(),
                                   sampler_entry(SamplerKind::heat_bath).name));
  if (!flips && study.sampler.kind != SamplerKind::heat_bath)
    throw RequestError(
        fmt::format("{} cannot move a network ({}): use sampler.name = \"{}\", which draws all units "
                    "of a layer at once",
                    study.sampler.entry().name, description(), sampler_entry(SamplerKind::heat_bath).name));
  if (study.method.beta.empty()) return;
  if (on_trajectory()) {
    if (study.method.beta.back() > 1)
      throw RequestError(fmt::format("method.beta = {} is beyond the trajectory, which ends at 1, the model itself",
                                     study.method.beta.back()));
    return;
  }
  const Layer layer = reference_layer(model_);
  const double last = study.method.beta.back();
  for (std::size_t i = 0; i < layer.variance.size(); ++i)
    if ((1 - last) / reference_.visible.variance[i] + last / layer.variance[i] <= 0)
      throw RequestError(fmt::format(
          "method.beta = {} is beyond what gaussian unit {} allows with this reference; end at 1, the model itself",
          last, i));
}

std::unique_ptr<Ensemble> NetworkSystem::trajectory_ensemble(Key key, Slice slice) const {
  return trajectory_.empty() ? nullptr : make_trajectory_ensemble(trajectory_, key, slice);
}

std::unique_ptr<Ensemble> NetworkSystem::ensemble(const Study& study, Key key, Slice slice, bool) const {
  if (on_trajectory()) return make_trajectory_ensemble(trajectory_, key, slice);
  if (const auto* machine = std::get_if<Machine>(&model_.model)) {
    const bool vectors = study.sampler.layout == "fastest" && boltzmann_vectors_supported(**machine);
    const double noise = study.keys<HopfieldKeys>().noise;
    if (study.sampler.entry().by_flips)
      return with_global_flips(
          make_boltzmann_ensemble(*machine, reference_.visible, LocallyBalanced(balance_of(study)), key, slice, noise),
          key);
    return with_global_flips(vectors ? make_boltzmann_vectors_ensemble(*machine, reference_.visible, key, slice, noise)
                                     : make_boltzmann_ensemble(*machine, reference_.visible, key, slice, noise),
                             key);
  }
  const auto* layered = std::get_if<Layered>(&model_.model);
  const Layered moved = layered != nullptr ? *layered : std::get<Belief>(model_.model)->top();
  if (study.sampler.layout == "fastest" && table_layout_supported(*moved))
    return make_table_network_ensemble(moved, reference_, key, slice);
  return make_network_ensemble(moved, reference_, key, slice);
}

}  // namespace gibbsite
