#include "studies/catalogue/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "studies/methods/entries.hpp"
#include "studies/systems/entries.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

template <class Entry>
const Entry& named(std::span<const Entry* const> all, const std::string& name) {
  return **std::find_if(all.begin(), all.end(), [&](const Entry* entry) { return entry->name == name; });
}

}  // namespace

#define GIBBSITE_ADDRESS(name) &name##_entry(),

std::span<const SystemEntry* const> systems() {
  static const std::array all = {GIBBSITE_SYSTEMS(GIBBSITE_ADDRESS)};
  return all;
}

std::span<const MethodEntry* const> methods() {
  static const std::array all = {GIBBSITE_METHODS(GIBBSITE_ADDRESS)};
  return all;
}

const SystemEntry& system_entry(const Study& study) { return named(systems(), study.model.name); }
const MethodEntry& method_entry(const Study& study) { return named(methods(), study.method.name); }

std::shared_ptr<const System> make_system(const Study& study) { return system_entry(study).make(study); }

std::string plan(const Study& study) {
  return fmt::format("{}; {}", study.sampler.entry().name, method_entry(study).plan(study));
}

std::unique_ptr<Ensemble> make_ensemble(const Study& study, const System& system, Key key) {
  const MethodEntry& method = method_entry(study);
  return system.ensemble(study, key, method.replicas(study), method.annealed);
}

std::unique_ptr<Method> make_method(const Study& study, const System& system, Ensemble& ensemble, Key key) {
  try {
    return method_entry(study).make(study, system, ensemble, key);
  } catch (const std::invalid_argument& e) {
    throw RequestError(fmt::format("[method] {}: {}", study.method.name, e.what()));
  }
}

}  // namespace gibbsite
