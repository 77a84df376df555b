#include "studies/manual/topics.hpp"

#include <stdexcept>
#include <string_view>
#include <vector>

namespace gibbsite {
namespace {

// Made by embed.cmake: pieces_of_NAME_md, each no longer than every compiler takes.
#include "manual_topics.inc"

/// "# name: summary", a blank line, the text.
Topic read_topic(std::span<const std::string_view> pieces) {
  std::string text;
  for (const std::string_view piece : pieces) text += piece;
  const std::size_t colon = text.find(": "), end = text.find('\n');
  if (!text.starts_with("# ") || colon > end) throw std::logic_error("a topic of the manual has no title");
  return {text.substr(2, colon - 2), text.substr(colon + 2, end - colon - 2), text.substr(end + 1)};
}

}  // namespace

std::span<const Topic> manual_topics() {
  static const std::vector<Topic> all = {
      read_topic(pieces_of_errors_md),   read_topic(pieces_of_runs_md),    read_topic(pieces_of_files_md),
      read_topic(pieces_of_layouts_md),  read_topic(pieces_of_models_md),  read_topic(pieces_of_import_md),
      read_topic(pieces_of_networks_md), read_topic(pieces_of_data_md),    read_topic(pieces_of_learning_md),
      read_topic(pieces_of_energies_md), read_topic(pieces_of_answers_md), read_topic(pieces_of_embeddings_md),
      read_topic(pieces_of_latents_md),  read_topic(pieces_of_sizes_md),   read_topic(pieces_of_continuous_md),
      read_topic(pieces_of_library_md)};
  return all;
}

const Topic* find_topic(const std::string& name) {
  for (const Topic& topic : manual_topics())
    if (topic.name == name) return &topic;
  return nullptr;
}

}  // namespace gibbsite
