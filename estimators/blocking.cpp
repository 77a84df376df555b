#include "estimators/blocking.hpp"

#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>

namespace gibbsite {
namespace {

/// Neighbours averaged in pairs, within each chain.
std::vector<double> halve(const std::vector<double>& x, std::size_t chains) {
  const std::size_t n = x.size() / chains;
  std::vector<double> half;
  half.reserve(chains * (n / 2));
  for (std::size_t c = 0; c < chains; ++c)
    for (std::size_t i = 0; i + 1 < n; i += 2) half.push_back(0.5 * (x[c * n + i] + x[c * n + i + 1]));
  return half;
}

struct Moments {
  double variance, neighbours;  // sigma^2 and gamma around the mean of these blocks
};
Moments moments(const ChainSeries& x) {
  const double centre = mean(x.values);
  Moments m{0, 0};
  for (std::size_t c = 0; c < x.chains; ++c) {
    const auto chain = x.chain(c);
    for (std::size_t i = 0; i < chain.size(); ++i) {
      m.variance += (chain[i] - centre) * (chain[i] - centre);
      if (i > 0) m.neighbours += (chain[i] - centre) * (chain[i - 1] - centre);
    }
  }
  const double n = static_cast<double>(x.values.size());
  return {m.variance / n, m.neighbours / n};
}

}  // namespace

Blocking blocking(const ChainSeries& x) {
  require_valid(x, "blocking");
  Blocking result;
  result.mean = mean(x.values);
  std::vector<double> terms;
  std::vector<double> block(x.values.begin(), x.values.end());
  for (std::size_t length = 1; block.size() >= 2 * x.chains && block.size() >= 4; length *= 2) {
    const Moments m = moments({block, x.chains});
    if (!(m.variance > 0)) break;
    const double n = static_cast<double>(block.size());
    const double error = std::sqrt(m.variance / (n - 1));
    result.levels.push_back({length, block.size(), error, error / std::sqrt(2 * (n - 1))});
    terms.push_back(n * std::pow(m.neighbours / m.variance, 2));
    block = halve(block, x.chains);
  }
  if (result.levels.empty()) return result;

  result.plateau = result.levels.size() - 1;
  double sum = 0, freedom = 0;
  for (std::size_t k = terms.size(); k-- > 0;) {
    sum += terms[k];
    freedom += 1;
    if (sum >= quantile(boost::math::chi_squared(freedom), 0.99)) break;
    result.plateau = k;
    result.plateau_reached = true;
  }
  result.error = result.levels[result.plateau].error;
  return result;
}

}  // namespace gibbsite
