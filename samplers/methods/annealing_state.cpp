// How far an annealing is, and how it stops and goes on.
#include <algorithm>
#include <stdexcept>

#include "samplers/methods/annealing.hpp"

namespace gibbsite {

Progress Annealing::progress() const {
  const double steps = static_cast<double>(schedule_.empty() ? options_.temperatures : schedule_.size() - 1) *
                       static_cast<double>(options_.sweeps);
  const double pilot = grid_.empty() ? 0 : 3.0 * pilot_steps, step = static_cast<double>(step_);
  const double settling = static_cast<double>(options_.thermalization), sweeps = static_cast<double>(options_.sweeps);
  const double total = pilot + steps + (options_.reverse ? settling + steps : 0);
  switch (phase_) {
    case Phase::pilot:
      return {3 * step, total, "pilot"};
    case Phase::forward:
      return {pilot + step * sweeps, total, "annealing"};
    case Phase::target:
      return {pilot + steps + static_cast<double>(swept_), total, "at the target"};
    case Phase::reverse:
      return {pilot + steps + settling + step * sweeps, total, "reverse annealing"};
    case Phase::done:
      break;
  }
  return {total, total, "done"};
}

std::size_t Annealing::reported() const {
  std::size_t count = 0;
  for (std::size_t row = 0; row < trace_.draws(); ++row)
    count += std::binary_search(options_.report.begin(), options_.report.end(), recorded_[row]);
  return count;
}

Snapshot Annealing::save() const {
  Snapshot snapshot;
  snapshot.counts["phase"] = {static_cast<std::uint64_t>(phase_), step_, swept_, time_};
  snapshot.counts["family"] = family_;
  snapshot.counts["ancestor"] = ancestor_;
  snapshot.numbers["schedule"] = schedule_;
  snapshot.numbers["length"] = length_;
  snapshot.numbers["stride"] = stride_;
  snapshot.numbers["log_weight"] = log_w_;
  snapshot.numbers["reverse"] = reverse_;
  snapshot.numbers["effective"] = effective_;
  snapshot.numbers["tally"] = {total_.tried, total_.accepted, unseen_};
  snapshot.numbers["witness"] = witness_;
  snapshot.numbers["settled"] = settled_;
  snapshot.bytes["states"] = save_all(ensemble_);
  lowest_.save(ensemble_, snapshot);
  return snapshot;
}

void Annealing::load(const Snapshot& snapshot, Trace trace) {
  const std::size_t particles = ensemble_.layout().replicas;
  const auto& phase = counts(snapshot, "phase", 4);
  phase_ = static_cast<Phase>(phase[0]);
  step_ = phase[1];
  swept_ = phase[2];
  time_ = phase[3];
  family_ = counts(snapshot, "family", particles);
  ancestor_ = counts(snapshot, "ancestor", particles);
  schedule_ = numbers(snapshot, "schedule");
  if (!schedule_.empty()) choose_recorded();
  length_ = numbers(snapshot, "length", length_.size());
  stride_ = numbers(snapshot, "stride", stride_.size());
  log_w_ = numbers(snapshot, "log_weight", particles);
  reverse_ = numbers(snapshot, "reverse");
  effective_ = numbers(snapshot, "effective");
  const auto& tally = numbers(snapshot, "tally", 3);
  total_ = {tally[0], tally[1]};
  unseen_ = tally[2];
  witness_ = numbers(snapshot, "witness");
  settled_ = numbers(snapshot, "settled");
  load_all(ensemble_, bytes(snapshot, "states"));
  lowest_.load(snapshot);
  if (trace.width != trace_.width && !trace.rows.empty())
    throw std::invalid_argument("the draws in the checkpoint do not fit this study");
  trace_.rows = std::move(trace.rows);
}

}  // namespace gibbsite
