#include "physics/neural/layer_spec.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>
#include <vector>

namespace gibbsite {
namespace {

constexpr std::array<std::pair<LayerKind, std::string_view>, 10> layer_names{{{LayerKind::dense, "dense"},
                                                                              {LayerKind::conv, "conv"},
                                                                              {LayerKind::pool, "pool"},
                                                                              {LayerKind::attention, "attention"},
                                                                              {LayerKind::swish, "swish"},
                                                                              {LayerKind::softplus, "softplus"},
                                                                              {LayerKind::tanh, "tanh"},
                                                                              {LayerKind::relu, "relu"},
                                                                              {LayerKind::sum, "sum"},
                                                                              {LayerKind::logsumexp, "logsumexp"}}};
constexpr std::string_view known_layers =
    "\"dense N\", \"conv N RxC stride S padding P\" (each may go on \"without bias\"), \"pool RxC\", \"attention N\" "
    "or "
    "\"attention N causal\", \"swish\", \"softplus\", \"tanh\", \"relu\", \"sum\", \"logsumexp\"";

[[noreturn]] void no_layer(std::string_view text, const std::string& why) {
  throw std::invalid_argument("the layer \"" + std::string(text) + "\" " + why + ": write " +
                              std::string(known_layers));
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    const std::size_t end = std::min(text.find(' '), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

/// A whole number up to a million, all of the text; whether it is one.
bool read_count(std::string_view text, std::size_t& n) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  return error == std::errc() && end == text.data() + text.size() && n <= 1000000;
}
/// "3x5x5".
std::vector<std::size_t> read_counts(std::string_view text) {
  std::vector<std::size_t> counts;
  while (true) {
    const std::size_t x = std::min(text.find('x'), text.size());
    std::size_t n = 0;
    if (!read_count(text.substr(0, x), n) || n == 0) return {};
    counts.push_back(n);
    if (x == text.size()) return counts;
    text.remove_prefix(x + 1);
  }
}

}  // namespace

LayerSpec parse_layer(std::string_view text) {
  const std::vector<std::string_view> words = words_of(text);
  LayerSpec spec;
  std::size_t next = 1;
  const auto named = words.empty() ? layer_names.end()
                                   : std::find_if(layer_names.begin(), layer_names.end(),
                                                  [&](const auto& name) { return name.second == words[0]; });
  if (named == layer_names.end()) no_layer(text, "is none there is");
  spec.kind = named->first;
  const bool counted =
      spec.kind == LayerKind::dense || spec.kind == LayerKind::conv || spec.kind == LayerKind::attention;
  if (counted && (next == words.size() || !read_count(words[next++], spec.units) || spec.units == 0))
    no_layer(text, "lacks a number N above 0");
  if (spec.kind == LayerKind::conv || spec.kind == LayerKind::pool) {
    const std::vector<std::size_t> window =
        next < words.size() ? read_counts(words[next++]) : std::vector<std::size_t>();
    if (window.size() != 2) no_layer(text, "lacks a window such as 3x3");
    spec.height = window[0];
    spec.width = window[1];
  }
  for (; next < words.size(); ++next) {
    const bool more = next + 1 < words.size();
    const bool linear = spec.kind == LayerKind::dense || spec.kind == LayerKind::conv;
    if (spec.kind == LayerKind::conv && words[next] == "stride" && more && read_count(words[next + 1], spec.stride) &&
        spec.stride > 0)
      ++next;
    else if (spec.kind == LayerKind::conv && words[next] == "padding" && more &&
             read_count(words[next + 1], spec.padding))
      ++next;
    else if (linear && words[next] == "without" && more && words[next + 1] == "bias")
      spec.bias = false, ++next;
    else if (spec.kind == LayerKind::attention && words[next] == "causal")
      spec.causal = true;
    else
      no_layer(text, "has no sense at \"" + std::string(words[next]) + "\"");
  }
  return spec;
}

std::string layer_text(const LayerSpec& spec) {
  std::string text(layer_names.at(static_cast<std::size_t>(spec.kind)).second);
  if (spec.units > 0) text += ' ' + std::to_string(spec.units);
  if (spec.kind == LayerKind::conv || spec.kind == LayerKind::pool)
    text += ' ' + std::to_string(spec.height) + 'x' + std::to_string(spec.width);
  if (spec.stride > 1) text += " stride " + std::to_string(spec.stride);
  if (spec.padding > 0) text += " padding " + std::to_string(spec.padding);
  if (spec.causal) text += " causal";
  if (!spec.bias) text += " without bias";
  return text;
}

NeuralShape parse_shape(std::string_view text) {
  const std::vector<std::string_view> words = words_of(text);
  std::size_t tokens = 0, features = 0;
  if (words.size() == 4 && words[1] == "tokens" && words[2] == "x" && read_count(words[0], tokens) && tokens > 0 &&
      read_count(words[3], features) && features > 0)
    return {.channels = features, .height = tokens, .width = 1, .tokens = true};
  const std::vector<std::size_t> counts = words.size() == 1 ? read_counts(words[0]) : std::vector<std::size_t>();
  if (counts.size() == 1) return {.channels = counts[0]};
  if (counts.size() == 2) return {.height = counts[0], .width = counts[1]};
  if (counts.size() == 3) return {.channels = counts[0], .height = counts[1], .width = counts[2]};
  throw std::invalid_argument(
      "\"" + std::string(text) +
      "\" is no shape of states: write \"784\" (plain numbers), \"28x28\" (an image), \"3x32x32\" "
      "(channels, rows, columns) or \"8 tokens x 16\"");
}

std::string shape_text(const NeuralShape& shape) {
  if (shape.tokens) return std::to_string(shape.pixels()) + " tokens x " + std::to_string(shape.channels);
  std::string text = std::to_string(shape.channels);
  if (shape.pixels() == 1) return text;
  const std::string image = std::to_string(shape.height) + 'x' + std::to_string(shape.width);
  return shape.channels == 1 ? image : text + 'x' + image;
}

NeuralShape shape_after(const LayerSpec& spec, const NeuralShape& shape) {
  const auto slid = [&](std::size_t length, std::size_t window, std::size_t stride) {
    if (window > length + 2 * spec.padding)
      throw std::invalid_argument("the layer \"" + layer_text(spec) + "\" has a window larger than what comes to it (" +
                                  shape_text(shape) + "): take a smaller window, or a padding");
    return (length + 2 * spec.padding - window) / stride + 1;
  };
  NeuralShape after = shape;
  switch (spec.kind) {
    case LayerKind::dense:
      return {.channels = spec.units};
    case LayerKind::sum:
    case LayerKind::logsumexp:
      return {};
    case LayerKind::conv:
      after.channels = spec.units;
      after.height = slid(shape.height, spec.height, spec.stride);
      after.width = slid(shape.width, spec.width, spec.stride);
      return after;
    case LayerKind::pool:
      after.height = slid(shape.height, spec.height, spec.height);
      after.width = slid(shape.width, spec.width, spec.width);
      return after;
    case LayerKind::attention:
      if (shape.pixels() == 1)
        throw std::invalid_argument("the layer \"" + layer_text(spec) + "\" finds one token alone (" +
                                    shape_text(shape) + "): give states as \"8 tokens x 16\" or as an image");
      return after;
    default:
      return after;
  }
}

}  // namespace gibbsite
