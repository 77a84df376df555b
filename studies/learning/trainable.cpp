#include "studies/learning/trainable.hpp"

#include <algorithm>

#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

constexpr TrainableKind kinds_of_models[] = {{"rbm", make_shallow},
                                             {"boltzmann", make_shallow},
                                             {"dbm", make_deep_boltzmann},
                                             {"dbn", make_deep_belief},
                                             {"hopfield", make_stores_patterns}};

}  // namespace

void Trainable::weigh(std::span<const double>) {
  throw RequestError("data.reweight is for rbm and boltzmann; leave it out");
}

std::span<const TrainableKind> trainable_kinds() { return kinds_of_models; }

std::unique_ptr<Trainable> make_trainable(const Study& study, const Data& data) {
  const auto kinds = trainable_kinds();
  const auto found =
      std::find_if(kinds.begin(), kinds.end(), [&](const TrainableKind& k) { return k.name == study.model.name; });
  return found->make(study, data);
}

}  // namespace gibbsite
