/// `gibbsite init`: a study to begin with, every key explained.
#include <fmt/format.h>

#include <algorithm>

#include "studies/catalogue/catalogue.hpp"
#include "studies/command_line/commands.hpp"
#include "studies/files/whole_file.hpp"
#include "studies/study/study_file.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

/// What a new study says; all other keys stand below with a # before them, at their defaults.
struct Chosen {
  const char *key, *value;
};
constexpr Chosen chosen[] = {{"model.name", "\"ising\""}, {"model.lattice", "\"square\""},
                             {"model.size", "32"},        {"sampler.name", "\"wolff\""},
                             {"method.name", "\"mcmc\""}, {"method.temperature", "\"2.0:2.6:13\""},
                             {"method.chains", "8"},      {"method.sweeps", "5000"}};

std::string value_of(const StudyKey& key, const Schema& schema) {
  if (const auto* line =
          std::find_if(std::begin(chosen), std::end(chosen), [&](const Chosen& l) { return key.name == l.key; });
      line != std::end(chosen))
    return line->value;
  const auto value = key.get(schema.first);
  return value ? to_toml(*value) : "";
}

std::string text_of_study(const std::string& name) {
  const Schema& schema = study_schema();
  Study study = schema.first;
  store(*schema.find("sampler.name"), study, Value{std::string("wolff")});
  std::string out = fmt::format(
      "# A study: gibbsite run {}. Lines that begin with # are defaults; gibbsite help run explains every key,\n"
      "# gibbsite list models, samplers and methods what there is. start:stop:count stands for a list.\n",
      name);
  for (const std::string& section : schema.sections) {
    std::string keys;
    bool any = false;
    for (const StudyKey& key : schema.keys) {
      if (!key.name.starts_with(section + '.') || !key.applies(study)) continue;
      const bool said =
          std::any_of(std::begin(chosen), std::end(chosen), [&](const Chosen& l) { return key.name == l.key; });
      any = any || said;
      const std::string value = value_of(key, schema);
      const std::string name_of_key = key.name.substr(section.size() + 1), blank = value.empty() ? "" : " ";
      keys +=
          fmt::format("{}{} ={}{}  # {} ({})\n", said ? "" : "# ", name_of_key, blank, value, key.help, key.allowed);
    }
    if (!keys.empty()) out += fmt::format("\n{}[{}]\n", any ? "" : "# ", section) + keys;
  }
  return out;
}

int init(const Request& request, const std::string&) {
  std::filesystem::path path = request.arguments.empty() ? "study.toml" : request.arguments.front();
  if (path.extension() != ".toml") path += ".toml";
  std::error_code error;
  if (!request.force && std::filesystem::exists(path, error))
    throw RequestError(fmt::format("{} is there already; --force overwrites it, or give another name", path.string()));
  const std::string text = text_of_study(path.string());
  write_whole_file(path, std::as_bytes(std::span(text)));
  fmt::print("{}\n", path.string());
  return 0;
}

}  // namespace

const Command& init_command() {
  static const Command command{
      .name = "init",
      .arguments = "[NAME]",
      .summary = "write a study to begin with, every key explained",
      .details =
          "A square Ising lattice over temperature, ready to run; the other keys of such a study stand beside "
          "it as comments, with their defaults and what they may be. Without a name: study.toml.",
      .least = 0,
      .most = 1,
      .options = {force_option, help_option},
      .examples = {"gibbsite init glass && gibbsite run glass.toml"},
      .run = init};
  return command;
}

}  // namespace gibbsite
