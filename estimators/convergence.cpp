#include "estimators/convergence.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>
#include <vector>

#include "estimators/autocorrelation.hpp"
#include "estimators/significance.hpp"

namespace gibbsite {
namespace {

/// The mean of several chains with its squared error as their motion explains it, each around its own mean: 0 where no
/// chain ever changed. What chains have apart from each other does not enter; it cancels between halves, and is what is
/// sought between chains.
struct Mean {
  double value, error2, degrees;
};
Mean mean_of(std::vector<double> x, std::size_t chains, std::size_t memory) {
  const double value = mean(x);
  const std::size_t draws = x.size() / chains;
  for (std::size_t c = 0; c < chains; ++c) {
    const std::span<double> chain(x.data() + c * draws, draws);
    const bool frozen = std::all_of(chain.begin(), chain.end(), [&](double v) { return v == chain[0]; });
    const double centre = frozen ? chain[0] : mean(chain);  // exactly 0 must be left of a frozen chain
    for (double& v : chain) v -= centre;
  }
  const Autocorrelation a = autocorrelation({x, chains, memory});
  const double all = static_cast<double>(x.size());
  if (!(a.variance > 0)) return {value, 0, all};
  // Every chain's own mean was subtracted: Wolff's bias (eq. 49) with n in the place of N.
  const double window = 2 * static_cast<double>(a.window) + 1;
  const double bias = (1 + window / static_cast<double>(draws)) / (1 + window / all);
  return {value, a.plain_error() * a.plain_error() * bias, a.degrees};
}

/// Means of numbers that never change differ by no more than rounding.
bool same(double a, double b) { return std::abs(a - b) <= 1e-12 * std::max(std::abs(a), std::abs(b)); }

/// Welch's t as a normal number.
double disagreement(const Mean& a, const Mean& b) {
  const double error2 = a.error2 + b.error2, difference = a.value - b.value;
  if (error2 == 0) return same(a.value, b.value) ? unknown : std::copysign(infinite, difference);
  const double degrees = error2 * error2 / (a.error2 * a.error2 / a.degrees + b.error2 * b.error2 / b.degrees);
  return normal_from_student(difference / std::sqrt(error2), degrees);
}

double score_halves(const ChainSeries& x) {
  if (x.draws() < 4) return unknown;
  const auto half = static_cast<std::ptrdiff_t>(x.draws() / 2);
  std::vector<double> first, second;
  for (std::size_t c = 0; c < x.chains; ++c) {
    const auto chain = x.chain(c);
    first.insert(first.end(), chain.begin(), chain.begin() + half);
    second.insert(second.end(), chain.end() - half, chain.end());
  }
  return disagreement(mean_of(first, x.chains, x.memory), mean_of(second, x.chains, x.memory));
}

/// Two ways: t of the first against the second. More: the spread of their means against the mean of their squared
/// errors, with the degrees of freedom of that mean (F. E. Satterthwaite, Biometrics Bull. 2, 110 (1946)). Not by
/// weights: a way that saw few events, or none, would have nearly all of it.
double score_starts(const ChainSeries& x, std::span<const ChainStart> starts) {
  std::map<ChainStart, std::vector<double>> of;
  for (std::size_t c = 0; c < starts.size(); ++c)
    of[starts[c]].insert(of[starts[c]].end(), x.chain(c).begin(), x.chain(c).end());
  if (of.size() < 2) return unknown;
  std::vector<Mean> means;
  for (const auto& [start, values] : of) means.push_back(mean_of(values, values.size() / x.draws(), x.memory));
  if (means.size() == 2) return disagreement(means[0], means[1]);
  bool apart = false;
  double centre = 0, error2 = 0, uncertain = 0, between = 0;
  const auto groups = static_cast<double>(means.size());
  for (const Mean& m : means) {
    apart = apart || !same(m.value, means[0].value);
    centre += (m.value - means[0].value) / groups;
    error2 += m.error2 / groups;
    uncertain += m.error2 * m.error2 / m.degrees / (groups * groups);
  }
  if (error2 == 0) return apart ? infinite : unknown;
  for (const Mean& m : means) between += std::pow(m.value - means[0].value - centre, 2) / (groups - 1);
  return normal_from_fisher(between / error2, groups - 1, error2 * error2 / uncertain);
}

double score_chains(const ChainSeries& x) {
  if (x.chains < 2 || x.draws() < 4) return unknown;
  const double chains = static_cast<double>(x.chains);
  const Mean all = mean_of({x.values.begin(), x.values.end()}, x.chains, x.memory);
  double between = 0;
  bool apart = false;
  for (std::size_t c = 0; c < x.chains; ++c) {
    between += std::pow(mean(x.chain(c)) - all.value, 2) / (chains - 1);
    apart = apart || !same(mean(x.chain(c)), all.value);
  }
  if (all.error2 == 0) return apart ? infinite : unknown;
  return normal_from_fisher(between / (chains * all.error2), chains - 1, all.degrees);
}

}  // namespace

double split_rhat(const ChainSeries& x) {
  require_valid(x, "split_rhat");
  const std::size_t half = x.draws() / 2;
  if (half < 2) return unknown;
  const double n = static_cast<double>(half), m = static_cast<double>(2 * x.chains);
  double within = 0, sum = 0, sum2 = 0;
  const double centre = mean(x.values);
  for (std::size_t c = 0; c < x.chains; ++c)
    for (const auto part : {x.chain(c).first(half), x.chain(c).last(half)}) {
      const double middle = mean(part);
      double squares = 0;
      for (const double v : part) squares += (v - middle) * (v - middle);
      within += squares / (n - 1) / m;
      sum += middle - centre;
      sum2 += (middle - centre) * (middle - centre);
    }
  const double between = (sum2 - sum * sum / m) / (m - 1);  // B / n
  if (within == 0) return between > 0 ? infinite : unknown;
  return std::sqrt((n - 1) / n + between / within);
}

Convergence check_convergence(const ChainSeries& x, std::span<const ChainStart> starts) {
  require_valid(x, "check_convergence");
  if (!starts.empty() && starts.size() != x.chains)
    throw std::invalid_argument("check_convergence: say for every chain how it was started, or for none");
  const Autocorrelation a = autocorrelation(x);
  Convergence result{.z_halves = score_halves(x), .z_starts = score_starts(x, starts), .z_chains = score_chains(x)};
  if (a.variance > 0) result.length = a.window_closed ? static_cast<double>(x.draws()) / a.tau : 0;
  return result;
}

}  // namespace gibbsite
