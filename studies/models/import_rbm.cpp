/// Restricted machines from arrays by name.
#include <fmt/format.h>

#include "physics/matrices/eigen.hpp"
#include "studies/models/import_parts.hpp"

namespace gibbsite {
namespace {

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
  } else if (const NumberArray& w = source.array("W"); visible == UnitKind::categorical && w.shape.size() == 3) {
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
  if (visible != UnitKind::categorical || weights.states > 1) return weights;
  weights.states = source.count("states", 0);
  if (weights.states < 2 || weights.matrix.rows() % weights.states != 0)
    source.refuse(
        fmt::format("categorical units: W has {} rows, visible units times states; give --states, or W as "
                    "visible x states x hidden",
                    weights.matrix.rows()));
  return weights;
}

}  // namespace

AnyModel read_rbm(const ImportSource& source) {
  const bool sklearn = source.find("W") == nullptr && source.find("components_") != nullptr;
  using enum UnitKind;
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

}  // namespace gibbsite
