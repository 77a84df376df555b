#include "studies/models/treatment_group.hpp"

#include <stdexcept>

#include "studies/files/variables.hpp"
#include "studies/models/model_group.hpp"

namespace gibbsite {

Group treatment_group(const Treatment& t) {
  Group group{.name = "treatment",
              .attributes = {{"dequantized", std::int64_t{t.dequantized ? 1 : 0}},
                             {"divisor", t.divisor},
                             {"alpha", t.alpha},
                             {"words", description(t)}}};
  if (t.mean.empty()) return group;
  add_index(group, "number", t.mean.size(), "number of a sample");
  add(group, "mean", {"number"}, {t.mean.size()}, t.mean, "1", "mean over the data, before it was taken off");
  add(group, "deviation", {"number"}, {t.mean.size()}, t.deviation, "1",
      "standard deviation over the data, before it was divided by");
  return group;
}

Treatment treatment_from(const Group& model, std::size_t width, const std::string& where) {
  const Place place(model, where);
  if (!place.has("treatment")) return {};
  const Place group = place.child("treatment");
  Treatment t{.dequantized = group.number<std::int64_t>("dequantized").value_or(0) != 0,
              .divisor = group.number<double>("divisor").value_or(1),
              .alpha = group.number<double>("alpha").value_or(0)};
  if (group.has_variable("mean")) {
    t.mean = group.numbers("mean", {width}, "(number)");
    t.deviation = group.numbers("deviation", {width}, "(number)");
  }
  try {
    check_treatment(t, width);
  } catch (const std::invalid_argument& error) {
    group.refuse(error.what());
  }
  return t;
}

}  // namespace gibbsite
