/// Units held at values: what is left has the energies of the whole, but for the constant that is said.
#include <cmath>

#include "physics/ising.hpp"
#include "studies/catalogue/catalogue.hpp"
#include "studies/systems/ising_clamp.hpp"
#include "studies/systems/network_clamp.hpp"
#include "tests/studies/options_fixture.hpp"
#include "tests/studies/program.hpp"
#include "tests/studies/sample_models.hpp"
#include "tests/studies/scratch.hpp"

using namespace gibbsite;
using Catch::Matchers::Contains;
using test::model_file;

namespace {

double energy_of(const AnyModel& model, std::span<const double> x) {
  if (const auto* network = std::get_if<std::shared_ptr<const Network>>(&model)) return (*network)->energy(x);
  return std::get<std::shared_ptr<const BoltzmannMachine>>(model)->energy(x);
}

/// What a unit can be, as numbers of a state.
std::vector<std::vector<double>> values_of(UnitKind kind) {
  if (kind == UnitKind::spin) return {{-1}, {1}};
  if (kind == UnitKind::categorical) return {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  if (kind == UnitKind::gaussian) return {{-0.7}, {1.3}};
  return {{0}, {1}};
}

using State = std::vector<double>;

std::vector<State> all_states(const std::vector<UnitKind>& units) {
  std::vector<State> states = {{}};
  for (const UnitKind kind : units) {
    std::vector<State> longer;
    for (const State& state : states)
      for (const State& value : values_of(kind)) {
        longer.push_back(state);
        longer.back().insert(longer.back().end(), value.begin(), value.end());
      }
    states = std::move(longer);
  }
  return states;
}

/// Units 1 and 2 of four visible ones are held; `held` as they stand in a state of the whole.
void check_clamped(const ModelFile& file, std::vector<UnitKind> rest, const std::string& words, const State& held,
                   std::size_t visible, std::size_t before) {
  const auto [reduced, clamping] = clamp_network(file, words);
  CHECK(clamping.free.size() + 2 == visible);
  for (const State& free : all_states(rest)) {
    State whole(free.begin(), free.begin() + static_cast<std::ptrdiff_t>(before));
    whole.insert(whole.end(), held.begin(), held.end());
    whole.insert(whole.end(), free.begin() + static_cast<std::ptrdiff_t>(before), free.end());
    CHECK(energy_of(file.model, whole) == Approx(energy_of(reduced.model, free) + clamping.energy).margin(1e-11));
  }
}

}  // namespace

TEST_CASE("clamp: networks of free units have the energies of the whole") {
  using enum UnitKind;
  check_clamped(model_file(test::sample_network({binary, binary})), {binary, binary, binary, binary, binary}, "1=1,2=0",
                {1, 0}, 4, 1);
  check_clamped(model_file(test::sample_network({spin, spin, spin})), {spin, spin, spin, spin, spin, spin, spin},
                "1:3=-1", {-1, -1}, 4, 1);
  check_clamped(model_file(test::sample_network({gaussian, binary})), {gaussian, gaussian, binary, binary, binary},
                "1=0.25,2=-3", {0.25, -3}, 4, 1);
  check_clamped(model_file(test::sample_network({categorical, binary})),
                {categorical, categorical, binary, binary, binary}, "1=2,2=0", {0, 0, 1, 1, 0, 0}, 4, 3);
  check_clamped(model_file(test::sample_machine(spin)), {spin, spin, spin}, "1=-1,2=1", {-1, 1}, 3, 1);
  check_clamped(model_file(test::sample_machine(binary)), {binary, binary, binary}, "1=1,2=1", {1, 1}, 3, 1);
}

TEST_CASE("clamp: spins of a lattice become fields on their neighbours") {
  const Request request =
      read("[model]\nname = \"ising\"\nsize = [3, 3]\nfield = 0.3\ndisorder = \"gaussian\"\n[method]\nbeta = 0.4\n");
  GraphOfStudy built = build_graph(request.tasks.front().study);
  const Ising whole{Graph(built.graph)};
  const Clamping clamping = clamp_spins(built, "0:2=1,8=-1");
  const Ising reduced{Graph(built.graph)};
  REQUIRE(clamping.free == std::vector<std::size_t>{2, 3, 4, 5, 6, 7});
  for (unsigned mask = 0; mask < 64; ++mask) {
    std::vector<std::int8_t> free(6), all = {1, 1, 0, 0, 0, 0, 0, 0, -1};
    for (unsigned k = 0; k < 6; ++k) free[k] = all[clamping.free[k]] = (mask >> k & 1) != 0 ? 1 : -1;
    CHECK(whole.energy(all) == Approx(reduced.energy(free) + clamping.energy).margin(1e-12));
  }
}

TEST_CASE("clamp: a study with clamped spins runs with exact answers, and its record says what was held") {
  const test::Scratch folder;
  test::write_bytes(folder / "study.toml",
                    "[model]\nname = \"ising\"\nsize = [4, 4]\nclamp = [\"0:4=1\"]\n[method]\nbeta = [0.2, 0.4]\n"
                    "sweeps = 4000\n");
  const test::Ended ended = test::run({"run", "study.toml"}, folder.path());
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  CHECK(test::contains(ended.out, "4 of 16 sites clamped"));
  CHECK(test::contains(ended.out, "Against exact answers"));
  const Group root = read_archive(folder / "study.h5");
  const Group& model = *root.child("model");
  REQUIRE(model.child("clamp") != nullptr);
  CHECK(std::get<std::vector<double>>(model.child("clamp")->find("clamped_value")->data) == State(4, 1));
  bool said = false;
  for (const auto& [name, value] : model.attributes)
    if (name == "clamped_energy") said = std::get<double>(value) == -4;  // the periodic row of four
  CHECK(said);
  const test::Ended zero =
      test::run({"exact", "study.toml", "--model.clamp", "0=1", "--method.beta", "0.3"}, folder.path());
  const test::Ended one =
      test::run({"exact", "study.toml", "--model.clamp", "5=-1", "--method.beta", "0.3"}, folder.path());
  CHECK(zero.code == 0);
  CHECK(one.code == 0);
}

TEST_CASE("clamp: what cannot be held is refused") {
  const auto two = [](double x) { return x == 0 || x == 1; };
  const auto refused = [&](const std::string& words) {
    return refusal([&] { read_clamping(words, 4, two, "0 and 1"); });
  };
  CHECK_THAT(refused("4=1"), Contains("there is no unit 4; units are 0 to 3"));
  CHECK_THAT(refused("0:9=1"), Contains("there is no unit 4"));
  CHECK_THAT(refused("0=1,0=0"), Contains("unit 0 is given twice"));
  CHECK_THAT(refused("0=2"), Contains("unit 0 cannot be 2; allowed: 0 and 1"));
  CHECK_THAT(refused("0:4=1"), Contains("leaves no unit free"));
  for (const char* words : {"=1", "a=1", "0=", "3:1=1", "0=x", "0:1"}) CHECK(refused(words) != "");
  const test::Scratch folder;
  test::write_bytes(folder / "state.csv", "nan,1,0,nan\n");
  CHECK(read_clamping((folder / "state.csv").string(), 4, two, "").free == std::vector<std::size_t>{0, 3});
  test::write_bytes(folder / "pairs.csv", "2,1\n0,0\n");
  const Clamping pairs = read_clamping((folder / "pairs.csv").string(), 4, two, "");
  CHECK(pairs.clamped == std::vector<std::pair<std::size_t, double>>{{0, 0}, {2, 1}});
  test::write_bytes(folder / "long.csv", "nan,1,0\n");
  CHECK_THAT(refused((folder / "long.csv").string()), Contains("it holds 3 numbers"));
  CHECK_THAT(refusal([] { clamp_network(model_file(test::sample_belief_network()), "0=1"); }), Contains("dbn"));
  CHECK_THAT(refusal([] { read("[model]\nname = \"clock\"\nsize = [4, 4]\nclamp = \"0=1\"\n[method]\nbeta = 0.4\n"); }),
             Contains("model.clamp"));
}
