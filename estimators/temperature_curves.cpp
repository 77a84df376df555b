#include "estimators/temperature_curves.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <optional>
#include <stdexcept>

#include "estimators/significance.hpp"

namespace gibbsite {
namespace {

// Columns of the reweighting.
enum Column : std::size_t { abs_m, m2, m4, m1 };

/// Powers of the magnetisation, in the order of Column.
std::vector<std::vector<double>> columns_of(const SystemDraws& draws) {
  const auto m = draws.magnetization_density;
  if (m.empty()) return {};
  std::vector<std::vector<double>> columns(draws.known == MeanMagnetization::measured ? 4 : 3);
  for (auto& column : columns) column.resize(m.size());
  for (std::size_t n = 0; n < m.size(); ++n) {
    const double square = m[n] * m[n];
    columns[abs_m][n] = std::abs(m[n]);
    columns[m2][n] = square;
    columns[m4][n] = square * square;
    if (columns.size() > m1) columns[m1][n] = m[n];
  }
  return columns;
}

Reweighting join(const SystemDraws& draws) {
  if (!(draws.sites > 0)) throw std::invalid_argument("temperature curves: give a positive number of sites");
  const auto columns = columns_of(draws);
  TemperatureSeries series{draws.beta, draws.energy, {}, draws.chains, draws.memory};
  for (const auto& column : columns) series.columns.emplace_back(column);
  return Reweighting(series);
}

/// q = scale x (a function of the means), and the slopes of that function.
struct Linear {
  double scale = 1, value = unknown;
  Reweighting::Slopes slopes = {};
};

Linear linearize(Quantity quantity, const Reweighting::Point& at, double sites, MeanMagnetization known) {
  const auto& mean = at.columns;
  const auto in_columns = [&](std::initializer_list<std::pair<Column, double>> given) {
    Reweighting::Slopes slopes{.columns = std::vector<double>(mean.size(), 0.0)};
    for (const auto& [column, slope] : given) slopes.columns[column] = slope;
    return slopes;
  };
  Linear q{.slopes = in_columns({})};
  switch (quantity) {
    case Quantity::log_z_ratio:
      q.value = at.log_z;
      q.slopes.log_z = 1;
      return q;
    case Quantity::energy_density:
      q.scale = 1 / sites;
      q.value = at.energy;
      q.slopes.energy = 1;
      return q;
    case Quantity::specific_heat:
      q.scale = at.beta * at.beta / sites;
      q.value = at.energy_variance;
      q.slopes.energy_variance = 1;
      return q;
    case Quantity::magnetization_density:
      return {1, mean[m1], in_columns({{m1, 1}})};
    case Quantity::abs_magnetization_density:
      return {1, mean[abs_m], in_columns({{abs_m, 1}})};
    case Quantity::magnetization_density_squared:
      return {1, mean[m2], in_columns({{m2, 1}})};
    case Quantity::susceptibility:
      if (known == MeanMagnetization::zero_by_symmetry) return {at.beta * sites, mean[m2], in_columns({{m2, 1}})};
      return {at.beta * sites, mean[m2] - mean[m1] * mean[m1], in_columns({{m2, 1}, {m1, -2 * mean[m1]}})};
    case Quantity::susceptibility_abs:
      return {at.beta * sites, mean[m2] - mean[abs_m] * mean[abs_m], in_columns({{m2, 1}, {abs_m, -2 * mean[abs_m]}})};
    case Quantity::binder_cumulant: {
      const double ratio = mean[m4] / (3 * mean[m2] * mean[m2]);
      return {1, 1 - ratio, in_columns({{m4, -ratio / mean[m4]}, {m2, 2 * ratio / mean[m2]}})};
    }
  }
  return q;
}

/// The mean whose square a variance takes off.
std::optional<Quantity> squared_mean(Quantity quantity, MeanMagnetization known) {
  if (quantity == Quantity::specific_heat) return Quantity::energy_density;
  if (quantity == Quantity::susceptibility_abs) return Quantity::abs_magnetization_density;
  if (quantity == Quantity::susceptibility && known == MeanMagnetization::measured)
    return Quantity::magnetization_density;
  return std::nullopt;
}

}  // namespace

std::string name_of(Quantity quantity) {
  switch (quantity) {
    case Quantity::log_z_ratio:
      return "log_z_ratio";
    case Quantity::energy_density:
      return "energy_density";
    case Quantity::specific_heat:
      return "specific_heat";
    case Quantity::magnetization_density:
      return "magnetization_density";
    case Quantity::abs_magnetization_density:
      return "abs_magnetization_density";
    case Quantity::magnetization_density_squared:
      return "magnetization_density_squared";
    case Quantity::susceptibility:
      return "susceptibility";
    case Quantity::susceptibility_abs:
      return "susceptibility_abs";
    case Quantity::binder_cumulant:
      return "binder_cumulant";
  }
  return "";
}

TemperatureCurves::TemperatureCurves(const SystemDraws& draws)
    : reweighting_(join(draws)), sites_(draws.sites), known_(draws.known) {
  quantities_ = {Quantity::log_z_ratio, Quantity::energy_density, Quantity::specific_heat};
  if (draws.magnetization_density.empty()) return;
  if (known_ == MeanMagnetization::measured) quantities_.push_back(Quantity::magnetization_density);
  quantities_.insert(quantities_.end(),
                     {Quantity::abs_magnetization_density, Quantity::magnetization_density_squared,
                      Quantity::susceptibility, Quantity::susceptibility_abs, Quantity::binder_cumulant});
}

double TemperatureCurves::value(Quantity quantity, const Point& point) const {
  const Linear q = linearize(quantity, point, sites_, known_);
  return q.scale * q.value;
}

Reweighting::Influence TemperatureCurves::influence(Quantity quantity, const Point& point) const {
  return std::move(influences(std::span(&quantity, 1), point).front());
}

std::vector<Reweighting::Influence> TemperatureCurves::influences(std::span<const Quantity> quantities,
                                                                  const Point& point) const {
  std::vector<Reweighting::Slopes> slopes;
  std::vector<double> scale;
  for (const Quantity quantity : quantities) {
    Linear q = linearize(quantity, point, sites_, known_);
    slopes.push_back(std::move(q.slopes));
    scale.push_back(q.scale);
  }
  auto all = reweighting_.influences(point, slopes);
  for (std::size_t i = 0; i < all.size(); ++i)
    for (auto* part : {&all[i].draws, &all[i].unseen})
      for (double& v : *part) v *= scale[i];
  return all;
}

Estimate TemperatureCurves::estimate(Quantity quantity, const Point& point) const {
  return estimates(std::span(&quantity, 1), point).front();
}

std::vector<Estimate> TemperatureCurves::estimates(std::span<const Quantity> quantities, const Point& point) const {
  std::vector<Reweighting::Slopes> slopes;
  for (const Quantity quantity : quantities) slopes.push_back(linearize(quantity, point, sites_, known_).slopes);
  std::vector<std::optional<std::size_t>> squared(quantities.size());  // where the influence on its mean stands
  for (std::size_t i = 0; i < quantities.size(); ++i)
    if (const auto mean = squared_mean(quantities[i], known_)) {
      squared[i] = slopes.size();
      slopes.push_back(linearize(*mean, point, sites_, known_).slopes);
    }
  const auto influences = reweighting_.influences(point, slopes);
  std::vector<Estimate> estimates;
  for (std::size_t i = 0; i < quantities.size(); ++i) {
    const bool log_z = quantities[i] == Quantity::log_z_ratio;
    const Linear q = linearize(quantities[i], point, sites_, known_);
    // What is 0 whatever was drawn: C and susceptibilities at beta = 0, ln Z compared with itself.
    if (q.scale == 0 || (log_z && point.beta == reweighting_.beta().front())) {
      estimates.push_back({.value = 0, .error = 0});
      continue;
    }
    Estimate e = reweighting_.estimate(q.scale * q.value, influences[i], log_z ? point.log_z_trusted : point.trusted);
    if (squared[i] && e.error > 0) {
      // Second order, as in estimators/derived.hpp: x^2 curves by -2 for every error of <x>, M = -2 error^2.
      const Estimate mean = reweighting_.estimate(0, influences[*squared[i]], true);
      const double plain = mean.error / widening(mean.degrees), first = e.error / widening(e.degrees);
      if (plain > 0) {
        e.degrees = std::min(e.degrees, mean.degrees);
        e.error = widening(e.degrees) * std::hypot(first, std::sqrt(8.0) * plain * plain);
      }
    }
    e.error *= q.scale;
    estimates.push_back(e);
  }
  return estimates;
}

CurveTable tabulate(const TemperatureCurves& curves, std::span<const double> beta) {
  CurveTable table{{beta.begin(), beta.end()},
                   curves.quantities(),
                   {},
                   std::vector<double>(beta.size()),
                   std::vector<double>(beta.size()),
                   {}};
  table.estimates.assign(table.quantities.size(), std::vector<Estimate>(beta.size()));
  std::vector<char> trusted(beta.size());  // not bits, which threads would share
  std::exception_ptr failure;              // which must not leave the threads' loop
#pragma omp parallel for schedule(dynamic)
  for (std::size_t b = 0; b < beta.size(); ++b) try {
      const auto point = curves.at(beta[b]);
      table.effective[b] = point.effective;
      table.tail_share[b] = point.tail_share;
      trusted[b] = point.trusted;
      const auto row = curves.estimates(table.quantities, point);
      for (std::size_t q = 0; q < row.size(); ++q) table.estimates[q][b] = row[q];
    } catch (...) {
#pragma omp critical(gibbsite_tabulate)
      failure = std::current_exception();
    }
  if (failure) std::rethrow_exception(failure);
  table.trusted.assign(trusted.begin(), trusted.end());
  return table;
}

}  // namespace gibbsite
