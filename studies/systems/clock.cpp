// The clock model on a lattice, or on any graph from a file.
#include "physics/clock.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "physics/exact/any_model.hpp"
#include "samplers/kernels/with_rotations.hpp"
#include "studies/systems/entries.hpp"
#include "studies/systems/graph_system.hpp"

namespace gibbsite {
namespace {

struct ClockKeys {
  std::int64_t states = 6;
};

class ClockSystem final : public GraphSystem {
 public:
  ClockSystem(const Study& study, GraphOfStudy built)
      : GraphSystem(study, built),
        clock_(
            std::make_shared<const Clock>(std::move(built.graph), static_cast<int>(study.keys<ClockKeys>().states))) {}

  std::string description() const override {
    return fmt::format("{}, q = {}", GraphSystem::description(), clock_->q());
  }
  bool frustrated() const override {
    const auto bonds = graph().bonds();
    const bool competing = clock_->q() % 2 == 1 && std::any_of(bonds.begin(), bonds.end(), [](const Bond& bond) {
                             return bond.J < 0;  // no two directions are opposite
                           });
    return disordered() && (competing || graph().frustrated());
  }
  /// Half a revolution of one of two states.
  bool even_overlaps() const override { return symmetric() && clock_->q() % 2 == 0; }
  UnitStates unit_states() const override {
    UnitStates states{{}, fmt::format("0 to {}", clock_->q() - 1)};
    for (int k = 0; k < clock_->q(); ++k) states.values.push_back(k);
    return states;
  }
  const Graph& graph() const override { return clock_->graph(); }
  std::vector<Observable> observables() const override { return clock_->observables(); }
  std::variant<ExactAnswers, std::string> exact(std::span<const double> beta, Effort effort) const override {
    constexpr double most_beside_a_run = 1e6, most_when_asked = 1e8;  // states
    return exact_answers(*clock_, beta, effort == Effort::asked_for ? most_when_asked : most_beside_a_run);
  }
  std::unique_ptr<Ensemble> ensemble(const Study& study, Key key, Slice slice, bool) const override {
    if (graph().common_field() == 0.0) return plain_ensemble(study, clock_, key, slice);
    return plain_ensemble(study, clock_, key, slice, [](auto kernel) { return WithRotations(std::move(kernel)); });
  }

 private:
  std::shared_ptr<const Clock> clock_;
};

void add_clock_keys(KeyTable& table) {
  add_lattice_keys(table);
  Section<ClockKeys>(table, "model")
      .integer("states", &ClockKeys::states, {2, Clock::most_states}, "clock: q, the directions of a spin");
}

}  // namespace

const SystemEntry& clock_entry() {
  static const SystemEntry entry{
      .name = "clock",
      .meaning = "spins in q directions of the plane: E = -sum J_ij cos(2 pi (s_i - s_j)/q) - sum h_i cos(2 pi s_i/q)",
      .add_keys = add_clock_keys,
      .check = check_lattice,
      .size = size_of_lattice,
      .make = [](const Study& study) -> std::shared_ptr<const System> {
        return std::make_shared<const ClockSystem>(study, build_graph(study));
      }};
  return entry;
}

}  // namespace gibbsite
