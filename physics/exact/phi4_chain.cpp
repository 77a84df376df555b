#include "physics/exact/phi4_chain.hpp"

#include <Eigen/Eigenvalues>
#include <cmath>

#include "physics/matrices/eigen.hpp"

namespace gibbsite {
namespace {

/// Whether sites follow one another round a ring.
bool is_ring(const Graph& graph) {
  const std::size_t n = graph.sites();
  if (n < 2 || graph.bond_count() != n) return false;
  for (const Bond& bond : graph.bonds())
    if ((bond.i + 1) % n != bond.j && (bond.j + 1) % n != bond.i) return false;
  for (std::size_t i = 0; i < n; ++i)
    if (graph.degree(i) != 2) return false;
  return true;
}

}  // namespace

std::variant<ExactAnswers, std::string> phi4_chain(const Phi4& model, const ContinuousReference& reference,
                                                   std::span<const double> lambda) {
  const Graph& graph = model.graph();
  const auto coupling = graph.common_coupling(), field = graph.common_field();
  if (!coupling || !field || *coupling <= 0 || !is_ring(graph))
    return "phi^4 is solved exactly on periodic chains with one coupling above 0 and one field alone";
  constexpr Eigen::Index points = 301;
  constexpr double negligible = 75;  // exp(-75) beside the largest weight
  const double m2 = model.mass_squared(), g = model.quartic(), length = static_cast<double>(graph.sites());
  ExactAnswers answers{"transfer matrix on a grid of the field", {}, {}};
  for (const double l : lambda) {
    const auto own = [&](double phi) { return ((0.5 * m2 + g * phi * phi) * phi - *field) * phi; };
    const auto potential = [&](double phi) {
      const double away = (phi - reference.mean()) / reference.scale();
      return l * own(phi) + (reference.is_box() ? 0 : (1 - l) * 0.5 * away * away);
    };
    double low = reference.low(), high = reference.high();
    if (!reference.is_box()) {
      double least = potential(reference.mean());
      for (double x = -100; x <= 100; x += 0.01) least = std::min(least, potential(x));
      for (high = 100; high > 0 && potential(high) > least + negligible;) high -= 0.01;
      for (low = -100; low < high && potential(low) > least + negligible;) low += 0.01;
    }
    const double h = (high - low) / static_cast<double>(points - 1);
    Eigen::VectorXd phi(points), weight(points);
    for (Eigen::Index a = 0; a < points; ++a) {
      phi[a] = low + h * static_cast<double>(a);
      const double ends = a == 0 || a + 1 == points ? 0.5 : 1;
      weight[a] = std::sqrt(ends * h) * std::exp(-0.5 * potential(phi[a]));
    }
    Eigen::MatrixXd T(points, points), bond(points, points);
    for (Eigen::Index b = 0; b < points; ++b)
      for (Eigen::Index a = 0; a < points; ++a) {
        const double energy = 0.5 * *coupling * (phi[a] - phi[b]) * (phi[a] - phi[b]);
        T(a, b) = weight[a] * weight[b] * std::exp(-l * energy);
        bond(a, b) = T(a, b) * energy;
      }
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solved(T);
    const Eigen::VectorXd& value = solved.eigenvalues();
    const double largest = value[points - 1];
    double z = 0, squares = 0, bonds = 0, sites = 0;
    for (Eigen::Index k = 0; k < points; ++k) {
      const double ratio = std::pow(std::max(0.0, value[k] / largest), length);
      if (ratio < 1e-18) continue;
      const auto state = solved.eigenvectors().col(k);
      z += ratio;
      for (Eigen::Index a = 0; a < points; ++a) {
        squares += ratio * state[a] * state[a] * phi[a] * phi[a];
        sites += ratio * state[a] * state[a] * own(phi[a]);
      }
      bonds += ratio / value[k] * state.dot(bond * state);
    }
    auto& values = answers.at.emplace_back().values;
    values["log_z"] = length * std::log(largest) + std::log(z);
    values["phi_squared"] = squares / z;
    values["energy"] = length * (bonds + sites) / z;
    values["energy_density"] = (bonds + sites) / z;
  }
  return answers;
}

}  // namespace gibbsite
