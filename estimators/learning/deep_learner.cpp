// Layer by layer, then together.
#include <algorithm>
#include <stdexcept>

#include "estimators/learning/deep_float_learner.hpp"

namespace gibbsite {

DeepMachine layerwise_machine(const DeepMachine& machine, std::size_t l) {
  const std::size_t last = machine.depth() - 2;
  return DeepMachine({machine.layers()[l], machine.layers()[l + 1]},
                     {last > 0 && (l == 0 || l < last) ? std::size_t{2} : 1, last > 0 && l > 0 ? std::size_t{2} : 1});
}

std::unique_ptr<Learner> make_deep_learner(std::shared_ptr<const DeepMachine> machine, const Matrix& data,
                                           std::vector<double> theta, const DeepOptions& options, Key key, Lift lift) {
  if (options.precision == Precision::single && deep_float_learner_supported(*machine, options))
    return std::make_unique<DeepFloatLearner>(std::move(machine), data, theta, options, key, std::move(lift));
  return std::make_unique<DeepTrainer>(std::move(machine), data, std::move(theta), options, key, std::move(lift));
}

std::vector<double> composed(const DeepMachine& machine, std::span<const double> theta,
                             std::span<const std::vector<double>> pairs) {
  std::vector<double> out(theta.begin(), theta.end());
  for (std::size_t l = 0; l < pairs.size(); ++l) {
    const ParameterBlock &low = machine.bias(l), &high = machine.bias(l + 1), &w = machine.weights(l);
    const auto from = pairs[l].begin();
    for (std::size_t i = 0; i < low.size(); ++i) {
      const double here = pairs[l][i];
      out[low.offset + i] = l == 0 ? here : (out[low.offset + i] + here) / 2;  // with that of the pair below
    }
    const auto at = [&](std::size_t k) { return from + static_cast<std::ptrdiff_t>(k); };
    std::copy(at(low.size()), at(low.size() + high.size()), out.begin() + static_cast<std::ptrdiff_t>(high.offset));
    std::copy(at(low.size() + high.size()), pairs[l].end(), out.begin() + static_cast<std::ptrdiff_t>(w.offset));
  }
  return out;
}

DeepLearner::DeepLearner(std::shared_ptr<const DeepMachine> machine, const Matrix& data, std::vector<double> theta,
                         DeepOptions layerwise, DeepOptions together, Key key)
    : machine_(std::move(machine)),
      data_(data),
      theta_(std::move(theta)),
      layerwise_(layerwise),
      together_(together),
      key_(key) {
  if (stages() == 0) throw std::invalid_argument("learning needs updates");
  begin_stage();
}

std::shared_ptr<const DeepMachine> DeepLearner::pair(std::size_t l) const {
  return std::make_shared<const DeepMachine>(layerwise_machine(*machine_, l));
}

std::vector<double> DeepLearner::first_of_pair(std::size_t l) const {
  std::vector<double> out;
  for (const ParameterBlock* block : {&machine_->bias(l), &machine_->bias(l + 1), &machine_->weights(l)}) {
    const auto from = theta_.begin() + static_cast<std::ptrdiff_t>(block->offset);
    out.insert(out.end(), from, from + static_cast<std::ptrdiff_t>(block->size()));
  }
  return out;
}

Matrix DeepLearner::lifted(std::size_t layers, const Matrix& batch, std::uint64_t update) {
  Matrix x = batch;
  for (std::size_t l = 0; l < layers; ++l) {
    way_up_[l]->settle(x);
    x = way_up_[l]->draw_first_hidden(update);
  }
  return x;
}

void DeepLearner::begin_stage() {
  const Key key(key_.value(), stage_);
  while (way_up_.size() < learned_.size()) {
    const std::size_t l = way_up_.size();
    way_up_.push_back(make_deep_phases(pair(l), Key(key_.value(), 1000 + l), {}, layerwise_.precision));
    way_up_.back()->set_parameters(learned_[l]);
  }
  if (stage_ == pairs()) {
    learner_ = make_deep_learner(machine_, data_, composed(*machine_, theta_, learned_), together_, key);
    return;
  }
  Lift lift;
  if (stage_ > 0)
    lift = [this, layers = stage_](const Matrix& batch, std::uint64_t update) { return lifted(layers, batch, update); };
  learner_ = make_deep_learner(pair(stage_), data_, first_of_pair(stage_), layerwise_, key, std::move(lift));
}

void DeepLearner::advance() {
  learner_->advance();
  if (!learner_->done() || stage_ == stages() - 1) return;
  before_ += learner_->update();
  learned_.push_back(learner_->parameters());
  ++stage_;
  begin_stage();
}

std::uint64_t DeepLearner::updates() const {
  return finished_ ? update() : pairs() * layerwise_.steps.updates + together_.steps.updates;
}

std::vector<double> DeepLearner::parameters() const {
  if (stage_ == pairs()) return learner_->parameters();
  std::vector<std::vector<double>> all = learned_;
  all.push_back(learner_->parameters());
  return composed(*machine_, theta_, all);
}

Snapshot DeepLearner::save() const {
  Snapshot out = learner_->save();
  out.counts["deep_stage"] = {stage_, before_, finished_ ? std::uint64_t{1} : 0};
  for (std::size_t l = 0; l < learned_.size(); ++l) out.numbers["deep_layer_" + std::to_string(l)] = learned_[l];
  return out;
}

void DeepLearner::load(const Snapshot& snapshot) {
  const auto found = snapshot.counts.find("deep_stage");
  if (found == snapshot.counts.end() || found->second.at(0) >= stages())
    throw std::invalid_argument("the checkpoint is of another machine");
  stage_ = found->second.at(0), before_ = found->second.at(1), finished_ = found->second.at(2) != 0;
  learned_.clear(), way_up_.clear();
  for (std::size_t l = 0; l < std::min(stage_, pairs()); ++l)
    learned_.push_back(snapshot.numbers.at("deep_layer_" + std::to_string(l)));
  begin_stage();
  learner_->load(snapshot);
}

}  // namespace gibbsite
