// Which way to divide a system in two, within limits.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <stdexcept>

#include "physics/exact/two_sides.hpp"

namespace gibbsite {
namespace {

std::string power_of_two(double exponent) {
  char text[64];
  std::snprintf(text, sizeof text, "2^%.6g", std::round(10 * exponent) / 10);
  return text;
}

std::string rounded(double number) {
  char text[64];
  std::snprintf(text, sizeof text, "%.2g", number);
  return text;
}

/// The first lambda at which the gaussian units' weights cannot be integrated, if any.
const double* unbounded(const TwoSides& sides, std::span<const double> lambda) {
  std::size_t at = 0;
  for (const Layer& layer : sides.free) {
    for (std::size_t i = 0; layer.kind == UnitKind::gaussian && i < layer.units; ++i)
      for (const double& l : lambda)
        if (!((1 - l) / sides.free_reference_variance[at + i] + l / layer.variance[i] > 0)) return &l;
    at += layer.width();
  }
  return nullptr;
}

}  // namespace

std::variant<const TwoSides*, std::string> choose(std::span<const TwoSides> ways, std::span<const double> lambda,
                                                  const SummationLimits& limits) {
  for (const double l : lambda)
    if (!(l >= 0) || !std::isfinite(l))
      throw std::invalid_argument("exact answers need every lambda finite and at least 0");
  const double most = std::log2(limits.states);
  for (const TwoSides& way : ways) {
    if (way.log2_listed() > most || way.work(lambda.size()) > limits.work) continue;
    if (const double* l = unbounded(way, lambda))
      return "the gaussian units have no distribution at lambda = " + rounded(*l) +
             ": beyond 1 the reference must be no narrower than the model's units; take a wider one or lambda up to 1";
    return &way;
  }
  const TwoSides& best =
      *std::min_element(ways.begin(), ways.end(), [](auto& a, auto& b) { return a.log2_listed() < b.log2_listed(); });
  if (best.log2_listed() > most)
    return power_of_two(best.log2_listed()) + " states of the smaller side are too many to visit (at most " +
           power_of_two(most) + "); annealing and tempering estimate ln Z";
  return "visiting " + power_of_two(best.log2_listed()) + " states would take " + rounded(best.work(lambda.size())) +
         " terms (at most " + rounded(limits.work) + " here); ask for fewer lambdas or allow more";
}

}  // namespace gibbsite
