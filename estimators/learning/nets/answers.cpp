#include "estimators/learning/nets/answers.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <stdexcept>

#include "estimators/log_sum_exp.hpp"

namespace gibbsite {
namespace {

double softplus_of(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double sigmoid_of(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }

/// The answer of least energy but for `right`, the first of several.
std::size_t most_offending(std::span<const double> energy, std::size_t right) {
  std::size_t found = right == 0 ? 1 : 0;
  for (std::size_t y = found + 1; y < energy.size(); ++y)
    if (y != right && energy[y] < energy[found]) found = y;
  return found;
}

template <class Real>
class AnswerObjective final : public NetObjective<Real> {
 public:
  AnswerObjective(AnswerOptions options, std::vector<std::size_t> right)
      : options_(options), right_(std::move(right)) {}

  double add_gradient(const NetValues<Real>& net, std::span<const double>, const NetBatch<Real>& batch,
                      std::span<Real> gradient) override {
    return add_mean_loss<Real>(
        net, batch.x,
        [&](std::size_t state, std::span<const double> f, std::span<double> fbar) {
          const std::vector<double> energy = answer_energies(f, options_.positive);
          const double value = answer_loss(options_, energy, right_[batch.samples[state]], fbar);
          for (std::size_t y = 0; y < f.size(); ++y) fbar[y] *= options_.positive ? -sigmoid_of(-f[y]) : -1;
          return value;
        },
        gradient);
  }

 private:
  AnswerOptions options_;
  std::vector<std::size_t> right_;
};

}  // namespace

double answer_loss(const AnswerOptions& options, std::span<const double> energy, std::size_t right,
                   std::span<double> slope) {
  assert(energy.size() >= 2 && right < energy.size() && slope.size() == energy.size());
  std::fill(slope.begin(), slope.end(), 0.0);
  const double own = energy[right];
  const std::size_t worst = most_offending(energy, right);
  const double other = energy[worst], difference = own - other;
  switch (options.loss) {
    case AnswerLoss::energy:
      slope[right] = 1;
      return own;
    case AnswerLoss::perceptron:
      if (difference <= 0) return 0;
      slope[right] = 1, slope[worst] = -1;
      return difference;
    case AnswerLoss::hinge:
      if (options.margin + difference <= 0) return 0;
      slope[right] = 1, slope[worst] = -1;
      return options.margin + difference;
    case AnswerLoss::log:
      slope[right] = sigmoid_of(difference), slope[worst] = -slope[right];
      return softplus_of(difference);
    case AnswerLoss::lvq2: {
      const double ratio = difference / (options.delta * other);
      if (!(ratio > 0)) return 0;
      if (ratio >= options.cap) return options.cap;
      slope[right] = 1 / (options.delta * other);
      slope[worst] = -own / (options.delta * other * other);
      return ratio;
    }
    case AnswerLoss::mce: {
      const double share = sigmoid_of(difference);
      slope[right] = share * (1 - share), slope[worst] = -slope[right];
      return share;
    }
    case AnswerLoss::square_square: {
      const double lacks = std::max(0.0, options.margin - other);
      slope[right] = 2 * own, slope[worst] = -2 * lacks;
      return own * own + lacks * lacks;
    }
    case AnswerLoss::square_exponential: {
      const double repelled = options.gamma * std::exp(-other);
      slope[right] = 2 * own, slope[worst] = -repelled;
      return own * own + repelled;
    }
    case AnswerLoss::nll: {
      const std::vector<double> log_p = answer_log_probabilities(energy, options.beta);
      for (std::size_t y = 0; y < energy.size(); ++y) slope[y] = (y == right ? 1 : 0) - std::exp(log_p[y]);
      return -log_p[right] / options.beta;
    }
    case AnswerLoss::mee: {
      const std::vector<double> log_p = answer_log_probabilities(energy, options.beta);
      const double p = std::exp(log_p[right]);
      for (std::size_t y = 0; y < energy.size(); ++y)
        slope[y] = options.beta * p * ((y == right ? 1 : 0) - std::exp(log_p[y]));
      return 1 - p;
    }
  }
  return 0;
}

std::vector<double> answer_energies(std::span<const double> f, bool positive) {
  std::vector<double> energy(f.begin(), f.end());
  for (double& e : energy) e = positive ? softplus_of(-e) : -e;
  return energy;
}

std::vector<double> answer_log_probabilities(std::span<const double> energy, double beta) {
  std::vector<double> log_p(energy.begin(), energy.end());
  for (double& e : log_p) e *= -beta;
  const double total = log_sum_exp(log_p);
  for (double& one : log_p) one -= total;
  return log_p;
}

template <class Real>
std::unique_ptr<NetObjective<Real>> make_answer_objective(AnswerOptions options, std::size_t answers,
                                                          std::vector<std::size_t> right) {
  if (answers < 2) throw std::invalid_argument("a net that answers needs two outputs at least");
  for (const std::size_t one : right)
    if (one >= answers)
      throw std::invalid_argument("the label " + std::to_string(one) + " is beyond the " + std::to_string(answers) +
                                  " outputs of the net");
  return std::make_unique<AnswerObjective<Real>>(options, std::move(right));
}
template std::unique_ptr<NetObjective<float>> make_answer_objective(AnswerOptions, std::size_t,
                                                                    std::vector<std::size_t>);
template std::unique_ptr<NetObjective<double>> make_answer_objective(AnswerOptions, std::size_t,
                                                                     std::vector<std::size_t>);

AnswerScores score_answers(std::span<const double> energy, std::span<const std::size_t> right, double beta) {
  AnswerScores out;
  const std::size_t states = right.size(), answers = states == 0 ? 0 : energy.size() / states;
  constexpr std::size_t bins = 10;
  std::array<double, bins> correct{}, confidence{};
  for (std::size_t s = 0; s < states; ++s) {
    const auto e = energy.subspan(s * answers, answers);
    const std::vector<double> log_p = answer_log_probabilities(e, beta);
    const auto least = static_cast<std::size_t>(std::min_element(e.begin(), e.end()) - e.begin());
    const double surest = std::exp(log_p[least]);
    out.accuracy += least == right[s] ? 1 : 0;
    out.log_likelihood += log_p[right[s]];
    out.gap += e[most_offending(e, right[s])] - e[right[s]];
    double mean = 0, squares = 0;
    for (const double one : e) mean += one / static_cast<double>(answers);
    for (const double one : e) squares += (one - mean) * (one - mean) / static_cast<double>(answers);
    out.spread += std::sqrt(squares);
    const auto bin = std::min(static_cast<std::size_t>(surest * bins), bins - 1);
    correct[bin] += least == right[s] ? 1 : 0;
    confidence[bin] += surest;
  }
  const double n = static_cast<double>(states);
  out.accuracy /= n, out.log_likelihood /= n, out.gap /= n, out.spread /= n;
  for (std::size_t b = 0; b < bins; ++b) out.calibration_error += std::abs(correct[b] - confidence[b]) / n;
  return out;
}

}  // namespace gibbsite
