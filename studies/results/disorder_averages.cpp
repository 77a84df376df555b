#include "studies/results/disorder_averages.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "estimators/disorder_averages.hpp"
#include "studies/files/variables.hpp"

namespace gibbsite {
namespace {

std::vector<Estimate> estimates_along(const Group& group, const Variable& v, std::size_t first, std::size_t step,
                                      std::size_t count) {
  const auto& x = std::get<std::vector<double>>(v.data);
  const auto errors = doubles(group, v.name + "_error");
  std::vector<Estimate> out;
  for (std::size_t k = 0; k < count; ++k)
    out.push_back({.value = x[first + k * step], .error = errors[first + k * step]});
  return out;
}

}  // namespace

std::string square_of_binder(const std::string& name) {
  if (name == "overlap_binder") return "overlap_squared";
  if (name == "binder_cumulant") return "magnetization_density_squared";
  return "";
}

void add_disorder_averages(Group& group, const std::vector<Variable>& variables, std::size_t position) {
  for (const Variable& v : variables) {
    const std::size_t n = v.shape[position];
    const std::size_t inner = std::accumulate(v.shape.begin() + static_cast<std::ptrdiff_t>(position) + 1,
                                              v.shape.end(), std::size_t{1}, std::multiplies<>());
    const std::size_t outer = std::get<std::vector<double>>(v.data).size() / (n * inner);
    const auto square = std::find_if(variables.begin(), variables.end(), [&](const Variable& other) {
      return other.name == square_of_binder(v.name) && other.shape == v.shape;
    });
    std::vector<Estimate> averages;
    for (std::size_t o = 0; o < outer; ++o)
      for (std::size_t i = 0; i < inner; ++i) {
        const auto samples = estimates_along(group, v, o * n * inner + i, inner, n);
        averages.push_back(
            square == variables.end()
                ? average_over_samples(samples)
                : binder_over_samples(estimates_along(group, *square, o * n * inner + i, inner, n), samples));
      }
    auto dims = v.dims;
    auto shape = v.shape;
    dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(position));
    shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(position));
    add_estimates(group, v.name + "_disorder_average", dims, shape, averages, v.units,
                  v.long_name + (square == variables.end() ? ", mean over " : ", of moments averaged over ") +
                      std::to_string(n) + " samples of disorder");
  }
}

std::vector<double> on_common_bins(const std::vector<double>& density, const std::vector<double>& centre,
                                   std::size_t bins) {
  const std::size_t own = centre.size(), places = density.size() / own;
  const double width = 2.0 / static_cast<double>(bins);
  std::vector<double> out(places * bins, 0.0), low(own), high(own);
  for (std::size_t k = 0; k < own; ++k) {  // edges lie between centres, the outermost as far outside
    low[k] = k == 0 ? (own > 1 ? 1.5 * centre[0] - 0.5 * centre[1] : -1) : (centre[k - 1] + centre[k]) / 2;
    high[k] = k + 1 == own ? (own > 1 ? 1.5 * centre[k] - 0.5 * centre[k - 1] : 1) : (centre[k] + centre[k + 1]) / 2;
  }
  for (std::size_t k = 0; k < own; ++k)
    for (std::size_t b = 0; b < bins; ++b) {
      const double left = b == 0 ? -infinite : -1 + width * static_cast<double>(b);
      const double right = b + 1 == bins ? infinite : -1 + width * static_cast<double>(b + 1);
      const double shared = std::min(high[k], right) - std::max(low[k], left);
      if (!(shared > 0)) continue;
      for (std::size_t p = 0; p < places; ++p) out[p * bins + b] += density[p * own + k] * shared / width;
    }
  return out;
}

}  // namespace gibbsite
