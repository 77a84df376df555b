/// Models from arrays by name.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <stdexcept>

#include "physics/matrices/eigen.hpp"
#include "studies/models/import_source.hpp"

namespace gibbsite {
namespace {

using enum UnitKind;

Matrix transposed(const Matrix& m) { return matrix(eigen(m).transpose()); }

/// Two arrays that say the same thing, or contradict each other; both count as read.
void check_same(const ImportSource& source, const std::string& a, std::span<const double> left, const std::string& b,
                std::span<const double> right) {
  constexpr double rounding = 1e-6;  // of float32
  bool same = left.size() == right.size();
  for (std::size_t k = 0; same && k < left.size(); ++k)
    same = std::abs(left[k] - right[k]) <= rounding * (std::abs(left[k]) + std::abs(right[k]));
  if (!same) source.refuse(fmt::format("{} and {} contradict each other; leave one of them out", a, b));
}

std::vector<double> read_variance(const ImportSource& source, std::size_t units) {
  std::vector<double> variance;
  const std::string words = source.key("variance", "");
  for (const char* name : {"variance", "sigma"})
    if (source.find(name) != nullptr && !words.empty())
      source.refuse(fmt::format("it holds {} beside --variance {}; leave one out", name, words));
  const auto per_unit = [&](const char* name) {  // one number is that of all units
    std::vector<double> values = source.array(name).values;
    return values.size() == 1 ? std::vector<double>(units, values[0])
                              : source.vector(name, units, "one per visible unit, or one for all");
  };
  if (source.find("variance") != nullptr) variance = per_unit("variance");
  if (source.find("sigma") != nullptr) {
    std::vector<double> squared = per_unit("sigma");
    for (double& v : squared) v *= v;
    if (!variance.empty()) check_same(source, "variance", variance, "the squares of sigma", squared);
    variance = std::move(squared);
  }
  if (!variance.empty()) return variance;
  const auto number = read_number<double>(words);
  if (!number)
    source.refuse(fmt::format("gaussian units need their variances: {}an array variance or sigma, or --variance NUMBER",
                              words.empty() ? "" : fmt::format("`{}` is no number; give ", words)));
  return std::vector<double>(units, *number);
}

bool all_zero(const NumberArray& array) {
  return array.unread.empty() && std::all_of(array.values.begin(), array.values.end(), [](double v) { return v == 0; });
}

/// Arrays that change the energy of models that do not know them.
void refuse_offsets(const ImportSource& source, const std::string& why) {
  for (const char* name : {"ov", "oh"})
    if (const NumberArray* offset = source.find(name); offset != nullptr && !all_zero(*offset))
      source.refuse(
          fmt::format("it holds {}, the offsets of a centred machine, {}; put them into the biases (b - W oh, "
                      "c - W' ov) and leave them out",
                      name, why));
}

/// A centred machine, E = -(v - ov)'b - (h - oh)'c - (v - ov)'W(h - oh) (Melchior, Fischer & Wiskott, J. Mach. Learn.
/// Res. 17, 99 (2016), eq. 9), is a plain one of other biases; `constant` is what its energy has besides.
double remove_offsets(const ImportSource& source, const Matrix& weights, std::vector<double>& b,
                      std::vector<double>& c) {
  if (source.find("ov") == nullptr && source.find("oh") == nullptr) return 0;
  const auto offset = [&](const char* name, std::size_t length, const char* meaning) {
    const auto v =
        source.find(name) == nullptr ? std::vector<double>(length, 0.0) : source.vector(name, length, meaning);
    return Eigen::VectorXd(eigen(v));
  };
  const Eigen::VectorXd ov = offset("ov", b.size(), "one per visible unit"),
                        oh = offset("oh", c.size(), "one per hidden unit");
  const auto w = eigen(weights);
  Eigen::Map<Eigen::VectorXd> visible = eigen(b), hidden = eigen(c);
  const double constant = ov.dot(visible) + oh.dot(hidden) - ov.dot(w * oh);
  visible -= w * oh;
  hidden -= w.transpose() * ov;
  source.remark("offsets ov and oh of a centred machine were put into the biases and a constant of the energy");
  return constant;
}

/// scikit-learn's names beside ours.
void check_twins(const ImportSource& source, const Matrix& weights, std::span<const double> b,
                 std::span<const double> c) {
  if (source.find("components_") != nullptr) {
    const Matrix other = transposed(source.matrix("components_"));
    const bool shaped = other.rows() == weights.rows() && other.columns() == weights.columns();
    check_same(source, "W", weights.numbers(), "components_ (hidden x visible)",
               shaped ? other.numbers() : std::span<const double>());
  }
  if (source.find("intercept_visible_") != nullptr)
    check_same(source, "b", b, "intercept_visible_", source.array("intercept_visible_").values);
  if (source.find("intercept_hidden_") != nullptr)
    check_same(source, "c", c, "intercept_hidden_", source.array("intercept_hidden_").values);
}

/// What only other units have says that the units were meant to be those.
void refuse_parts_of_others(const ImportSource& source, UnitKind visible) {
  if (visible != gaussian && source.keys().contains("variance"))
    source.refuse("--variance is for gaussian units; say --visible gaussian, or leave it out");
  if (visible != categorical && source.keys().contains("states"))
    source.refuse("--states is for categorical units; say --visible categorical, or leave it out");
  for (const char* name : {"variance", "sigma"})
    if (visible != gaussian && !source.keys().contains("visible") && source.find(name) != nullptr)
      source.refuse(
          fmt::format("it holds {0}, as gaussian units have; say --visible gaussian, or --visible {1} to leave "
                      "{0} out",
                      name, word_of(visible)));
}

/// The weights of an rbm, visible x hidden, and the states of a visible unit.
struct RbmWeights {
  Matrix matrix;
  std::size_t states = 1;
};

/// W of three axes: visible x states x hidden, transposed hidden x visible x states.
RbmWeights read_weights_of_states(const ImportSource& source, const NumberArray& w) {
  if (w.values.empty()) source.refuse(fmt::format("W is empty ({})", shape_text(w.shape)));
  const std::size_t states = w.shape[source.transpose() ? 2 : 1];
  if (source.count("states", states) != states)
    source.refuse(fmt::format("states = {}, but W has the shape {} ({})", source.count("states", states),
                              shape_text(w.shape),
                              source.transpose() ? "hidden x visible x states" : "visible x states x hidden"));
  if (!source.transpose()) return {ImportSource::flat(w), states};
  return {transposed(Matrix::from_rows(w.shape[0], w.values.size() / w.shape[0], w.values)), states};
}

RbmWeights read_weights_of(const ImportSource& source, bool sklearn, UnitKind visible, std::size_t b, std::size_t c) {
  RbmWeights weights;
  if (sklearn && source.transpose()) source.refuse("components_ is hidden x visible anyway; leave out --transpose");
  if (sklearn) {
    weights.matrix = transposed(source.matrix("components_"));
  } else if (const NumberArray& w = source.array("W"); visible == categorical && w.shape.size() == 3) {
    weights = read_weights_of_states(source, w);
  } else {
    weights.matrix = source.matrix("W");
    const bool fits = weights.matrix.rows() == b && weights.matrix.columns() == c;
    const bool other_way = weights.matrix.rows() == c && weights.matrix.columns() == b;
    if (!source.transpose() && !fits && other_way && source.foreign({"W", "b", "c"})) {
      source.remark(fmt::format("{} is hidden x visible, as the biases tell, and was transposed", source.called("W")));
      weights.matrix = transposed(weights.matrix);
    } else if (source.transpose()) {
      weights.matrix = transposed(weights.matrix);
    }
  }
  if (visible != categorical || weights.states > 1) return weights;
  weights.states = source.count("states", 0);
  if (weights.states < 2 || weights.matrix.rows() % weights.states != 0)
    source.refuse(
        fmt::format("categorical units: W has {} rows, visible units times states; give --states, or W as "
                    "visible x states x hidden",
                    weights.matrix.rows()));
  return weights;
}

/// By the names of the interface or of scikit-learn.
AnyModel read_rbm(const ImportSource& source) {
  const bool sklearn = source.find("W") == nullptr && source.find("components_") != nullptr;
  const UnitKind hidden = source.kind("units", binary, {binary, spin});
  const UnitKind visible = source.kind("visible", hidden, {binary, spin, gaussian, categorical});
  refuse_parts_of_others(source, visible);
  const char* b = sklearn ? "intercept_visible_" : "b";
  const char* c = sklearn ? "intercept_hidden_" : "c";
  if (!sklearn) (void)source.array("W");  // what is missing is named in this order
  const std::size_t visible_biases = source.array(b).values.size(), hidden_biases = source.array(c).values.size();
  const auto [weights, states] = read_weights_of(source, sklearn, visible, visible_biases, hidden_biases);
  if (visible_biases == weights.columns() && hidden_biases == weights.rows() && weights.rows() != weights.columns())
    source.refuse(
        fmt::format("W is {} x {}, but {} has {} and {} has {} numbers; W must be visible x hidden: "
                    "transpose it{}",
                    weights.rows(), weights.columns(), b, weights.columns(), c, weights.rows(),
                    source.transpose() ? " back, leaving out --transpose" : ", by --transpose"));
  Layer below{visible, weights.rows() / states, states, source.vector(b, weights.rows(), "one per row of W"), {}};
  if (visible == gaussian) below.variance = read_variance(source, below.units);
  Layer above{hidden, weights.columns(), 1, source.vector(c, weights.columns(), "one per column of W"), {}};
  if (!sklearn) check_twins(source, weights, below.bias, above.bias);
  if (sklearn)
    source.remark_square("components_ transposed", weights, "visible", "hidden");
  else if (states == 1)
    source.remark_square("W", weights, "visible", "hidden");
  if (visible != binary && visible != spin) refuse_offsets(source, "which are not known for such units");
  const double constant =
      visible == binary || visible == spin ? remove_offsets(source, weights, below.bias, above.bias) : 0;
  return std::make_shared<const Network>(std::vector<Layer>{below, above}, std::vector<Matrix>{weights}, constant);
}

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
  if (!rule.empty() && rule != "hebbian" && rule != "pseudo-inverse")
    source.refuse(fmt::format("rule = {}; allowed: hebbian, pseudo-inverse", rule));
  return std::make_shared<const BoltzmannMachine>(
      hopfield(std::move(patterns), rule == "pseudo-inverse" ? PatternRule::pseudo_inverse : PatternRule::hebbian));
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
