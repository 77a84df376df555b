#include "studies/learning/trainable.hpp"

#include <algorithm>

#include "studies/data/arrays.hpp"
#include "studies/learning/drawn_samples.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

constexpr TrainableKind kinds_of_models[] = {{"rbm", make_shallow},
                                             {"boltzmann", make_shallow},
                                             {"dbm", make_deep_boltzmann},
                                             {"dbn", make_deep_belief},
                                             {"hopfield", make_stores_patterns},
                                             {"neural", make_learns_energy},
                                             {"gaussian", make_learns_energy},
                                             {"double-well", make_learns_energy},
                                             {"gaussian-mixture", make_learns_energy},
                                             {"experts", make_learns_energy},
                                             {"classifier", make_classifier},
                                             {"encoder", make_encoder},
                                             {"kmeans", make_learns_codes},
                                             {"sparse-coding", make_learns_codes},
                                             {"ebt", make_thinks}};

}  // namespace

void TrainableNetwork::see(const Study& study, const Data& data, std::span<const double> weight) {
  base_rates_ = base_rates(data, visible(), weight);
  treatment_ = data.treated;
  if (const std::string& alphabet = study.keys<DataRequest>().alphabet; !alphabet.empty())
    alphabet_ = alphabet_letters(alphabet);
}

ModelFile TrainableNetwork::file(std::span<const double> theta) const {
  ModelFile out = model(theta);
  out.base_rates = base_rates_;
  out.treatment = treatment_;
  out.alphabet = alphabet_;
  return out;
}

Group TrainableNetwork::record(std::span<const double> theta, const std::string& name, const std::string& note) const {
  ModelFile out = file(theta);
  out.note = note;
  return model_record(out, name);
}

Judgement TrainableNetwork::judge(std::span<const double> theta, const Samples& samples, const Study& study) const {
  return judge_file(theta, file(theta), samples, study);
}

Judgement TrainableNetwork::judge_file(std::span<const double>, const ModelFile& file, const Samples& samples,
                                       const Study& study) const {
  return judge_model(file, samples, study);
}

Group TrainableNetwork::draw(std::span<const double> theta, const Study& study, const Matrix& training,
                             std::size_t count) const {
  return drawn_samples(file(theta), study, training, count);
}

std::span<const TrainableKind> trainable_kinds() { return kinds_of_models; }

std::unique_ptr<Trainable> make_trainable(const Study& study, const Data& data) {
  const auto kinds = trainable_kinds();
  const auto found =
      std::find_if(kinds.begin(), kinds.end(), [&](const TrainableKind& k) { return k.name == study.model.name; });
  return found->make(study, data);
}

}  // namespace gibbsite
