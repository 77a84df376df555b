/// `gibbsite export`: files of this program as comma-separated tables, for programs that read no HDF5.
#include <fmt/format.h>

#include <cmath>
#include <map>

#include "studies/data/arrays.hpp"
#include "studies/files/whole_file.hpp"
#include "studies/models/model_file.hpp"
#include "studies/models/potts_params.hpp"
#include "studies/results/command.hpp"
#include "studies/results/read_result.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

namespace fs = std::filesystem;

struct File {
  std::string name, text;
};

/// A text as RFC 4180 has it.
std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

/// The digits that read back as the same number; nothing where it is not known.
std::string cell(const Column& column, std::size_t k) {
  return std::visit(
      [&](const auto& values) -> std::string {
        const auto& value = values[k];
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>)
          return quoted(value);
        else if constexpr (std::is_same_v<std::decay_t<decltype(value)>, double>)
          return std::isnan(value) ? "" : fmt::format("{}", value);
        else
          return fmt::format("{}", static_cast<std::int64_t>(value));
      },
      column);
}

/// Variables on the same dimensions: one row for every combination of their coordinates, the last one fastest.
std::string table_of(const Group& group, const std::vector<const Variable*>& columns) {
  const Variable& first = *columns.front();
  std::string text;
  for (const std::string& dim : first.dims) text += quoted(dim.empty() ? "index" : dim) + ',';
  for (const Variable* column : columns) text += quoted(column->name) + (column == columns.back() ? "\r\n" : ",");
  std::size_t rows = 1;
  for (const std::size_t length : first.shape) rows *= length;
  std::vector<std::size_t> at(first.shape.size(), 0);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t axis = 0; axis < first.dims.size(); ++axis) {
      const Variable* coordinate = group.find(first.dims[axis]);
      text += (coordinate != nullptr ? cell(coordinate->data, at[axis]) : fmt::format("{}", at[axis])) + ',';
    }
    for (const Variable* column : columns) text += cell(column->data, row) + (column == columns.back() ? "\r\n" : ",");
    for (std::size_t axis = at.size(); axis-- > 0 && ++at[axis] == first.shape[axis];) at[axis] = 0;
  }
  return text;
}

/// "estimates.csv", "estimates-beta-q.csv" where a group has variables on several sets of dimensions.
void add_tables(const Group& group, const std::string& path, std::vector<File>& files) {
  std::map<std::vector<std::string>, std::vector<const Variable*>> tables;
  for (const Variable& variable : group.variables) {
    const bool coordinate = variable.dims.size() == 1 && variable.dims.front() == variable.name;
    if (!coordinate) tables[variable.dims].push_back(&variable);
  }
  for (const auto& [dims, columns] : tables) {
    std::string name = path.empty() ? "values" : path;
    if (tables.size() > 1)
      for (const std::string& dim : dims) name += '-' + dim;
    if (tables.size() > 1 && dims.empty()) name += "-values";
    files.push_back({name + ".csv", table_of(group, columns)});
  }
  if (!group.attributes.empty()) {
    std::string text = "name,value\r\n";
    for (const auto& [name, value] : group.attributes)
      text +=
          quoted(name) + ',' + std::visit([](const auto& v) { return quoted(fmt::format("{}", v)); }, value) + "\r\n";
    files.push_back({(path.empty() ? "" : path + '-') + std::string("attributes.csv"), std::move(text)});
  }
  for (const Group& child : group.groups)
    if (child.name != "final_state")  // packed bytes are no table
      add_tables(child, path.empty() ? child.name : path + '-' + child.name, files);
}

std::string setting(const Request& request, const std::string& name) {
  for (const auto& [key, value] : request.settings)
    if (key == name) return value;
  return "";
}

/// The couplings of a Potts machine as other programs read them.
void export_params(const Request& request, const Group& root) {
  const fs::path file = setting(request, "params");
  const std::string& from = request.arguments.front();
  if (!is_model(root))
    throw RequestError(fmt::format("{}: it is no model file, whose couplings --params writes", from));
  const ModelFile model = model_from(root, from);
  std::string words = setting(request, "alphabet"), letters = words.empty() ? model.alphabet : "";
  if (!words.empty() && words != "numbers") letters = alphabet_letters(words);
  std::error_code error;
  if (!request.force && fs::exists(file, error))
    throw RequestError(fmt::format("{} is there already; --force overwrites it, or name another file", file.string()));
  const std::string text = potts_params(model, letters);
  write_whole_file(file, std::as_bytes(std::span(text)));
  fmt::print("{}\n", file.string());
}

int export_tables(const Request& request, const std::string&) {
  if (!setting(request, "params").empty()) export_params(request, read_file(request.arguments.front()));
  if (setting(request, "csv").empty()) return 0;
  const fs::path folder = setting(request, "csv");
  const Group root = read_file(request.arguments.front());
  std::vector<File> files;
  add_tables(root, "", files);
  if (files.empty()) throw RequestError(fmt::format("{} holds no table", request.arguments.front()));
  std::error_code error;
  for (const File& file : files)
    if (!request.force && fs::exists(folder / file.name, error))
      throw RequestError(fmt::format("{} is there already; --force overwrites it, or name another folder",
                                     (folder / file.name).string()));
  fs::create_directories(folder, error);
  if (!fs::is_directory(folder)) throw RequestError(fmt::format("--csv {}: it is no folder", folder.string()));
  for (const File& file : files) {
    write_whole_file(folder / file.name, std::as_bytes(std::span(file.text)));
    fmt::print("{}\n", (folder / file.name).string());
  }
  return 0;
}

}  // namespace

const Command& export_command() {
  static const Command command{
      .name = "export",
      .arguments = "FILE.h5",
      .summary = "write what a file holds as comma-separated tables",
      .details =
          "One table for each group, and for each set of dimensions where a group has several: a row for every "
          "combination of coordinates, numbers with all their digits, nothing where one is not known. "
          "Attributes (the study, the seed, who made it) are tables of names and values.",
      .least = 1,
      .most = 1,
      .options = {{"csv", 0, "FOLDER", "where to; made if it is not there"},
                  {"params", 0, "FILE", "of a Potts machine: its couplings and fields as adabmDCA's params.dat"},
                  {"alphabet", 0, "WHICH",
                   "letters of its states there: protein, rna, dna, letters, or numbers (default: as the model says)"},
                  force_option,
                  help_option},
      .examples = {"gibbsite export onsager.h5 --csv onsager_tables", "gibbsite export potts.h5 --params params.dat"},
      .complete =
          [](Request& request) {
            if (setting(request, "csv").empty() && setting(request, "params").empty())
              throw RequestError(
                  "`gibbsite export` needs a folder for its tables: --csv FOLDER (or, of a Potts machine, --params "
                  "FILE)");
          },
      .run = export_tables};
  return command;
}

}  // namespace gibbsite
