#include "physics/exact/exact.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "physics/exact/chain.hpp"
#include "physics/exact/complete.hpp"
#include "physics/exact/enumeration.hpp"
#include "physics/exact/kaufman.hpp"

namespace gibbsite {
namespace {

/// What a route needs: the system and the temperatures.
struct Request {
  const Lattice& lattice;
  const Graph& graph;
  std::span<const double> beta;
  std::size_t most_spins;

  bool symmetric() const { return graph.common_field() == 0.0; }
  bool is_chain() const {
    return lattice.geometry == Geometry::chain ||
           (lattice.geometry == Geometry::hypercubic && lattice.size.size() == 1);
  }
  bool is_square() const {
    return lattice.geometry == Geometry::square ||
           (lattice.geometry == Geometry::hypercubic && lattice.size.size() == 2);
  }
  bool small() const { return graph.sites() <= std::min(most_spins, most_enumerable_spins); }
};

ExactAnswers name_all(const Request& request, std::string source, const std::vector<Thermal>& at,
                      double ground_energy) {
  ExactAnswers answers{std::move(source), {}, {{"ground_energy", ground_energy}}};
  for (std::size_t b = 0; b < at.size(); ++b)
    answers.at.push_back({name_values(at[b], request.beta[b], request.graph.sites(), request.symmetric())});
  return answers;
}

ExactAnswers answer_complete(const Request& request) {
  const auto levels = complete_graph_levels(request.graph.sites(), request.lattice.coupling, request.lattice.field);
  std::vector<Thermal> at;
  for (const double beta : request.beta) at.push_back(average_levels(levels, request.graph.sites(), beta));
  const auto ground =
      std::min_element(levels.begin(), levels.end(), [](auto& a, auto& b) { return a.energy < b.energy; });
  return name_all(request, "complete graph, summed over the magnetisation", at, static_cast<double>(ground->energy));
}

ExactAnswers answer_chain(const Request& request) {
  std::vector<double> J(request.graph.bonds().size());
  for (const Bond& bond : request.graph.bonds()) J[bond.i] = bond.J;  // joins i to i + 1, the last to the first
  std::vector<Thermal> at;
  for (const double beta : request.beta) at.push_back(solve_chain(J, request.graph.fields(), beta));
  return name_all(request, "transfer matrix of the chain (Kramers & Wannier, Phys. Rev. 60, 252 (1941))", at,
                  chain_ground_energy(J, request.graph.fields()));
}

ExactAnswers answer_small(const Request& request) {
  const Enumeration found = enumerate(request.graph, request.beta);
  const std::string source = "enumeration of all 2^" + std::to_string(request.graph.sites()) + " states";
  ExactAnswers answers = name_all(request, source, found.at, found.ground_energy);
  answers.constants["ground_states"] = found.ground_states;
  return answers;
}

/// What Kaufman's solution needs that a square lattice does not have; nothing where it applies.
std::string missing_for_kaufman(const Lattice& lattice, const Graph& graph) {
  std::string missing;
  const auto need = [&](bool lacking, const std::string& what) {
    if (lacking) missing += (missing.empty() ? "" : ", ") + what;
  };
  need(lattice.boundary != Boundary::periodic, "periodic boundaries");
  need(lattice.disorder != Disorder::none, "one coupling for all bonds");
  need(graph.common_field() != 0.0, "no field");
  need(lattice.coupling < 0 && (lattice.size[0] % 2 != 0 || lattice.size[1] % 2 != 0), "even sides where J < 0");
  return missing;
}

/// On even sides J < 0 is J > 0 with every second spin turned over.
ExactAnswers answer_torus(const Request& request) {
  const double J = std::abs(request.lattice.coupling);
  std::vector<double> K(request.beta.size());
  std::transform(request.beta.begin(), request.beta.end(), K.begin(), [&](double beta) { return beta * J; });
  const auto [shorter, longer] = std::minmax(request.lattice.size[0], request.lattice.size[1]);
  std::vector<Thermal> at = solve_torus(shorter, longer, K);
  for (Thermal& thermal : at) {
    thermal.energy *= J;
    thermal.energy_variance *= J * J;
  }
  const double ground = -2 * J * static_cast<double>(request.graph.sites());
  ExactAnswers answers = name_all(request, "Kaufman's finite torus (Phys. Rev. 76, 1232 (1949))", at, ground);
  answers.constants["ground_states"] = J > 0 ? 2 : std::exp2(static_cast<double>(request.graph.sites()));
  if (!request.small()) return answers;
  ExactAnswers rest = answer_small(request);
  for (std::size_t b = 0; b < at.size(); ++b) answers.at[b].values.merge(rest.at[b].values);
  answers.source += "; magnetisation by " + rest.source;
  return answers;
}

}  // namespace

std::variant<ExactAnswers, std::string> exact_answers(const Lattice& lattice, const Graph& graph,
                                                      std::span<const double> beta, std::size_t max_enumerated_spins) {
  for (const double b : beta)
    if (!(b >= 0) || !std::isfinite(b))
      throw std::invalid_argument("exact answers need every beta finite and at least 0");
  const Request request{lattice, graph, beta, max_enumerated_spins};
  std::string against = "no closed form is known for this lattice";
  if (request.is_chain()) return answer_chain(request);
  if (lattice.geometry == Geometry::complete) {
    if (lattice.disorder == Disorder::none) return answer_complete(request);
    against = "a sum over the magnetisation needs one coupling for all bonds";
  }
  if (request.is_square()) {
    const std::string missing = missing_for_kaufman(lattice, graph);
    if (missing.empty()) return answer_torus(request);
    against = "Kaufman's solution needs " + missing;
  }
  if (request.small()) return answer_small(request);
  return against + ", and " + std::to_string(graph.sites()) + " spins are too many to enumerate (at most " +
         std::to_string(std::min(max_enumerated_spins, most_enumerable_spins)) + ")";
}

}  // namespace gibbsite
