/// Model files of energy-based transformers (estimators/learning/energies/thinking.hpp): attributes content = "model",
/// model = "ebt", context, symbols, thinking (steps), descent_rate, note, and the net as net_group.hpp says, an energy
/// of "T+1 tokens x (T+1+q)".
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "estimators/learning/energies/thinking.hpp"
#include "studies/files/record.hpp"
#include "studies/models/net_group.hpp"

namespace gibbsite {

struct StoredThinker {
  NetAt at;
  Thinking thinking;
  std::string note = {};
};

void describe_thinking(const Thinking& thinking, Group& group);
/// Throws RequestError for what is missing or does not fit.
StoredThinker stored_thinker(const Group& group, const std::string& where);
/// That in a model file; nothing where it holds another model, or none, or cannot be read. Throws RequestError for one
/// that is broken.
std::optional<StoredThinker> read_stored_thinker(const std::filesystem::path& path);
/// y_0 to y_K at samples, [step][sample][symbol], in the precision that suits the net. context: [token][sample]. Throws
/// std::invalid_argument for symbols that there are not.
std::vector<double> thoughts_of(const NeuralNet& net, std::span<const double> theta, const Thinking& thinking,
                                const Matrix& context);

}  // namespace gibbsite
