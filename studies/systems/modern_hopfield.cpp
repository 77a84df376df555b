// Hopfield networks of real numbers whose update is attention, with random patterns as those of spins have.
#include "physics/continuous/modern_hopfield.hpp"

#include <fmt/format.h>

#include <cmath>

#include "physics/boltzmann.hpp"
#include "physics/chance.hpp"
#include "studies/systems/energies.hpp"
#include "studies/systems/entries.hpp"
#include "studies/systems/lattice_keys.hpp"
#include "studies/systems/network_keys.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

struct AttentionKeys {
  double beta = 1;
};

/// The first pattern with round(noise d) of its numbers turned.
std::vector<double> noisy_start(const std::vector<std::int8_t>& pattern, double noise, std::uint64_t seed) {
  std::vector<double> x(pattern.begin(), pattern.end());
  std::vector<std::size_t> at(x.size());
  for (std::size_t i = 0; i < at.size(); ++i) at[i] = i;
  Chance chance(Stream(Key(seed), Purpose::start, 0, 0));
  const auto flips = static_cast<std::size_t>(std::llround(noise * static_cast<double>(x.size())));
  for (std::size_t k = 0; k < flips; ++k) {
    std::swap(at[k], at[k + chance.pick(at.size() - k)]);
    x[at[k]] = -x[at[k]];
  }
  return x;
}

std::shared_ptr<const System> make_modern_hopfield(const Study& study) {
  const auto& keys = study.keys<HopfieldKeys>();
  const std::uint64_t seed = study.keys<InteractionKeys>().disorder_seed;
  const double beta = study.keys<AttentionKeys>().beta;
  const std::size_t units = layer_sizes(study, 1, 1)[0];
  const auto patterns = random_patterns(static_cast<std::size_t>(keys.patterns), units, seed);
  std::vector<double> rows;
  rows.reserve(patterns.size() * units);
  for (const auto& pattern : patterns) rows.insert(rows.end(), pattern.begin(), pattern.end());
  try {
    return energy_system(
        study,
        std::make_shared<const ModernHopfield>(std::move(rows), beta, noisy_start(patterns[0], keys.noise, seed)),
        fmt::format("attention over {} random patterns of {} numbers (seed {}), beta = {:g}", patterns.size(), units,
                    seed, beta));
  } catch (const std::invalid_argument& error) {
    throw RequestError(fmt::format("[model]: {}", error.what()));
  }
}

SystemSize size_of_attention(const Study& study) {
  SystemSize size = size_of_layers(study, false);
  const auto patterns = static_cast<double>(study.keys<HopfieldKeys>().patterns);
  size.need = {16 * size.sites * patterns, fmt::format("{:.3g} patterns of {:.3g} numbers", patterns, size.sites),
               "model.patterns or model.layers"};
  return size;
}

}  // namespace

const SystemEntry& modern_hopfield_entry() {
  static const SystemEntry entry{
      .name = "modern-hopfield",
      .meaning = "Hopfield network of real numbers whose update is attention: E = -lse(beta, X x) + |x|^2/2 + constant",
      .add_keys =
          [](KeyTable& table) {
            add_attention_pattern_keys(table);
            Section<AttentionKeys>(table, "model")
                .real("attention", &AttentionKeys::beta, {.low = 0, .open = true},
                      "modern-hopfield: beta of softmax(beta X x)");
            add_continuous_keys(table);
          },
      .check = [](const Study& study) { (void)layer_sizes(study, 1, 1); },
      .size = size_of_attention,
      .make = make_modern_hopfield,
      .sampler = SamplerKind::hmc};
  return entry;
}

}  // namespace gibbsite
