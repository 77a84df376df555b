#include "studies/learning/energy_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "studies/learning/answer_keys.hpp"
#include "studies/learning/training_keys.hpp"
#include "studies/systems/continuous.hpp"
#include "studies/systems/net_keys.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

using Names = std::initializer_list<std::string_view>;
bool one_of(std::string_view word, Names names) { return std::find(names.begin(), names.end(), word) != names.end(); }
bool of_model(const Study& s, Names names) { return one_of(s.model.name, names); }
bool by_method(const Study& s, Names names) { return one_of(method_of(s), names); }
constexpr const char *model_key = "model.name", *method_key = "training.method", *moves_key = "training.moves";

bool with_chains(const Study& s) { return learns_energy(s) && by_method(s, {"cd", "pcd", "jarzynski"}); }
bool unadjusted(const Study& s) {
  return (with_chains(s) && s.keys<EnergyKeys>().moves == "unadjusted") ||
         (learns_energy(s) && by_method(s, {"recovery"}));
}

Condition nets() {
  return {R"(model.name = "neural", "classifier", "encoder" or "ebt")", {model_key}, [](const Study& s) {
            return of_model(s, {"neural", "ebt"}) || learns_values(s);
          }};
}
Condition kappa() {
  return {R"(model.name = "neural", "ebt" or "experts")", {model_key}, [](const Study& s) {
            return of_model(s, {"neural", "ebt", "experts"});
          }};
}
Condition components() {
  return {R"(model.name = "gaussian-mixture" or "experts")", {model_key}, [](const Study& s) {
            return of_model(s, {"gaussian-mixture", "experts"});
          }};
}
Condition in_a_box() {
  return {"an energy of real numbers that learns by score or exact", {model_key, method_key}, [](const Study& s) {
            return learns_energy(s) && by_method(s, {"score", "exact"});
          }};
}
Condition experts() {
  return {R"(model.name = "experts")", {model_key}, [](const Study& s) { return of_model(s, {"experts"}); }};
}

}  // namespace

std::vector<double> box_of(const Study& study) {
  return in_a_box().holds(study) ? study.keys<ContinuousKeys>().box : std::vector<double>();
}

bool in_closed_form(const Study& study) {
  return of_model(study, {"gaussian", "double-well"}) && by_method(study, {"score"}) &&
         study.keys<TrainingKeys>().optimizer == "closed-form";
}

bool learns_energy(const Study& study) {
  return of_model(study, {"neural", "gaussian", "double-well", "gaussian-mixture", "experts"});
}

void add_family_keys(KeyTable& table) {
  add_net_keys(Section<NetKeys>(table, "model").when(nets()), false);
  add_kappa(table, kappa());
  add_box(table, in_a_box(), "real numbers: the model lives between these, and nothing is outside");
  const Section<FamilyKeys> model(table, "model");
  model.when(components())
      .integer("components", &FamilyKeys::components, {1, 1'000'000}, "gaussian-mixture, experts: how many");
  model.when(experts()).choice("experts", &FamilyKeys::experts, {"student", "unigauss"},
                               "experts: a ln(1 + y^2/2), or -ln(1 + exp(y + c))");
}

void add_energy_keys(KeyTable& table) {
  const Section<EnergyKeys> t(table, "training");
  t.when({R"(an energy of real numbers that learns by cd, pcd or jarzynski)", {model_key, method_key}, with_chains})
      .choice("moves", &EnergyKeys::moves, {"hmc", "langevin", "unadjusted"},
              "chains of real numbers: exact trajectories or steps, or steps without Metropolis");
  const auto steps = t.when({R"(training.moves = "unadjusted", or training.method = "recovery")",
                             {model_key, method_key, moves_key},
                             unadjusted});
  StudyKey& step = steps.real("step", &EnergyKeys::step, {.low = 0, .open = true},
                              "unadjusted: eps of x - eps grad E + noise; left out: 0.01, recovery sigma^2/10");
  step.get = [](const Study& study) {
    const double eps = study.keys<EnergyKeys>().step;
    return eps == 0 ? std::nullopt : std::optional(Value{eps});
  };
  steps.real("heat", &EnergyKeys::heat, {.low = 0}, "unadjusted: temperature of the noise, sqrt(2 eps heat)");
  t.when({R"(an energy of real numbers that learns by pcd)",
          {model_key, method_key},
          [](const Study& s) { return learns_energy(s) && by_method(s, {"pcd"}); }})
      .real("restart", &EnergyKeys::restart, {.low = 0, .high = 1}, "pcd: share of chains that begin anew, an update");
  t.when({R"(an energy of real numbers that learns by cd, pcd or jarzynski)", {model_key, method_key}, with_chains})
      .real("l2_energy", &EnergyKeys::l2_energy, {.low = 0},
            "penalty l2_energy E^2, of data and chains; of a net what it says itself, without what confines it");
  t.when(nets()).real("spectral_norm", &EnergyKeys::spectral_norm, {.low = 0},
                      "of nets: largest singular value of each layer's weights; 0: any");
  t.when({R"(training.method = "denoising" or "recovery")",
          {model_key, method_key},
          [](const Study& s) {
            return learns_energy(s) && by_method(s, {"denoising", "recovery"});
          }})
      .add(
          "sigma", "number > 0 or \"first:last:count\"",
          "denoising, recovery: standard deviation of the noise; denoising: or so many levels of it",
          [](EnergyKeys& keys, const Value& value) {
            keys.levels = 1;
            if (value.text() == nullptr) {
              keys.first_sigma = keys.last_sigma = read_real(value);
            } else {
              const auto parts = split(*value.text(), ':');
              const auto first = read_number<double>(parts[0]);
              const auto last = parts.size() == 3 ? read_number<double>(parts[1]) : first;
              const auto count =
                  parts.size() == 3 ? read_number<std::int64_t>(parts[2]) : std::optional<std::int64_t>(1);
              if (!first || !last || !count || (parts.size() != 1 && parts.size() != 3))
                throw BadValue{value, "is not one number or \"first:last:count\""};
              if (*count < 1 || (parts.size() == 3 && *count < 2)) throw BadValue{value, "has fewer than two levels"};
              keys.first_sigma = *first, keys.last_sigma = *last, keys.levels = *count;
            }
            if (!(keys.first_sigma > 0) || !(keys.last_sigma > 0)) throw BadValue{value, "is out of range"};
          },
          [](const EnergyKeys& keys) {
            return std::optional(keys.levels == 1
                                     ? Value{keys.first_sigma}
                                     : Value{fmt::format("{}:{}:{}", keys.first_sigma, keys.last_sigma, keys.levels)});
          });
  t.when({R"(training.method = "sliced")",
          {model_key, method_key},
          [](const Study& s) { return learns_energy(s) && by_method(s, {"sliced"}); }})
      .choice("slices", &EnergyKeys::slices, {"reduced", "plain"},
              "sliced: |grad E|^2/2 or (v . grad E)^2/2, less v'Hv");
}

}  // namespace gibbsite
