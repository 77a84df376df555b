// Energies of answers: nets with an output for each label.
#include <fmt/format.h>

#include <algorithm>

#include "studies/learning/answer_keys.hpp"
#include "studies/learning/learns_values.hpp"
#include "studies/learning/net_learning.hpp"
#include "studies/learning/training_keys.hpp"
#include "studies/systems/net_keys.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

class Classifies final : public LearnsValues {
 public:
  Classifies(NeuralNet net, std::vector<double> first, AnswerOptions options, std::string loss)
      : LearnsValues("classifier", std::move(net), std::move(first)), options_(options), loss_(std::move(loss)) {}

  std::size_t answers() const override { return net().outputs(); }
  std::string shape() const override { return fmt::format("{}, by loss \"{}\"", LearnsValues::shape(), loss_); }
  void see(const Study& study, const Data& data, std::span<const double> weight) override {
    LearnsValues::see(study, data, weight);
    right_ = data.labels;
  }
  Judgement judge(std::span<const double> theta, const Samples& samples, const Study&) const override {
    Judgement out;
    out.trusted = true;
    add_answers(out, samples, options_.beta,
                [&](const Matrix& x) { return answer_energies(outputs_of(net(), theta, x), options_.positive); });
    out.weight_norm = weight_norm(blocks(), theta);
    return out;
  }

 protected:
  std::unique_ptr<NetObjective<float>> objective(const Study&, const Matrix&, Key, float) const override {
    return make_answer_objective<float>(options_, net().outputs(), right_);
  }
  std::unique_ptr<NetObjective<double>> objective(const Study&, const Matrix&, Key, double) const override {
    return make_answer_objective<double>(options_, net().outputs(), right_);
  }
  void describe(Group& group) const override {
    group.attributes.emplace_back("answers", std::string(options_.positive ? "positive" : "scores"));
    group.attributes.emplace_back("beta", options_.beta);
  }

 private:
  AnswerOptions options_;
  std::string loss_;
  std::vector<std::size_t> right_;  // of the data that are learned
};

}  // namespace

std::unique_ptr<Trainable> make_classifier(const Study& study, const Data& data) {
  if (const std::string method = method_of(study); method != "answers")
    throw RequestError(
        fmt::format("training.method = \"{}\" is not for a classifier, which learns by \"answers\" and training.loss; "
                    "leave it out",
                    method));
  if (data.label_states == 0)
    throw RequestError(
        "a classifier learns the labels of its data; give them by data.labels, a file, \"column:-1\", or \"part\" of "
        "generated points");
  try {
    Study asked = study;
    auto& layers = asked.keys<NetKeys>().net;
    if (layers.empty()) layers = {"dense 64", "swish", "dense 64", "swish", fmt::format("dense {}", data.label_states)};
    check_shape_of_samples(study, data);
    NeuralNet net = net_of(asked, parse_shape(std::to_string(data.width)), {}, NetEnd::values);
    if (net.outputs() < data.label_states)
      throw RequestError(fmt::format("model.net leaves {} numbers, but there are {} labels; end it with \"dense {}\"",
                                     net.outputs(), data.label_states, data.label_states));
    const AnswerOptions options = answer_options(study);
    if (options.loss == AnswerLoss::lvq2 && !options.positive)
      throw RequestError(
          "training.loss = \"lvq2\" divides by energies, which must be above 0: say model.answers = \"positive\"");
    std::vector<double> first = first_weights(study, net);
    return std::make_unique<Classifies>(std::move(net), std::move(first), options, study.keys<AnswerKeys>().loss);
  } catch (const std::invalid_argument& error) {
    throw RequestError(fmt::format("[model]: {}", error.what()));
  }
}

}  // namespace gibbsite
