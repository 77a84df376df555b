#include "studies/learning/latent_keys.hpp"

namespace gibbsite {
namespace {

bool is_kmeans(const Study& s) { return s.model.name == "kmeans"; }
bool is_sparse(const Study& s) { return s.model.name == "sparse-coding"; }

}  // namespace

bool learns_codes(const Study& study) { return is_kmeans(study) || is_sparse(study); }

LatentKind latent_kind(const Study& study, std::size_t units) {
  const auto& keys = study.keys<LatentKeys>();
  return {.code = is_kmeans(study) ? LatentKind::Code::one_hot : LatentKind::Code::sparse,
          .units = units,
          .codes = static_cast<std::size_t>(keys.codes),
          .beta = keys.code_beta > 0 ? keys.code_beta : infinite,
          .lambda = keys.lambda,
          .bound = keys.bound};
}

void add_latent_keys(KeyTable& table) {
  const Section<LatentKeys> model(table, "model");
  model.when({R"(model.name = "kmeans" or "sparse-coding")", {"model.name"}, learns_codes})
      .integer("codes", &LatentKeys::codes, {1, 100'000}, "kmeans, sparse-coding: how many words, and numbers in z");
  model.when({R"(model.name = "kmeans")", {"model.name"}, is_kmeans})
      .real("code_beta", &LatentKeys::code_beta, {.low = 0},
            "kmeans: beta of F = -ln <exp(-beta E)>_z / beta; 0: F = min E");
  const auto sparse = model.when({R"(model.name = "sparse-coding")", {"model.name"}, is_sparse});
  sparse.real("lambda", &LatentKeys::lambda, {.low = 0}, "sparse-coding: of lambda |z|_1; 0: z is free, and F flat");
  sparse.real("word_bound", &LatentKeys::bound, {.low = 0},
              "sparse-coding: largest length of a word; 0: any, and F collapses");
}

}  // namespace gibbsite
