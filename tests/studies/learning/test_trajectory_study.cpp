// Trajectories through the commands: `gibbsite train` by its checkpoints, `run` along them, and a route of `loglik`.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "physics/chance.hpp"
#include "physics/random.hpp"
#include "studies/files/archive.hpp"
#include "studies/files/variables.hpp"
#include "tests/studies/program.hpp"

using namespace gibbsite;
using namespace gibbsite::test;

namespace {

/// 64 pixels: the upper half and its negative, three to one, a twentieth of the pixels turned over.
std::string two_pictures() {
  std::string rows;
  for (std::size_t n = 0; n < 400; ++n) {
    Chance chance(Stream(Key(5), Purpose::test, 0, n));
    for (std::size_t i = 0; i < 64; ++i) {
      const bool on = (i < 32) == (n % 4 != 0);
      rows += on != chance.coin(Coin(0.05)) ? '1' : '0';
      rows += i < 63 ? ',' : '\n';
    }
  }
  return rows;
}

constexpr const char* learns_pictures = R"(
[model]
name = "rbm"
layers = [0, 8]
[data]
file = "two.csv"
[training]
method = "trajectory"
rate = 0.01
batch = 100
updates = 700
chains = 60
evaluate = 25
[run]
seed = 1
)";

struct Pictures : Scratch {
  explicit Pictures(const Words& more = {}) {
    write_bytes(*this / "two.csv", two_pictures());
    write_bytes(*this / "study.toml", learns_pictures);
    ended = gibbsite::test::run(Words{"train", "study.toml", "-o", "model.h5", "--quiet"} + more, path());
  }
  Ended on(const Words& words) { return gibbsite::test::run(words, path()); }
  Ended ended;
};

/// z of ln Z at the model, by Bennett.
double score_at_model(const Group& root) {
  const Group &found = *root.child("free_energy"), &exact = *root.child("exact");
  const std::size_t last = doubles(found, "beta").size() - 1;
  return (doubles(found, "log_z")[last] - doubles(exact, "log_z")[last]) / doubles(found, "log_z_error")[last];
}
double error_at_model(const Group& root) {
  return doubles(*root.child("free_energy"), "log_z_error")[doubles(*root.child("free_energy"), "beta").size() - 1];
}
double round_trips(const Group& root) { return doubles(*root.child("diagnostics"), "round_trips_per_ladder").front(); }

constexpr const char* goes_along = R"(
[model]
name = "rbm"
file = "model.h5"
[method]
name = "trajectory"
thermalization = 400
sweeps = 1500
)";

}  // namespace

TEST_CASE("a machine that learned two clusters, along its trajectory") {
  Pictures made;
  INFO(made.ended.err);
  REQUIRE(made.ended.code == 0);
  const Group model = read_archive(made / "model.h5");
  const Group& training = *model.child("training");
  SECTION("checkpoints are the snapshots, and ln Z along the way is right") {
    const auto exact = doubles(training, "log_z"), own = doubles(training, "learned_log_z"),
               error = doubles(training, "learned_log_z_error");
    for (std::size_t k = 1; k < exact.size(); ++k) {
      INFO(k);
      CHECK(error[k] < 0.3);
      CHECK(std::abs(own[k] - exact[k]) < 5 * error[k]);
    }
    const auto& snapshots = model.child("snapshots")->groups;
    REQUIRE(snapshots.size() >= 4);
    for (const double w : doubles(*snapshots.front().child("weights_0"), "W")) CHECK(w == 0);
    CHECK(doubles(training, "log_likelihood").back() > -16);
  }
  SECTION("replicas go along them, with the same bits for any number of threads") {
    write_bytes(made / "along.toml", goes_along);
    const Ended along = made.on({"run", "along.toml", "-o", "along.h5", "--quiet", "--run.threads", "1"});
    INFO(along.err);
    REQUIRE(along.code == 0);
    const Group root = read_archive(made / "along.h5");
    CHECK(round_trips(root) > 10);
    CHECK(std::abs(score_at_model(root)) < 4);
    for (const double rate : doubles(*root.child("diagnostics"), "swap_rate")) CHECK(rate > 0.25);
    REQUIRE(made.on({"run", "along.toml", "-o", "again.h5", "--quiet", "--run.threads", "3"}).code == 0);
    CHECK(differences(made / "along.h5", made / "again.h5") == Words{});
    // At the same cost a ladder of temperatures knows far less of the model.
    const Ended ladder = made.on({"run", "along.toml", "-o", "ladder.h5", "--quiet", "--method.name", "tempering",
                                  "--method.beta", "0:1:6", "--method.ladder", "adaptive"});
    INFO(ladder.err);
    REQUIRE(ladder.code == 0);
    CHECK(error_at_model(read_archive(made / "ladder.h5")) > 4 * error_at_model(root));
  }
  SECTION("loglik has them as a route") {
    const Ended judged = made.on({"loglik", "model.h5", "--data", "two.csv", "--json", "--ais.temperatures", "200",
                                  "--tempering.rungs", "0", "--raise.samples", "0", "--trajectory.rungs", "8",
                                  "--tempering.sweeps", "1000", "-o", "likelihood.h5"});
    INFO(judged.err);
    REQUIRE(judged.code == 0);
    const Group root = read_archive(made / "likelihood.h5");
    const auto& names = std::get<std::vector<std::string>>(root.child("free_energy")->find("estimator")->data);
    const auto at = static_cast<std::size_t>(std::find(names.begin(), names.end(), "trajectory") - names.begin());
    REQUIRE(at < names.size());
    const auto log_z = doubles(*root.child("free_energy"), "log_z"),
               error = doubles(*root.child("free_energy"), "log_z_error");
    CHECK(std::abs(log_z[at] - log_z[0]) < 4 * error[at]);  // the first is exact
    CHECK(std::get<std::vector<std::int8_t>>(root.child("free_energy")->find("trusted")->data)[at] == 1);
    CHECK(root.child("diagnostics")->child("trajectory") != nullptr);
  }
}

TEST_CASE("trajectories say what they need") {
  Pictures made({"--training.method", "pcd", "--training.snapshots", "0", "--training.updates", "2"});
  INFO(made.ended.err);
  REQUIRE(made.ended.code == 0);
  write_bytes(made / "along.toml", goes_along);
  const auto refused = [&](const Words& more, const char* why) {
    const Ended ended = made.on(Words{"run", "along.toml"} + more);
    INFO(ended.err);
    CHECK(ended.code == 2);
    CHECK(contains(ended.err, why));
  };
  refused({}, "training.snapshots");
  write_bytes(made / "without.toml", "[model]\nname = \"rbm\"\n[method]\nname = \"trajectory\"\n");
  const Ended without = made.on({"run", "without.toml"});
  CHECK(without.code == 2);
  CHECK(contains(without.err, "model.file"));
  const Ended few = made.on({"train", "study.toml", "-o", "few.h5", "--training.chains", "3"});
  CHECK(few.code == 2);
  CHECK(contains(few.err, "training.chains"));
}
