// A draw that stands for several sweeps brings the means over all of them; interrupted in its middle it is the same; a
// run that an earlier version began goes on as that version kept its draws.
#include <catch2/catch.hpp>
#include <cmath>

#include "physics/ising.hpp"
#include "physics/lattice.hpp"
#include "samplers/ensembles/array_ensemble.hpp"
#include "samplers/kernels/heat_bath.hpp"
#include "samplers/methods/mcmc.hpp"
#include "samplers/methods/tempering.hpp"

using namespace gibbsite;

namespace {

std::unique_ptr<Ensemble> heated(std::size_t replicas) {
  Graph graph = build({.geometry = Geometry::square, .size = {4, 4}});
  HeatBath kernel{Scan(ScanOrder::sequential, graph)};
  return std::make_unique<ArrayEnsemble<Ising, HeatBath>>(std::make_shared<const Ising>(std::move(graph)), kernel,
                                                          Key(5), replicas);
}

ChainOptions every(std::uint64_t sweeps, std::uint64_t draws) {
  return {.key = Key(6), .lambda = {0.2, 0.4}, .chains = 2, .thermalization = 10, .draws = draws, .every = sweeps};
}

template <class M>
M made(Ensemble& ensemble, ChainOptions options) {
  if constexpr (std::is_same_v<M, Tempering>)
    return M(ensemble, std::move(options), Ladder::fixed);
  else
    return M(ensemble, std::move(options));
}

void finish(Method& method) {
  while (!method.done()) method.advance();
}

double power_of(Moment moment, double x, double mean) {
  switch (moment) {
    case Moment::variance:
      return (x - mean) * (x - mean);
    case Moment::absolute:
      return std::abs(x);
    case Moment::square:
      return x * x;
    case Moment::fourth:
      return x * x * x * x;
    default:
      return x;
  }
}

}  // namespace

TEMPLATE_TEST_CASE("a draw of seven sweeps holds the means of what single sweeps are", "", Mcmc, Tempering) {
  constexpr std::size_t sweeps = 7, draws = 5;
  const auto one = heated(4), seven = heated(4);
  TestType fine = made<TestType>(*one, every(1, sweeps * draws)), coarse = made<TestType>(*seven, every(sweeps, draws));
  finish(fine);
  finish(coarse);
  std::size_t moments = 0;
  for (const Field& field : coarse.fields()) {
    const Field& single = *find_field(fine.fields(), field.moment == Moment::value ? field.what.name : field.of);
    if (field.moment != Moment::value) ++moments;
    for (std::size_t t = 0; t < draws; ++t)
      for (std::size_t slot = 0; slot < field.count; ++slot) {
        std::vector<double> x;
        for (std::size_t k = 0; k < sweeps; ++k) x.push_back(fine.trace().at(t * sweeps + k, single.offset + slot));
        double mean = 0, expected = 0;
        for (const double v : x) mean += v / sweeps;
        for (const double v : x) expected += power_of(field.moment, v, mean) / sweeps;
        if (field.moment == Moment::value) expected = x.back();
        CHECK(coarse.trace().at(t, field.offset + slot) == Approx(expected).margin(1e-12));
      }
  }
  CHECK(moments == 6);  // <E>, its variance; <m>, <|m|>, <m^2>, <m^4>
  for (const Field& field : fine.fields()) CHECK((field.moment == Moment::value && field.what.measured()));
}

TEMPLATE_TEST_CASE("a draw that is interrupted in its middle has the same means", "", Mcmc, Tempering) {
  const auto whole = heated(4), first = heated(4), second = heated(4);
  TestType reference = made<TestType>(*whole, every(64, 6)), before = made<TestType>(*first, every(64, 6));
  finish(reference);
  while (before.trace().draws() < 2 || (std::is_same_v<TestType, Tempering> && before.progress().done < 10 + 150))
    before.advance();
  TestType after = made<TestType>(*second, every(64, 6));
  after.load(before.save(), before.trace());
  finish(after);
  CHECK(after.trace().rows == reference.trace().rows);
}

TEST_CASE("a run begun by version 1 goes on as that kept its draws") {
  // Its rows: all observables, ratios up and down; no means.
  const auto ensemble = heated(4), again = heated(4);
  Mcmc begun(*ensemble, every(3, 4));
  while (begun.trace().draws() < 2) begun.advance();
  Snapshot snapshot = begun.save();
  for (const char* name : {"sweep_first", "sweep_sums"}) snapshot.numbers.erase(name);
  snapshot.counts.erase("sweeps_summed");
  Trace old{5 * 4 + 2 * 4, {}};
  for (std::size_t t = 0; t < begun.trace().draws(); ++t)
    for (std::size_t k = 0; k < old.width; ++k) old.rows.push_back(0.25);
  Mcmc resumed(*again, every(3, 4));
  resumed.load(snapshot, old);
  finish(resumed);
  CHECK(resumed.trace().width == old.width);
  CHECK(resumed.trace().draws() == 4);
  CHECK_FALSE(resumed.chain_trace().sums_sweeps());
  const auto column = [&](const char* name) { return find_field(resumed.fields(), name)->offset + 1; };
  const double energy = resumed.trace().at(3, column("energy"));
  CHECK(resumed.trace().at(3, column("energy_density")) == energy / 16);
  CHECK(resumed.trace().at(3, column("magnetization_density_squared")) ==
        Approx(std::pow(resumed.trace().at(3, column("abs_magnetization_density")), 2)));
  CHECK(resumed.log_ratio_down(3, 1) == Approx(0.2 * energy));
  Trace odd{old.width + 1, std::vector<double>(old.width + 1)};
  Mcmc refused(*ensemble, every(3, 4));
  CHECK_THROWS_AS(refused.load(snapshot, odd), std::invalid_argument);
}
