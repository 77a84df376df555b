// Nets that embed, by views of one sample that are to come out alike.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "estimators/learning/nets/probes.hpp"
#include "studies/learning/embedding_keys.hpp"
#include "studies/learning/learns_values.hpp"
#include "studies/learning/net_learning.hpp"
#include "studies/learning/training_keys.hpp"
#include "studies/systems/net_keys.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

/// Of so many samples at most, evenly spaced, labels are told: an evaluation is to cost less than learning does.
constexpr std::size_t most_shown = 10'000, most_asked = 2'000;

struct Few {
  std::vector<double> z;  ///< [sample][number]
  std::vector<std::size_t> labels;

  Few(std::span<const double> all, std::span<const std::size_t> of, std::size_t numbers, std::size_t most) {
    const std::size_t count = std::min(most, of.size());
    for (std::size_t k = 0; k < count; ++k) {
      const std::size_t s = k * of.size() / count;
      z.insert(z.end(), all.begin() + static_cast<std::ptrdiff_t>(s * numbers),
               all.begin() + static_cast<std::ptrdiff_t>((s + 1) * numbers));
      labels.push_back(of[s]);
    }
  }
};

class Embeds final : public LearnsValues {
 public:
  Embeds(NeuralNet net, std::vector<double> first, std::optional<NeuralNet> head, EmbeddingOptions loss,
         ViewOptions views, bool predicts)
      : LearnsValues("encoder", std::move(net), std::move(first)),
        head_(std::move(head)),
        loss_(loss),
        views_(std::move(views)),
        predicts_(predicts) {}

  bool keeps_labels() const override { return true; }
  Judgement judge(std::span<const double> theta, const Samples& samples, const Study&) const override {
    Judgement out;
    out.trusted = true;
    out.weight_norm = weight_norm(blocks(), theta);
    const std::size_t numbers = net().outputs();
    const std::vector<double> z = outputs_of(net(), theta, samples.training);
    const EmbeddingSpread spread = embedding_spread(z, numbers);
    out.mean_deviation = spread.mean_deviation, out.least_deviation = spread.least_deviation;
    out.effective_rank = spread.effective_rank;
    if (samples.labels.empty() || samples.validation_labels.empty()) return out;
    const std::vector<double> held_z = outputs_of(net(), theta, samples.validation);
    const Few few(z, samples.labels, numbers, most_shown),
        few_held(held_z, samples.validation_labels, numbers, most_asked);
    const Labelled shown{few.z, few.labels}, held{few_held.z, few_held.labels};
    out.neighbour_accuracy = neighbour_accuracy(shown, held, numbers);
    out.probe_accuracy = linear_probe_accuracy(shown, held, numbers);
    if (!of_inputs_) {
      const Few inputs(samples.training.numbers(), samples.labels, net().units(), most_shown),
          held_inputs(samples.validation.numbers(), samples.validation_labels, net().units(), most_asked);
      const Labelled as_they_are{inputs.z, inputs.labels}, others{held_inputs.z, held_inputs.labels};
      of_inputs_ = {neighbour_accuracy(as_they_are, others, net().units()),
                    linear_probe_accuracy(as_they_are, others, net().units())};
    }
    out.input_neighbour_accuracy = of_inputs_->first, out.input_probe_accuracy = of_inputs_->second;
    return out;
  }

 protected:
  std::unique_ptr<NetObjective<float>> objective(const Study&, const Matrix&, Key key, float) const override {
    return make<float>(key);
  }
  std::unique_ptr<NetObjective<double>> objective(const Study&, const Matrix&, Key key, double) const override {
    return make<double>(key);
  }

 private:
  template <class Real>
  std::unique_ptr<NetObjective<Real>> make(Key key) const {
    if (predicts_) return make_joint_prediction_objective<Real>(loss_, views_, *head_, net().outputs(), key);
    return make_two_view_objective<Real>(loss_, views_, head_, net().outputs(), key);
  }

  std::optional<NeuralNet> head_;
  EmbeddingOptions loss_;
  ViewOptions views_;
  bool predicts_;
  mutable std::optional<std::pair<double, double>> of_inputs_;  // accuracies by neighbours and probe, once known
};

std::vector<LayerSpec> layers_of(const std::vector<std::string>& words) {
  std::vector<LayerSpec> out;
  for (const std::string& text : words) out.push_back(parse_layer(text));
  return out;
}

/// Behind an embedding of so many numbers; of jepa it is told which patch is asked for, too.
std::optional<NeuralNet> head_of(const Study& study, std::size_t embedding) {
  const auto& keys = study.keys<EmbeddingKeys>();
  std::vector<std::string> words = keys.head;
  if (words == std::vector<std::string>{"none"}) return std::nullopt;
  const std::string wide = fmt::format("dense {}", embedding);
  if (words.empty()) words = {wide, "swish", wide};
  const auto patches = static_cast<std::size_t>(keys.patches);
  const std::size_t told = predicts_parts(study) ? patches * patches : 0;
  return NeuralNet(parse_shape(std::to_string(embedding + told)), layers_of(words), {}, NetEnd::values);
}

void check_method(const std::string& method) {
  const std::initializer_list<std::string_view> own = {"simclr", "infonce", "vicreg", "barlow", "jepa"};
  if (std::find(own.begin(), own.end(), method) == own.end())
    throw RequestError(fmt::format(
        "training.method = \"{}\" is not for an encoder, which learns by \"simclr\", \"infonce\", \"vicreg\", "
        "\"barlow\" or \"jepa\"",
        method));
}

}  // namespace

std::unique_ptr<Trainable> make_encoder(const Study& study, const Data& data) {
  check_method(method_of(study));
  if (study.keys<TrainingKeys>().batch < 2 || data.samples < 2)
    throw RequestError("an encoder learns from batches of two samples at least; raise training.batch");
  try {
    Study asked = study;
    auto& layers = asked.keys<NetKeys>().net;
    if (layers.empty()) layers = {"dense 64", "swish", "dense 64", "swish", "dense 32"};
    check_shape_of_samples(study, data);
    NeuralNet net = net_of(asked, parse_shape(std::to_string(data.width)), {}, NetEnd::values);
    std::optional<NeuralNet> head = head_of(study, net.outputs());
    const bool predicts = predicts_parts(study);
    if (predicts && !head) throw RequestError("jepa needs its predictor: leave out model.head, or name its layers");
    ViewOptions views{.shape = net.input(), .augmentations = augmentations_of(study)};
    if (study.keys<EmbeddingKeys>().views.empty() && !predicts)
      views.augmentations = {{Augmentation::Kind::noise, 0.5}};
    if (predicts) views.patches = static_cast<std::size_t>(study.keys<EmbeddingKeys>().patches);
    std::vector<double> first = first_weights(study, net);
    return std::make_unique<Embeds>(std::move(net), std::move(first), std::move(head), embedding_options(study),
                                    std::move(views), predicts);
  } catch (const std::invalid_argument& error) {
    throw RequestError(fmt::format("[model]: {}", error.what()));
  }
}

}  // namespace gibbsite
