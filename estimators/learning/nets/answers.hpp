/// Energies of answers: a net with as many outputs as there are answers, E(x, y) = -f_y(x), or, never below 0,
/// E(x, y) = ln(1 + exp(-f_y(x))), and the losses by which they learn from x and its right answer Y (LeCun, Chopra,
/// Hadsell, Ranzato & Huang, "A tutorial on energy-based learning", in Predicting Structured Data (2006), by the
/// numbers of its equations and the margins of its table 1; I is the most offending wrong answer, argmin_{y != Y} E_y,
/// eq. 8):
///
///   loss                 value                                              eq.  margin
///   energy               E_Y                                                 6   none
///   perceptron           E_Y - min_y E_y                                     7   0
///   hinge                max(0, m + E_Y - E_I)                              11   m
///   log                  ln(1 + exp(E_Y - E_I))                             12   > 0
///   lvq2                 min(M, max(0, (E_Y - E_I) / (delta E_I)))          13   0
///   mce                  1 / (1 + exp(-(E_Y - E_I)))                        15   > 0
///   square-square        E_Y^2 + max(0, m - E_I)^2                          16   m
///   square-exponential   E_Y^2 + gamma exp(-E_I)                            17   > 0
///   nll                  E_Y + ln(sum_y exp(-beta E_y)) / beta              23   > 0
///   mee                  1 - exp(-beta E_Y) / sum_y exp(-beta E_y)          27   > 0
///
/// Where energies have a least value, losses without a margin are smallest where all answers have it: the surface is
/// flat, and nothing is learned. nll at beta = 1 is the cross entropy of softmax f, maximum mutual information of
/// answers and data.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "estimators/learning/nets/net_objective.hpp"
#include "physics/matrices/matrix.hpp"

namespace gibbsite {

enum class AnswerLoss { energy, perceptron, hinge, log, lvq2, mce, square_square, square_exponential, nll, mee };

struct AnswerOptions {
  AnswerLoss loss = AnswerLoss::nll;
  double margin = 1;      ///< m
  double cap = 2;         ///< M of lvq2
  double delta = 0.5;     ///< of lvq2
  double gamma = 1;       ///< of square-exponential
  double beta = 1;        ///< of nll and mee
  bool positive = false;  ///< E = ln(1 + exp(-f)) in place of -f
};

/// The loss of energies of the answers, of which `right` is the right one; writes its slope in each of them. Two
/// answers at least. At kinks (two answers that offend alike, a hinge at its corner) the slope of one side, of the
/// first answer.
double answer_loss(const AnswerOptions& options, std::span<const double> energy, std::size_t right,
                   std::span<double> slope);

/// Energies of answers from outputs, [answer] or many states one behind the other.
std::vector<double> answer_energies(std::span<const double> f, bool positive);
/// ln p(y) = -beta E_y - ln sum exp(-beta E), of the energies of one x.
std::vector<double> answer_log_probabilities(std::span<const double> energy, double beta);

/// The mean loss of a batch. right: of all data, that which batches are taken from. Throws std::invalid_argument for a
/// net of fewer than two outputs, or an answer that it has not.
template <class Real>
std::unique_ptr<NetObjective<Real>> make_answer_objective(AnswerOptions options, std::size_t answers,
                                                          std::vector<std::size_t> right);

/// How good answers are.
struct AnswerScores {
  double accuracy = 0;        ///< share of states whose answer of least energy is right
  double log_likelihood = 0;  ///< mean ln p(right answer | x)
  double gap = 0;             ///< mean of E_I - E_Y: 0 where the surface is flat, above 0 where answers are right
  double spread = 0;          ///< mean over x of the standard deviation of E over its answers
  /// Expected calibration error: sum over ten bins of p(likeliest answer | x) of the share of x in the bin times
  /// |accuracy there - mean p there| (Guo, Pleiss, Sun & Weinberger, ICML 2017, eq. 5).
  double calibration_error = 0;
};
/// energy: [state][answer]; right: [state].
AnswerScores score_answers(std::span<const double> energy, std::span<const std::size_t> right, double beta);

}  // namespace gibbsite
