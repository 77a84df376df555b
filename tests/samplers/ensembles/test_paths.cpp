// A path gives, at each lambda, a model whose Boltzmann weight is the path's; its reference is drawn as it is weighed.
#include <catch2/catch.hpp>
#include <cmath>

#include "samplers/ensembles/array_ensemble.hpp"
#include "samplers/ensembles/path.hpp"
#include "samplers/kernels/cluster.hpp"
#include "tests/samplers/laws.hpp"
#include "tests/samplers/trajectories.hpp"

using namespace gibbsite;

namespace {

Graph two_bonds() { return Graph({{0, 1, 0.8}, {1, 2, -0.5}}, {0.3, -0.2, 0.15}); }
const std::vector<double> fields_of_path = {0.4, -0.9, 0.0};

/// Weighs the reference as much at any lambda.
template <class M>
struct NeverLeaves : MixturePath<M> {
  using MixturePath<M>::MixturePath;
  double log_weight(const M& model, std::span<const typename M::Unit> x, double energy, double lambda) const {
    return MixturePath<M>::log_weight(model, x, 0, 0) - lambda * energy;
  }
};

/// Largest difference of log_weight(x, lambda) and -lambda E'(x) over all states.
template <class M, class P>
double off(const M& model, const P& path) {
  double worst = 0;
  for (const double lambda : {0.2, 0.7, 1.0, 1.3}) {
    const M& tilted = path.at(model, lambda);  // or a temporary, which lives as long
    for_each_state(model, 0, static_cast<std::uint64_t>(count_states(model)), [&](auto x) {
      worst = std::max(worst, std::abs(path.log_weight(model, x, model.energy(x), lambda) + lambda * tilted.energy(x)));
    });
  }
  return worst;
}

template <class M, class P>
void try_path(const M& model, const P& path) {
  CHECK(off(model, path) < 1e-12);
  const laws::States<M> states(model);
  std::vector<double> drawn(states.count(), 0.0);
  std::vector<typename M::Unit> x(model.units());
  for_each_outcome([&](Enumerator& chance) { path.draw_reference(model, std::span(x), chance); },
                   [&](double probability) { drawn[states.number_of(x)] += probability; });
  for (std::size_t k = 0; k < states.count(); ++k) {
    const auto state = states[k];
    const double log_p = path.log_weight(model, state, model.energy(state), 0) - path.log_z_reference(model);
    CHECK(drawn[k] == Approx(std::exp(log_p)).epsilon(1e-12));
  }
  if constexpr (Turnable<M>)
    for (const double lambda : {0.0, 0.4, 1.0})
      for (std::size_t k = 0; k < states.count(); ++k) {
        auto turned = states[k];
        model.turn(turned);
        const auto weight = [&](const auto& s) { return path.log_weight(model, s, model.energy(s), lambda); };
        if (path.in_field(model))
          CHECK(path.turning(model, states[k], lambda) == Approx(weight(turned) - weight(states[k])).margin(1e-12));
      }
}

}  // namespace

TEST_CASE("every path is the Boltzmann weight of the models it gives, and draws its reference") {
  test::for_each_model([](const auto& row) {
    INFO(row.name);
    const auto model = row.of(two_bonds());
    using M = std::remove_cvref_t<decltype(model)>;
    try_path(model, PowerPath());
    if constexpr (InFields<M>) {
      try_path(model, MixturePath<M>(model, fields_of_path));
      CHECK(off(model, NeverLeaves<M>(model, fields_of_path)) > 0.01);
    }
  });
}

TEST_CASE("an ensemble on a mixture path keeps weights, draws the reference at 0 and moves by p_lambda") {
  test::for_each_model([](const auto& row) {
    const auto model = std::make_shared<const decltype(row.of(two_bonds()))>(row.of(two_bonds()));
    using M = std::remove_cvref_t<decltype(*model)>;
    if constexpr (InFields<M> && Bonds<M>) {
      INFO(row.name);
      const MixturePath<M> path(*model, fields_of_path);
      ArrayEnsemble<M, Wolff, MixturePath<M>> ensemble(model, Wolff(), Key(4), 3,
                                                       MixturePath<M>(*model, fields_of_path));
      CHECK(ensemble.layout().log_z_reference == path.log_z_reference(*model));
      std::vector<Tally> tally(3);
      std::vector<std::byte> begin(ensemble.layout().state_bytes());
      ensemble.save(1, begin);
      const std::vector<Setting> setting = {{0, 2}, {0.4, 2}, {1, 2}};
      ensemble.sweep(setting, {.time = 3, .count = 4}, tally);
      const double lambda[] = {0.1, 0.4, 1};
      double log_w[3];
      ensemble.log_weight(lambda, log_w);
      for (std::size_t r = 0; r < 3; ++r) {
        const auto s = trajectories::state_of(ensemble, r);
        CHECK(log_w[r] == Approx(path.log_weight(*model, s, model->energy(s), lambda[r])).margin(1e-14));
      }
      // At lambda = 1 it is the model itself, at 0.4 the tilted one: the chains of the power path, bit for bit.
      const auto tilted = std::make_shared<const M>(path.at(*model, 0.4));
      ArrayEnsemble<M, Wolff> same(tilted, Wolff(), Key(4), {1, 1, 3}), itself(model, Wolff(), Key(4), {2, 1, 3});
      same.load(0, begin);  // whose own ordered state may be another
      same.sweep(std::span(setting).subspan(1, 1), {.time = 3, .count = 4}, std::span(tally).first(1));
      itself.sweep(std::span(setting).subspan(2, 1), {.time = 3, .count = 4}, std::span(tally).first(1));
      CHECK(trajectories::state_of(same, 0) == trajectories::state_of(ensemble, 1));
      CHECK(trajectories::state_of(itself, 0) == trajectories::state_of(ensemble, 2));
    }
  });
}
