#include "studies/data/treatment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "physics/chance.hpp"
#include "physics/matrices/moments.hpp"
#include "studies/data/treat.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

/// Of the random words of a sample: binarisation has 0, generated points 1.
constexpr std::uint64_t stream_of_noise = 2;

}  // namespace

std::string description(const Treatment& t) {
  std::vector<std::string> parts;
  if (t.dequantized) parts.push_back("uniform noise within a level added");
  if (t.divisor != 1) parts.push_back(fmt::format("divided by {}", t.divisor));
  if (t.alpha > 0) parts.push_back(fmt::format("logit (alpha = {})", t.alpha));
  if (!t.mean.empty()) parts.push_back("each number less its mean, over its deviation");
  return parts.empty() ? "taken as they are" : join(parts, ", then ");
}

void check_treatment(const Treatment& t, std::size_t width) {
  if (!(t.divisor > 0) || !std::isfinite(t.divisor)) throw std::invalid_argument("the divisor is not above 0");
  if (t.dequantized && (t.divisor < 1 || t.divisor != std::floor(t.divisor)))
    throw std::invalid_argument("the divisor of dequantized numbers counts their levels, and is whole");
  if (!(t.alpha >= 0 && t.alpha < 0.5)) throw std::invalid_argument("alpha of logits is from 0 to below 1/2");
  if (t.mean.empty() && t.deviation.empty()) return;
  const auto finite = [](double v) { return std::isfinite(v); };
  if (t.mean.size() != width || t.deviation.size() != width)
    throw std::invalid_argument(fmt::format("mean and deviation have {} and {} numbers, where data have {}",
                                            t.mean.size(), t.deviation.size(), width));
  if (!std::ranges::all_of(t.mean, finite) ||
      !std::ranges::all_of(t.deviation, [&](double v) { return finite(v) && v > 0; }))
    throw std::invalid_argument("means are finite, and deviations above 0");
}

void undo_treatment(const Treatment& t, std::size_t width, std::span<double> values) {
  for (std::size_t k = 0; k < values.size(); ++k) {
    double& v = values[k];
    if (!t.mean.empty()) v = t.mean[k % width] + t.deviation[k % width] * v;
    if (t.alpha > 0) v = (1 / (1 + std::exp(-v)) - t.alpha) / (1 - 2 * t.alpha);
    v *= t.divisor;
    if (t.dequantized) v = std::clamp(std::floor(v), 0.0, t.divisor - 1);
  }
}

double bits_per_dimension(double log_p, double log_jacobian, std::size_t width) {
  return -(log_p + log_jacobian) / (static_cast<double>(width) * std::numbers::ln2);
}

void check_treatment_asked(const DataRequest& request, const Treatment* as) {
  const bool asked = request.dequantize || request.logit != 0 || request.standardize;
  if (as != nullptr && (asked || request.binarize != "none"))
    throw RequestError(fmt::format(
        "the model says what is to be done to data ({}); leave out data.dequantize, logit, standardize and binarize",
        description(*as)));
  if (!asked) return;
  if (request.binarize != "none")
    throw RequestError(fmt::format(
        "binarize = {} makes 0 and 1, of which nothing is to be dequantized, logit or standardized; leave one out",
        request.binarize));
  if (!request.alphabet.empty())
    throw RequestError("sequences are states, not real numbers; leave out dequantize, logit and standardize");
  if (!(request.logit >= 0 && request.logit < 0.5))
    throw RequestError(fmt::format("logit = {}: allowed: number above 0 and below 0.5", request.logit));
}

void standardize(Data& data, const Treatment* as) {
  Treatment& t = data.treated;
  if (as != nullptr) {
    t.mean = as->mean, t.deviation = as->deviation;
  } else {
    const Moments moments(data.values, data.width);
    t.mean = moments.mean, t.deviation = moments.deviations();
  }
  for (std::size_t k = 0; k < data.values.size(); ++k)
    data.values[k] = (data.values[k] - t.mean[k % data.width]) / t.deviation[k % data.width];
  double logs = 0;
  for (const double deviation : t.deviation) logs += std::log(deviation);
  data.log_jacobian.resize(data.samples, 0);
  for (double& jacobian : data.log_jacobian) jacobian -= logs;
}

void treat(Data& data, const DataRequest& request, const Treatment* as) {
  Treatment& t = data.treated;
  t.divisor = data.divisor;
  t.dequantized = as != nullptr ? as->dequantized : request.dequantize;
  t.alpha = as != nullptr ? as->alpha : request.logit;
  if (as != nullptr && !as->mean.empty() && as->mean.size() != data.width)
    throw RequestError(fmt::format("{}: it has {} numbers a sample, but the model learned from {}", data.source,
                                   data.width, as->mean.size()));
  const bool standard = as != nullptr ? !as->mean.empty() : request.standardize;
  if (!t.any() && !standard) return;
  const double of_all = -static_cast<double>(data.width) * std::log(t.divisor);
  data.log_jacobian.assign(data.samples, of_all);
  if (t.dequantized)
    for (std::size_t s = 0; s < data.samples; ++s) {
      Chance chance(Stream(Key(request.seed), Purpose::data, data.first_row + s, stream_of_noise));
      for (std::size_t k = s * data.width; k < (s + 1) * data.width; ++k)
        data.values[k] += chance.uniform() / t.divisor;
    }
  if (t.alpha > 0)
    for (std::size_t k = 0; k < data.values.size(); ++k) {
      double& v = data.values[k];
      if (!(v >= 0 && v <= 1))
        throw RequestError(
            fmt::format("{} (row {}, column {}; both from 0): {} is not from 0 to {}, as logit needs; "
                        "say the largest by maximum, or leave logit out",
                        data.source, data.first_row + k / data.width, k % data.width, v * t.divisor, t.divisor));
      const double z = t.alpha + (1 - 2 * t.alpha) * v;
      v = std::log(z) - std::log1p(-z);
      data.log_jacobian[k / data.width] += std::log1p(-2 * t.alpha) - std::log(z) - std::log1p(-z);
    }
  if (standard) standardize(data, as);
}

}  // namespace gibbsite
