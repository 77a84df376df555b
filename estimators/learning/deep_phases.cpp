#include "estimators/learning/deep_phases.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "estimators/learning/block_products.hpp"

namespace gibbsite {
namespace {

using Index = Eigen::Index;

constexpr std::size_t tile_of_columns = 50;
constexpr std::size_t tile_of_rows = 64;
constexpr double worth_more_threads = 1e6;  // parameters times columns

template <class Real>
class Phases final : public DeepPhases {
  using Block = ColumnBlock<Real>;  // [unit][column]
  using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

 public:
  Phases(std::shared_ptr<const DeepMachine> machine, Key key, MeanFieldEffort effort)
      : machine_(std::move(machine)), key_(key), effort_(effort), settled_(depth()), chains_(depth()) {}

  void set_parameters(std::span<const double> theta) override {
    bias_.resize(depth());
    weights_.resize(depth() - 1);
    for (std::size_t l = 0; l < depth(); ++l)
      bias_[l] = eigen(theta.subspan(machine_->bias(l).offset, units(l))).template cast<Real>();
    for (std::size_t l = 0; l + 1 < depth(); ++l)
      weights_[l] =
          Eigen::Map<const Rows>(theta.data() + machine_->weights(l).offset, index(units(l)), index(units(l + 1)))
              .template cast<Real>();
  }

  void settle(const Matrix& v) override {
    for (std::size_t l = 0; l < depth(); ++l) settled_[l].resize(index(units(l)), index(v.columns()));
    over_tiles(v.columns(), [&](std::size_t begin, std::size_t count) {
      std::vector<Block> x(depth());
      x[0] = eigen(v).middleCols(index(begin), index(count)).template cast<Real>() * copies(0);
      const Block from_visible = input_from_below(1, x);
      for (std::size_t l = 1; l < depth(); ++l) {
        Block up = l == 1 ? from_visible : input_from_below(l, x);
        if (l + 1 < depth()) up *= Real(2);
        up.colwise() += bias_[l];
        to_means(l, up);
        x[l] = std::move(up);
      }
      for (int round = 0; depth() > 2 && round < effort_.rounds; ++round) {
        Real change = 0;
        for (const std::size_t parity : {1, 2})
          for (std::size_t l = parity; l < depth(); l += 2) {
            Block f = l == 1 ? from_visible : input_from_below(l, x);
            if (l + 1 < depth()) add_input(Side::from_above, weights_[l], x[l + 1], f);
            f.colwise() += bias_[l];
            to_means(l, f);
            change = std::max(change, (f - x[l]).cwiseAbs().maxCoeff());
            x[l].swap(f);
          }
        if (static_cast<double>(change) < effort_.still) break;
      }
      for (std::size_t l = 0; l < depth(); ++l) settled_[l].middleCols(index(begin), index(count)) = x[l];
    });
  }

  std::vector<double> mean(std::size_t l) const override {
    const Eigen::VectorXd sum = settled_[l].template cast<double>().rowwise().sum();
    return numbers(sum / static_cast<double>(settled_[l].cols()));
  }

  std::vector<double> bound() const override {
    std::vector<double> out(static_cast<std::size_t>(settled_[0].cols()), 0);
    over_tiles(out.size(), [&](std::size_t begin, std::size_t count) {
      Eigen::ArrayXd sum = Eigen::ArrayXd::Zero(index(count));
      for (std::size_t l = 0; l < depth(); ++l) {
        const Block x = settled_[l].middleCols(index(begin), index(count));
        Block pull = bias_[l].replicate(1, x.cols());
        if (l + 1 < depth()) pull.noalias() += weights_[l] * settled_[l + 1].middleCols(index(begin), index(count));
        sum += x.cwiseProduct(pull).template cast<double>().colwise().sum().transpose().array();
        if (l > 0)
          sum += x.unaryExpr([this, l](Real m) { return entropy(l, static_cast<double>(m)); })
                     .colwise()
                     .sum()
                     .transpose()
                     .array();
      }
      std::copy(sum.data(), sum.data() + sum.size(), out.begin() + static_cast<std::ptrdiff_t>(begin));
    });
    return out;
  }

  Matrix draw_first_hidden(std::uint64_t time) const override {
    const Block& m = settled_[1];
    Matrix out(units(1), static_cast<std::size_t>(m.cols()));
    over_tiles(out.columns(), [&](std::size_t begin, std::size_t count) {
      for (std::size_t n = begin; n < begin + count; ++n) {
        Stream stream(key_, Purpose::data, time, n);
        for (std::size_t i = 0; i < units(1); ++i)
          out(i, n) = static_cast<double>(one_copy(1, share_of(1, m(index(i), index(n))), stream));
      }
    });
    return out;
  }

  void add_data_gradient(double scale, std::span<double> out) const override { add_gradient(settled_, scale, out); }

  void start_at_data(std::size_t chains, std::uint64_t time) override {
    resize_chains(chains);
    const auto samples = static_cast<std::size_t>(settled_[0].cols());
    over_tiles(chains, [&](std::size_t begin, std::size_t count) {
      for (std::size_t n = begin; n < begin + count; ++n) {
        Stream stream(key_, Purpose::start, time, n);
        for (std::size_t l = 1; l < depth(); l += 2)
          for (Index i = 0; i < settled_[l].rows(); ++i)
            odd_[l / 2](i, index(n)) = draw(l, share_of(l, settled_[l](i, index(n % samples))), stream);
      }
    });
  }

  void sweep(std::uint64_t time, std::size_t count) override {
    over_tiles(chains(), [&](std::size_t begin, std::size_t columns) {
      std::vector<Block> x(depth());
      for (std::size_t l = 1; l < depth(); l += 2) x[l] = odd_[l / 2].middleCols(index(begin), index(columns));
      for (std::size_t k = 0; k < count; ++k) {
        std::vector<Stream> streams;
        for (std::size_t n = begin; n < begin + columns; ++n) streams.emplace_back(key_, Purpose::sweep, time + k, n);
        for (const std::size_t parity : {0, 1})
          for (std::size_t l = parity; l < depth(); l += 2) {
            Block m = field(l, x);
            to_means(l, m);
            if (parity == 0) x[l].resize(m.rows(), m.cols());
            for (Index n = 0; n < m.cols(); ++n)
              for (Index i = 0; i < m.rows(); ++i)
                x[l](i, n) = draw(l, share_of(l, m(i, n)), streams[static_cast<std::size_t>(n)]);
            if (k + 1 == count) chains_[l].middleCols(index(begin), index(columns)) = parity == 0 ? x[l] : m;
          }
      }
      for (std::size_t l = 1; l < depth(); l += 2) odd_[l / 2].middleCols(index(begin), index(columns)) = x[l];
    });
  }

  void add_chain_gradient(double scale, std::span<double> out) const override { add_gradient(chains_, scale, out); }

  std::vector<std::byte> save() const override {
    std::vector<std::byte> out;
    for (std::size_t n = 0; n < chains(); ++n)
      for (const Block& layer : odd_)
        for (const Real x : layer.col(index(n))) out.push_back(static_cast<std::byte>(static_cast<std::int8_t>(x)));
    return out;
  }
  void load(std::span<const std::byte> state) override {
    std::size_t width = 0;
    for (std::size_t l = 1; l < depth(); l += 2) width += units(l);
    if (state.size() % width != 0) throw std::invalid_argument("the chains are of another machine");
    resize_chains(state.size() / width);
    auto at = state.begin();
    for (std::size_t n = 0; n < chains(); ++n)
      for (Block& layer : odd_)
        for (Real& x : layer.col(index(n))) x = static_cast<Real>(static_cast<std::int8_t>(*at++));
  }

 private:
  static Index index(std::size_t n) { return static_cast<Index>(n); }
  std::size_t depth() const { return machine_->depth(); }
  std::size_t units(std::size_t l) const { return machine_->layers()[l].units; }
  Real copies(std::size_t l) const { return static_cast<Real>(machine_->copies(l)); }
  bool spin(std::size_t l) const { return machine_->layers()[l].kind == UnitKind::spin; }
  std::size_t chains() const { return odd_.empty() ? 0 : static_cast<std::size_t>(odd_[0].cols()); }
  void resize_chains(std::size_t count) {
    odd_.resize(depth() / 2);
    for (std::size_t l = 0; l < depth(); ++l) {
      chains_[l].resize(index(units(l)), index(count));
      if (l % 2 == 1) odd_[l / 2].resize(index(units(l)), index(count));
    }
  }

  template <class Work>
  void over_tiles(std::size_t columns, Work&& work) const {
    const double cost = static_cast<double>(machine_->parameters() * columns);
#pragma omp parallel for schedule(dynamic) if (cost > worth_more_threads)
    for (std::size_t begin = 0; begin < columns; begin += tile_of_columns)
      work(begin, std::min(tile_of_columns, columns - begin));
  }

  Block field(std::size_t l, const std::vector<Block>& x) const {
    Block f = bias_[l].replicate(1, x[l % 2 == 0 ? 1 : 0].cols());
    if (l > 0) add_input(Side::from_below, weights_[l - 1], x[l - 1], f);
    if (l + 1 < depth()) add_input(Side::from_above, weights_[l], x[l + 1], f);
    return f;
  }
  Block input_from_below(std::size_t l, const std::vector<Block>& x) const {
    Block f = Block::Zero(index(units(l)), x[l - 1].cols());
    add_input(Side::from_below, weights_[l - 1], x[l - 1], f);
    return f;
  }
  /// Fields as means of the sums over copies, in place.
  void to_means(std::size_t l, Block& f) const {
    if (spin(l))
      f = copies(l) * f.array().tanh();
    else
      f = copies(l) / (1 + (-f.array()).exp());
  }
  /// The chance of one copy to be on where the mean of their sum is m.
  Real share_of(std::size_t l, Real m) const {
    const Real one = m / copies(l);
    return spin(l) ? (1 + one) / 2 : one;
  }
  Real one_copy(std::size_t l, Real share, Stream& stream) const {
    const bool on = static_cast<double>(stream.next32()) < static_cast<double>(share) * 0x1p32;
    return on ? Real(1) : spin(l) ? Real(-1) : Real(0);
  }
  Real draw(std::size_t l, Real share, Stream& stream) const {
    Real sum = one_copy(l, share, stream);
    for (std::size_t c = 1; c < machine_->copies(l); ++c) sum += one_copy(l, share, stream);
    return sum;
  }
  /// Of the copies of a unit whose sum has this mean.
  double entropy(std::size_t l, double mean) const {
    const double n = static_cast<double>(machine_->copies(l)), p = spin(l) ? (1 + mean / n) / 2 : mean / n;
    const auto term = [](double q) { return q > 0 ? -q * std::log(q) : 0.0; };
    return n * (term(p) + term(1 - p));
  }

  void add_gradient(const std::vector<Block>& x, double scale, std::span<double> out) const {
    const double each = scale / static_cast<double>(x[0].cols());
    for (std::size_t l = 0; l < depth(); ++l) {
      Eigen::Map<Eigen::VectorXd>(out.data() + machine_->bias(l).offset, index(units(l))) +=
          each * x[l].template cast<double>().rowwise().sum();
      if (l + 1 == depth()) break;
      const std::size_t rows = units(l), columns = units(l + 1);
      double* to = out.data() + machine_->weights(l).offset;
      const double cost = static_cast<double>(rows * columns) * static_cast<double>(x[l].cols());
#pragma omp parallel for schedule(dynamic) if (cost > worth_more_threads)
      for (std::size_t begin = 0; begin < rows; begin += tile_of_rows) {
        const Index count = index(std::min(tile_of_rows, rows - begin));
        const Block part = products_over_samples(x[l], index(begin), count, x[l + 1]);
        Eigen::Map<Eigen::MatrixXd>(to + begin * columns, index(columns), count) += each * part.template cast<double>();
      }
    }
  }

  std::shared_ptr<const DeepMachine> machine_;
  Key key_;
  MeanFieldEffort effort_;
  std::vector<Eigen::Matrix<Real, Eigen::Dynamic, 1>> bias_;
  std::vector<Block> weights_;           // [lower][upper]
  std::vector<Block> settled_, chains_;  // [unit][column], layer by layer: what gradients are averages over
  std::vector<Block> odd_;               // of chains: layers 1, 3, ..., as drawn
};

}  // namespace

std::unique_ptr<DeepPhases> make_deep_phases(std::shared_ptr<const DeepMachine> machine, Key key,
                                             MeanFieldEffort effort, Precision precision) {
  if (precision == Precision::single) return std::make_unique<Phases<float>>(std::move(machine), key, effort);
  return std::make_unique<Phases<double>>(std::move(machine), key, effort);
}

}  // namespace gibbsite
