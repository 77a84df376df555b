// The latent variables of one y under sparse coding, whose ln Z is the soft energy F_beta(y).
#include <fmt/format.h>

#include "physics/continuous/latent_codes.hpp"
#include "studies/models/stored_codes.hpp"
#include "studies/systems/energies.hpp"
#include "studies/systems/entries.hpp"
#include "studies/systems/network_keys.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

struct SparseCodeKeys {
  std::vector<double> at = {1, 0.5}, words = {1, 0, 0.6, 0.8};
  double lambda = 0.3, beta = 1;
};

std::shared_ptr<const System> make_sparse_code(const Study& study) {
  const auto& keys = study.keys<SparseCodeKeys>();
  try {
    const auto coding = is_stored(study)
                            ? read_sparse_coding(study.keys<NetworkKeys>().file)
                            : std::make_shared<const SparseCoding>(keys.at.size(), keys.words, keys.lambda);
    const auto code = std::make_shared<const SparseCode>(coding, keys.at, keys.beta);
    return energy_system(
        study, code,
        fmt::format("sparse code of {} numbers by {} words, lambda = {:g}, beta = {:g}; F_beta = ({:.10g} - ln Z)/{:g}",
                    keys.at.size(), coding->codes(), coding->lambda(), keys.beta, code->prior_log_z(), keys.beta));
  } catch (const std::invalid_argument& error) {
    throw RequestError(fmt::format("[model]: {}", error.what()));
  }
}

void add_sparse_code_keys(KeyTable& table) {
  const Section<SparseCodeKeys> all(table, "model");
  const auto own = all.when(not_stored());
  add_numbers(all, "at", &SparseCodeKeys::at, "a list of numbers", "sparse-code: y");
  add_numbers(own, "words", &SparseCodeKeys::words, "a list of numbers",
              "sparse-code: W, word by word, each as long as y");
  own.real("lambda", &SparseCodeKeys::lambda, {.low = 0, .open = true}, "sparse-code: of lambda |z|_1");
  all.real("code_beta", &SparseCodeKeys::beta, {.low = 0, .open = true}, "sparse-code: beta of F_beta");
  add_continuous_keys(table);
  add_energy_file(table);
}

}  // namespace

const SystemEntry& sparse_code_entry() {
  static const SystemEntry entry{
      .name = "sparse-code",
      .meaning = "latent variables z of one y: E = beta (|y - W z|^2/2 + lambda |z|_1), whose ln Z gives F_beta(y)",
      .add_keys = add_sparse_code_keys,
      .check = [](const Study&) {},
      .size = [](const Study&) { return SystemSize{}; },
      .make = make_sparse_code,
      .sampler = SamplerKind::hmc};
  return entry;
}

}  // namespace gibbsite
