#include "studies/models/stored_net.hpp"

#include <stdexcept>

#include "studies/files/archive.hpp"
#include "studies/models/model_file.hpp"
#include "studies/models/treatment_group.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {

bool is_net_kind(const std::string& kind) { return kind == "classifier"; }

StoredNet stored_net(const Group& group, const std::string& where) {
  const Place place(group, where);
  if (place.number<std::int64_t>("format_version").value_or(model_format) > model_format)
    place.refuse("it was written by a newer Gibbsite; read it with that one");
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
  Group root;
  try {
    std::vector<Unread> unread;
    root = read_archive(path, unread);
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
  const Group* inside = is_model(root) ? &root : root.child("model");
  if (inside == nullptr || !is_model(*inside) || !is_net_kind(text_attribute(*inside, "model"))) return std::nullopt;
  return stored_net(*inside, path.string());
}

}  // namespace gibbsite
