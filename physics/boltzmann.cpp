#include "physics/boltzmann.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "physics/matrices/eigen.hpp"
#include "physics/network.hpp"

namespace gibbsite {
namespace {

using Pattern = std::vector<std::int8_t>;

[[noreturn]] void refuse(const std::string& what) { throw std::invalid_argument("a Boltzmann machine " + what); }

void check(std::size_t visible, const Matrix& weights, std::span<const double> bias) {
  if (bias.empty()) refuse("needs one unit or more");
  if (visible == 0 || visible > bias.size())
    refuse("of " + std::to_string(bias.size()) + " units cannot have " + std::to_string(visible) + " visible ones");
  const std::size_t n = bias.size();
  if (weights.rows() != n || weights.columns() != n)
    refuse("of " + std::to_string(n) + " biases has weights of " + std::to_string(weights.rows()) + " x " +
           std::to_string(weights.columns()) + ", not " + std::to_string(n) + " x " + std::to_string(n));
  if (!eigen(weights).allFinite()) refuse("has a weight that is not finite");
  if (!(eigen(weights).cwiseAbs().sum() < 1e100)) refuse("has weights that are too large to be added up");
  if (!std::all_of(bias.begin(), bias.end(), [](double b) { return std::isfinite(b); }))
    refuse("has a bias that is not finite");
  for (std::size_t i = 0; i < n; ++i)
    if (weights(i, i) != 0)
      refuse("has a weight between unit " + std::to_string(i) + " and itself; the diagonal must be zero");
  const double most = eigen(weights).cwiseAbs().maxCoeff();
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t i = 0; i < j; ++i)
      if (std::abs(weights(i, j) - weights(j, i)) > 1e-12 * most)
        refuse("has weights that are not symmetric (units " + std::to_string(i) + " and " + std::to_string(j) + ")");
}

/// Patterns of `units` numbers, +-1 each.
void check(std::span<const Pattern> patterns, std::size_t units) {
  for (std::size_t k = 0; k < patterns.size(); ++k) {
    if (patterns[k].size() != units)
      throw std::invalid_argument("pattern " + std::to_string(k) + " has " + std::to_string(patterns[k].size()) +
                                  " units, not " + std::to_string(units));
    for (const int s : patterns[k])
      if (s != 1 && s != -1)
        throw std::invalid_argument("pattern " + std::to_string(k) + " holds " + std::to_string(s) +
                                    "; patterns are made of -1 and +1");
  }
}

/// Of two states of spins; whole numbers, in an order that registers like.
double overlap(const Pattern& x, const Pattern& y) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
  return sum / static_cast<double>(x.size());
}

/// An orthonormal basis of the columns' span, [row][rank]. One reflection after the other: Eigen's product of all of
/// them at once sums in an order that depends on the number of threads.
Eigen::MatrixXd orthonormal_basis(const Eigen::MatrixXd& columns) {
  const Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(columns);
  const Eigen::Index n = columns.rows(), rank = qr.rank();
  Eigen::MatrixXd basis = Eigen::MatrixXd::Identity(n, rank);
  Eigen::VectorXd scratch(rank);
  for (Eigen::Index k = rank; k-- > 0;)
    basis.bottomRightCorner(n - k, rank - k)
        .applyHouseholderOnTheLeft(qr.matrixQR().col(k).tail(n - k - 1), qr.hCoeffs()[k], scratch.data());
  return basis;
}

/// W after one pattern after the other, columns of [unit][pattern].
Eigen::MatrixXd storkey(const Eigen::MatrixXd& patterns) {
  const Eigen::Index units = patterns.rows();
  Eigen::MatrixXd w = Eigen::MatrixXd::Zero(units, units);
  Eigen::VectorXd field(units);
  for (Eigen::Index mu = 0; mu < patterns.cols(); ++mu) {
    const auto xi = patterns.col(mu);
    field.noalias() = w * xi;
    for (Eigen::Index j = 0; j < units; ++j)
      for (Eigen::Index i = j + 1; i < units; ++i) {
        // h_ij = field_i - W_ij xi_j, so that xi_i h_ji + h_ij xi_j = xi_i field_j + field_i xi_j - 2 W_ij.
        const double change = xi[i] * xi[j] - xi[i] * field[j] - field[i] * xi[j] + 2 * w(i, j);
        w(i, j) += change / static_cast<double>(units);
      }
    w.triangularView<Eigen::StrictlyUpper>() = w.transpose();
  }
  return w;
}

}  // namespace

BoltzmannMachine::BoltzmannMachine(UnitKind kind, std::size_t visible, Matrix weights, std::vector<double> bias,
                                   std::vector<Pattern> patterns)
    : kind_(kind),
      hidden_kind_(kind),
      visible_(visible),
      weights_(std::move(weights)),
      bias_(std::move(bias)),
      patterns_(std::move(patterns)) {
  if (kind_ != UnitKind::binary && kind_ != UnitKind::spin) refuse("has binary units or spins, no others");
  check(visible_, weights_, bias_);
  if (!patterns_.empty() && kind_ != UnitKind::spin) refuse("of binary units cannot have patterns of spins");
  check(patterns_, bias_.size());
  symmetrize();
}

BoltzmannMachine::BoltzmannMachine(std::size_t visible, std::size_t states, UnitKind hidden, Matrix weights,
                                   std::vector<double> bias)
    : kind_(UnitKind::categorical),
      hidden_kind_(hidden),
      visible_(visible),
      states_(states),
      weights_(std::move(weights)),
      bias_(std::move(bias)) {
  if (states_ < 2) refuse("of categorical units needs 2 states or more");
  if (hidden_kind_ != UnitKind::binary && hidden_kind_ != UnitKind::spin) refuse("has binary or spin hidden units");
  check(visible_ * states_, weights_, bias_);
  for (std::size_t i = 0; i < visible_; ++i)
    for (std::size_t a = i * states_; a < (i + 1) * states_; ++a)
      for (std::size_t b = i * states_; b < a; ++b)
        if (weights_(a, b) != 0)
          refuse("has a weight between two states of categorical unit " + std::to_string(i) + "; they must be zero");
  symmetrize();
}

void BoltzmannMachine::symmetrize() { weights_ = matrix((eigen(weights_) + eigen(weights_).transpose()) / 2); }

Layer BoltzmannMachine::visible_layer() const {
  return {.kind = kind_,
          .units = visible_,
          .states = states_,
          .bias = {bias_.begin(), bias_.begin() + static_cast<std::ptrdiff_t>(visible_width())}};
}
Layer BoltzmannMachine::hidden_layer() const {
  return {.kind = hidden_kind_,
          .units = hidden(),
          .bias = {bias_.begin() + static_cast<std::ptrdiff_t>(visible_width()), bias_.end()}};
}

double BoltzmannMachine::energy(std::span<const double> x) const {
  double pairs = 0;
  for (std::size_t j = 1; j < weights_.columns(); ++j)
    pairs += x[j] * eigen(weights_.column(j).first(j)).dot(eigen(x.first(j)));
  return -pairs - eigen(bias_).dot(eigen(x));
}

double BoltzmannMachine::local_field(std::span<const double> x, std::size_t i) const {
  return bias_[i] + eigen(weights_.column(i)).dot(eigen(x));
}

std::vector<Observable> BoltzmannMachine::observables() const {
  std::vector<Observable> all = {
      {"energy", "1", "total energy", Role::energy},
      density_of_energy("1", "energy per unit"),
      {"visible_magnetization", "1",
       kind_ == UnitKind::categorical ? "Potts order parameter of the visible units" : "mean of the visible units"}};
  if (visible_ < units()) all.push_back({"hidden_magnetization", "1", "mean of the hidden units"});
  if (!patterns_.empty()) {
    all.push_back({"pattern_overlap", "1", "overlap with the first pattern, sum_i xi_i x_i / N"});
    all.push_back({"largest_overlap", "1", "largest |overlap| with a pattern"});
  }
  return all;
}

void BoltzmannMachine::observe(std::span<const double> x, double energy, std::span<double> out) const {
  std::size_t k = 0;
  out[k++] = energy;
  out[k++] = energy / static_cast<double>(units());
  const auto v = x.first(visible_width());
  out[k++] = kind_ == UnitKind::categorical ? potts_order(v, states_) : eigen(v).mean();
  if (visible_ < units()) out[k++] = eigen(x.subspan(visible_width())).mean();
  if (patterns_.empty()) return;
  const Pattern spins(x.begin(), x.end());
  out[k++] = overlap(patterns_[0], spins);
  double most = 0;
  for (const Pattern& pattern : patterns_) most = std::max(most, std::abs(overlap(pattern, spins)));
  out[k++] = most;
}

void BoltzmannMachine::set_ordered(std::span<double> x) const {
  const std::size_t one_hot = kind_ == UnitKind::categorical ? visible_width() : 0;
  for (std::size_t begin = 0; begin < one_hot; begin += states_) {
    const auto h = std::span(bias_).subspan(begin, states_);
    std::fill_n(x.begin() + static_cast<std::ptrdiff_t>(begin), states_, 0.0);
    x[begin + static_cast<std::size_t>(std::max_element(h.begin(), h.end()) - h.begin())] = 1;
  }
  for (std::size_t i = one_hot; i < x.size(); ++i)
    if (!patterns_.empty())
      x[i] = patterns_[0][i];
    else if (hidden_kind_ == UnitKind::spin)
      x[i] = bias_[i] < 0 ? -1 : 1;
    else
      x[i] = bias_[i] > 0 ? 1 : 0;
}

BoltzmannMachine hopfield(std::vector<Pattern> patterns, PatternRule rule) {
  if (patterns.empty() || patterns[0].empty()) throw std::invalid_argument("a Hopfield network needs a pattern");
  const std::size_t units = patterns[0].size();
  check(patterns, units);
  const auto n = static_cast<Eigen::Index>(units), p = static_cast<Eigen::Index>(patterns.size());
  Eigen::MatrixXd columns(n, p), weights = Eigen::MatrixXd::Zero(n, n);
  for (Eigen::Index mu = 0; mu < p; ++mu)
    columns.col(mu) = Eigen::Map<const Eigen::Matrix<std::int8_t, Eigen::Dynamic, 1>>(
                          patterns[static_cast<std::size_t>(mu)].data(), n)
                          .cast<double>();
  if (rule == PatternRule::pseudo_inverse) {
    columns = orthonormal_basis(columns);
    if (columns.cols() == n)
      throw std::invalid_argument("the pseudo-inverse rule cannot store " + std::to_string(n) +
                                  " independent patterns in as many units; give fewer patterns");
  }
  if (rule == PatternRule::storkey)
    return {UnitKind::spin, units, matrix(storkey(columns)), std::vector<double>(units, 0.0), std::move(patterns)};
  weights.selfadjointView<Eigen::Lower>().rankUpdate(columns);  // integers, if Hebbian: exact in any order
  if (rule == PatternRule::hebbian) weights /= static_cast<double>(n);
  weights.triangularView<Eigen::StrictlyUpper>() = weights.transpose();
  weights.diagonal().setZero();
  return {UnitKind::spin, units, matrix(weights), std::vector<double>(units, 0.0), std::move(patterns)};
}

double share_of_fixed_points(const BoltzmannMachine& machine, std::span<const Pattern> patterns) {
  std::size_t fixed = 0;
  for (const Pattern& pattern : patterns) {
    const Eigen::VectorXd x = Eigen::Map<const Eigen::Matrix<std::int8_t, Eigen::Dynamic, 1>>(
                                  pattern.data(), static_cast<Eigen::Index>(pattern.size()))
                                  .cast<double>();
    const Eigen::VectorXd field = eigen(machine.weights()) * x + eigen(machine.bias());
    fixed += (field.array() * x.array()).minCoeff() > 0 ? 1 : 0;
  }
  return patterns.empty() ? 0 : static_cast<double>(fixed) / static_cast<double>(patterns.size());
}

std::vector<Pattern> random_patterns(std::size_t patterns, std::size_t units, std::uint64_t seed) {
  std::vector<Pattern> all(patterns, Pattern(units));
  for (std::size_t mu = 0; mu < patterns; ++mu) {
    Chance chance(Stream(Key(seed), Purpose::disorder, 0, mu));
    for (std::int8_t& s : all[mu]) s = chance.coin(Coin(0.5)) ? 1 : -1;
  }
  return all;
}

}  // namespace gibbsite
