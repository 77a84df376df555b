/// `gibbsite schema`: a JSON schema of study files, for editors.
#include <fmt/format.h>

#include "studies/catalogue/catalogue.hpp"
#include "studies/command_line/commands.hpp"
#include "studies/command_line/manual.hpp"

namespace gibbsite {
namespace {

Json json_of(const Value& value) {
  if (const Value::List* list = value.list()) {
    Json all = Json::list();
    for (const Value& item : *list) all.push_back(json_of(item));
    return all;
  }
  if (const std::string* text = value.text()) return *text;
  return Json::of_words(to_toml(value));
}

Json single(const StudyKey& key) {
  using Type = ValueShape::Type;
  const ValueShape& shape = key.shape;
  Json out;
  if (shape.type == Type::any) return out;
  out["type"] = shape.type == Type::integer ? "integer"
                : shape.type == Type::real  ? "number"
                : shape.type == Type::flag  ? "boolean"
                                            : "string";
  const auto bound = [&](double value) {
    return shape.type == Type::integer ? Json(static_cast<std::int64_t>(value)) : Json(value);
  };
  if (shape.low) out[shape.open ? "exclusiveMinimum" : "minimum"] = bound(*shape.low);
  if (shape.high) out["maximum"] = bound(*shape.high);
  if (shape.type == Type::text && !key.choices.empty() && !key.file) out["enum"] = key.choices;
  return out;
}

Json property(const StudyKey& key, const Study& first) {
  Json out = single(key);
  if (key.list && !out.null()) {
    Json many;
    many["type"] = "array";
    many["items"] = single(key);
    Json either = Json::list();
    either.push_back(single(key));
    either.push_back(many);
    out = nullptr;
    out["anyOf"] = either;
  }
  out["description"] = fmt::format("{} ({})", key.help, key.allowed);
  if (const auto value = key.get(first)) out["default"] = json_of(*value);
  return out;
}

Json closed_object(Json properties, const std::string& description) {
  return {{"type", "object"},
          {"description", description},
          {"additionalProperties", false},
          {"properties", std::move(properties)}};
}

int print_schema(const Request& request, const std::string&) {
  fmt::print("{}\n", study_json_schema(request.arguments.empty() ? "run" : request.arguments.front()).dump());
  return 0;
}

}  // namespace

Json study_json_schema(const std::string& command) {
  const Schema& schema = find_command(command).schema();
  Json sections, grid;
  for (const std::string& section : schema.sections) {
    Json keys;
    for (const StudyKey& key : schema.keys)
      if (key.name.starts_with(section + '.')) keys[key.name.substr(section.size() + 1)] = property(key, schema.first);
    sections[section] =
        closed_object(std::move(keys), fmt::format("gibbsite help {} lists the keys of [{}]", command, section));
  }
  for (const StudyKey& key : schema.keys) {
    if (!key.griddable) continue;
    Json values;
    values["type"] = std::vector<std::string>{"array", "string"};
    values["description"] = key.help + ": a list, or \"start:stop:count\"";
    grid[key.name] = std::move(values);
  }
  sections["grid"] = closed_object(std::move(grid), "one task for every combination of these keys' values");
  Json out = closed_object(std::move(sections), "A study of Gibbsite");
  out["$schema"] = "http://json-schema.org/draft-07/schema#";
  out["title"] = "Gibbsite study";
  return out;
}

const Command& schema_command() {
  static const Command command{
      .name = "schema",
      .arguments = "[run|train]",
      .summary = "print a JSON schema of study files, for editors",
      .details =
          "Editors that know taplo or JSON schemas then complete keys and mark mistakes: let the first line of a study "
          "be `#:schema ./study.schema.json`.",
      .most = 1,
      .topics = {"run", "train"},
      .options = {help_option},
      .examples = {"gibbsite schema > study.schema.json", "gibbsite schema train > training.schema.json"},
      .run = print_schema};
  return command;
}

}  // namespace gibbsite
