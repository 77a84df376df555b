#include "physics/exact/quadrature.hpp"

#include <algorithm>
#include <boost/math/quadrature/gauss.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>

namespace gibbsite {
namespace {

using GaussLegendre = boost::math::quadrature::gauss<double, 16>;

/// Points in an order, and ln of what each stands for.
struct QuadratureSide {
  std::vector<double> x, log_weight;
};

/// Panels from low to high, of x(t) with the slope dx/dt.
template <class X, class Slope>
QuadratureSide panels_of(double low, double high, std::size_t panels, X x, Slope slope) {
  QuadratureSide side;
  const double half = 0.5 * (high - low) / static_cast<double>(panels);
  const auto add = [&](double t, double weight) {
    side.x.push_back(x(t));
    side.log_weight.push_back(std::log(weight * half * slope(t)));
  };
  for (std::size_t panel = 0; panel < panels; ++panel) {
    const double middle = low + half * static_cast<double>(2 * panel + 1);
    for (std::size_t k = GaussLegendre::abscissa().size(); k-- > 0;)
      add(middle - half * GaussLegendre::abscissa()[k], GaussLegendre::weights()[k]);
    for (std::size_t k = 0; k < GaussLegendre::abscissa().size(); ++k)
      add(middle + half * GaussLegendre::abscissa()[k], GaussLegendre::weights()[k]);
  }
  return side;
}

/// Where energies are asked for: on the line, in a square box, or in the plane by radius and angle about the mean of
/// the reference. Rows of `columns` points.
class Points {
 public:
  /// reach: how far t goes; ignored for a box.
  Points(const ContinuousReference& reference, std::size_t units, std::size_t panels, double reach)
      : units_(units), polar_(units == 2 && !reference.is_box()), middle_(reference.mean()) {
    const double s = reference.scale();
    if (reference.is_box())
      side_ = panels_of(
          reference.low(), reference.high(), panels, [](double t) { return t; }, [](double) { return 1.0; });
    else if (polar_)
      side_ = panels_of(
          0, reach, panels, [&](double t) { return s * std::sinh(t); },
          [&](double t) { return s * std::cosh(t) * s * std::sinh(t); });
    else
      side_ = panels_of(
          -reach, reach, panels, [&](double t) { return middle_ + s * std::sinh(t); },
          [&](double t) { return s * std::cosh(t); });
    angles_ = 32 * panels;
  }
  std::size_t rows() const { return units_ == 2 ? side_.x.size() : 1; }
  std::size_t columns() const { return polar_ ? angles_ : side_.x.size(); }
  double count() const { return static_cast<double>(rows()) * static_cast<double>(columns()); }

  void fill(std::size_t row, std::span<double> x) const {
    for (std::size_t k = 0; k < columns(); ++k) {
      if (polar_) {
        const double angle = 2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(angles_);
        x[2 * k] = middle_ + side_.x[row] * std::cos(angle);
        x[2 * k + 1] = middle_ + side_.x[row] * std::sin(angle);
      } else {
        x[k * units_ + units_ - 1] = side_.x[k];
        if (units_ == 2) x[2 * k] = side_.x[row];
      }
    }
  }
  double log_weight(std::size_t row, std::size_t k) const {
    if (polar_) return side_.log_weight[row] + std::log(2 * std::numbers::pi / static_cast<double>(angles_));
    return side_.log_weight[k] + (units_ == 2 ? side_.log_weight[row] : 0);
  }
  /// Whether nothing is asked for further out.
  bool border(std::size_t row, std::size_t k) const {
    return polar_ ? row + 1 == rows() : units_ == 1 && (k == 0 || k + 1 == columns());
  }

 private:
  std::size_t units_;
  bool polar_;
  double middle_;
  QuadratureSide side_;
  std::size_t angles_ = 0;
};

/// Sums over points at one place of the path, relative to exp(top).
struct PathIntegral {
  double top = -std::numeric_limits<double>::infinity(), edge = top;  // edge: the largest term at the border
  double one = 0, energy = 0, squares = 0;
  std::vector<double> observed;

  void add(double log_term, double e, std::span<const double> o, bool border) {
    if (border) edge = std::max(edge, log_term);
    if (!(log_term > -std::numeric_limits<double>::infinity())) return;
    if (log_term > top) {
      const double shrink = std::exp(top - log_term);
      for (double* sum : {&one, &energy, &squares}) *sum *= shrink;
      for (double& sum : observed) sum *= shrink;
      top = log_term;
    }
    const double term = std::exp(log_term - top);
    if (term == 0) return;
    one += term;
    energy += term * e;
    squares += term * e * e;
    for (std::size_t k = 0; k < o.size(); ++k) observed[k] += term * o[k];
  }
  double log_z() const { return top + std::log(one); }
};

std::vector<PathIntegral> integrate(const ContinuousEnergy& model, const ContinuousReference& reference,
                                    std::span<const double> lambda, const Points& points) {
  const std::size_t d = model.units(), columns = points.columns(), observables = model.observables().size();
  std::vector<PathIntegral> sums(lambda.size());
  for (PathIntegral& own : sums) own.observed.assign(observables, 0);
  std::vector<double> x(columns * d), energy(columns), observed(observables);
  for (std::size_t row = 0; row < points.rows(); ++row) {
    points.fill(row, x);
    model.evaluate(x, energy, {});
    for (std::size_t k = 0; k < columns; ++k) {
      const auto state = std::span<const double>(x).subspan(k * d, d);
      if (!std::isfinite(energy[k])) continue;
      model.observe(state, energy[k], observed);
      const double own = reference.is_box() ? 0 : reference.energy(state);
      for (std::size_t l = 0; l < lambda.size(); ++l) {
        const double potential = (reference.is_box() ? 0 : (1 - lambda[l]) * own) + lambda[l] * energy[k];
        sums[l].add(points.log_weight(row, k) - potential, energy[k], observed, points.border(row, k));
      }
    }
  }
  return sums;
}

bool integrals_agree(const std::vector<PathIntegral>& a, const std::vector<PathIntegral>& b, double within) {
  for (std::size_t l = 0; l < a.size(); ++l) {
    const double e = a[l].energy / a[l].one, f = b[l].energy / b[l].one;
    if (!(std::abs(a[l].log_z() - b[l].log_z()) <= within * (1 + std::abs(a[l].log_z()))) ||
        !(std::abs(e - f) <= within * (1 + std::abs(e))))
      return false;
  }
  return true;
}

}  // namespace

std::variant<ExactAnswers, std::string> quadrature(const ContinuousEnergy& model, const ContinuousReference& reference,
                                                   std::span<const double> lambda, double most_work, double within) {
  const auto [part, count] = model.copies();
  const std::size_t d = part->units();
  if (d > 2) return "quadrature serves two coordinates at most, and no closed form is known";
  if (within == 0) within = d == 1 ? 1e-11 : 1e-9;
  constexpr double known = 1e-8, negligible = -32;  // exp(-32) = 1e-14
  const auto [middle, width] = part->extent();      // modes may be where a narrow reference has nothing
  double work = 0;
  double reach = std::max(3.0, std::asinh((std::abs(middle - reference.mean()) + 8 * width) / reference.scale()));
  std::optional<std::vector<PathIntegral>> before;
  for (std::size_t panels = 8;;) {
    const Points points(reference, d, panels, reach);
    work += points.count() * static_cast<double>(lambda.size() + 4);
    if (work > most_work) return "quadrature of this energy takes longer than a run should wait for";
    std::vector<PathIntegral> sums = integrate(*part, reference, lambda, points);
    const bool cut = !reference.is_box() && std::any_of(sums.begin(), sums.end(), [](const PathIntegral& own) {
      return own.edge - own.log_z() > negligible;
    });
    if (cut && reach < 60) {
      reach *= 1.5;
      before.reset();
      continue;
    }
    if (cut) return "exp(-E) does not fall off, as far as quadrature sees";
    if (!before || !integrals_agree(*before, sums, within)) {
      before = std::move(sums);
      panels *= 2;
      continue;
    }
    ExactAnswers answers{"quadrature", {}, {}};
    const auto observables = model.observables();
    const double copies = static_cast<double>(count), units = static_cast<double>(model.units());
    for (std::size_t l = 0; l < lambda.size(); ++l) {
      const PathIntegral &own = sums[l], &coarse = (*before)[l];
      auto& values = answers.at.emplace_back().values;
      for (std::size_t k = 2; k < observables.size(); ++k) {
        const double mean = own.observed[k] / own.one;
        if (std::abs(mean - coarse.observed[k] / coarse.one) < known) values[observables[k].name] = mean;
      }
      const double energy = own.energy / own.one;
      values["log_z"] = copies * own.log_z();
      values["energy"] = copies * energy;
      values["energy_density"] = copies * energy / units;
      if (reference.is_box())
        values["specific_heat"] = lambda[l] * lambda[l] * copies * (own.squares / own.one - energy * energy) / units;
    }
    return answers;
  }
}

}  // namespace gibbsite
