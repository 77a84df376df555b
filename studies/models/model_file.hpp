/// Model files: the parameters of a Boltzmann machine in HDF5, made by this program or by hand. Their layout is in the
/// manual (topics/models.md); groups of other names, and variables of other names in these, are passed over.
///
///   /              attributes content = "model", model = "rbm" | "dbm" | "dbn" | "boltzmann" | "hopfield";
///                  optional energy_constant, note, learned_log_z (of nce), alphabet (letters of the states of
///                  categorical units); and of the writer: program, version, format_version, ...
///   /layer_0 ...   attribute units_kind = "binary" | "spin" | "gaussian" | "categorical"; bias (unit), categorical
///                  (unit, state); gaussian also variance (unit). Boltzmann machines: layer_0 alone, with the attribute
///                  visible where the first units alone are visible ones
///   /weights_0 ... between layer 0 and layer 1, ...: W (lower, upper); categorical below: (lower, state, upper).
///                  Boltzmann machines: weights_0, (unit, unit), symmetric, with zeros on the diagonal
///   /couplings     Boltzmann machines of categorical units, in place of that: J (unit, state, other_unit,
///   other_state),
///                  symmetric; hidden units in layer_1, weights_0 as of an rbm, weights_1 (unit, unit) among hidden
///                  units
///   /recognition_0 ... dbn, optional: W (lower, upper) and bias (upper) of the way up; else those of the way down and
///                  of the layer above
///   /patterns      hopfield: xi (pattern, unit), -1 and +1; without weights_0 these follow from the attribute rule =
///                  "hebbian" | "pseudo-inverse" | "storkey" of this group
///                  With a label: layer_0 has label_bias (label), weights_0 label_W (label, upper), base_rates
///                  label_mean
///   /contacts      written of machines of categorical units, not read: score (unit, other_unit), physics/contacts.hpp
///   /base_rates    optional: mean (unit) or (unit, state), gaussian also variance (unit); attributes samples, data
///   /treatment     optional: what was done to these data, studies/models/treatment_group.hpp
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "estimators/estimate.hpp"
#include "physics/belief_network.hpp"
#include "physics/boltzmann.hpp"
#include "physics/network.hpp"
#include "studies/data/data.hpp"
#include "studies/files/record.hpp"
#include "studies/models/network_kinds.hpp"

namespace gibbsite {

using AnyModel = std::variant<std::shared_ptr<const Network>, std::shared_ptr<const BoltzmannMachine>,
                              std::shared_ptr<const BeliefNetwork>>;

struct ModelFile {
  NetworkKind kind = NetworkKind::rbm;
  AnyModel model;
  std::optional<BaseRates> base_rates = {};  ///< of the data it learned, on the visible units
  Treatment treatment = {};                  ///< of these data, where it is more than a divisor
  std::string alphabet = {};                 ///< letters that states of categorical units stand for, or none
  std::string note = {};                     ///< where it comes from, and what was converted
  double learned_log_z = unknown;            ///< what noise contrast learned in place of ln Z
  std::vector<std::string> remarks = {};     ///< how its source was read, for whoever imports it; no file keeps them

  std::string name() const { return name_of(kind); }
};

/// What the model is: by its layers, or whether it has patterns.
NetworkKind kind_of(const AnyModel& model);
/// The state that is a gap, `-`; nothing where no letter is.
std::optional<std::size_t> gap_of(const std::string& alphabet);
/// The units that data are for.
Layer visible_layer(const AnyModel& model);

/// Whether this is the root of a model file, or the group of a model in another file.
bool is_model(const Group& group);

/// The kind of model that a model file or a result holds, by its attributes alone, "rbm"; "" where it holds none, or
/// cannot be read.
std::string model_kind_in(const std::filesystem::path& path);
/// Reads a model file, or the model in a result file (/model). Throws RequestError naming file, group and variable,
/// what it is and what was expected.
ModelFile read_model(const std::filesystem::path& path);
/// The model in such a group; `where` is what messages begin with.
ModelFile model_from(const Group& group, const std::string& where);

/// `format_version` of model files.
inline constexpr std::int64_t model_format = 1;

/// Writes a model file (studies/files/archive.hpp). Throws std::runtime_error if it cannot.
void write_model(const std::filesystem::path& path, const ModelFile& file, const std::string& command);
/// The group /base_rates.
Group base_rates_group(const BaseRates& rates, const Layer& visible);
/// The model as a group `name`: what model_from reads.
Group model_record(const ModelFile& file, const std::string& name);

/// What a model file holds, in words: a sentence, what else there is to say, and its parameters as rows under a header.
struct ModelSummary {
  std::string sentence;
  std::vector<std::string> remarks;
  std::vector<std::vector<std::string>> rows;
};
/// Throws as model_from.
ModelSummary summary_of(const Group& root, const std::string& path);

/// `gibbsite show` of a model file.
void print_model(const Group& root, const std::string& path);
std::string model_as_json(const Group& root, const std::string& path);

}  // namespace gibbsite
