#include "studies/learning/learns_energy.hpp"

#include <fmt/format.h>

#include <cmath>

#include "physics/exact/quadrature.hpp"
#include "studies/data/data_sets.hpp"
#include "studies/learning/drawn_samples.hpp"
#include "studies/learning/energy_keys.hpp"
#include "studies/learning/net_learning.hpp"
#include "studies/learning/training_keys.hpp"
#include "studies/likelihood/likelihood_keys.hpp"
#include "studies/likelihood/log_z_routes.hpp"
#include "studies/models/treatment_group.hpp"
#include "studies/systems/energies.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

/// ln Z, of a box where there is one: where it is known, or of one or two numbers, to five digits.
std::optional<double> integrated_log_z(const ContinuousEnergy& energy, const std::vector<double>& box) {
  constexpr double digits = 1e-5, operations = 1e10;
  if (const auto known = energy.known_log_z(); known && box.empty()) return known;
  if (energy.units() > 2) return std::nullopt;
  const auto [mean, scale] = energy.extent();
  const std::vector<double> here = {1};
  const auto found = quadrature(
      energy, box.empty() ? ContinuousReference::gaussian(mean, scale) : ContinuousReference::box(box[0], box[1]), here,
      operations / static_cast<double>(parameters_of(energy)), digits);
  const auto* answers = std::get_if<ExactAnswers>(&found);
  return answers == nullptr ? std::nullopt : std::optional(answers->at[0].values.at("log_z"));
}

/// The study as a run of the learned model would have it.
Study as_sampled(const Study& study, const std::string& name, const std::vector<double>& box) {
  Study asked = study;
  asked.keys<ContinuousKeys>().box = box;
  asked.model.name = name;
  asked.sampler.kind = SamplerKind::hmc;
  asked.method.beta = {};
  return asked;
}

}  // namespace

LearnsEnergy::LearnsEnergy(std::string name, std::size_t units)
    : name_(std::move(name)), visible_{.kind = UnitKind::gaussian, .units = units} {}

void LearnsEnergy::check(const Study& study, const Data& data) const {
  const std::vector<double> box = box_of(study);
  for (std::size_t k = 0; k < data.values.size() && !box.empty(); ++k)
    if (const double x = data.values[k]; x < box[0] || x > box[1])
      throw RequestError(fmt::format("{} (row {}, column {}; both from 0): {} is outside of model.box, {} to {}",
                                     data.source, data.first_row + k / data.width, k % data.width, x, box[0], box[1]));
}

void LearnsEnergy::see(const Study& study, const Data& data, std::span<const double> weight) {
  Layer unit = visible_;  // of a number that never varies the variance is 1
  unit.variance.assign(unit.units, 1);
  base_rates_ = base_rates(data, unit, weight);
  treatment_ = data.treated;
  box_ = box_of(study);
  if (data.treated.any() || !box_.empty()) return;
  if (const auto truth = density_of_set(study.keys<DataRequest>().file)) truth_.emplace(*truth);
}

Group LearnsEnergy::record(std::span<const double> theta, const std::string& name, const std::string& note) const {
  Group group = system_at(theta, Study())->record();
  group.name = name;
  if (base_rates_.samples > 0) group.groups.push_back(base_rates_group(base_rates_, visible_));
  if (treatment_.any()) group.groups.push_back(treatment_group(treatment_));
  if (!note.empty()) group.attributes.emplace_back("note", note);
  return group;
}

Judgement LearnsEnergy::judge(std::span<const double> theta, const Samples& samples, const Study& study) const {
  Judgement out;
  try {
    const auto energy = at(theta);
    if (const auto log_z = integrated_log_z(*energy, box_))
      out.log_z = {.value = *log_z, .error = 0}, out.exact = true;
    else
      anneal(out, study, energy);
    const auto mean_of = [&](const Matrix& x) {
      // Of large nets as many samples, evenly spaced, as take a second or two.
      constexpr double worth = 2e9, least = 1000;
      const std::size_t d = x.rows(), n = x.columns();
      const auto count = std::min(
          n, static_cast<std::size_t>(std::max(worth / static_cast<double>(blocks().back().offset + 1), least)));
      std::vector<double> chosen, e(count);
      chosen.reserve(count * d);
      for (std::size_t k = 0; k < count; ++k)
        for (const double one : x.column(k * n / count)) chosen.push_back(one);
      energy->evaluate(chosen, e, {});
      double sum = 0;
      for (const double one : e) sum += one / static_cast<double>(count);
      return Estimate{.value = -sum - out.log_z.value, .error = out.log_z.error};
    };
    if (truth_) out.divergence = truth_->divergence(*energy, out.log_z.value);
    out.training = mean_of(samples.training);
    if (samples.validation.columns() > 0) {
      out.validation = mean_of(samples.validation);
      out.free_energy_gap = out.training.value - out.validation.value;
    }
  } catch (const std::invalid_argument&) {  // there is no partition function here
    out.trusted = false;
  }
  out.weight_norm = weight_norm(blocks(), theta);
  return out;
}

Group LearnsEnergy::draw(std::span<const double> theta, const Study& study, const Matrix&, std::size_t count) const {
  constexpr std::uint64_t sweeps = 500, task_of_states = 1'000'003;
  const auto system = system_at(theta, study);
  const auto ensemble = system->ensemble(as_sampled(study, name_, box_), Key(study.run.seed, task_of_states), count);
  return states_drawn(
      *ensemble, *system, sweeps, Key(study.run.seed),
      "states of the model: chains annealed from the reference, then moved by Hamiltonian trajectories");
}

/// There and back from the gaussian of the data, or the uniform density of the box
/// (studies/likelihood/log_z_routes.hpp).
void LearnsEnergy::anneal(Judgement& out, const Study& study, std::shared_ptr<const ContinuousEnergy> energy) const {
  const auto& t = study.keys<TrainingKeys>();
  Study asked = as_sampled(study, name_, box_);
  asked.keys<AisKeys>().particles = t.particles;
  asked.keys<AisKeys>().temperatures = t.temperatures;
  asked.keys<AisKeys>().schedule = "adaptive";
  asked.keys<AisKeys>().thermalization = std::min(asked.keys<AisKeys>().thermalization, t.temperatures);
  asked.keys<LadderKeys>().rungs = 0;
  std::vector<double> deviation = base_rates_.variance;
  for (double& v : deviation) v = std::sqrt(v);
  auto system = energy_system(asked, std::move(energy));
  if (box_.empty()) system = fitted_system(asked, system, base_rates_.mean, deviation, "the data");
  ProgressMeter meter({1, 1}, {1, 1}, true);
  take(out, find_log_z(*system, asked, meter));
}

std::shared_ptr<const ContinuousSystem> LearnsEnergy::system_at(std::span<const double> theta,
                                                                const Study& study) const {
  try {
    return energy_system(as_sampled(study, name_, box_), at(theta));
  } catch (const std::invalid_argument& error) {
    throw RequestError(
        fmt::format("what was learned is no model: {}; lower training.rate, or take another method", error.what()));
  }
}

}  // namespace gibbsite
