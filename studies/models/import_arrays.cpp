/// Models from arrays by name.
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "physics/matrices/eigen.hpp"
#include "studies/models/import_parts.hpp"

namespace gibbsite {
namespace {

using enum UnitKind;

/// lower x upper.
Matrix read_between(const ImportSource& source, const std::string& name) {
  Matrix m = source.matrix(name);
  return source.transpose() ? transposed(m) : m;
}

std::vector<Matrix> read_stack(const ImportSource& source) {
  std::vector<Matrix> weights;
  while (weights.empty() || source.find(fmt::format("W_{}", weights.size())) != nullptr)
    weights.push_back(read_between(source, fmt::format("W_{}", weights.size())));
  for (std::size_t l = 0; l < weights.size(); ++l)
    source.remark_square(fmt::format("W_{}", l), weights[l], fmt::format("layer {}", l),
                         fmt::format("layer {}", l + 1));
  refuse_offsets(source, "which are not known for deep models");
  return weights;
}

std::vector<double> read_bias(const ImportSource& source, std::size_t l, const std::vector<Matrix>& weights) {
  const bool top = l == weights.size();
  return source.vector(fmt::format("b_{}", l), top ? weights.back().columns() : weights[l].rows(),
                       top ? fmt::format("one per column of W_{}", l - 1) : fmt::format("one per row of W_{}", l));
}

AnyModel read_dbm(const ImportSource& source) {
  const UnitKind hidden = source.kind("units", binary, {binary, spin});
  const UnitKind visible = source.kind("visible", hidden, {binary, spin, gaussian});
  refuse_parts_of_others(source, visible);
  const auto weights = read_stack(source);
  if (weights.size() < 2) source.refuse("a dbm needs W_0, W_1, ...; with one matrix it is an rbm");
  std::vector<Layer> layers;
  for (std::size_t l = 0; l <= weights.size(); ++l) {
    std::vector<double> bias = read_bias(source, l, weights);
    const std::size_t units = bias.size();
    layers.push_back({l == 0 ? visible : hidden, units, 1, std::move(bias), {}});
  }
  if (visible == gaussian) layers[0].variance = read_variance(source, layers[0].units);
  return std::make_shared<const Network>(layers, weights);
}

AnyModel read_dbn(const ImportSource& source) {
  source.kind("units", binary, {binary});
  source.kind("visible", binary, {binary});
  const auto weights = read_stack(source);
  std::vector<SigmoidLayer> below;
  for (std::size_t l = 0; l + 1 < weights.size(); ++l) {
    const std::string V = fmt::format("V_{}", l), r = fmt::format("r_{}", l);
    below.push_back({read_bias(source, l, weights), weights[l], read_bias(source, l + 1, weights), weights[l]});
    if (source.find(V) != nullptr) below.back().recognition_weights = read_between(source, V);
    if (source.find(r) != nullptr)
      below.back().recognition_bias = source.vector(r, weights[l].columns(), fmt::format("one per column of W_{}", l));
  }
  std::vector<Layer> top;
  for (std::size_t l = weights.size() - 1; l <= weights.size(); ++l) {
    top.push_back({.bias = read_bias(source, l, weights)});
    top.back().units = top.back().bias.size();
  }
  return std::make_shared<const BeliefNetwork>(
      std::move(below), std::make_shared<const Network>(top, std::vector<Matrix>{weights.back()}));
}

AnyModel read_boltzmann(const ImportSource& source) {
  const UnitKind kind = source.kind("units", binary, {binary, spin});
  const auto weights = source.matrix("W");
  refuse_offsets(source, "which are not known for boltzmann");
  return std::make_shared<const BoltzmannMachine>(kind, source.count("visible_units", weights.rows()), weights,
                                                  source.vector("b", weights.rows(), "one per row of W"));
}

AnyModel read_hopfield(const ImportSource& source) {
  source.kind("units", spin, {spin});
  const Matrix xi = source.matrix("xi");
  std::vector<std::vector<std::int8_t>> patterns(xi.rows());
  for (std::size_t k = 0; k < patterns.size(); ++k)
    for (std::size_t i = 0; i < xi.columns(); ++i) {
      const double value = xi(k, i);
      if (value != 1 && value != -1)
        source.refuse(fmt::format("xi holds {} (pattern {}, unit {}); patterns are made of -1 and +1", value, k, i));
      patterns[k].push_back(value > 0 ? 1 : -1);
    }
  const std::string rule = source.key("rule", "");
  refuse_offsets(source, "which are not known for hopfield");
  for (const char* name : {"b", "bias"})
    if (const NumberArray* biases = source.find(name); biases != nullptr && !all_zero(*biases))
      source.refuse(fmt::format(
          "it holds biases {}, which a hopfield network has not; say --model boltzmann --units spin", name));
  if (!rule.empty() && source.find("W") != nullptr)
    source.refuse("it holds W beside --rule, and both say what the weights are; leave one out");
  if (rule.empty() && source.find("W") != nullptr)
    return std::make_shared<const BoltzmannMachine>(spin, xi.columns(), source.matrix("W"),
                                                    std::vector<double>(xi.columns(), 0.0), std::move(patterns));
  const auto known = rule.empty() ? PatternRule::hebbian : pattern_rule_named(rule);
  if (!known) source.refuse(fmt::format("rule = {}; allowed: {}", rule, join(names_of_pattern_rules(), ", ")));
  return std::make_shared<const BoltzmannMachine>(hopfield(std::move(patterns), *known));
}

}  // namespace

ModelFile model_from_arrays(const std::vector<NumberArray>& arrays, const ImportKeys& keys, const std::string& where) {
  struct Reader {
    NetworkKind kind;
    AnyModel (*read)(const ImportSource&);
    std::vector<std::string> keys;  ///< that mean something to it
  };
  static const std::vector<Reader> readers = {
      {NetworkKind::rbm, read_rbm, {"units", "visible", "states", "variance", "transpose"}},
      {NetworkKind::dbm, read_dbm, {"units", "visible", "variance", "transpose"}},
      {NetworkKind::dbn, read_dbn, {"units", "visible", "transpose"}},
      {NetworkKind::boltzmann, read_boltzmann, {"units", "visible_units"}},
      {NetworkKind::hopfield, read_hopfield, {"units", "rule"}}};
  const auto asked = keys.find("model");
  const std::string name = asked == keys.end() ? name_of(NetworkKind::rbm) : asked->second;
  const std::vector<std::string> names = names_of_networks();
  const auto kind = network_named(name);
  if (!kind)
    throw RequestError(fmt::format("{}: model = {}{}", where, name,
                                   and_then(did_you_mean(name, names), "allowed: " + join(names, ", "))));
  const NamedArrays named = with_our_names(arrays, keys, *kind, where);
  const ImportSource source(named, keys, where);
  const Reader& chosen =
      *std::find_if(readers.begin(), readers.end(), [&](const Reader& reader) { return reader.kind == *kind; });
  for (const auto& [key, value] : keys)
    if (key != "model" && key != "names" && std::find(chosen.keys.begin(), chosen.keys.end(), key) == chosen.keys.end())
      source.refuse(
          fmt::format("--{} means nothing for arrays of the model {}; leave it out, or name another with "
                      "--model",
                      key, name));
  try {
    ModelFile file{.kind = *kind, .model = chosen.read(source)};
    file.remarks = source.remarks();
    return file;
  } catch (const std::invalid_argument& error) {
    source.refuse(error.what());
  }
}

}  // namespace gibbsite
