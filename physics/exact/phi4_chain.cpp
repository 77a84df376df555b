#include "physics/exact/phi4_chain.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
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

/// ln Z; <phi^2>; a site's bond energy and own energy.
struct Chain {
  double log_z, squares, bonds, sites;
};

/// On a grid of so many points, where anything is left of exp(-potential).
template <class Own, class Potential>
Chain solve_chain(const Own& own, const Potential& potential, double l, double coupling, double length,
                  const Phi4& model, const ContinuousReference& reference, Eigen::Index points) {
  constexpr double negligible = 75;  // exp(-75) beside the largest weight
  const auto [middle, width] = model.extent();
  const double wide = 12 * std::max(width, reference.scale()) + std::abs(middle) + std::abs(reference.mean());
  double low = reference.is_box() ? reference.low() : -wide, high = reference.is_box() ? reference.high() : wide;
  constexpr int looks = 20'000;
  double least = potential(low);
  for (int k = 0; k <= looks; ++k) least = std::min(least, potential(low + (high - low) * k / looks));
  const double look = (high - low) / looks;
  while (high - look > low && potential(high - look) > least + negligible) high -= look;
  while (low + look < high && potential(low + look) > least + negligible) low += look;
  const double h = (high - low) / static_cast<double>(points - 1);
  Eigen::VectorXd phi(points), weight(points);
  for (Eigen::Index a = 0; a < points; ++a) {
    phi[a] = low + h * static_cast<double>(a);
    const double ends = a == 0 || a + 1 == points ? 0.5 : 1;
    weight[a] = std::sqrt(ends * h) * std::exp(-0.5 * (potential(phi[a]) - least));
  }
  Eigen::MatrixXd T(points, points), bond(points, points);
  for (Eigen::Index b = 0; b < points; ++b)
    for (Eigen::Index a = 0; a < points; ++a) {
      const double energy = 0.5 * coupling * (phi[a] - phi[b]) * (phi[a] - phi[b]);
      T(a, b) = weight[a] * weight[b] * std::exp(-l * energy);
      bond(a, b) = T(a, b) * energy;
    }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solved(T);
  const Eigen::VectorXd& value = solved.eigenvalues();
  const double largest = value[points - 1];
  double z = 0;
  Chain chain{};
  for (Eigen::Index k = 0; k < points; ++k) {
    const double ratio = std::pow(std::max(0.0, value[k] / largest), length);
    if (ratio < 1e-18) continue;
    const auto state = solved.eigenvectors().col(k);
    z += ratio;
    for (Eigen::Index a = 0; a < points; ++a) {
      chain.squares += ratio * state[a] * state[a] * phi[a] * phi[a];
      chain.sites += ratio * state[a] * state[a] * own(phi[a]);
    }
    chain.bonds += ratio / value[k] * state.dot(bond * state);
  }
  for (double* sum : {&chain.squares, &chain.sites, &chain.bonds}) *sum /= z;
  chain.log_z = length * (std::log(largest) - least) + std::log(z);
  return chain;
}

}  // namespace

std::variant<ExactAnswers, std::string> phi4_chain(const Phi4& model, const ContinuousReference& reference,
                                                   std::span<const double> lambda) {
  const Graph& graph = model.graph();
  const auto coupling = graph.common_coupling(), field = graph.common_field();
  if (!coupling || !field || *coupling <= 0 || !is_ring(graph))
    return "phi^4 is solved exactly on periodic chains with one coupling above 0 and one field alone";
  const double m2 = model.mass_squared(), g = model.quartic(), length = static_cast<double>(graph.sites());
  ExactAnswers answers{"transfer matrix on a grid of the field", {}, {}};
  for (const double l : lambda) {
    const auto own = [&](double phi) { return ((0.5 * m2 + g * phi * phi) * phi - *field) * phi; };
    const auto potential = [&](double phi) {
      const double away = (phi - reference.mean()) / reference.scale();
      return l * own(phi) + (reference.is_box() ? 0 : (1 - l) * 0.5 * away * away);
    };
    const Chain coarse = solve_chain(own, potential, l, *coupling, length, model, reference, 201);
    const Chain found = solve_chain(own, potential, l, *coupling, length, model, reference, 301);
    constexpr double known = 1e-9;
    if (!(std::abs(found.log_z - coarse.log_z) <= known * (1 + std::abs(found.log_z))) || !std::isfinite(found.bonds) ||
        !(std::abs(found.squares - coarse.squares) <= known * (1 + std::abs(found.squares))))
      return "the transfer matrix of this chain needs a finer grid than there is: fields vary too fast";
    auto& values = answers.at.emplace_back().values;
    values["log_z"] = found.log_z;
    values["phi_squared"] = found.squares;
    values["energy"] = length * (found.bonds + found.sites);
    values["energy_density"] = found.bonds + found.sites;
  }
  return answers;
}

}  // namespace gibbsite
