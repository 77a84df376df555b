// ln Z of restricted machines whose exact values are known from elsewhere, by annealing there and back.
#include <catch2/catch.hpp>
#include <cmath>

#include "estimators/two_sided.hpp"
#include "samplers/ensembles/network_ensemble.hpp"
#include "samplers/ensembles/table_network.hpp"
#include "samplers/methods/annealing.hpp"

using namespace gibbsite;

namespace {

/// Binary units, W_ij = s sin(1 + 3i + 7j), b_i = cos(2i + 1) / 2, c_j = sin(5j + 2) / 2.
std::shared_ptr<const Network> machine(std::size_t visible, std::size_t hidden, double s) {
  Layer v{UnitKind::binary, visible, 1, {}, {}}, h{UnitKind::binary, hidden, 1, {}, {}};
  for (std::size_t i = 0; i < visible; ++i) v.bias.push_back(std::cos(2.0 * static_cast<double>(i) + 1) / 2);
  for (std::size_t j = 0; j < hidden; ++j) h.bias.push_back(std::sin(5.0 * static_cast<double>(j) + 2) / 2);
  Matrix w(visible, hidden);
  for (std::size_t i = 0; i < w.rows(); ++i)
    for (std::size_t j = 0; j < w.columns(); ++j)
      w(i, j) = s * std::sin(1 + 3 * static_cast<double>(i) + 7 * static_cast<double>(j));
  return std::make_shared<const Network>(std::vector<Layer>{v, h}, std::vector<Matrix>{w});
}

TwoSided annealed(const std::shared_ptr<const Network>& rbm, std::size_t temperatures, std::uint64_t seed) {
  const Reference reference = Reference::flat(rbm->layers()[0]);
  const auto ensemble = table_layout_supported(*rbm) ? make_table_network_ensemble(rbm, reference, Key(seed), 200)
                                                     : make_network_ensemble(rbm, reference, Key(seed), 200);
  const std::vector<double> model = {1.0};
  Annealing annealing(
      *ensemble,
      {.key = Key(seed), .report = model, .schedule = linear_schedule(model, temperatures), .thermalization = 200});
  while (!annealing.done()) annealing.advance();
  const Field& log_w = *find_field(annealing.fields(), "log_weight");
  const std::vector<std::size_t> ancestor(annealing.reverse_family().begin(), annealing.reverse_family().end());
  TwoSided found =
      two_sided({std::span(annealing.trace().rows).last(annealing.trace().width).subspan(log_w.offset, log_w.count)},
                {annealing.reverse_log_weight(), ancestor});
  for (Estimate* e : {&found.forward.log_z, &found.reverse.log_z, &found.combined})
    e->value += ensemble->layout().log_z_reference;
  return found;
}

struct Known {
  std::size_t visible, hidden;
  double s, log_z;
  std::size_t temperatures;
};

}  // namespace

TEST_CASE("annealing finds the known ln Z of restricted machines, and both ways agree") {
  // 4 machines x 3 estimates and 4 comparisons of both ways: a false alarm in 1000 at |z| > 4.0.
  for (const Known& known : {Known{10, 5, 0.5, 11.587170216752, 100}, Known{20, 10, 0.5, 22.957532542170, 200},
                             Known{20, 10, 2, 54.886241273695, 1000}, Known{784, 16, 0.5, 873.556308420855, 4000}}) {
    const TwoSided found = annealed(machine(known.visible, known.hidden, known.s), known.temperatures, 5);
    INFO(known.visible << " x " << known.hidden << ": " << found.forward.log_z.value << " +- "
                       << found.forward.log_z.error << ", " << found.reverse.log_z.value << " +- "
                       << found.reverse.log_z.error);
    CHECK(found.trusted);
    CHECK(std::abs(found.z) < 4);
    for (const Estimate& e : {found.forward.log_z, found.reverse.log_z, found.combined}) {
      CHECK(std::abs(e.value - known.log_z) < 4 * e.error);
      CHECK(e.error < 0.5);
    }
  }
  // The mutant: a machine whose last hidden unit was forgotten.
  const TwoSided wrong = annealed(machine(20, 9, 2), 1000, 5);
  CHECK(std::abs(wrong.combined.value - 54.886241273695) > 20 * wrong.combined.error);
}
