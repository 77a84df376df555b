#include "studies/systems/continuous.hpp"

#include <fmt/format.h>

#include <cmath>

#include "physics/exact/quadrature.hpp"
#include "samplers/ensembles/continuous_ensemble.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

bool with_trajectories(const Study& s) {
  return s.sampler.kind == SamplerKind::hmc || s.sampler.kind == SamplerKind::underdamped;
}
bool is_underdamped(const Study& s) { return s.sampler.kind == SamplerKind::underdamped; }
bool from_gaussian(const Study& s) { return s.keys<ContinuousKeys>().box.empty(); }

ContinuousReference reference_of(const Study& study, const ContinuousEnergy& model) {
  const auto& keys = study.keys<ContinuousKeys>();
  try {
    if (!keys.box.empty()) return ContinuousReference::box(keys.box[0], keys.box[1]);
    const auto [mean, scale] = model.extent();
    return ContinuousReference::gaussian(std::isnan(keys.mean) ? mean : keys.mean,
                                         std::isnan(keys.scale) ? scale : keys.scale);
  } catch (const std::invalid_argument& e) {
    throw RequestError(fmt::format("[model]: {}", e.what()));
  }
}

HamiltonianOptions moves_of(const Study& study) {
  const auto& keys = study.keys<ContinuousKeys>();
  const auto steps = static_cast<std::uint32_t>(keys.steps);
  switch (study.sampler.kind) {
    case SamplerKind::hmc:
      return {.steps = steps, .refreshments = 1, .memory = 0, .least = 0.5};
    case SamplerKind::underdamped:
      return {.steps = 1, .refreshments = steps, .memory = keys.memory, .least = 0};
    default:
      return {.steps = 1, .refreshments = 1, .memory = 0, .least = 0};
  }
}

struct KappaKeys {
  double kappa = std::numeric_limits<double>::quiet_NaN();
};

/// A number that has a value of its own only where somebody gave it.
template <class Keys>
StudyKey& add_open_number(const Section<Keys>& section, const char* name, double Keys::*member, Reals range,
                          const char* help) {
  StudyKey& key = section.real(name, member, range, help);
  const auto get = key.get;
  key.get = [get, member](const Study& study) -> std::optional<Value> {
    return std::isnan(study.keys<Keys>().*member) ? std::nullopt : get(study);
  };
  return key;
}

}  // namespace

void add_box(KeyTable& table, std::optional<Condition> condition, const char* help) {
  const Section<ContinuousKeys> model(table, "model");
  (condition ? model.when(std::move(*condition)) : model)
      .add(
          "box", "two numbers, [low, high]", help,
          [](ContinuousKeys& keys, const Value& value) {
            keys.box = read_numbers(value);
            if (keys.box.size() != 2) throw BadValue{value, fmt::format("has {} numbers, not two", keys.box.size())};
            if (keys.box[0] == keys.box[1]) throw BadValue{value, "has two equal ends"};
            if (!(keys.box[0] < keys.box[1])) throw BadValue{value, "has its lower end last"};
          },
          [](const ContinuousKeys& keys) {
            return keys.box.empty() ? std::nullopt : std::optional(one_or_list(keys.box));
          });
}

void add_continuous_keys(KeyTable& table) {
  const Section<ContinuousKeys> model(table, "model");
  add_box(table, {},
          "real numbers: a box as the reference; beta is then an inverse temperature, and ln Z that of the box");
  const auto gaussian = model.when({"a gaussian reference, not with model.box", {"model.box"}, from_gaussian});
  add_open_number(gaussian, "base_mean", &ContinuousKeys::mean, {},
                  "real numbers: mean of the gaussian reference; left out: what suits the model");
  add_open_number(gaussian, "base_scale", &ContinuousKeys::scale, {.low = 0, .open = true},
                  "real numbers: its standard deviation; left out: what suits the model");
  const Section<ContinuousKeys> sampler(table, "sampler");
  sampler.when({R"(sampler.name = "hmc" or "underdamped")", {"sampler.name"}, with_trajectories})
      .integer("steps", &ContinuousKeys::steps, {1, 10'000}, "gradients of a sweep; hmc: on average");
  sampler.when({R"(sampler.name = "underdamped")", {"sampler.name"}, is_underdamped})
      .real("memory", &ContinuousKeys::memory, {.low = 0, .high = 0.9999},
            "underdamped: the share of its momentum that a step keeps");
}

void add_kappa(KeyTable& table, std::optional<Condition> condition) {
  const Section<KappaKeys> model(table, "model");
  add_open_number(condition ? model.when(*condition) : model, "kappa", &KappaKeys::kappa, {.low = 0},
                  "experts, neural: of kappa |x|^2/2; left out: 0 and 1");
}
double kappa_of(const Study& study, double otherwise) {
  const double kappa = study.keys<KappaKeys>().kappa;
  return std::isnan(kappa) ? otherwise : kappa;
}

void add_sign_keys(KeyTable& table) {
  Section<ContinuousKeys>(table, "sampler")
      .flag("clusters", &ContinuousKeys::clusters, "phi4: clusters of signs are turned over after every sweep");
}

ContinuousSystem::ContinuousSystem(const Study& study, std::shared_ptr<const ContinuousEnergy> model, std::string words)
    : model_(std::move(model)),
      kind_(study.model.name),
      words_(std::move(words)),
      reference_(reference_of(study, *model_)) {
  const HamiltonianOptions moves = moves_of(study);
  steps_ = static_cast<double>(moves.steps * moves.refreshments);
}

std::string ContinuousSystem::description() const {
  return fmt::format("{}; reference: {}", words_,
                     reference_.is_box() ? fmt::format("uniform from {:g} to {:g}", reference_.low(), reference_.high())
                                         : fmt::format("gaussian, mean {:.4g}, standard deviation {:.4g}",
                                                       reference_.mean(), reference_.scale()));
}

std::variant<ExactAnswers, std::string> ContinuousSystem::exact(std::span<const double> lambda, Effort effort) const {
  return quadrature_within(effort == Effort::asked_for ? 1e9 : 1e8, lambda);
}

std::variant<ExactAnswers, std::string> ContinuousSystem::quadrature_within(double most_work,
                                                                            std::span<const double> lambda) const {
  auto found = quadrature(*model_, reference_, lambda, most_work);
  if (std::holds_alternative<ExactAnswers>(found)) return found;
  // Then ln Z alone, where it is known in closed form: at the reference and at the model.
  const auto known = reference_.is_box() ? std::nullopt : model_->known_log_z();
  const bool asked = std::find(lambda.begin(), lambda.end(), 1.0) != lambda.end();
  if (!known || !asked) return found;
  ExactAnswers answers{.source = "closed form of ln Z at beta = 1", .at = {}, .constants = {}};
  for (const double at : lambda) {
    ExactPoint point;
    if (at == 1) point.values["log_z"] = *known;
    if (at == 0) point.values["log_z"] = reference_.log_z(model_->units());
    answers.at.push_back(std::move(point));
  }
  return answers;
}

std::optional<double> ContinuousSystem::exact_log_z(double most_states) const {
  const auto known = reference_.is_box() ? std::nullopt : model_->known_log_z();
  return known ? known : System::exact_log_z(most_states);
}

std::vector<std::string> ContinuousSystem::doubts() const {
  if (model_->signs() == nullptr || !reference_.is_box() || reference_.mean() == 0) return {};
  return {
      "model.box is not symmetric about 0, so that clusters of signs are not turned over: an ordered phase keeps the "
      "sign it began with"};
}

bool ContinuousSystem::turns_signs(const Study& study) const {
  return study.keys<ContinuousKeys>().clusters && model_->signs() != nullptr &&
         (!reference_.is_box() || reference_.mean() == 0);
}

Group ContinuousSystem::record() const {
  Group group{.name = "model"};
  group.attributes.emplace_back("content", std::string("model"));
  group.attributes.emplace_back("model", kind_);
  group.attributes.emplace_back("units", static_cast<std::int64_t>(model_->units()));
  group.attributes.emplace_back("sites", static_cast<std::int64_t>(model_->units()));
  group.attributes.emplace_back("path", std::string(reference_.is_box() ? "temperature" : "mixture"));
  group.attributes.emplace_back("reference", std::string(reference_.is_box() ? "box" : "gaussian"));
  if (reference_.is_box()) {
    group.attributes.emplace_back("low", reference_.low());
    group.attributes.emplace_back("high", reference_.high());
  } else {
    group.attributes.emplace_back("base_mean", reference_.mean());
    group.attributes.emplace_back("base_scale", reference_.scale());
  }
  describe(group);
  return group;
}

void ContinuousSystem::check(const Study& study) const {
  const SamplerEntry& sampler = study.sampler.entry();
  if (!sampler.by_gradient)
    throw RequestError(fmt::format(
        "{} cannot move {}, whose units are real numbers: use sampler.name = \"hmc\", \"langevin\" or \"underdamped\"",
        sampler.name, study.model.name));
  if (study.method.beta.empty()) return;
  if (!reference_.is_box() && study.method.beta.back() > 1)
    throw RequestError(
        fmt::format("method.beta = {} is beyond the model itself, which is at 1 with a gaussian reference; end at 1, "
                    "or take model.box = [low, high], with which beta is an inverse temperature",
                    study.method.beta.back()));
}

std::unique_ptr<Ensemble> ContinuousSystem::ensemble(const Study& study, Key key, Slice slice, bool) const {
  const bool clusters = turns_signs(study);
  return make_continuous_ensemble(model_, reference_, moves_of(study), key, slice,
                                  clusters ? SignMoves::clusters : SignMoves::none);
}

}  // namespace gibbsite
