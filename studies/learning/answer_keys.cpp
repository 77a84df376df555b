#include "studies/learning/answer_keys.hpp"

#include <algorithm>

#include "studies/data/data.hpp"

namespace gibbsite {
namespace {

constexpr const char* loss_key = "training.loss";

bool answers(const Study& s) { return s.model.name == "classifier"; }
Condition classifier() { return {R"(model.name = "classifier")", {"model.name"}, answers}; }

template <AnswerLoss... Losses>
Condition by_losses(const char* words) {
  return {words, {"model.name", loss_key}, [](const Study& s) {
            const AnswerLoss loss = answer_options(s).loss;
            return answers(s) && ((loss == Losses) || ...);
          }};
}

}  // namespace

bool learns_values(const Study& study) { return answers(study) || study.model.name == "encoder"; }

std::vector<std::string> names_of_losses() {
  return {"energy", "perceptron", "hinge", "log", "lvq2", "mce", "square-square", "square-exponential", "nll", "mee"};
}

AnswerOptions answer_options(const Study& study) {
  const auto& keys = study.keys<AnswerKeys>();
  const std::vector<std::string> names = names_of_losses();
  const auto at = std::find(names.begin(), names.end(), keys.loss) - names.begin();
  return {.loss = static_cast<AnswerLoss>(at),
          .margin = keys.margin,
          .cap = keys.cap,
          .delta = keys.delta,
          .gamma = keys.repulsion,
          .beta = keys.beta,
          .positive = keys.answers == "positive"};
}

void add_answer_model_keys(KeyTable& table) {
  Section<AnswerKeys>(table, "model")
      .when(classifier())
      .choice("answers", &AnswerKeys::answers, {"scores", "positive"},
              "classifier: E(x, y) of its outputs f: -f_y, or ln(1 + exp(-f_y)), which is never below 0");
}

void add_answer_keys(KeyTable& table) {
  const Section<AnswerKeys> t(table, "training");
  t.when(classifier())
      .choice("loss", &AnswerKeys::loss, names_of_losses(),
              "classifier: what it makes small, of the energies of all answers; see gibbsite help answers");
  t.when(by_losses<AnswerLoss::hinge, AnswerLoss::square_square>(R"(training.loss = "hinge" or "square-square")"))
      .real("margin", &AnswerKeys::margin, {.low = 0}, "hinge, square-square: m, by which wrong answers lie higher");
  const auto lvq = t.when(by_losses<AnswerLoss::lvq2>(R"(training.loss = "lvq2")"));
  lvq.real("lvq_cap", &AnswerKeys::cap, {.low = 0, .open = true}, "lvq2: M, its largest value");
  lvq.real("lvq_delta", &AnswerKeys::delta, {.low = 0, .open = true}, "lvq2: delta, what ratios of energies are over");
  t.when(by_losses<AnswerLoss::square_exponential>(R"(training.loss = "square-exponential")"))
      .real("repulsion", &AnswerKeys::repulsion, {.low = 0}, "square-exponential: gamma of gamma exp(-E)");
  t.when(by_losses<AnswerLoss::nll, AnswerLoss::mee>(R"(training.loss = "nll" or "mee")"))
      .real("answer_beta", &AnswerKeys::beta, {.low = 0, .open = true},
            "nll, mee: beta of p(y | x) = exp(-beta E)/sum; of others 1");
  t.when({R"(model.name = "neural" with data.labels)",
          {"model.name", "data.labels"},
          [](const Study& s) { return s.model.name == "neural" && !s.keys<DataRequest>().labels.empty(); }})
      .real("labels_weight", &AnswerKeys::labels_weight, {.low = 0},
            "neural: of -ln p(label | x), beside -ln p(x) or what the method has in its place");
}

}  // namespace gibbsite
