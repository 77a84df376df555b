#include "studies/models/stored_net.hpp"

#include <stdexcept>

#include "estimators/learning/nets/joint_objective.hpp"
#include "studies/files/archive.hpp"
#include "studies/models/model_file.hpp"
#include "studies/models/stored_energy.hpp"
#include "studies/models/treatment_group.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {

bool is_net_kind(const std::string& kind) { return kind == "classifier" || kind == "encoder"; }

StoredNet stored_net(const Group& group, const std::string& where) {
  const Place place(group, where);
  place.refuse_newer_than(model_format);
  try {
    StoredNet out{.kind = place.text("model"), .at = net_from(place, NetEnd::values)};
    const std::size_t units = out.at.net.units();
    out.treatment = treatment_from(group, units, where);
    out.note = place.text("note");
    if (place.has("base_rates")) {
      const Place rates = place.child("base_rates");
      const auto samples = rates.number<std::int64_t>("samples");
      if (!samples || *samples < 1)
        rates.refuse("it needs the attribute samples, how many data these are the means of");
      out.samples = static_cast<std::size_t>(*samples);
      out.data = rates.text("data");
      out.mean = rates.numbers("mean", {units}, "(unit)");
    }
    const std::string answers = place.text("answers");
    if (!answers.empty() && answers != "scores" && answers != "positive")
      place.refuse("the attribute answers is `" + answers + "`; allowed: scores, positive");
    out.positive = answers == "positive";
    out.beta = place.number<double>("beta").value_or(1);
    if (!(out.beta > 0)) place.refuse("the attribute beta must be above 0");
    return out;
  } catch (const std::invalid_argument& error) {
    place.refuse(error.what());
  }
}

std::optional<StoredNet> read_stored_net(const std::filesystem::path& path) {
  if (const std::string kind = model_kind_in(path); !is_net_kind(kind) && kind != "neural") return std::nullopt;
  Group root;
  try {
    std::vector<Unread> unread;
    root = read_archive(path, unread);
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
  const Group* inside = is_model(root) ? &root : root.child("model");
  if (inside == nullptr || !is_model(*inside)) return std::nullopt;
  const std::string kind = text_attribute(*inside, "model");
  if (is_net_kind(kind)) return stored_net(*inside, path.string());
  if (kind != "neural" || !text_attribute(*inside, "net").ends_with("logsumexp")) return std::nullopt;
  StoredEnergy energy = stored_energy(*inside, path.string());
  NetAt at = net_from(Place(*inside, path.string()), NetEnd::energy);
  if (at.net.layers().size() < 2) return std::nullopt;  // the answers are its input
  at.net = answers_of(at.net);
  return StoredNet{.kind = kind,
                   .at = std::move(at),
                   .treatment = std::move(energy.treatment),
                   .samples = energy.samples,
                   .data = std::move(energy.data),
                   .mean = std::move(energy.mean),
                   .note = std::move(energy.note),
                   .density = std::move(energy.energy)};
}

}  // namespace gibbsite
