#include "estimators/learning/sparse_likelihood.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "samplers/simd/networks/learning_kernels.hpp"

namespace gibbsite {
namespace {

/// Fields of the hidden units of one sample after the other.
class FieldsOfSamples {
 public:
  FieldsOfSamples(const FloatRbm& rbm, const simd::LearningKernels& kernels)
      : rbm_(rbm), kernels_(kernels), at_(rbm.visible), field_(rbm.length) {}

  const float* of(const BitRows& samples, std::size_t n) {
    std::size_t count = 0;
    samples.each_unit(n, [&](std::size_t i) { at_[count++] = static_cast<std::uint32_t>(i * rbm_.stride); });
    kernels_.add_rows({.first = rbm_.hidden_bias.data(),
                       .rows = rbm_.weights.data(),
                       .at = at_.data(),
                       .count = count,
                       .length = rbm_.length,
                       .out = field_.data()});
    return field_.data();
  }

 private:
  const FloatRbm& rbm_;
  const simd::LearningKernels& kernels_;
  std::vector<std::uint32_t> at_;
  simd::Buffer<float> field_;
};

}  // namespace

bool sparse_likelihood_supported(const ParametricMachine& machine) {
  return machine.visible().kind == UnitKind::binary && machine.hidden().kind == UnitKind::binary &&
         machine.visible().labels == 0 && machine.hidden().units > 0 && !machine.lateral() &&
         static_cast<double>(machine.width()) * static_cast<double>(machine.hidden().units + 2 * simd::lanes) < 4e9 &&
         !simd::learning_kernels().empty();
}

std::vector<double> SparseLikelihood::log_weight(const BitRows& samples) const {
  const simd::LearningKernels& kernels = *simd::learning_kernels().front();
  std::vector<double> out(samples.size());
#pragma omp parallel
  {
    FieldsOfSamples fields(rbm_, kernels);
#pragma omp for schedule(static)
    for (std::size_t n = 0; n < samples.size(); ++n) {
      out[n] = kernels.log_sum(fields.of(samples, n), nullptr, 0, rbm_.length);
      samples.each_unit(n, [&](std::size_t i) { out[n] += static_cast<double>(rbm_.visible_bias[i]); });
    }
  }
  return out;
}

double SparseLikelihood::pseudo_likelihood(const BitRows& samples, std::size_t count) const {
  count = std::min(count, samples.size());
  std::vector<std::size_t> at(count);
  std::iota(at.begin(), at.end(), std::size_t{0});
  return pseudo_likelihood(samples, at, std::vector<double>(count, 1 / static_cast<double>(count)));
}

double SparseLikelihood::pseudo_likelihood(const BitRows& samples, std::span<const std::size_t> at,
                                           std::span<const double> weight) const {
  const simd::LearningKernels& kernels = *simd::learning_kernels().front();
  std::vector<double> each(at.size(), 0);
#pragma omp parallel
  {
    FieldsOfSamples fields(rbm_, kernels);
#pragma omp for schedule(static)
    for (std::size_t k = 0; k < at.size(); ++k) {
      const std::size_t n = at[k];
      const float* field = fields.of(samples, n);
      const double here = kernels.log_sum(field, nullptr, 0, rbm_.length);
      for (std::size_t i = 0; i < rbm_.visible; ++i) {
        const float by = samples(i, n) ? -1 : 1;
        const double gain = kernels.log_sum(field, rbm_.weights.data() + i * rbm_.stride, by, rbm_.length) - here +
                            static_cast<double>(by * rbm_.visible_bias[i]);
        each[k] -= gain > 0 ? gain + std::log1p(std::exp(-gain)) : std::log1p(std::exp(gain));
      }
    }
  }
  double mean = 0;
  for (std::size_t k = 0; k < at.size(); ++k) mean += weight[k] * each[k];
  return mean;
}

}  // namespace gibbsite
