#include "estimators/learning/trajectory.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "estimators/autocorrelation.hpp"
#include "estimators/bennett.hpp"
#include "estimators/log_sum_exp.hpp"
#include "samplers/learnable.hpp"
#include "samplers/methods/resampling.hpp"

namespace gibbsite {
namespace {

using Values = std::vector<double>;

Values minus(Values a, std::span<const double> b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] -= b[i];
  return a;
}

/// <min(1, exp(d(y) - d(x)))> over all pairs; weight of x, which add up to 1.
double mean_acceptance(std::span<const double> d_x, std::span<const double> weight, Values d_y) {
  std::sort(d_y.begin(), d_y.end());
  Values below;  // ln sum exp of the first ones
  double most = -infinite, sum = 0;
  for (const double d : d_y) {
    sum = d > most ? sum * std::exp(most - d) + 1 : sum + std::exp(d - most);
    most = std::max(most, d);
    below.push_back(most + std::log(sum));
  }
  double all = 0;
  for (std::size_t i = 0; i < d_x.size(); ++i) {
    const auto first = static_cast<std::size_t>(std::lower_bound(d_y.begin(), d_y.end(), d_x[i]) - d_y.begin());
    const double uphill = first == 0 ? 0 : std::exp(below[first - 1] - d_x[i]);
    all += weight[i] * (uphill + static_cast<double>(d_y.size() - first)) / static_cast<double>(d_y.size());
  }
  return all;
}

/// Bennett's answer where the states of the second side have weights, which add up to 1; influences as Bennett's.
Bennett weighted_bennett(std::span<const double> up, std::span<const double> down, std::span<const double> weight) {
  const double n0 = static_cast<double>(up.size()), n1 = static_cast<double>(down.size());
  const auto f = [](double y) { return 1 / (1 + std::exp(-y)); };
  const auto [low_up, high_up] = std::minmax_element(up.begin(), up.end());
  const auto [low_down, high_down] = std::minmax_element(down.begin(), down.end());
  double low = std::min(*low_up, -*high_down) - 50, high = std::max(*high_up, -*low_down) + 50, c = 0;
  double mean_up = 0, mean_down = 0;
  for (int k = 0; k < 200; ++k) {
    c = (low + high) / 2;
    mean_up = mean_down = 0;
    for (const double u : up) mean_up += f(u - c) / n0;
    for (std::size_t j = 0; j < down.size(); ++j) mean_down += weight[j] * f(down[j] + c);
    (n0 * mean_up > n1 * mean_down ? low : high) = c;
  }
  Bennett out;
  out.log_ratio = c + std::log(n1 / n0);
  double slope = 0;
  for (const double u : up) slope += f(u - c) * f(c - u);
  for (std::size_t j = 0; j < down.size(); ++j) slope += n1 * weight[j] * f(down[j] + c) * f(-down[j] - c);
  for (const double u : up) out.influence_up.push_back(n0 * (f(u - c) - mean_up) / slope);
  for (std::size_t j = 0; j < down.size(); ++j)
    out.influence_down.push_back(-n1 * n1 * weight[j] * (f(down[j] + c) - mean_down) / slope);
  return out;
}

/// States [width][.] and ln p* of them at the checkpoint.
struct Reservoir {
  Matrix state;
  Values log_weight;
};

class TrajectoryObjective final : public Objective {
 public:
  TrajectoryObjective(std::shared_ptr<const ParametricMachine> machine, Key key, TrajectoryOptions options)
      : machine_(std::move(machine)), key_(key), options_(options), influence_(options.chains, 0) {
    if (options.chains < 4 || options.reservoir < 1)
      throw std::invalid_argument("learning along its trajectory needs at least 4 chains");
  }

  void add_gradient(std::span<const double> theta, const Matrix& batch, std::uint64_t, std::span<double> out) override {
    if (chains_ == nullptr) begin(theta);
    set(theta);
    for (std::size_t k = 0; k < options_.steps; ++k) sweep();
    swept_ = theta_;
    log_weight_.assign(options_.chains, 0);
    machine_->add_gradient(theta, batch, even(batch.columns(), 1), out);
    chains_->add_gradient(even(options_.chains, -1), out);
  }

  bool accept(std::span<const double> theta, std::uint64_t updates) override {
    const Matrix x = states();
    const Values here = machine_->log_weight(theta, x);
    Values weight = minus(here, machine_->log_weight(swept_, x));
    const Values d_x = minus(here, machine_->log_weight(last().theta, x));
    const Reservoir some = part_of_collected(updates);
    const auto acceptance = [&](std::span<const double> at, const Values& d, const Values& log_w) {
      return mean_acceptance(d, shares(log_w), minus(machine_->log_weight(at, some.state), some.log_weight));
    };
    const double now = acceptance(theta, d_x, weight);
    if (now < options_.reject_below) {
      ++rejected_;
      const Values before = minus(machine_->log_weight(theta_, x), machine_->log_weight(last().theta, x));
      if (acceptance(theta_, before, log_weight_) < options_.freeze_below) freeze(updates);
      return false;
    }
    set(theta);
    log_weight_ = std::move(weight);
    if (now < options_.freeze_below) freeze(updates + 1);
    return true;
  }

  Estimate log_z(std::span<const double>) const override {  // learning takes no step that accept() has not seen
    if (chains_ == nullptr) return {};
    const Matrix x = states();
    const Values up = minus(machine_->log_weight(theta_, collected_.state), collected_.log_weight);
    const Values down = minus(machine_->log_weight(last().theta, x), machine_->log_weight(theta_, x));
    const Bennett open = weighted_bennett(up, down, shares(log_weight_));
    return estimate(last().log_z.value + open.log_ratio, with(open));
  }
  double effective_fraction() const override { return log_weight_.empty() ? 1 : effective_share(log_weight_); }
  std::span<const Checkpoint> checkpoints() const override { return frozen_; }

  Snapshot save() const override;
  void load(const Snapshot& snapshot) override;

 private:
  static Values even(std::size_t n, double sum) { return Values(n, sum / static_cast<double>(n)); }
  static Values shares(Values log_weight) {
    const double total = log_sum_exp(log_weight);
    for (double& w : log_weight) w = std::exp(w - total);
    return log_weight;
  }
  const Checkpoint& last() const { return frozen_.back(); }

  void make_chains(std::span<const double> first) {
    chains_ = make_learnable(machine_, key_, options_.chains, Values(first.begin(), first.end()));
    bath_ = make_learnable(machine_, Key(key_.value(), 1), options_.chains);
  }
  void set(std::span<const double> theta) {
    theta_.assign(theta.begin(), theta.end());
    chains_->set_parameters(theta_);
  }

  /// The first checkpoint: exact draws.
  void begin(std::span<const double> theta) {
    Values first(theta.begin(), theta.end());
    for (const ParameterBlock& block : machine_->blocks())
      if (!block.bias) std::fill_n(first.begin() + static_cast<std::ptrdiff_t>(block.offset), block.size(), 0.0);
    make_chains(first);
    set(first);
    frozen_.push_back({0, first, {.value = chains_->layout().log_z_reference, .error = 0}});
    collect([&] { chains_->draw_reference(time_++); });
    reservoir_ = collected_;
  }

  Matrix states() const { return states_of(*chains_); }
  static Matrix states_of(const Learnable& replicas) {
    const Layout& layout = replicas.layout();
    const std::vector<std::byte> bytes = save_all(replicas);
    Matrix x(layout.units, layout.replicas);
    if (layout.unit_type == UnitType::float64)
      std::memcpy(x.data(), bytes.data(), bytes.size());
    else
      std::transform(bytes.begin(), bytes.end(), x.data(),
                     [](std::byte b) { return static_cast<double>(static_cast<std::int8_t>(b)); });
    return x;
  }
  static void put(Learnable& replicas, std::size_t replica, std::span<const double> x) {
    std::vector<std::byte> bytes(replicas.layout().state_bytes());
    if (replicas.layout().unit_type == UnitType::float64)
      std::memcpy(bytes.data(), x.data(), bytes.size());
    else
      std::transform(x.begin(), x.end(), bytes.begin(),
                     [](double v) { return static_cast<std::byte>(static_cast<std::int8_t>(v)); });
    replicas.load(replica, bytes);
  }

  /// As many of the reservoir as there are chains, in a row from a place drawn.
  std::size_t place(Chance& chance) const { return chance.pick(reservoir_.log_weight.size()); }
  static Reservoir row_of(const Reservoir& all, std::size_t from, std::size_t count) {
    const std::size_t n = all.log_weight.size();
    Reservoir out{Matrix(all.state.rows(), count), Values(count)};
    for (std::size_t i = 0; i < count; ++i) {
      const auto y = all.state.column((from + i) % n);
      std::copy(y.begin(), y.end(), out.state.column(i).begin());
      out.log_weight[i] = all.log_weight[(from + i) % n];
    }
    return out;
  }
  Reservoir part_of_collected(std::uint64_t update) const {
    Chance chance(Stream(key_, Purpose::resample, update, 0));
    return row_of(collected_, place(chance), options_.chains);
  }

  /// One sweep, and each chain meets a state of the reservoir. Leaves ln p*_theta and d of the chains.
  void sweep() {
    const std::size_t n = options_.chains;
    const std::vector<Setting> setting(n, Setting{.lambda = 1});
    std::vector<Tally> tally(n);
    chains_->sweep(setting, {.time = time_}, tally);
    Chance chance(Stream(key_, Purpose::exchange, time_, 0));
    const std::size_t from = place(chance);
    Reservoir met = row_of(reservoir_, from, n);
    for (std::size_t i = 0; i < n; ++i) put(*bath_, i, met.state.column(i));
    bath_->set_parameters(last().theta);
    bath_->sweep(setting, {.time = time_}, tally);
    met.state = states_of(*bath_);
    met.log_weight = machine_->log_weight(last().theta, met.state);
    const Matrix x = states();
    at_theta_ = machine_->log_weight(theta_, x);
    const Values at_last = machine_->log_weight(last().theta, x),
                 met_at_theta = machine_->log_weight(theta_, met.state);
    difference_ = minus(at_theta_, at_last);
    const double sign = options_.flaw == TrajectoryOptions::Flaw::ratio_inverted ? -1 : 1;
    for (std::size_t i = 0; i < n; ++i) {
      const double d = met_at_theta[i] - met.log_weight[i];
      const double log_ratio = sign * (d - difference_[i]);
      const bool swap = chance.coin(Coin(std::exp(std::min(0.0, log_ratio))));
      const std::size_t y = (from + i) % reservoir_.log_weight.size();
      const auto left = swap ? x.column(i) : std::as_const(met.state).column(i);
      std::copy(left.begin(), left.end(), reservoir_.state.column(y).begin());
      reservoir_.log_weight[y] = swap ? at_last[i] : met.log_weight[i];
      if (!swap) continue;
      put(*chains_, i, met.state.column(i));
      at_theta_[i] = met_at_theta[i];
      difference_[i] = d;
    }
    ++time_;
  }

  /// Fills collected_ with a state of every chain after each of so many moves, at the parameters theta_.
  template <class Move>
  void collect(Move&& move) {
    const std::size_t n = options_.chains, width = machine_->width();
    collected_.state = Matrix(width, n * options_.reservoir);
    for (std::size_t d = 0; d < options_.reservoir; ++d) {
      move();
      const Matrix x = states();
      std::copy(x.numbers().begin(), x.numbers().end(), collected_.state.column(d * n).begin());
    }
    collected_.log_weight = machine_->log_weight(theta_, collected_.state);
  }

  /// Sweeps until they are 20 autocorrelation times; the larger one of ln p* and of d.
  double settle() {
    const std::size_t n = options_.chains;
    std::uint64_t length = 16, done = 0;
    for (;;) {
      Values weight(n * length), difference(n * length);
      for (std::size_t t = 0; t < length; ++t) {
        sweep();
        for (std::size_t c = 0; c < n; ++c)
          weight[c * length + t] = at_theta_[c], difference[c * length + t] = difference_[c];
      }
      done += length;
      double tau = 0.5;
      for (const Values* series : {&weight, &difference}) {
        const Autocorrelation found = autocorrelation({*series, n});
        tau = std::max(tau, found.window_closed ? found.tau : static_cast<double>(length));
      }
      const auto wanted = static_cast<std::uint64_t>(std::ceil(20 * tau));
      if (wanted <= length || done >= options_.most_sweeps) return tau;
      length = std::min(std::min(std::max(wanted, 2 * length), 4 * length), options_.most_sweeps - done);
    }
  }

  /// theta_ becomes a checkpoint.
  void freeze(std::uint64_t updates) {
    const bool kept = options_.flaw == TrajectoryOptions::Flaw::reservoir_kept;
    if (!kept) reservoir_ = collected_;
    const double tau = settle();
    const auto every = static_cast<std::size_t>(std::clamp(
        std::ceil(2 * tau), 1.0, static_cast<double>(options_.most_sweeps) / static_cast<double>(options_.reservoir)));
    const Reservoir before = kept ? reservoir_ : std::move(collected_);
    collect([&] {
      for (std::size_t k = 0; k < every; ++k) sweep();
    });
    const Bennett step = bennett(minus(machine_->log_weight(theta_, before.state), before.log_weight),
                                 minus(machine_->log_weight(last().theta, collected_.state), collected_.log_weight));
    influence_ = with(step);
    frozen_.push_back({updates, theta_, estimate(last().log_z.value + step.log_ratio, influence_)});
    reservoir_ = collected_;
    swept_ = theta_;
    log_weight_.assign(options_.chains, 0);
  }

  /// What each chain adds to ln Z, with one more ratio.
  Values with(const Bennett& step) const {
    const std::size_t n = options_.chains;
    Values out = influence_;
    for (const Values* side : {&step.influence_up, &step.influence_down})
      for (std::size_t i = 0; i < side->size(); ++i)
        out[i % n] += (*side)[i] * static_cast<double>(n) / static_cast<double>(side->size());
    return out;
  }
  static Estimate estimate(double value, const Values& influence) {
    const double n = static_cast<double>(influence.size());
    double squares = 0;
    for (const double x : influence) squares += x * x;
    // Wider, since the error itself is one of n - 1 degrees of freedom.
    return {.value = value, .error = std::sqrt(squares / (n * (n - 1)) * (n - 1) / (n - 3))};
  }

  std::shared_ptr<const ParametricMachine> machine_;
  Key key_;
  TrajectoryOptions options_;
  std::unique_ptr<Learnable> chains_, bath_;  // at theta_; at the last checkpoint, who is met
  std::vector<Checkpoint> frozen_;
  Reservoir collected_, reservoir_;    // as it was collected, and as exchanges have left it
  Values theta_, swept_, log_weight_;  // now; where chains last moved; weights of the chains since then
  Values influence_;                   // on ln Z of the last checkpoint, [chain]
  Values at_theta_, difference_;       // of the chains after a sweep
  std::uint64_t time_ = 0, rejected_ = 0;
};

Snapshot TrajectoryObjective::save() const {
  Snapshot out;
  out.counts["trajectory"] = {time_, rejected_, chains_ == nullptr ? std::uint64_t{0} : 1};
  if (chains_ == nullptr) return out;
  out.bytes["states"] = save_all(*chains_);
  const auto all = [](const Matrix& m) { return Values(m.numbers().begin(), m.numbers().end()); };
  out.numbers = {{"collected", all(collected_.state)},
                 {"collected_log_weight", collected_.log_weight},
                 {"reservoir", all(reservoir_.state)},
                 {"reservoir_log_weight", reservoir_.log_weight},
                 {"parameters", theta_},
                 {"swept", swept_},
                 {"log_weight", log_weight_},
                 {"influence", influence_}};
  for (const Checkpoint& one : frozen_) {
    out.counts["checkpoint_update"].push_back(one.update);
    Values& theta = out.numbers["checkpoint_parameters"];
    theta.insert(theta.end(), one.theta.begin(), one.theta.end());
    Values& log_z = out.numbers["checkpoint_log_z"];
    log_z.insert(log_z.end(), {one.log_z.value, one.log_z.error});
  }
  return out;
}

void TrajectoryObjective::load(const Snapshot& snapshot) {
  const auto& counts = snapshot.counts.at("trajectory");
  time_ = counts.at(0), rejected_ = counts.at(1);
  if (counts.at(2) == 0) return;
  const auto& updates = snapshot.counts.at("checkpoint_update");
  const Values &theta = snapshot.numbers.at("checkpoint_parameters"), &log_z = snapshot.numbers.at("checkpoint_log_z");
  const std::size_t length = machine_->parameters();
  frozen_.clear();
  for (std::size_t k = 0; k < updates.size(); ++k) {
    const auto begin = theta.begin() + static_cast<std::ptrdiff_t>(k * length);
    frozen_.push_back({updates[k],
                       Values(begin, begin + static_cast<std::ptrdiff_t>(length)),
                       {.value = log_z.at(2 * k), .error = log_z.at(2 * k + 1)}});
  }
  const auto all = [&](const char* name) {
    const Values& numbers = snapshot.numbers.at(name);
    return Matrix(machine_->width(), numbers.size() / machine_->width(), numbers);
  };
  collected_ = {all("collected"), snapshot.numbers.at("collected_log_weight")};
  reservoir_ = {all("reservoir"), snapshot.numbers.at("reservoir_log_weight")};
  swept_ = snapshot.numbers.at("swept");
  log_weight_ = snapshot.numbers.at("log_weight");
  influence_ = snapshot.numbers.at("influence");
  make_chains(frozen_.front().theta);
  set(snapshot.numbers.at("parameters"));
  load_all(*chains_, snapshot.bytes.at("states"));
}

}  // namespace

std::unique_ptr<Objective> make_trajectory_objective(std::shared_ptr<const ParametricMachine> machine, Key key,
                                                     TrajectoryOptions options) {
  return std::make_unique<TrajectoryObjective>(std::move(machine), key, options);
}

}  // namespace gibbsite
