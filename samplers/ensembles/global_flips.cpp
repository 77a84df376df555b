#include "samplers/ensembles/global_flips.hpp"

#include <algorithm>

namespace gibbsite {
namespace {

class GlobalFlips final : public Ensemble {
 public:
  GlobalFlips(std::unique_ptr<Ensemble> inner, Key key)
      : Ensemble(layout_of(*inner)),
        inner_(std::move(inner)),
        key_(key),
        lambda_(layout().replicas),
        ratio_(layout().replicas),
        turned_(layout().replicas) {}

  void draw_reference(std::uint64_t time) override { inner_->draw_reference(time); }
  void sweep(std::span<const Setting> setting, Step step, std::span<Tally> tally) override {
    for (std::uint32_t k = 0; k < step.count; ++k) {
      const Step one{.time = step.time + k, .count = 1, .order = step.order};
      if (step.order == Direction::reversed) flip(setting, one.time);
      inner_->sweep(setting, one, tally);
      if (step.order == Direction::forward) flip(setting, one.time);
    }
  }
  void log_weight(std::span<const double> lambda, std::span<double> out) const override {
    inner_->log_weight(lambda, out);
  }
  void observe(std::span<double> out) const override { inner_->observe(out); }
  void resample(std::span<const std::size_t> parent) override { inner_->resample(parent); }
  void save(std::size_t replica, std::span<std::byte> state) const override { inner_->save(replica, state); }
  void load(std::size_t replica, std::span<const std::byte> state) override { inner_->load(replica, state); }
  void copy(std::size_t replica, std::vector<std::byte>& copied) const override { inner_->copy(replica, copied); }
  void canonical(std::span<const std::byte> copied, std::span<std::byte> state) const override {
    inner_->canonical(copied, state);
  }
  double overlap_of(std::span<const std::byte> x, std::span<const std::byte> y) const override {
    return inner_->overlap_of(x, y);
  }
  void save_each(std::span<std::byte> states) const override { inner_->save_each(states); }
  void overlap_with(std::span<const std::byte> states, std::span<const std::size_t> which,
                    std::vector<std::uint64_t>& memory, std::span<double> out) const override {
    inner_->overlap_with(states, which, memory, out);
  }
  void overlap(std::span<const std::pair<std::size_t, std::size_t>> pairs, std::span<double> out) const override {
    inner_->overlap(pairs, out);
  }

 private:
  static Layout layout_of(const Ensemble& inner) {
    Layout layout = inner.layout();
    layout.turns = false;  // it does so itself
    layout.name += ", global flips";
    return layout;
  }
  void flip(std::span<const Setting> setting, std::uint64_t time);

  std::unique_ptr<Ensemble> inner_;
  Key key_;
  std::vector<double> lambda_, ratio_;  // made anew by every sweep, here only to be the same memory
  std::vector<std::uint8_t> turned_;
};

void GlobalFlips::flip(std::span<const Setting> setting, std::uint64_t time) {
  for (std::size_t r = 0; r < setting.size(); ++r) lambda_[r] = setting[r].lambda;
  inner_->turning(lambda_, ratio_);
  const std::size_t grain = layout().grain;
  bool any = false;
  for (std::size_t begin = 0; begin < setting.size(); begin += grain) {
    Chance chance(Stream(key_, Purpose::turn, time, (layout().first + begin) / grain));
    for (std::size_t r = begin; r < std::min(begin + grain, setting.size()); ++r) {
      const bool turns = turns_over(ratio_[r], chance) && lambda_[r] != 0;  // at 0 a sweep is an exact draw
      turned_[r] = static_cast<std::uint8_t>(turns);
      any = any || turns;
    }
  }
  if (any) inner_->turn(turned_);
}

}  // namespace

std::unique_ptr<Ensemble> with_global_flips(std::unique_ptr<Ensemble> ensemble, Key key) {
  if (ensemble == nullptr || !ensemble->layout().turns) return ensemble;
  return std::make_unique<GlobalFlips>(std::move(ensemble), key);
}

}  // namespace gibbsite
