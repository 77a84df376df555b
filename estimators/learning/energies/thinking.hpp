/// Energy-based transformers (Gladstone et al., arXiv:2507.02092), small: E(x, y) of a context x of symbols and an
/// answer y, a real number for each symbol. Predicting is going down it from y_0 = 0, where all symbols are alike,
///
///   y_{k+1} = y_k - alpha dE/dy,   p(symbol | x) = softmax(y_K),
///
/// and learning makes -ln p(right symbol | x) small through all K steps (unrolled_descent.hpp): that of the last
/// answer, or the mean over the answers after each step.
///
/// A state of E is a row of T + 1 tokens, those of the context and the answer's, each [place one-hot, T + 1][symbol, q
/// numbers]: one-hot of the context, y of the answer, so that y is what a state ends with. One-hot numbers are
/// sqrt((T + 1 + q)/2) and 0, whose mean square is 1, as weights expect that begin by their number (neural_net.hpp).
#pragma once

#include <memory>
#include <vector>

#include "estimators/learning/energies/energy_objective.hpp"
#include "estimators/learning/unrolled_descent.hpp"

namespace gibbsite {

struct Thinking {
  std::size_t context = 1, symbols = 2;  ///< T and q
  std::size_t steps = 3;                 ///< K
  double rate = 1;                       ///< alpha
  bool every = false;                    ///< learn from the answers after all steps, with like weights, not the last
  double start = 0;                      ///< standard deviation of y_0 as it learns; answers begin at 0

  std::size_t features() const noexcept { return context + 1 + symbols; }
  std::size_t units() const noexcept { return (context + 1) * features(); }
  Descent descent() const noexcept { return {.steps = steps, .fixed = units() - symbols, .rate = rate}; }
};

/// States with y = 0. context: [state][token], whole numbers below `symbols`.
template <class Real>
std::vector<Real> states_to_answer(const Thinking& thinking, std::span<const Real> context);
/// y_0 to y_K, [step][state][symbol].
template <class Real>
std::vector<double> think(const JetEnergy<Real>& energy, const Thinking& thinking, std::span<const Real> context);
/// right: of all data, that which batches are taken from. Batches are contexts. Throws std::invalid_argument for no
/// steps or symbols that there are not.
template <class Real>
std::unique_ptr<EnergyObjective<Real>> make_thinking_objective(Thinking thinking, std::vector<std::size_t> right,
                                                               Key key);

}  // namespace gibbsite
