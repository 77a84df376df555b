// ln Z of a machine and its slopes, by all states of one side.
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "physics/matrices/eigen.hpp"
#include "physics/parametric_machine.hpp"

namespace gibbsite {
namespace {

using SumMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

double log2_states_of(const Layer& layer) {
  const double own =
      static_cast<double>(layer.units) * (layer.kind == UnitKind::categorical ? std::log2(layer.states) : 1);
  return own + (layer.labels > 0 ? std::log2(layer.labels) : 0);
}

/// State number `s` of discrete units.
void set_state(const Layer& layer, std::uint64_t s, std::span<double> x) {
  for (std::size_t i = 0; i < layer.units; ++i) {
    if (layer.kind == UnitKind::categorical) {
      for (std::size_t a = 0; a < layer.states; ++a) x[i * layer.states + a] = s % layer.states == a ? 1 : 0;
      s /= layer.states;
    } else {
      x[i] = s & 1U ? 1 : layer.kind == UnitKind::spin ? -1 : 0;
      s >>= 1U;
    }
  }
  for (std::size_t a = 0; a < layer.labels; ++a) x[layer.own_width() + a] = s == a ? 1 : 0;
}

/// States visited at once: a chunk's gradient is added before the next one, whatever the threads.
constexpr std::uint64_t chunk_of_states = 1024;

}  // namespace

bool ParametricMachine::lists_visible() const noexcept {
  if (hidden_.units == 0 || lateral_) return true;
  return visible_.kind != UnitKind::gaussian && log2_states_of(visible_) <= log2_states_of(hidden_);
}

double ParametricMachine::log2_states() const noexcept { return log2_states_of(lists_visible() ? visible_ : hidden_); }

double ParametricMachine::log_z(std::span<const double> theta, double scale, std::span<double> out) const {
  if (log2_states() > 22) throw std::invalid_argument("more than 2^22 states to visit");
  return lists_visible() ? visit_visible(theta, scale, out) : visit_hidden(theta, scale, out);
}

namespace {

/// Sums exp(w) by chunks, and gives each chunk its place below one common maximum.
double log_sum(const std::vector<double>& w) {
  const double top = *std::max_element(w.begin(), w.end());
  double sum = 0;
  for (const double x : w) sum += std::exp(x - top);
  return top + std::log(sum);
}

/// begin, end of each chunk of `states`.
template <class Work>
void over_chunks(std::uint64_t states, Work&& work) {
  for (std::uint64_t begin = 0; begin < states; begin += chunk_of_states)
    work(begin, std::min(begin + chunk_of_states, states));
}

std::uint64_t states_of(const Layer& layer) {
  const std::uint64_t own = layer.kind == UnitKind::categorical
                                ? static_cast<std::uint64_t>(std::llround(
                                      std::pow(static_cast<double>(layer.states), static_cast<double>(layer.units))))
                                : std::uint64_t{1} << layer.units;
  return own * std::max<std::uint64_t>(layer.labels, 1);
}

Matrix listed(const Layer& layer, std::uint64_t begin, std::uint64_t end) {
  Matrix x(layer.width(), end - begin);
  for (std::uint64_t s = begin; s < end; ++s) set_state(layer, s, x.column(s - begin));
  return x;
}

}  // namespace

double ParametricMachine::visit_visible(std::span<const double> theta, double scale, std::span<double> out) const {
  std::vector<double> w;
  over_chunks(states_of(visible_), [&](std::uint64_t begin, std::uint64_t end) {
    const auto part = log_weight(theta, listed(visible_, begin, end));
    w.insert(w.end(), part.begin(), part.end());
  });
  const double total = log_sum(w);
  if (out.empty()) return total;
  over_chunks(w.size(), [&](std::uint64_t begin, std::uint64_t end) {
    std::vector<double> p;
    for (std::uint64_t s = begin; s < end; ++s) p.push_back(-scale * std::exp(w[s] - total));
    add_gradient(theta, listed(visible_, begin, end), p, out);
  });
  return total;
}

/// ln sum_v exp(-E(v, h)) = c . h + sum_i ln sum_{v_i} exp(f_i v_i), f = b + W h; gaussian units: N(b + W h, s) with
/// ln sqrt(2 pi s) + (f^2 - b^2) / (2 s).
double ParametricMachine::visit_hidden(std::span<const double> theta, double scale, std::span<double> out) const {
  const auto b = theta.subspan(0, width()), c = theta.subspan(block("hidden_bias")->offset, hidden_.units);
  const auto weights =
      Eigen::Map<const SumMatrix>(theta.data() + block("weights")->offset, static_cast<Eigen::Index>(width()),
                                  static_cast<Eigen::Index>(hidden_.units));
  const bool gaussian = visible_.kind == UnitKind::gaussian;
  std::vector<double> variance(gaussian ? visible_.units : 0);
  for (std::size_t i = 0; i < variance.size(); ++i) variance[i] = std::exp(theta[block("log_variance")->offset + i]);
  const auto fields = [&](const Matrix& h) {
    Matrix f(width(), h.columns());
    eigen(f).noalias() = weights * eigen(h);
    eigen(f).colwise() += eigen(b);
    return f;
  };
  const std::size_t q = visible_.states;
  std::vector<double> w;
  over_chunks(states_of(hidden_), [&](std::uint64_t begin, std::uint64_t end) {
    const Matrix h = listed(hidden_, begin, end), f = fields(h);
    for (std::size_t n = 0; n < h.columns(); ++n) {
      double sum = 0;
      for (std::size_t j = 0; j < hidden_.units; ++j) sum += c[j] * h(j, n);
      for (std::size_t i = 0; i < visible_.units; ++i) {
        if (gaussian) {
          sum += 0.5 * std::log(2 * 3.14159265358979323846 * variance[i]) +
                 (f(i, n) * f(i, n) - b[i] * b[i]) / (2 * variance[i]);
        } else if (q > 1) {
          sum += log_sum({f.column(n).begin() + static_cast<std::ptrdiff_t>(i * q),
                          f.column(n).begin() + static_cast<std::ptrdiff_t>((i + 1) * q)});
        } else {
          sum += log_unit(visible_.kind, f(i, n));
        }
      }
      if (visible_.labels > 0) {
        const auto label = f.column(n).subspan(visible_.own_width());
        sum += log_sum({label.begin(), label.end()});
      }
      w.push_back(sum);
    }
  });
  const double total = log_sum(w);
  if (out.empty()) return total;
  over_chunks(w.size(), [&](std::uint64_t begin, std::uint64_t end) {
    const Matrix h = listed(hidden_, begin, end);
    Matrix mean = fields(h);
    Eigen::VectorXd p(static_cast<Eigen::Index>(h.columns()));
    for (std::size_t n = 0; n < h.columns(); ++n) {
      const double weight = -scale * std::exp(w[begin + n] - total);
      p[static_cast<Eigen::Index>(n)] = weight;
      for (std::size_t i = 0; i < visible_.units; ++i) {
        if (gaussian) {
          // <(v - b)^2> / 2 s - <v> (f - b) / s with v ~ N(f, s): (s - (f - b)^2 - 2 b (f - b)) / 2 s.
          const double off = mean(i, n) - b[i];
          out[block("log_variance")->offset + i] +=
              weight * (variance[i] + off * off - 2 * mean(i, n) * off) / (2 * variance[i]);
          out[i] += weight * off / variance[i];
          mean(i, n) /= variance[i];
        } else if (q > 1) {
          const auto unit = mean.column(n).subspan(i * q, q);
          const double all = log_sum({unit.begin(), unit.end()});
          for (double& f : unit) f = std::exp(f - all);
        } else {
          mean(i, n) = visible_.kind == UnitKind::spin ? std::tanh(mean(i, n)) : logistic(mean(i, n));
        }
      }
      if (visible_.labels == 0) continue;
      const auto label = mean.column(n).subspan(visible_.own_width());
      const double all = log_sum({label.begin(), label.end()});
      for (double& f : label) f = std::exp(f - all);
      for (std::size_t a = 0; gaussian && a < label.size(); ++a) out[visible_.own_width() + a] += weight * label[a];
    }
    if (!gaussian)
      Eigen::Map<Eigen::VectorXd>(out.data(), static_cast<Eigen::Index>(width())).noalias() += eigen(mean) * p;
    Eigen::Map<Eigen::VectorXd>(out.data() + block("hidden_bias")->offset, static_cast<Eigen::Index>(hidden_.units))
        .noalias() += eigen(h) * p;
    const ParameterBlock* at = block("weights");
    Eigen::Map<SumMatrix>(out.data() + at->offset, static_cast<Eigen::Index>(at->rows),
                          static_cast<Eigen::Index>(at->columns))
        .noalias() += (eigen(mean) * p.asDiagonal()) * eigen(h).transpose();
  });
  return total;
}

}  // namespace gibbsite
