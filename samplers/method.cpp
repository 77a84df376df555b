#include "samplers/method.hpp"

#include <utility>

namespace gibbsite {

void add_field(std::vector<Field>& fields, Observable what, std::size_t count) {
  const std::size_t offset = fields.empty() ? 0 : fields.back().offset + fields.back().count;
  fields.push_back({std::move(what), offset, count});
}

void add_field(std::vector<Field>& fields, const Observable& what, Moment moment, std::size_t count) {
  const auto [name, meaning] = [&]() -> std::pair<const char*, const char*> {
    switch (moment) {
      case Moment::variance:
        return {"_variance", "variance within the sweeps of the draw, "};
      case Moment::absolute:
        return {"_abs_mean", "mean absolute value over the sweeps of the draw, "};
      case Moment::square:
        return {"_square_mean", "mean square over the sweeps of the draw, "};
      case Moment::fourth:
        return {"_fourth_mean", "mean fourth power over the sweeps of the draw, "};
      default:
        return {"_mean", "mean over the sweeps of the draw, "};
    }
  }();
  const std::string units = what.units == "1" || moment == Moment::mean || moment == Moment::absolute ? what.units
                            : moment == Moment::fourth ? what.units + "^4"
                                                       : what.units + "^2";
  add_field(fields, Observable{what.name + name, units, meaning + what.meaning}, count);
  fields.back().moment = moment;
  fields.back().of = what.name;
}

const Field* find_field(std::span<const Field> fields, const std::string& name) {
  for (const Field& field : fields)
    if (field.what.name == name) return &field;
  return nullptr;
}

const Field* find_role(std::span<const Field> fields, Role role) {
  for (const Field& field : fields)
    if (field.what.role == role) return &field;
  return nullptr;
}

const Field* find_moment(std::span<const Field> fields, const std::string& of, Moment moment) {
  for (const Field& field : fields)
    if (field.moment == moment && field.of == of) return &field;
  return nullptr;
}

}  // namespace gibbsite
