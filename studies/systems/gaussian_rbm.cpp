// Gaussian restricted Boltzmann machines as energies of their visible units: from a model file, or with numbers that
// stand in the study.
#include <fmt/format.h>

#include <filesystem>

#include "physics/continuous/visible_rbm.hpp"
#include "studies/models/model_file.hpp"
#include "studies/models/stored_energy.hpp"
#include "studies/systems/energies.hpp"
#include "studies/systems/entries.hpp"
#include "studies/systems/network_keys.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

struct GaussianRbmKeys {
  std::vector<double> bias = {0.3, -0.2}, variance = {0.8, 1.3}, hidden_bias = {0.1, -0.4};
};

Network network_of(const Study& study) {
  const auto& keys = study.keys<GaussianRbmKeys>();
  const std::vector<double>& given = study.keys<WeightKeys>().weights;
  const std::vector<double> weights = given.empty() ? std::vector<double>{0.8, 0.9, -0.7, -0.5} : given;
  const std::size_t d = keys.bias.size(), hidden = keys.hidden_bias.size();
  if (weights.size() != d * hidden)
    throw RequestError(
        fmt::format("model.weights has {} numbers, but model.bias and model.hidden_bias ask for {} visible x {} hidden",
                    weights.size(), d, hidden));
  return {{{.kind = UnitKind::gaussian, .units = d, .bias = keys.bias, .variance = keys.variance},
           {.kind = UnitKind::binary, .units = hidden, .bias = keys.hidden_bias}},
          {Matrix::from_rows(d, hidden, weights)}};
}

/// Of a machine's model file, or of what `describe_energy` wrote.
std::shared_ptr<const System> stored_rbm(const Study& study) {
  const std::string& file = study.keys<NetworkKeys>().file;
  if (energy_kind_in(file) != "") return stored_energy_system(study);
  ModelFile machine = read_model(file);
  const auto* network = std::get_if<std::shared_ptr<const Network>>(&machine.model);
  if (network == nullptr || (*network)->discrete())
    throw RequestError(fmt::format(
        "{} holds a {} without gaussian visible units; study it by model.name = \"{}\", which moves its own units",
        file, machine.name(), machine.name()));
  return energy_system(
      study, std::make_shared<const VisibleRbm>(**network),
      fmt::format("visible units of a gaussian rbm, from {}", std::filesystem::path(file).filename().string()));
}

std::shared_ptr<const System> make_gaussian_rbm(const Study& study) {
  try {
    if (is_stored(study)) return stored_rbm(study);
    return energy_system(study, std::make_shared<const VisibleRbm>(network_of(study)));
  } catch (const std::invalid_argument& e) {
    throw RequestError(fmt::format("[model]: {}", e.what()));
  }
}

void add_gaussian_rbm_keys(KeyTable& table) {
  const auto model = Section<GaussianRbmKeys>(table, "model").when(not_stored());
  add_numbers(model, "bias", &GaussianRbmKeys::bias, "a list of numbers", "gaussian-rbm: b, one a visible unit");
  add_numbers(model, "variance", &GaussianRbmKeys::variance, "a list of numbers > 0",
              "gaussian-rbm: s, one a visible unit");
  add_numbers(model, "hidden_bias", &GaussianRbmKeys::hidden_bias, "a list of numbers",
              "gaussian-rbm: c, one a hidden unit");
  add_weights(table);
  add_continuous_keys(table);
  add_energy_file(table);
}

}  // namespace

const SystemEntry& gaussian_rbm_entry() {
  static const SystemEntry entry{
      .name = "gaussian-rbm",
      .meaning = "visible units of a gaussian RBM: E = sum (v - b)^2/(2s) - sum_j ln(1 + exp(c_j + (W'(v/s))_j))",
      .add_keys = add_gaussian_rbm_keys,
      .check = [](const Study&) {},
      .size = [](const Study&) { return SystemSize{}; },
      .make = make_gaussian_rbm,
      .sampler = SamplerKind::hmc};
  return entry;
}

}  // namespace gibbsite
