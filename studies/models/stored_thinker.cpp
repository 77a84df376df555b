#include "studies/models/stored_thinker.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "physics/neural/neural_energy.hpp"
#include "physics/neural/neural_model.hpp"
#include "studies/files/archive.hpp"
#include "studies/models/energy_print.hpp"
#include "studies/models/model_file.hpp"
#include "studies/models/model_group.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {

void describe_thinking(const Thinking& thinking, Group& group) {
  group.attributes.emplace_back("context", static_cast<std::int64_t>(thinking.context));
  group.attributes.emplace_back("symbols", static_cast<std::int64_t>(thinking.symbols));
  group.attributes.emplace_back("thinking", static_cast<std::int64_t>(thinking.steps));
  group.attributes.emplace_back("descent_rate", thinking.rate);
}

StoredThinker stored_thinker(const Group& group, const std::string& where) {
  const Place place(group, where);
  place.refuse_newer_than(model_format);
  const auto count = [&](const char* name) {
    const auto value = place.number<std::int64_t>(name);
    constexpr std::int64_t most = 1'000'000;
    if (!value || *value < 1 || *value > most)
      place.refuse(fmt::format("it needs the attribute {}, a whole number from 1 to {}", name, most));
    return static_cast<std::size_t>(*value);
  };
  try {
    StoredThinker out{.at = net_from(place, NetEnd::energy),
                      .thinking = {.context = count("context"),
                                   .symbols = count("symbols"),
                                   .steps = count("thinking"),
                                   .rate = place.number<double>("descent_rate").value_or(unknown)},
                      .note = place.text("note")};
    if (!(out.thinking.rate > 0)) place.refuse("the attribute descent_rate must be above 0");
    if (out.at.net.units() != out.thinking.units())
      place.refuse(fmt::format("its net takes {} numbers, but a context of {} and {} symbols make {}",
                               out.at.net.units(), out.thinking.context, out.thinking.symbols, out.thinking.units()));
    return out;
  } catch (const std::invalid_argument& error) {
    place.refuse(error.what());
  }
}

std::optional<StoredThinker> read_stored_thinker(const std::filesystem::path& path) {
  if (model_kind_in(path) != "ebt") return std::nullopt;
  Group root;
  try {
    std::vector<Unread> unread;
    root = read_archive(path, unread);
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
  if (!is_model(root) || text_attribute(root, "model") != "ebt") return std::nullopt;
  return stored_thinker(root, path.string());
}

namespace {

/// A few thousand states at once: the way down stays in memory.
template <class Real>
std::vector<double> thoughts_in(const NeuralNet& net, std::span<const double> theta, const Thinking& thinking,
                                const Matrix& context) {
  constexpr std::size_t at_once = 1024;
  const NeuralEnergy<Real> energy(net, theta);
  const std::size_t n = context.columns(), t = context.rows(), q = thinking.symbols;
  std::vector<double> out((thinking.steps + 1) * n * q);
  for (std::size_t begin = 0; begin < n; begin += at_once) {
    const std::size_t count = std::min(at_once, n - begin);
    const auto numbers = context.numbers().subspan(begin * t, count * t);
    const std::vector<double> y = think<Real>(energy, thinking, std::vector<Real>(numbers.begin(), numbers.end()));
    for (std::size_t k = 0; k <= thinking.steps; ++k)
      std::copy_n(y.begin() + static_cast<std::ptrdiff_t>(k * count * q), count * q,
                  out.begin() + static_cast<std::ptrdiff_t>((k * n + begin) * q));
  }
  return out;
}

std::string words_of_thinking(const StoredThinker& file) {
  return fmt::format("the next of {} symbols from the {} before, in {} steps down dE/dy of rate {:g}",
                     file.thinking.symbols, file.thinking.context, file.thinking.steps, file.thinking.rate);
}

}  // namespace

std::vector<double> thoughts_of(const NeuralNet& net, std::span<const double> theta, const Thinking& thinking,
                                const Matrix& context) {
  return in_double_precision(net) ? thoughts_in<double>(net, theta, thinking, context)
                                  : thoughts_in<float>(net, theta, thinking, context);
}

// `gibbsite show` of them.
ModelSummary summary_of_thinker(const Group& root, const std::string& path) {
  const StoredThinker file = stored_thinker(root, path);
  ModelSummary out{
      .sentence = fmt::format("ebt: energy of {} layers and {} parameters; {}", file.at.net.layers().size(),
                              file.at.net.parameters(), words_of_thinking(file)),
      .remarks = {net_text(file.at.net)},
      .rows = rows_of_blocks(blocks_of_net(file.at))};
  if (!file.note.empty()) out.remarks.push_back(file.note);
  return out;
}

Json thinker_as_json(const Group& root, const std::string& path) {
  const StoredThinker file = stored_thinker(root, path);
  Json out = {{"model", "ebt"},
              {"words", words_of_thinking(file)},
              {"net", net_text(file.at.net)},
              {"context", file.thinking.context},
              {"symbols", file.thinking.symbols},
              {"thinking", file.thinking.steps},
              {"descent_rate", file.thinking.rate},
              {"parameters", Json::list()},
              {"note", file.note}};
  for (const NumberBlock& one : blocks_of_net(file.at)) out["parameters"].push_back(json_of(one));
  return out;
}

}  // namespace gibbsite
