#include "estimators/reweighting.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "estimators/autocorrelation.hpp"
#include "estimators/exponential_average.hpp"
#include "estimators/histogram_equations.hpp"
#include "physics/matrices/eigen.hpp"

namespace gibbsite {

/// The end of the energies drawn at one beta: draws (their places in the series) that lie farthest out, ten independent
/// ones or a tenth of all; the farthest first; and an energy a little beyond.
struct Tail {
  std::vector<std::size_t> draws = {};
  double usual = 0;  // the share of so many among the draws of this beta
  double beyond = 0;
};

struct Reweighting::Data {
  std::vector<double> beta, level;
  std::size_t chains = 1, times = 0, memory = 0;  // times: chains x draws
  std::vector<std::uint32_t> at;                  // level of every draw
  Eigen::MatrixXd column;                         // column, draw
  Eigen::ArrayXd share, effective;                // a_k and n_k
  Eigen::ArrayXd count;                           // sum of a over the draws of a level
  Eigen::MatrixXd sum;                            // of a x column: column, level
  HistogramSolution solution;
  std::vector<double> link;                 // links()
  std::vector<double> edge_low, edge_high;  // energies drawn at the first and the last beta
  std::vector<Tail> low, high;              // per beta

  /// The end of beta_k's energies that lies towards beta; none where that is beta_k.
  const Tail* towards(double b, std::size_t k) const {
    return b == beta[k] ? nullptr : b > beta[k] ? &low[k] : &high[k];
  }
};

namespace {

void require_valid(const TemperatureSeries& s) {
  const auto refuse = [](const char* what) { throw std::invalid_argument(std::string("reweighting: ") + what); };
  const auto finite = [](std::span<const double> x) {
    return std::all_of(x.begin(), x.end(), [](double v) { return std::isfinite(v); });
  };
  if (s.beta.empty()) refuse("there are no betas");
  if (!finite(s.beta) || std::adjacent_find(s.beta.begin(), s.beta.end(), std::greater_equal<>()) != s.beta.end())
    refuse("betas must be finite and ascend");
  const std::size_t row = s.chains * s.beta.size();
  if (row == 0 || s.energy.size() % row != 0)
    refuse("energies do not fill [chain][draw][beta]; check chains and betas");
  if (s.energy.size() < 2 * row) refuse("at least two draws per chain are needed");
  if (!finite(s.energy)) refuse("an energy is not finite");
  for (const auto& column : s.columns) {
    if (column.size() != s.energy.size()) refuse("a column is not as long as the energies");
    if (!finite(column)) refuse("a value in a column is not finite");
  }
}

std::vector<double> energies_at(const TemperatureSeries& s, std::size_t k) {
  std::vector<double> x(s.energy.size() / s.beta.size());
  for (std::size_t t = 0; t < x.size(); ++t) x[t] = s.energy[t * s.beta.size() + k];
  return x;
}

/// 1 / (2 tau) of the energies at one beta.
double independent_share(std::span<const double> energies, std::size_t chains) {
  const double tau = autocorrelation({energies, chains}).tau;
  return std::isnan(tau) ? 1 : 1 / std::max(1.0, 2 * tau);
}

std::vector<double> links_of(const HistogramSolution& solution, const Eigen::ArrayXd& count) {
  std::vector<double> links;
  Eigen::ArrayXd below = Eigen::ArrayXd::Zero(count.size());
  const auto p = eigen(solution.p);
  for (Eigen::Index k = 0; k + 1 < p.rows(); ++k) {
    below += p.row(k).transpose().array();
    links.push_back(4 * (count * below * (1 - below)).sum());
  }
  return links;
}

/// places: draws of one beta, x: their energies. Direction: -1 for the lowest, 1 for the highest.
Tail tail_of(const TemperatureSeries& s, std::size_t k, std::span<const double> x, double share, double direction) {
  const double independent = std::min(10.0, share * static_cast<double>(x.size()) / 10);
  const auto length = std::clamp<std::size_t>(static_cast<std::size_t>(std::lround(independent / share)), 1, x.size());
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto farther = [&](std::size_t a, std::size_t b) {
    return direction * x[a] != direction * x[b] ? direction * x[a] > direction * x[b] : a < b;
  };
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(order.size() / 2);
  std::nth_element(order.begin(), middle, order.end(), farther);
  const double median = x[*middle];
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(length), order.end(), farther);
  Tail tail{.usual = static_cast<double>(length) / static_cast<double>(x.size()),
            .beyond = median + 1.1 * (x[order[0]] - median)};
  double excess = 0;  // the next record of a tail exp(-E/a) lies a beyond the last
  for (std::size_t i = 0; i < length; ++i) {
    tail.draws.push_back(order[i] * s.beta.size() + k);
    excess += (x[order[i]] - x[order[length - 1]]) / static_cast<double>(length);
  }
  if (std::abs(excess) > std::abs(tail.beyond - x[order[0]])) tail.beyond = x[order[0]] + excess;
  return tail;
}

Eigen::Map<const Eigen::ArrayXd> as_array(const std::vector<double>& x) {
  return {x.data(), static_cast<Eigen::Index>(x.size())};
}
std::span<const double> as_span(const Eigen::ArrayXd& x) { return {x.data(), static_cast<std::size_t>(x.size())}; }

}  // namespace

Reweighting::Reweighting(const TemperatureSeries& series) {
  require_valid(series);
  auto data = std::make_unique<Data>();
  Data& d = *data;
  const std::size_t betas = series.beta.size();
  d.beta.assign(series.beta.begin(), series.beta.end());
  d.chains = series.chains;
  d.memory = series.memory;
  d.times = series.energy.size() / betas;
  d.column.resize(static_cast<Eigen::Index>(series.columns.size()), static_cast<Eigen::Index>(series.energy.size()));
  for (std::size_t i = 0; i < series.columns.size(); ++i)
    d.column.row(static_cast<Eigen::Index>(i)) =
        Eigen::Map<const Eigen::RowVectorXd>(series.columns[i].data(), d.column.cols());
  d.level.assign(series.energy.begin(), series.energy.end());
  std::sort(d.level.begin(), d.level.end());
  d.level.erase(std::unique(d.level.begin(), d.level.end()), d.level.end());
  d.level.shrink_to_fit();
  d.at.resize(series.energy.size());
  for (std::size_t n = 0; n < d.at.size(); ++n)
    d.at[n] = static_cast<std::uint32_t>(std::lower_bound(d.level.begin(), d.level.end(), series.energy[n]) -
                                         d.level.begin());

  const auto K = static_cast<Eigen::Index>(betas), U = static_cast<Eigen::Index>(d.level.size());
  Eigen::ArrayXd mean_energy(K);
  d.share.resize(K);
  for (Eigen::Index k = 0; k < K; ++k) {
    std::vector<double> x = energies_at(series, static_cast<std::size_t>(k));
    mean_energy[k] = as_array(x).mean();
    d.share[k] = independent_share(x, series.chains);
    d.low.push_back(tail_of(series, static_cast<std::size_t>(k), x, d.share[k], -1));
    d.high.push_back(tail_of(series, static_cast<std::size_t>(k), x, d.share[k], 1));
    if (k == K - 1) d.edge_high = x;
    if (k == 0) d.edge_low = std::move(x);
  }
  d.effective = d.share * static_cast<double>(d.times);
  d.count = Eigen::ArrayXd::Zero(U);
  d.sum = Eigen::MatrixXd::Zero(d.column.rows(), U);
  for (std::size_t n = 0; n < d.at.size(); ++n) {
    const double a = d.share[static_cast<Eigen::Index>(n % betas)];
    d.count[d.at[n]] += a;
    if (d.column.rows() > 0) d.sum.col(d.at[n]) += a * d.column.col(static_cast<Eigen::Index>(n));
  }
  d.solution = solve_histogram_equations(d.beta, d.level, as_span(d.count), as_span(d.effective), as_span(mean_energy));
  d.link = links_of(d.solution, d.count);
  data_ = std::move(data);
}

Reweighting::Reweighting(Reweighting&&) noexcept = default;
Reweighting& Reweighting::operator=(Reweighting&&) noexcept = default;
Reweighting::~Reweighting() = default;

std::span<const double> Reweighting::beta() const noexcept { return data_->beta; }
std::size_t Reweighting::chains() const noexcept { return data_->chains; }
std::size_t Reweighting::draws() const noexcept { return data_->times / data_->chains; }
std::span<const double> Reweighting::levels() const noexcept { return data_->level; }

std::vector<double> Reweighting::log_z() const {
  std::vector<double> log_z = data_->solution.f;
  for (double& v : log_z) v = 0 - v;
  return log_z;
}

std::vector<double> Reweighting::links() const { return data_->link; }

Reweighting::Point Reweighting::at(double beta) const {
  if (!std::isfinite(beta)) throw std::invalid_argument("reweighting: beta must be finite");
  const Data& d = *data_;
  const auto E = as_array(d.level);
  Eigen::ArrayXd w = -beta * E - as_array(d.solution.log_d);
  const double top = w.maxCoeff();
  w = (w - top).exp();
  const double norm = (d.count * w).sum();
  w /= norm;

  Point point;
  point.beta = beta;
  point.log_z = top + std::log(norm);
  point.weight.assign(w.data(), w.data() + w.size());
  const Eigen::ArrayXd mass = d.count * w;
  point.energy = (mass * E).sum();
  point.energy_variance = (mass * (E - point.energy).square()).sum();
  const Eigen::VectorXd columns = d.sum * w.matrix();
  point.columns.assign(columns.data(), columns.data() + columns.size());
  point.effective = 1 / (mass * w).sum();
  const bool low = beta<d.beta.front(), high = beta> d.beta.back();
  if (low || high) {
    std::vector<double> log_w = low ? d.edge_low : d.edge_high;
    for (double& v : log_w) v *= (low ? d.beta.front() : d.beta.back()) - beta;
    const double n = d.effective[low ? 0 : d.effective.size() - 1];
    const double value = (low ? 0 : -d.solution.f.back());
    const AverageCheck check = check_exponential_average(log_w, point.log_z - value, 1 / n, n);
    point.effective = std::min(point.effective, check.effective);
  }
  bool light = true;
  for (std::size_t k = 0; k < d.beta.size(); ++k)
    if (const Tail* tail = d.towards(beta, k)) {
      double share = 0;
      for (const std::size_t n : tail->draws) share += d.share[static_cast<Eigen::Index>(k)] * w[d.at[n]];
      if (share > point.tail_share) {
        point.tail_share = share;
        point.tail_of = k;
      }
      light = light && share <= most_tail_share + tail->usual;
    }
  point.trusted = point.effective >= fewest_effective_draws && light;
  point.log_z_trusted = point.trusted;
  for (std::size_t k = 0; k < d.link.size() && d.beta[k] < beta; ++k)
    point.log_z_trusted = point.log_z_trusted && d.link[k] >= fewest_effective_draws;
  return point;
}

std::vector<Reweighting::Influence> Reweighting::influences(const Point& point,
                                                            std::span<const Slopes> functions) const {
  const Data& d = *data_;
  const auto Q = static_cast<Eigen::Index>(functions.size()), K = d.share.size(), U = d.count.size(),
             columns = d.column.rows();
  Eigen::ArrayXd constant(Q);
  Eigen::VectorXd linear(Q), square(Q);
  Eigen::MatrixXd slope(Q, columns);
  for (Eigen::Index q = 0; q < Q; ++q) {
    const Slopes& s = functions[static_cast<std::size_t>(q)];
    linear[q] = s.energy;
    square[q] = s.energy_variance;
    constant[q] = s.log_z - s.energy_variance * point.energy_variance;
    for (Eigen::Index i = 0; i < columns; ++i) {
      slope(q, i) = s.columns.at(static_cast<std::size_t>(i));
      constant[q] -= slope(q, i) * point.columns[static_cast<std::size_t>(i)];
    }
  }
  const auto E = as_array(d.level), w = as_array(point.weight);
  // The part of A - <A> that depends on the energy alone, times w, for a tile of levels: one row per function.
  const auto of_energy = [&](Eigen::Index first, Eigen::Index length) {
    const Eigen::RowVectorXd e = (E.segment(first, length) - point.energy).matrix().transpose();
    const Eigen::MatrixXd powers = linear * e + square * e.cwiseAbs2();
    Eigen::ArrayXXd h = powers.array();
    h.colwise() += constant;
    h.rowwise() *= w.segment(first, length).transpose();
    return h;
  };
  constexpr Eigen::Index tile = 1024;
  Eigen::MatrixXd derivative = Eigen::MatrixXd::Zero(K, Q);  // dq / df
  for (Eigen::Index first = 0; first < U; first += tile) {
    const Eigen::Index length = std::min(tile, U - first);
    Eigen::ArrayXXd gathered = of_energy(first, length).rowwise() * d.count.segment(first, length).transpose();
    if (columns > 0)
      gathered += (slope * d.sum.middleCols(first, length)).array().rowwise() * w.segment(first, length).transpose();
    derivative -= eigen(d.solution.p).middleCols(first, length) * gathered.matrix().transpose();
  }
  const Matrix solved = d.solution.solve(matrix(derivative));
  const auto v = eigen(solved);
  Eigen::MatrixXd u(Q, U);
  for (Eigen::Index first = 0; first < U; first += tile) {
    const Eigen::Index length = std::min(tile, U - first);
    u.middleCols(first, length) =
        of_energy(first, length).matrix() - v.transpose() * eigen(d.solution.p).middleCols(first, length);
  }

  std::vector<Influence> y(functions.size(), {std::vector<double>(d.times), std::vector<double>(d.beta.size())});
  std::vector<double> sum(functions.size());
  const auto add = [&sum](double factor, const double* row) {
    for (std::size_t q = 0; q < sum.size(); ++q) sum[q] += factor * row[q];
  };
  Eigen::MatrixXd own = Eigen::MatrixXd::Zero(Q, K);  // what an independent draw does on average, per beta
  for (std::size_t t = 0, n = 0; t < d.times; ++t) {
    std::fill(sum.begin(), sum.end(), 0.0);
    for (Eigen::Index k = 0; k < K; ++k, ++n) {
      const auto level = static_cast<Eigen::Index>(d.at[n]), draw = static_cast<Eigen::Index>(n);
      const double a = static_cast<double>(d.times) * d.share[k];
      add(a, u.col(level).data());
      own.col(k) += u.col(level) / static_cast<double>(d.times);
      for (Eigen::Index i = 0; i < columns; ++i) {
        add(a * w[level] * d.column(i, draw), slope.col(i).data());
        own.col(k) += w[level] * d.column(i, draw) / static_cast<double>(d.times) * slope.col(i);
      }
    }
    for (std::size_t q = 0; q < sum.size(); ++q) y[q].draws[t] = sum[q];
  }
  for (std::size_t k = 0; k < d.beta.size(); ++k) {
    const Tail* tail = d.towards(point.beta, k);
    if (tail == nullptr || !(d.level.front() < d.level.back())) continue;
    const double far = tail->beyond, e = far - point.energy;
    const Eigen::ArrayXd log_p = (d.effective.log() + as_array(d.solution.f)) - as_array(d.beta) * far;
    const double top = log_p.maxCoeff(), log_d = top + std::log((log_p - top).exp().sum());
    const double weight = std::exp(-point.beta * far - log_d - point.log_z);
    const Eigen::VectorXd p = (log_p - log_d).exp().matrix();
    const auto farthest = static_cast<Eigen::Index>(tail->draws.front());  // as the columns would be there
    Eigen::VectorXd unseen = weight * (constant.matrix() + e * linear + e * e * square);
    if (columns > 0) unseen += weight * slope * d.column.col(farthest);
    unseen -= v.transpose() * p;
    const auto at_k = static_cast<Eigen::Index>(k);
    unseen -= own.col(at_k);
    // It counts as far as it weighs more here than where it would have been drawn, which is nothing at beta_k itself.
    const double there = std::exp(-d.beta[k] * far - log_d + d.solution.f[k]);
    unseen *= std::max(0.0, 1 - there / weight);
    for (std::size_t q = 0; q < y.size(); ++q) y[q].unseen[k] = unseen[static_cast<Eigen::Index>(q)];
  }
  return y;
}

Estimate Reweighting::estimate(double value, const Influence& influence, bool trusted) const {
  Estimate estimate = estimate_from_influence(value, {influence.draws, data_->chains, data_->memory});
  double unseen2 = 0;
  for (const double u : influence.unseen) unseen2 += u * u;
  const double error2 = estimate.error * estimate.error;
  constexpr double most = 2;  // errors; beyond, the answer depends on what was not seen more than on what was
  estimate.error = trusted && unseen2 <= most * most * error2 ? std::sqrt(error2 + unseen2) : unknown;
  return estimate;
}

}  // namespace gibbsite
