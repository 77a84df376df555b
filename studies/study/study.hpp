/// A study, typed and validated: what a person asks for. What every study has is a member; the keys that only some
/// models or methods have are structs of their own (studies/systems/, studies/methods/), kept here by their type.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <typeindex>
#include <vector>

#include "studies/study/sampler_kinds.hpp"

namespace gibbsite {

class Study {
 public:
  struct Model {
    std::string name;  ///< of an entry of the catalogue
  } model;
  struct Sampler {
    SamplerKind kind = SamplerKind::heat_bath;
    bool open = true;                ///< whether the study leaves it to the model
    std::string scan = "default";    ///< sequential | checkerboard | random; default: the sampler's own
    std::string balance = "sqrt";    ///< sqrt | barker, of locally balanced flips
    std::string layout = "fastest";  ///< fastest | plain

    const SamplerEntry& entry() const { return sampler_entry(kind); }
  } sampler;
  struct Method {
    std::string name;                 ///< of an entry of the catalogue
    std::vector<double> beta;         ///< from `beta`, or as 1 / `temperature`; ascending
    std::vector<double> temperature;  ///< as asked for, in the order of beta; empty where betas were
  } method;
  struct Run {
    std::uint64_t seed = 1;
    std::int64_t threads = 0;         ///< 0: all cores
    double checkpoint = 300;          ///< seconds
    double max_time = 0;              ///< seconds; 0: no limit
    bool keep_states = true;          ///< the final states go to the file, so that the run can be made longer
    std::int64_t tasks_in_file = 64;  ///< a grid of more is written as arrays, without a group for each
  } run;

  /// The keys of type K as they stand, or at their defaults.
  template <class K>
  const K& keys() const {
    static const K defaults{};
    const auto found = owned_.find(typeid(K));
    return found == owned_.end() ? defaults : *static_cast<const K*>(found->second.get());
  }
  /// The same, to be changed. Copies of a study share keys until one of them does this.
  template <class K>
  K& keys() {
    std::shared_ptr<void>& held = owned_[typeid(K)];
    if (held == nullptr)
      held = std::make_shared<K>();
    else if (held.use_count() > 1)
      held = std::make_shared<K>(*static_cast<const K*>(held.get()));
    return *static_cast<K*>(held.get());
  }

 private:
  std::map<std::type_index, std::shared_ptr<void>> owned_;
};

}  // namespace gibbsite
