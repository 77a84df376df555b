#include "estimators/learning/up_down.hpp"

#include <algorithm>
#include <stdexcept>

#include "estimators/learning/block_products.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t tile_of_samples = 50;
constexpr std::size_t tile_of_units = 64;
constexpr double worth_a_thread = 1e6;  // parameters times samples

template <class Real>
class WakeSleep final : public UpDown {
  using Block = ColumnBlock<Real>;  // [unit][sample]
  using Vector = Eigen::Matrix<Real, Eigen::Dynamic, 1>;
  using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using Index = Eigen::Index;
  /// What a way between two layers is: bias of the layer it leads to, and weights [lower][upper].
  struct Way {
    Vector bias;
    Block weights;
  };

 public:
  WakeSleep(std::shared_ptr<const BeliefMachine> machine, Key key, UpDownOptions options)
      : machine_(std::move(machine)), key_(key), options_(options) {}

  void add_directions(std::span<const double> theta, const Matrix& v, std::uint64_t update,
                      std::span<double> out) override {
    set(theta);
    const std::size_t top = machine_->directed();
    const std::size_t samples = v.columns();
    // States of all layers but the topmost, and what the ways make of their neighbours.
    std::vector<Block> awake(top + 1), below(top);
    Block hidden(units(top + 1), index(samples)), hidden_draw = hidden;
    for (std::size_t l = 0; l <= top; ++l) awake[l].resize(units(l), index(samples));
    for (std::size_t l = 0; l < top; ++l) below[l].resize(units(l), index(samples));
    over_tiles(samples, [&](std::size_t begin, std::size_t count) {
      auto streams = streams_of(Purpose::data, update, begin, count);
      Block x = eigen(v).middleCols(index(begin), index(count)).template cast<Real>();
      columns(awake[0], begin, count) = x;
      for (std::size_t l = 0; l < top; ++l) {
        Block upper = upwards(up_[l], x);
        draw(upper, streams);
        columns(below[l], begin, count) = downwards(down_[l], upper);
        columns(awake[l + 1], begin, count) = x = std::move(upper);
      }
      Block h = upwards(top_up_, x);
      columns(hidden, begin, count) = h;
      draw(h, streams);
      columns(hidden_draw, begin, count) = h;
    });
    for (std::size_t l = 0; l < top; ++l) {
      below[l] = awake[l] - below[l];
      add_bias(machine_->bias(l), below[l], 1, out);
      add_product(machine_->weights(l), below[l], awake[l + 1], 1, out);
    }
    add_top(awake[top], hidden, 1, out);

    if (!options_.persistent || chains_.cols() == 0) {
      const std::size_t chains = options_.persistent ? options_.chains : samples;
      chains_.resize(units(top + 1), index(chains));
      for (std::size_t n = 0; n < chains; ++n) chains_.col(index(n)) = hidden_draw.col(index(n % samples));
    }
    const std::size_t chains = static_cast<std::size_t>(chains_.cols());
    std::vector<Block> asleep(top + 1), above(top);
    for (std::size_t l = 0; l <= top; ++l) asleep[l].resize(units(l), index(chains));
    for (std::size_t l = 0; l < top; ++l) above[l].resize(units(l + 1), index(chains));
    Block dreamt(units(top + 1), index(chains));
    over_tiles(chains, [&](std::size_t begin, std::size_t count) {
      Block h = columns(chains_, begin, count), x;
      for (std::size_t k = 0; k < options_.sweeps; ++k) {
        auto streams = streams_of(Purpose::sweep, update * options_.sweeps + k, begin, count);
        x = downwards(top_down_, h);
        draw(x, streams);
        h = upwards(top_up_, x);
        columns(dreamt, begin, count) = h;
        draw(h, streams);
      }
      columns(chains_, begin, count) = h;
      columns(asleep[top], begin, count) = x;
      auto streams = streams_of(Purpose::reference, update, begin, count);
      for (std::size_t l = top; l-- > 0;) {
        Block lower = downwards(down_[l], x);
        draw(lower, streams);
        columns(above[l], begin, count) = upwards(up_[l], lower);
        columns(asleep[l], begin, count) = x = std::move(lower);
      }
    });
    add_top(asleep[top], dreamt, -1, out);
    for (std::size_t l = 0; l < top; ++l) {
      above[l] = asleep[l + 1] - above[l];
      add_bias(machine_->recognition_bias(l), above[l], 1, out);
      add_product(machine_->recognition_weights(l), asleep[l], above[l], 1, out);
    }
  }

  Snapshot save() const override {
    Snapshot out;
    std::vector<std::byte>& bytes = out.bytes["up_down_chains"];
    if (!options_.persistent) return out;
    for (Index n = 0; n < chains_.cols(); ++n)
      for (const Real x : chains_.col(n)) bytes.push_back(static_cast<std::byte>(static_cast<std::int8_t>(x)));
    return out;
  }
  void load(const Snapshot& snapshot) override {
    const auto& bytes = snapshot.bytes.at("up_down_chains");
    const std::size_t height = machine_->units(machine_->depth() - 1);
    if (bytes.size() % height != 0) throw std::invalid_argument("the chains are of another machine");
    chains_.resize(index(height), index(bytes.size() / height));
    for (std::size_t k = 0; k < bytes.size(); ++k)
      chains_(index(k % height), index(k / height)) = static_cast<Real>(static_cast<std::int8_t>(bytes[k]));
  }

 private:
  static Index index(std::size_t n) { return static_cast<Index>(n); }
  Index units(std::size_t l) const { return index(machine_->units(l)); }
  static auto columns(Block& x, std::size_t begin, std::size_t count) {
    return x.middleCols(index(begin), index(count));
  }

  Way way(std::span<const double> theta, const ParameterBlock& bias, const ParameterBlock& weights) const {
    return {eigen(theta.subspan(bias.offset, bias.size())).template cast<Real>(),
            Eigen::Map<const Rows>(theta.data() + weights.offset, index(weights.rows), index(weights.columns))
                .template cast<Real>()};
  }
  void set(std::span<const double> theta) {
    const std::size_t top = machine_->directed();
    up_.clear(), down_.clear();
    for (std::size_t l = 0; l < top; ++l) {
      up_.push_back(way(theta, machine_->recognition_bias(l), machine_->recognition_weights(l)));
      down_.push_back(way(theta, machine_->bias(l), machine_->weights(l)));
    }
    top_up_ = way(theta, machine_->bias(top + 1), machine_->weights(top));
    top_down_ = way(theta, machine_->bias(top), machine_->weights(top));
  }
  static void to_shares(Block& f) { f = 1 / (1 + (-f.array()).exp()); }
  static Block upwards(const Way& way, const Block& lower) {
    Block f = way.bias.replicate(1, lower.cols());
    add_input(Side::from_below, way.weights, lower, f);
    to_shares(f);
    return f;
  }
  static Block downwards(const Way& way, const Block& upper) {
    Block f = way.bias.replicate(1, upper.cols());
    add_input(Side::from_above, way.weights, upper, f);
    to_shares(f);
    return f;
  }
  std::vector<Stream> streams_of(Purpose purpose, std::uint64_t time, std::size_t begin, std::size_t count) const {
    std::vector<Stream> out;
    for (std::size_t n = begin; n < begin + count; ++n) out.emplace_back(key_, purpose, time, n);
    return out;
  }
  /// Units that are 1 with these chances, in place.
  static void draw(Block& share, std::vector<Stream>& streams) {
    for (Index n = 0; n < share.cols(); ++n)
      for (Real& x : share.col(n))
        x = static_cast<double>(streams[static_cast<std::size_t>(n)].next32()) < static_cast<double>(x) * 0x1p32 ? 1
                                                                                                                 : 0;
  }

  template <class Work>
  void over_tiles(std::size_t samples, Work&& work) const {
    const double cost = static_cast<double>(machine_->parameters() * samples);
#pragma omp parallel for schedule(dynamic) if (cost > worth_a_thread)
    for (std::size_t begin = 0; begin < samples; begin += tile_of_samples)
      work(begin, std::min(tile_of_samples, samples - begin));
  }
  void add_bias(const ParameterBlock& to, const Block& x, double scale, std::span<double> out) const {
    Eigen::Map<Eigen::VectorXd>(out.data() + to.offset, x.rows()) +=
        scale / static_cast<double>(x.cols()) * x.template cast<double>().rowwise().sum();
  }
  void add_product(const ParameterBlock& to, const Block& lower, const Block& upper, double scale,
                   std::span<double> out) const {
    const double each = scale / static_cast<double>(lower.cols());
    const double cost = static_cast<double>(to.size()) * static_cast<double>(lower.cols());
#pragma omp parallel for schedule(dynamic) if (cost > worth_a_thread)
    for (std::size_t begin = 0; begin < to.rows; begin += tile_of_units) {
      const Index count = index(std::min(tile_of_units, to.rows - begin));
      const Block part = products_over_samples(lower, index(begin), count, upper);
      Eigen::Map<Eigen::MatrixXd>(out.data() + to.offset + begin * to.columns, index(to.columns), count) +=
          each * part.template cast<double>();
    }
  }
  void add_top(const Block& x, const Block& h, double scale, std::span<double> out) const {
    const std::size_t top = machine_->directed();
    add_bias(machine_->bias(top), x, scale, out);
    add_bias(machine_->bias(top + 1), h, scale, out);
    add_product(machine_->weights(top), x, h, scale, out);
  }

  std::shared_ptr<const BeliefMachine> machine_;
  Key key_;
  UpDownOptions options_;
  std::vector<Way> up_, down_;
  Way top_up_, top_down_;
  Block chains_;  // the topmost layer, [unit][chain]
};

}  // namespace

std::unique_ptr<UpDown> make_up_down(std::shared_ptr<const BeliefMachine> machine, Key key, UpDownOptions options) {
  if (options.precision == Precision::single)
    return std::make_unique<WakeSleep<float>>(std::move(machine), key, options);
  return std::make_unique<WakeSleep<double>>(std::move(machine), key, options);
}

}  // namespace gibbsite
