#include "samplers/methods/chains.hpp"

#include <algorithm>
#include <stdexcept>

namespace gibbsite {
namespace {

constexpr std::uint64_t most_reserved = 1 << 27;  // numbers: what is not written to costs nothing

}  // namespace

ChainTrace::ChainTrace(const Ensemble& ensemble, const ChainOptions& options, std::vector<Observable> more)
    : chains_(options.chains),
      betas_(options.lambda.size()),
      observables_(ensemble.layout().observables),
      more_(std::move(more)),
      every_(options.every),
      canonical_(ensemble.layout().canonical),
      draws_(options.draws),
      every_snapshot_(options.snapshots == 0 ? 0 : std::max<std::uint64_t>(1, options.draws / options.snapshots)),
      most_snapshots_(options.snapshots),
      overlaps_(options.overlaps && options.chains >= 2),
      lowest_(ensemble) {
  if (slots() == 0 || slots() != ensemble.layout().replicas)
    throw std::invalid_argument("the ensemble must have chains x betas replicas");
  keep(Kept::what_is_needed);
  if (options.overlaps && chains_ == 1) turnovers_.assign(slots(), 0);
  side_.assign(turnovers_.size(), 0.0);
}

void ChainTrace::keep(Kept kept) {
  follow_too_ = kept == Kept::version_1;
  ratios_ = follow_too_ || !canonical_;
  means_.reset();
  if (every_ > 1 && kept == Kept::what_is_needed) means_.emplace(observables_, slots());
  fields_.clear();
  for (const Observable& what : observables_)
    if (what.measured() || follow_too_) add_field(fields_, what, slots());
  if (means_) means_->add_fields(fields_);
  if (const Field* energy = find_role(fields_, Role::energy)) energy_ = energy->offset;
  if (ratios_) {
    add_field(fields_, {"log_ratio_up", "1", "ln of the ratio of weights, next beta to this one"}, slots());
    up_ = fields_.back().offset;
    add_field(fields_, {"log_ratio_down", "1", "ln of the ratio of weights, previous beta to this one"}, slots());
    down_ = fields_.back().offset;
  }
  for (const Observable& what : more_) add_field(fields_, what, slots());
  if (overlaps_)
    add_field(fields_, {"overlap", "1", "overlap q of two chains", Role::of_pairs, Parity::odd, -1, 1},
              chains_ / 2 * betas_);
  trace_.width = fields_.back().offset + fields_.back().count;
}

std::size_t fields_of_a_slot(std::span<const Observable> observables, bool means, bool ratios) {
  std::vector<Field> fields;
  for (const Observable& what : observables)
    if (what.measured()) add_field(fields, what, 1);
  if (means) SweepMeans(observables, 1).add_fields(fields);
  return fields.size() + (ratios ? 2 : 0);
}

/// What is left of the state at the first draw.
void ChainTrace::follow(const Ensemble& ensemble, std::span<const std::size_t> replica) {
  const std::size_t bytes = ensemble.layout().state_bytes();
  if (first_.empty()) {
    const std::vector<std::byte> now = save_all(ensemble);
    for (std::size_t slot = 0; slot < slots(); ++slot)
      first_.insert(first_.end(), now.begin() + static_cast<std::ptrdiff_t>(replica[slot] * bytes),
                    now.begin() + static_cast<std::ptrdiff_t>((replica[slot] + 1) * bytes));
    return;
  }
  std::vector<std::size_t> slot_of(slots());
  for (std::size_t slot = 0; slot < slots(); ++slot) slot_of[replica[slot]] = slot;
  likeness_.resize(slots());
  ensemble.overlap_with(first_, slot_of, first_packed_, likeness_);
  for (std::size_t slot = 0; slot < slots(); ++slot) {
    const double q = likeness_[replica[slot]];
    if (q * side_[slot] < 0) ++turnovers_[slot];
    if (q != 0) side_[slot] = q > 0 ? 1 : -1;
  }
}

void ChainTrace::look(const Ensemble& ensemble) {
  observed_.resize(slots() * observables_.size());
  ensemble.observe(observed_);
  lowest_.look(ensemble, observed_);
}

void ChainTrace::add_sweep(const Ensemble& ensemble, std::span<const std::size_t> replica) {
  look(ensemble);
  means_->add(observed_, replica);
}

void ChainTrace::add_draw(const Ensemble& ensemble, std::span<const std::size_t> replica,
                          std::span<const double> lambda, std::span<const double> more) {
  look(ensemble);
  std::vector<double> row(trace_.width);  // whole rows only
  double* at = row.data();
  const std::size_t components = observables_.size();
  for (std::size_t k = 0; k < components; ++k)
    if (observables_[k].measured() || follow_too_)
      for (std::size_t slot = 0; slot < slots(); ++slot) *at++ = observed_[replica[slot] * components + k];
  if (means_) {
    means_->add(observed_, replica);
    at = means_->take(at);
  }
  if (ratios_) {
    LogRatios ratios;
    ratios.renew(ensemble, lambda, replica);
    at = std::copy(ratios.up.begin(), ratios.up.end(), at);
    at = std::copy(ratios.down.begin(), ratios.down.end(), at);
  }
  at = std::copy(more.begin(), more.end(), at);
  if (overlaps_) {
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    for (std::size_t c = 0; c + 1 < chains_; c += 2)
      for (std::size_t b = 0; b < betas_; ++b)
        pairs.emplace_back(replica[c * betas_ + b], replica[(c + 1) * betas_ + b]);
    ensemble.overlap(pairs, {at, pairs.size()});
  }
  if (!turnovers_.empty()) follow(ensemble, replica);
  if (trace_.rows.empty()) trace_.rows.reserve(std::min<std::uint64_t>(draws_ * trace_.width, most_reserved));
  trace_.rows.insert(trace_.rows.end(), row.begin(), row.end());
  if (every_snapshot_ != 0 && trace_.draws() % every_snapshot_ == 0 &&
      snapshots_.size() < most_snapshots_ * slots() * ensemble.layout().state_bytes()) {
    std::vector<std::byte> state(ensemble.layout().state_bytes());
    for (std::size_t slot = 0; slot < slots(); ++slot) {
      ensemble.save(replica[slot], state);
      snapshots_.insert(snapshots_.end(), state.begin(), state.end());
    }
  }
}

void ChainTrace::save(const Ensemble& ensemble, Snapshot& snapshot) const {
  snapshot.counts["draws_wanted"] = {draws_};
  snapshot.counts["sweeps_per_draw"] = {every_};
  snapshot.bytes["snapshots"] = snapshots_;
  snapshot.counts["draws_per_snapshot"] = {every_snapshot_};
  snapshot.counts["turnovers"] = turnovers_;
  snapshot.numbers["side"] = side_;
  snapshot.bytes["first"] = first_;
  lowest_.save(ensemble, snapshot);
  if (means_) means_->save(snapshot);
}

void ChainTrace::load(const Snapshot& snapshot, Trace trace) {
  if (snapshot.counts.contains("sweeps_per_draw")) {  // as it began, whatever a study would choose today
    every_ = counts(snapshot, "sweeps_per_draw", 1)[0];
    keep(Kept::what_is_needed);
  }
  if (means_ ? !snapshot.counts.contains("sweeps_summed") : trace.width != trace_.width && !trace.rows.empty())
    keep(Kept::version_1);
  if (trace.width != trace_.width && !trace.rows.empty())
    throw std::invalid_argument("the draws in the checkpoint do not fit this study");
  const std::size_t width = trace_.width;
  trace_ = std::move(trace);
  trace_.width = width;
  draws_ = counts(snapshot, "draws_wanted", 1)[0];
  snapshots_ = bytes(snapshot, "snapshots");
  if (snapshot.counts.contains("draws_per_snapshot"))  // as it began, however long it has become
    every_snapshot_ = counts(snapshot, "draws_per_snapshot", 1)[0];
  turnovers_ = counts(snapshot, "turnovers", turnovers_.size());
  side_ = numbers(snapshot, "side", side_.size());
  first_ = bytes(snapshot, "first");
  first_packed_.clear();
  lowest_.load(snapshot);
  if (means_) means_->load(snapshot);
}

double ChainTrace::log_ratio(std::span<const double> ladder, std::size_t draw, std::size_t slot, int step) const {
  const std::size_t b = slot % ladder.size(), to = b + static_cast<std::size_t>(step);
  if (to >= ladder.size()) return 0;
  if (ratios_) return trace_.at(draw, (step > 0 ? up_ : down_) + slot);
  const double energy = trace_.at(draw, energy_ + slot);
  return -ladder[to] * energy - -ladder[b] * energy;
}

}  // namespace gibbsite
