#include "samplers/methods/annealing.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "physics/chance.hpp"
#include "samplers/methods/resampling.hpp"

namespace gibbsite {
namespace {

double standard_deviation(std::span<const double> x) {
  const double n = static_cast<double>(x.size()), mean = std::accumulate(x.begin(), x.end(), 0.0) / n;
  double sum = 0;
  for (const double v : x) sum += (v - mean) * (v - mean);
  return n > 1 ? std::sqrt(sum / (n - 1)) : 0;
}

/// The share of a mean over weights before a step that particles of weights after it are likely not to have seen
/// (estimators/two_sided.hpp says how; here also for resampling's own use).
double unseen_share(std::span<const double> log_before, std::span<const double> log_after) {
  const double n = static_cast<double>(log_before.size()), before = log_mean_weight(log_before),
               after = log_mean_weight(log_after);
  std::vector<std::size_t> order(log_before.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto rarity = [&](std::size_t r) { return log_after[r] - log_before[r]; };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return rarity(a) < rarity(b); });
  double share = 0, expected = 0;
  for (const std::size_t r : order) {
    expected += std::exp(log_after[r] - after);
    share += std::exp(log_before[r] - before - expected) / n;
  }
  return std::isfinite(share) ? std::min(share, 1 - 1 / n) : 0;
}

/// Whether a reported lambda has none above half of it before it, and so needs witnesses.
bool far_from_the_one_before(std::span<const double> report, std::size_t k) {
  return report[k] != 0 && (k == 0 || report[k - 1] < report[k] / 2);
}

}  // namespace

Annealing::Annealing(Ensemble& ensemble, AnnealingOptions options)
    : ensemble_(ensemble), options_(std::move(options)), lowest_(ensemble), schedule_(options_.schedule) {
  const std::size_t particles = ensemble.layout().replicas;
  const auto ascending = [](const std::vector<double>& v) {
    return std::adjacent_find(v.begin(), v.end(), std::greater_equal<>{}) == v.end();
  };
  if (options_.report.empty() || !ascending(options_.report) || options_.report.front() < 0 ||
      options_.report.back() <= 0)
    throw std::invalid_argument("annealing needs a target beta above 0, and ascending betas to report");
  if (!schedule_.empty()) {
    if (schedule_.front() != 0 || !ascending(schedule_))
      throw std::invalid_argument("an annealing schedule must ascend from beta = 0");
    for (const double lambda : options_.report)
      if (!std::binary_search(schedule_.begin(), schedule_.end(), lambda))
        throw std::invalid_argument("every reported beta must stand in the annealing schedule");
  }
  add_field(fields_, {"log_weight", "1", "ln of the importance weight"}, particles);
  add_field(fields_, {"family", "1", "first ancestor of the particle"}, particles);
  for (const Observable& what : ensemble.layout().observables) add_field(fields_, what, particles);
  trace_.width = fields_.back().offset + fields_.back().count;
  log_w_.assign(particles, 0.0);
  family_.resize(particles);
  const std::size_t groups = options_.resample_below > 0 ? resampling_groups(particles) : particles;
  for (std::size_t g = 0; g < groups; ++g)
    for (std::size_t r = g * particles / groups; r < (g + 1) * particles / groups; ++r) family_[r] = g;
  ancestor_ = family_;
  if (!schedule_.empty()) choose_recorded();
  if (schedule_.empty() || ensemble.layout().stride != Stride::unused) {
    phase_ = Phase::pilot;
    for (std::size_t k = 0; k <= pilot_steps; ++k)
      grid_.push_back(options_.report.back() * static_cast<double>(k) / static_cast<double>(pilot_steps));
    length_.assign(pilot_steps, 0.0);
    stride_.assign(pilot_steps + 1, 1.0);
  }
  keep_ordered();
  ensemble_.draw_reference(time_);
  keep_spins();
}

void Annealing::advance() {
  switch (phase_) {
    case Phase::pilot:
      return pilot();
    case Phase::forward:
      return forward();
    case Phase::target:
      return settle();
    case Phase::reverse:
      return back();
    case Phase::done:
      return;
  }
}

void Annealing::pilot() {
  // At grid point k: the spread of the log ratio to the next point, seen from both ends, is the interval's length.
  const std::size_t k = step_, particles = ensemble_.layout().replicas;
  if (k > 0) {
    const Stride kind = ensemble_.layout().stride;
    stride_[k] = k > 1 && kind == Stride::step_size ? stride_[k - 1] : first_stride(kind);
    constexpr int rounds = 3;
    for (int round = 1; round <= rounds; ++round) {
      std::vector<Tally> tally(particles);
      const std::vector<Setting> setting(particles, Setting{grid_[k], stride_[k]});
      ensemble_.sweep(setting, {.time = time_++}, tally);
      Tally sum;
      for (const Tally& t : tally) {
        sum.tried += t.tried;
        sum.accepted += t.accepted;
      }
      stride_[k] = tuned_stride(ensemble_.layout(), stride_[k], sum, round == rounds ? Tuning::last : Tuning::ongoing);
    }
    std::vector<double> below(particles, 0.0);
    reweight(grid_[k], grid_[k - 1], below);
    length_[k - 1] += standard_deviation(below) / 2;
  }
  if (k < pilot_steps) {
    std::vector<double> above(particles, 0.0);
    reweight(grid_[k], grid_[k + 1], above);
    length_[k] += standard_deviation(above) / 2;
    ++step_;
    return;
  }
  if (schedule_.empty()) schedule_ = equal_length_schedule(grid_, length_, options_.report, options_.temperatures);
  choose_recorded();
  phase_ = Phase::forward;
  step_ = 0;
  ensemble_.draw_reference(time_++);
}

double Annealing::stride_at(double lambda) const {
  if (grid_.empty()) return 1;
  const double at = std::clamp(lambda / grid_.back(), 0.0, 1.0) * static_cast<double>(pilot_steps);
  const auto k = std::clamp<std::size_t>(static_cast<std::size_t>(at), 1, pilot_steps - 1);
  const double part = std::clamp(at - static_cast<double>(k), 0.0, 1.0);
  return 1 /
         ((1 - part) / stride_[k] + part / stride_[k + 1]);  // cluster sizes are linear, numbers of clusters are not
}

void Annealing::sweep(double lambda, double stride, std::uint64_t count, Direction order, double witnesses_colder) {
  at_.setting.assign(ensemble_.layout().replicas, Setting{lambda, stride});
  if (witnesses_colder != 1 && !ordered_.empty())
    for (std::size_t k = 1; k <= witnesses_run; ++k) at_.setting[at_.setting.size() - k].lambda *= witnesses_colder;
  at_.tally.assign(ensemble_.layout().replicas, Tally{});
  ensemble_.sweep(at_.setting, {.time = time_, .count = static_cast<std::uint32_t>(count), .order = order}, at_.tally);
  time_ += count;
  for (const Tally& t : at_.tally) {
    total_.tried += t.tried;
    total_.accepted += t.accepted;
  }
}

void Annealing::reweight(double from, double to, std::vector<double>& log_w) {
  const std::size_t particles = ensemble_.layout().replicas;
  at_.before.resize(particles);
  at_.after.resize(particles);
  at_.lambda.assign(particles, from);
  ensemble_.log_weight(at_.lambda, at_.before);
  at_.lambda.assign(particles, to);
  ensemble_.log_weight(at_.lambda, at_.after);
  for (std::size_t r = 0; r < particles; ++r) log_w[r] += at_.after[r] - at_.before[r];
}

void Annealing::resample(std::span<const double> log_w, std::size_t begin, std::vector<std::size_t>& parent) const {
  const std::uint64_t way_back = phase_ == Phase::reverse ? log_w_.size() : 0;  // its draws are others
  Chance chance(Stream(options_.key, Purpose::resample, time_, way_back + begin));
  const std::vector<std::size_t> chosen = systematic_resample(log_w, chance.uniform());
  for (std::size_t r = 0; r < log_w.size(); ++r) parent[begin + r] = begin + chosen[r];
}

void Annealing::resample_groups(std::vector<double>& all, std::span<const std::uint64_t> group) {
  std::vector<std::size_t> parent(all.size());
  std::iota(parent.begin(), parent.end(), std::size_t{0});
  bool any = false;
  for (std::size_t begin = 0, end = 0; begin < all.size(); begin = end) {
    while (end < all.size() && group[end] == group[begin]) ++end;
    const std::span<double> log_w = std::span(all).subspan(begin, end - begin);
    if (effective_share(log_w) >= options_.resample_below) continue;
    any = true;
    resample(log_w, begin, parent);
    const double mean = log_mean_weight(log_w);
    std::fill(log_w.begin(), log_w.end(), mean);
  }
  if (any) ensemble_.resample(parent);
}

bool Annealing::sweep_on(double lambda, std::uint64_t sweeps, Direction order) {
  const std::uint64_t count = std::min<std::uint64_t>(sweeps - swept_, sweeps_per_advance(ensemble_.layout()));
  if (count > 0) sweep(lambda, stride_at(lambda), count, order);
  swept_ += count;
  if (swept_ < sweeps) return false;
  swept_ = 0;
  return true;
}

std::size_t recorded_at_most(std::span<const double> report) {
  std::size_t rows = report.size();
  for (std::size_t k = 0; k < report.size(); ++k) rows += far_from_the_one_before(report, k) ? 3 : 0;
  return rows;
}

void Annealing::choose_recorded() {
  recorded_ = options_.report;
  for (std::size_t k = 0; k < options_.report.size(); ++k) {
    const double lambda = options_.report[k];
    if (!far_from_the_one_before(options_.report, k)) continue;
    for (const double part : {0.5, 0.7, 0.85}) {
      auto near = std::lower_bound(schedule_.begin(), schedule_.end(), part * lambda);
      if (near != schedule_.begin() && *near - part * lambda > part * lambda - *std::prev(near)) --near;
      if (*near > 0 && *near < lambda) recorded_.push_back(*near);
    }
  }
  std::sort(recorded_.begin(), recorded_.end());
  recorded_.erase(std::unique(recorded_.begin(), recorded_.end()), recorded_.end());
}

void Annealing::record() {
  const std::size_t particles = ensemble_.layout().replicas, components = ensemble_.layout().observables.size();
  std::vector<double> observed(particles * components);
  ensemble_.observe(observed);
  lowest_.look(ensemble_, observed);
  trace_.rows.insert(trace_.rows.end(), log_w_.begin(), log_w_.end());
  for (const std::uint64_t f : family_) trace_.rows.push_back(static_cast<double>(f));
  for (std::size_t k = 0; k < components; ++k)
    for (std::size_t r = 0; r < particles; ++r) trace_.rows.push_back(observed[r * components + k]);
}

void Annealing::forward() {
  const double lambda = schedule_[step_];
  if (step_ > 0) {
    if (swept_ == 0) {
      const std::vector<double> before = log_w_;
      reweight(schedule_[step_ - 1], lambda, log_w_);
      if (options_.resample_below > 0) unseen_ -= std::log1p(-unseen_share(before, log_w_));
      effective_.push_back(effective_share(log_w_));
      if (options_.resample_below > 0) resample_groups(log_w_, family_);
    }
    if (!sweep_on(lambda, options_.sweeps, Direction::forward)) return;
  }
  if (std::binary_search(recorded_.begin(), recorded_.end(), lambda)) record();
  if (++step_ < schedule_.size()) return;
  step_ = 0;
  if (!options_.reverse) {
    phase_ = Phase::done;
    return;
  }
  // The way back starts from all particles, by weight.
  std::vector<std::size_t> parent(log_w_.size());
  resample(log_w_, 0, parent);
  ensemble_.resample(parent);
  for (std::size_t r = 0; r < parent.size(); ++r) ancestor_[r] = family_[parent[r]];
  reverse_.assign(log_w_.size(), 0.0);
  begin_witnesses();
  phase_ = options_.thermalization > 0 ? Phase::target : Phase::reverse;
}

void Annealing::back() {
  const std::size_t t = schedule_.size() - 1 - step_;  // from t to t - 1
  if (swept_ == 0) {
    reweight(schedule_[t], schedule_[t - 1], reverse_);
    if (options_.resample_below > 0 && t > 1) resample_groups(reverse_, ancestor_);
  }
  if (t == 1) {
    phase_ = Phase::done;
    return;
  }
  if (sweep_on(schedule_[t - 1], options_.sweeps, Direction::reversed)) ++step_;
}

}  // namespace gibbsite
