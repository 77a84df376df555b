#include "physics/neural/confining.hpp"

namespace gibbsite {

template <class Real>
Confining<Real>::Confining(const Confinement& of, std::size_t units) : learned_(of.learned), units_(units) {
  for (std::size_t i = 0; i < of.deviation.size(); ++i) {
    mean_.push_back(static_cast<Real>(of.mean[i]));
    stiffness_.push_back(static_cast<Real>(1 / (of.deviation[i] * of.deviation[i])));
  }
}

/// sum_i a_i b_i, or sum_i (a_i - m_i) (b_i - m_i) / s_i^2, each shifted where it is asked for.
template <class Real>
double Confining<Real>::product(const Real* a, bool shift_a, const Real* b, bool shift_b) const {
  constexpr std::size_t lanes = 8;  // sums side by side, in a fixed order
  double sums[lanes] = {};
  const auto add = [&](const auto& term) {
    std::size_t i = 0;
    for (; i + lanes <= units_; i += lanes)
      for (std::size_t j = 0; j < lanes; ++j) sums[j] += static_cast<double>(term(i + j));
    for (; i < units_; ++i) sums[0] += static_cast<double>(term(i));
  };
  if (mean_.empty())
    add([&](std::size_t i) { return a[i] * b[i]; });
  else
    add([&](std::size_t i) {
      return stiffness_[i] * (shift_a ? a[i] - mean_[i] : a[i]) * (shift_b ? b[i] - mean_[i] : b[i]);
    });
  double sum = 0;
  for (const double s : sums) sum += s;
  return sum;
}

template <class Real>
void Confining<Real>::add(double kappa, const NeuralPass<Real>& pass, std::size_t begin, std::size_t end) const {
  if (mean_.empty() && kappa == 0) return;
  const double scale = mean_.empty() ? kappa : 1;
  for (std::size_t r = begin; r < end; ++r)
    for (std::size_t i = 0; i < pass.coefficients; ++i)
      for (std::size_t j = 0; i + j < pass.coefficients; ++j) {
        const Real *a = jet(pass, i, r), *b = jet(pass, j, r);
        if (a == nullptr || b == nullptr) continue;
        if (j < i) continue;  // twice what stands on the other side
        pass.e[(i + j) * pass.states + r] += scale * product(a, i == 0, b, j == 0) / (i == j ? 2 : 1);
      }
}

template <class Real>
double Confining<Real>::reverse(double kappa, const NeuralPass<Real>& pass, std::size_t begin, std::size_t end) const {
  if (mean_.empty() && kappa == 0 && !learned_) return 0;
  double kappa_bar = 0;
  for (std::size_t r = begin; r < end; ++r)
    for (std::size_t k = 0; k < pass.coefficients; ++k)  // of the adjoint of e_k
      for (std::size_t j = 0; j <= k; ++j) {
        const Real* other = jet(pass, k - j, r);
        if (other == nullptr) continue;
        const double bar = pass.ebar[k * pass.states + r];
        if (!pass.xbar[j].empty()) {
          Real* out = pass.xbar[j].data() + r * units_;
          const Real scale = static_cast<Real>(mean_.empty() ? bar * kappa : bar);
          if (mean_.empty())
            for (std::size_t i = 0; i < units_; ++i) out[i] += scale * other[i];
          else
            for (std::size_t i = 0; i < units_; ++i)
              out[i] += scale * stiffness_[i] * (j == k ? other[i] - mean_[i] : other[i]);
        }
        const Real* own = jet(pass, j, r);
        if (learned_ && own != nullptr) kappa_bar += bar * product(own, false, other, false) / 2;
      }
  return kappa_bar;
}

template class Confining<float>;
template class Confining<double>;

}  // namespace gibbsite
