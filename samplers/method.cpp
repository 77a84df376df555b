#include "samplers/method.hpp"

namespace gibbsite {

void add_field(std::vector<Field>& fields, Observable what, std::size_t count) {
  const std::size_t offset = fields.empty() ? 0 : fields.back().offset + fields.back().count;
  fields.push_back({std::move(what), offset, count});
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

}  // namespace gibbsite
