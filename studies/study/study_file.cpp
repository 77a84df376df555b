// Study files by toml++: the one place that knows it.
#include "studies/study/study_file.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <fstream>

#include "studies/study/schema.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

std::string read_study_file(const std::filesystem::path& file) {
  constexpr std::size_t longest = 1 << 24;
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status)) throw RequestError(fmt::format("no study file `{}`", file.string()));
  if (std::filesystem::is_directory(status))
    throw RequestError(fmt::format("`{}` is a folder, not a study file", file.string()));
  if (!std::filesystem::is_regular_file(status))
    throw RequestError(fmt::format("`{}` is not a regular file; copy it into one", file.string()));
  std::ifstream in(file, std::ios::binary);
  std::string text;
  std::vector<char> chunk(1 << 16);
  while (in && text.size() < longest) {
    in.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    text.append(chunk.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (!in.eof() && text.size() < longest) throw RequestError(fmt::format("cannot read `{}`", file.string()));
  if (text.find('\0') != text.npos || text.size() >= longest)
    throw RequestError(fmt::format("`{}` is not a study file: it is no TOML text", file.string()));
  return text;
}

/// A study file's tables, flattened to entries in the order they were written.
class Flattener {
 public:
  Flattener(const std::filesystem::path& file, const Schema& schema)
      : schema_(schema), name_(file.string()), folder_(file.parent_path()) {}

  std::vector<Entry> flatten(const toml::table& root) {
    visit(root, "");
    std::stable_sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) { return a.line < b.line; });
    std::vector<Entry> entries;
    for (Found& found : found_) entries.push_back(std::move(found.entry));
    return entries;
  }

  std::string place(const toml::source_region& source) const {
    return fmt::format("{}:{}:{}", name_, source.begin.line, source.begin.column);
  }

 private:
  struct Found {
    std::pair<std::size_t, std::size_t> line;  // and column
    Entry entry;
  };

  void visit(const toml::table& table, const std::string& path) {
    for (auto&& [key, node] : table) {
      const std::string name = path.empty() ? std::string(key.str()) : path + '.' + std::string(key.str());
      if (const toml::table* inner = node.as_table()) {
        check_section(name, place(key.source()));
        visit(*inner, name);
        continue;
      }
      const bool grid = name.starts_with(grid_prefix);
      const auto begin = key.source().begin;
      found_.push_back({{begin.line, begin.column},
                        {grid ? name.substr(grid_prefix.size()) : name, grid, convert(node), place(key.source())}});
    }
  }

  void check_section(const std::string& name, const std::string& place) const {
    std::vector<std::string> known = schema_.sections;
    known.push_back("grid");
    for (const std::string& section : schema_.sections) known.push_back("grid." + section);
    if (std::find(known.begin(), known.end(), name) != known.end()) return;
    if (schema_.find(name) != nullptr)
      throw RequestError(fmt::format("`{}` ({}) is a key, not a section", name, place));
    const std::string rest =
        name == "training"
            ? "; `gibbsite train` takes it, and learns a model"
            : and_then(did_you_mean(name, known), "the sections are " + join(schema_.sections, ", ") + " and grid");
    throw RequestError(fmt::format("unknown section `[{}]` ({}){}", name, place, rest));
  }

  Value convert(const toml::node& node) const {
    Value value{.place = place(node.source()), .folder = folder_};
    if (const auto* flag = node.as_boolean())
      value.data = flag->get();
    else if (const auto* integer = node.as_integer())
      value.data = integer->get();
    else if (const auto* real = node.as_floating_point())
      value.data = real->get();
    else if (const auto* text = node.as_string())
      value.data = text->get();
    else if (const auto* array = node.as_array()) {
      Value::List list;
      for (const toml::node& element : *array) list.push_back(convert(element));
      value.data = std::move(list);
    } else
      value.data = Value::Foreign{node.is_table() ? "a table" : "a date or time"};
    return value;
  }

  static constexpr std::string_view grid_prefix = "grid.";
  const Schema& schema_;
  std::string name_;
  std::filesystem::path folder_;
  std::vector<Found> found_;
};

/// A parser's complaint without its stage, and a key or section defined again in plain words.
std::string explain(const toml::parse_error& error) {
  const std::string_view description = error.description();
  constexpr std::string_view stage = "Error while parsing ", again = "cannot redefine existing ";
  const auto colon = description.starts_with(stage) ? description.find(": ") : description.npos;
  const std::string_view reason = colon == description.npos ? description : description.substr(colon + 2);
  if (reason.find("not representable in 64 bits") != reason.npos)
    return std::string(reason) + "; TOML has none from 2^63 on: write such a seed in quotes";
  if (!reason.starts_with(again)) return std::string(reason);
  return fmt::format("{} is given twice", reason.substr(reason.find(' ', again.size()) + 1));
}

}  // namespace

std::vector<Entry> read_entries(const std::filesystem::path& file, const Schema& schema) {
  return entries_of_text(read_study_file(file), file, schema);
}

std::vector<Entry> entries_of_text(const std::string& text, const std::filesystem::path& name, const Schema& schema) {
  Flattener flattener(name, schema);
  try {
    return flattener.flatten(toml::parse(text, name.string()));
  } catch (const toml::parse_error& error) {
    throw RequestError(fmt::format("not valid TOML: {} ({})", explain(error), flattener.place(error.source())));
  }
}

std::vector<Entry> entries_of(const Settings& keys, const Schema& schema) {
  constexpr std::string_view grid_prefix = "grid.";
  std::vector<Entry> given;
  for (const auto& [name, words] : keys) {
    const bool grid = name.starts_with(grid_prefix);
    const std::string key_name = grid ? name.substr(grid_prefix.size()) : name;
    const StudyKey* key = schema.find(key_name);
    const bool text = key != nullptr && key->text;
    const bool list = grid || (text && key->list);
    const Value value = read_words(words, !text ? Reading::typed : list ? Reading::list_of_text : Reading::text);
    given.push_back({key_name, grid, value, value.place, Entry::Origin::command_line});
  }
  return given;
}

Request read_study(const std::filesystem::path& file, const Settings& keys, const Schema& schema) {
  return assemble(read_entries(file, schema), entries_of(keys, schema), file.string(), schema);
}

}  // namespace gibbsite
