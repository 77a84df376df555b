// Densities about curves (known_densities.hpp): moons, rings, a roll.
#include <algorithm>
#include <array>
#include <boost/math/quadrature/gauss.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <vector>

#include "physics/continuous/known_densities.hpp"

namespace gibbsite {
namespace {

using Point = std::array<double, 2>;

/// A curve with its parameter uniform between two ends.
struct Curve {
  std::function<Point(double)> at;
  double begin = 0, end = 2 * std::numbers::pi;
  std::size_t panels = 0;  ///< of 16 nodes; 0: closed, nodes at equal steps
};

/// Curves, equally likely, blurred by gaussians.
class BlurredCurves final : public KnownDensity {
 public:
  BlurredCurves(std::vector<Curve> curves, double deviation, double reach)
      : curves_(std::move(curves)), deviation_(deviation), reach_(reach) {
    for (const Curve& curve : curves_) add_nodes(curve);
    const double norm = -std::log(static_cast<double>(curves_.size()) * 2 * std::numbers::pi * deviation *
                                  deviation);  // the nodes' weights sum to 1
    for (Node& node : nodes_) node.log_weight = std::log(node.log_weight) + norm;
  }

  std::size_t draw(std::span<double> x, Chance& chance) const override {
    const std::size_t part = curves_.size() > 1 ? chance.pick(curves_.size()) : 0;
    const Curve& curve = curves_[part];
    const Point c = curve.at(curve.begin + (curve.end - curve.begin) * chance.uniform());
    for (std::size_t i = 0; i < 2; ++i) x[i] = c[i] + deviation_ * chance.normal();
    return part;
  }
  std::size_t parts() const noexcept override { return curves_.size(); }

  double log_density(std::span<const double> x) const override {
    const double precision = 1 / (2 * deviation_ * deviation_);
    double most = -std::numeric_limits<double>::infinity();
    const auto log_term = [&](const Node& n) {
      const double dx = x[0] - n.at[0], dy = x[1] - n.at[1];
      return n.log_weight - precision * (dx * dx + dy * dy);
    };
    for (const Node& n : nodes_) most = std::max(most, log_term(n));
    constexpr double negligible = -45;  // of ln: 3000 nodes of it are 1e-16 of the largest
    double sum = 0;
    for (const Node& n : nodes_)
      if (const double from_most = log_term(n) - most; from_most > negligible) sum += std::exp(from_most);
    return most + std::log(sum);
  }
  double reach() const noexcept override { return reach_; }

 private:
  struct Node {
    Point at;
    double log_weight;
  };

  void add_nodes(const Curve& curve) {
    if (curve.panels == 0) {
      constexpr std::size_t steps = 512;
      for (std::size_t k = 0; k < steps; ++k)
        nodes_.push_back({curve.at(2 * std::numbers::pi * static_cast<double>(k) / steps), 1.0 / steps});
      return;
    }
    using Gauss = boost::math::quadrature::gauss<double, 16>;
    const auto count = static_cast<double>(curve.panels);
    for (std::size_t p = 0; p < curve.panels; ++p)
      for (const double side : {-1.0, 1.0})
        for (std::size_t k = 0; k < Gauss::abscissa().size(); ++k) {
          const double share = (static_cast<double>(p) + 0.5 + 0.5 * side * Gauss::abscissa()[k]) / count;
          nodes_.push_back(
              {curve.at(curve.begin + (curve.end - curve.begin) * share), 0.5 * Gauss::weights()[k] / count});
        }
  }

  std::vector<Curve> curves_;
  std::vector<Node> nodes_;
  double deviation_, reach_;
};

Curve circle(double radius) {
  return {[radius](double t) { return Point{radius * std::cos(t), radius * std::sin(t)}; }};
}

}  // namespace

std::unique_ptr<const KnownDensity> two_moons() {
  constexpr std::size_t panels = 12;
  return std::make_unique<BlurredCurves>(std::vector<Curve>{{[](double t) {
                                                               return Point{2 * std::cos(t) - 1, 2 * std::sin(t) - 0.2};
                                                             },
                                                             0, std::numbers::pi, panels},
                                                            {[](double t) {
                                                               return Point{1 - 2 * std::cos(t), 0.8 - 2 * std::sin(t)};
                                                             },
                                                             0, std::numbers::pi, panels}},
                                         0.2, 5);
}

std::unique_ptr<const KnownDensity> four_rings() {
  return std::make_unique<BlurredCurves>(std::vector<Curve>{circle(3), circle(2.25), circle(1.5), circle(0.75)}, 0.08,
                                         4);
}

std::unique_ptr<const KnownDensity> swiss_roll() {
  constexpr std::size_t panels = 48;
  return std::make_unique<BlurredCurves>(std::vector<Curve>{{[](double t) {
                                                               return Point{t * std::cos(t) / 5, t * std::sin(t) / 5};
                                                             },
                                                             1.5 * std::numbers::pi, 4.5 * std::numbers::pi, panels}},
                                         0.2, 5);
}

}  // namespace gibbsite
