#include "studies/learning/embedding_keys.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string_view>

#include "studies/learning/training_keys.hpp"
#include "studies/systems/net_keys.hpp"

namespace gibbsite {
namespace {

bool embeds(const Study& s) { return s.model.name == "encoder"; }
Condition encoder() { return {R"(model.name = "encoder")", {"model.name"}, embeds}; }

bool embeds_by(const Study& s, std::initializer_list<std::string_view> methods) {
  return embeds(s) && std::find(methods.begin(), methods.end(), method_of(s)) != methods.end();
}
constexpr const char* of_method = "training.method";
Condition contrast() {
  return {R"(training.method = "simclr" or "infonce")", {"model.name", of_method}, [](const Study& s) {
            return embeds_by(s, {"simclr", "infonce"});
          }};
}
Condition volume() {
  return {R"(training.method = "vicreg" or "jepa")", {"model.name", of_method}, [](const Study& s) {
            return embeds_by(s, {"vicreg", "jepa"});
          }};
}
Condition barlow() {
  return {R"(training.method = "barlow")", {"model.name", of_method}, [](const Study& s) {
            return embeds_by(s, {"barlow"});
          }};
}
Condition conventions() {
  return {R"(training.method = "vicreg", "jepa" or "barlow")", {"model.name", of_method}, [](const Study& s) {
            return embeds_by(s, {"vicreg", "jepa", "barlow"});
          }};
}
Condition parts() { return {R"(training.method = "jepa")", {"model.name", of_method}, predicts_parts}; }

/// "25:25:1".
void read_terms(EmbeddingKeys& keys, const Value& value) {
  const auto words = split(read_text(value), ':');
  double* const to[] = {&keys.invariance, &keys.variance, &keys.covariance};
  if (words.size() != std::size(to)) throw BadValue{value, "is not three numbers, \"25:25:1\""};
  for (std::size_t k = 0; k < words.size(); ++k) {
    const auto number = read_number<double>(words[k]);
    if (!number || !(*number >= 0) || !std::isfinite(*number)) throw BadValue{value, "is not three numbers >= 0"};
    *to[k] = *number;
  }
}

}  // namespace

bool predicts_parts(const Study& study) { return embeds_by(study, {"jepa"}); }

EmbeddingOptions embedding_options(const Study& study) {
  const auto& keys = study.keys<EmbeddingKeys>();
  const std::string method = method_of(study);
  return {.loss = method == "simclr"    ? EmbeddingLoss::simclr
                  : method == "infonce" ? EmbeddingLoss::infonce
                  : method == "barlow"  ? EmbeddingLoss::barlow
                                        : EmbeddingLoss::vicreg,
          .temperature = keys.temperature,
          .invariance = keys.invariance,
          .variance = keys.variance,
          .covariance = keys.covariance,
          .per_number = keys.convention == "code",
          .redundancy = keys.redundancy,
          .standardised_by_n = keys.convention == "code"};
}

std::vector<Augmentation> augmentations_of(const Study& study) {
  std::vector<Augmentation> out;
  for (const std::string& words : study.keys<EmbeddingKeys>().views)
    if (words != "none") out.push_back(parse_augmentation(words));
  return out;
}

void add_encoder_keys(KeyTable& table) {
  add_word_list(Section<EmbeddingKeys>(table, "model").when(encoder()), "head", &EmbeddingKeys::head,
                "a list of layers",
                "encoder: net behind it that learns along and is not kept: a projector of embeddings, of jepa the "
                "predictor; left out: as wide as embeddings, swish, and as wide again; \"none\": none",
                [](const std::string& layer) {
                  if (layer != "none") (void)parse_layer(layer);
                });
}

void add_embedding_keys(KeyTable& table) {
  const Section<EmbeddingKeys> t(table, "training");
  add_word_list(t.when(encoder()), "views", &EmbeddingKeys::views, "a list of changes",
                "encoder: what is done to a sample at random: \"shift N\", \"roll N\", \"crop N\", \"erase N\", "
                "\"noise S\", \"contrast S\", \"turn\"; left out: \"noise 0.5\"; \"none\": nothing",
                [](const std::string& words) {
                  if (words != "none") (void)parse_augmentation(words);
                });
  t.when(contrast())
      .real("tau", &EmbeddingKeys::temperature, {.low = 0, .open = true}, "simclr, infonce: temperature of likeness");
  StudyKey& terms = t.when(volume()).add(
      "terms", "three numbers, \"25:25:1\"", "vicreg, jepa: weights of likeness, of variance and of covariances",
      read_terms, [](const EmbeddingKeys& keys) {
        return std::optional(Value{fmt::format("{:g}:{:g}:{:g}", keys.invariance, keys.variance, keys.covariance)});
      });
  terms.text = true;
  t.when(conventions())
      .choice("convention", &EmbeddingKeys::convention, {"paper", "code"},
              "vicreg, jepa: sums as in the paper, or means over numbers and views as in its authors' code; barlow: "
              "numbers "
              "standardised by n - 1, or by n as batch normalisation does");
  t.when(barlow()).real("redundancy", &EmbeddingKeys::redundancy, {.low = 0},
                        "barlow: weight of correlations between different numbers");
  t.when(parts()).integer("patches", &EmbeddingKeys::patches, {2, 1000},
                          "jepa: along each side of an image; one of them is hidden and predicted");
}

}  // namespace gibbsite
