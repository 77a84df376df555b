/// Model files of nets with several outputs, which are no energies of their input by themselves: what
/// studies/models/net_group.hpp says, the optional attribute note, the groups base_rates and treatment as of machines,
/// and by kind
///
///   classifier   energies of answers (estimators/learning/nets/answers.hpp): attributes answers ("scores" |
///                "positive") and beta, of p(y | x) = exp(-beta E(x, y)) / sum
///   encoder      embeddings (estimators/learning/nets/embedding_objective.hpp); the head that learned along is not
///   kept
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "physics/continuous/continuous_energy.hpp"
#include "studies/data/treatment.hpp"
#include "studies/files/record.hpp"
#include "studies/models/net_group.hpp"

namespace gibbsite {

struct StoredNet {
  std::string kind;  ///< "classifier", "encoder"
  NetAt at;
  Treatment treatment = {};       ///< of the data that it learned from
  std::size_t samples = 0;        ///< how many these were; 0: the file does not say
  std::string data = {};          ///< which they were, for people
  std::vector<double> mean = {};  ///< [number], of these
  std::string note = {};
  bool positive = false;  ///< classifier: whether answers is "positive"
  double beta = 1;        ///< classifier
  /// Of an energy that ends with a logsumexp over answers, all of it (estimators/learning/nets/joint_objective.hpp);
  /// else null.
  std::shared_ptr<const ContinuousEnergy> density = nullptr;
};

/// Whether files of this kind hold a net of several outputs.
bool is_net_kind(const std::string& kind);
/// The net in such a group; `where` is what messages begin with. Throws RequestError.
StoredNet stored_net(const Group& group, const std::string& where);
/// That in a model file, or the answers of an energy that ends with a logsumexp over them; nothing where it holds
/// another model, or none, or cannot be read: who looks for those then says what is wrong. Throws RequestError for a
/// net that is broken.
std::optional<StoredNet> read_stored_net(const std::filesystem::path& path);

}  // namespace gibbsite
