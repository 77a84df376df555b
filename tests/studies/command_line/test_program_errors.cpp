// What a run says of errors that it cannot know: frozen chains, constants, draws that forget each other.
#include <cmath>

#include "tests/studies/json.hpp"
#include "tests/studies/program.hpp"

using namespace gibbsite::test;
using nlohmann::json;

namespace {

json shown(const Words& keys, const std::string& couplings = "") {
  const Scratch folder;
  write_bytes(folder.path() / "s.toml", couplings.empty() ? "[model]\n" : "[model]\ncouplings = \"c.txt\"\n");
  write_bytes(folder.path() / "c.txt", couplings);
  const Ended ended = run(Words{"run", "s.toml", "-o", "o.h5", "--run.threads", "1"} + keys, folder.path());
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  const Ended show = run({"show", "o.h5", "--json"}, folder.path());
  REQUIRE(show.code == 0);
  json out = read_json(show.out);
  out["said"] = ended.out;
  return out;
}
bool warned(const json& result, const std::string& text) {
  for (const json& w : result.at("warnings"))
    if (w.get<std::string>().find(text) != std::string::npos) return true;
  return false;
}
json estimate(const json& result, const std::string& name) {
  for (const json& e : result.at("estimates"))
    if (e.at("name") == name) return e;
  return nullptr;
}

}  // namespace

TEST_CASE("program: a run in which nothing moved says so, and one beside a hotter beta has errors") {
  const Words frozen = {"--model.size", "4", "--method.sweeps", "50", "--method.start", "cold"};
  const json alone = shown(frozen + Words{"--method.beta", "10"});
  CHECK(warned(alone, "nothing changed in any chain at beta = 10"));
  CHECK(estimate(alone, "specific_heat").at("error").is_null());
  CHECK_FALSE(warned(shown(frozen + Words{"--method.beta", "0.4"}), "nothing changed"));
}

TEST_CASE("program: an observable that cannot vary hides nothing of the others") {
  const json result = shown({"--method.beta", "0.5", "--method.sweeps", "2000"}, "1 2 0\n");
  CHECK(result.at("said").get<std::string>().find("nan") == std::string::npos);
  CHECK_FALSE(warned(result, "nothing changed"));
  const json chi = estimate(result, "susceptibility_abs");
  // |m| is 0 or 1, each half of the time: its variance has no slope there, and an error of second order.
  CHECK(chi.at("exact").get<double>() == Approx(0.25));
  CHECK(std::abs(chi.at("z").get<double>()) < 4);
  CHECK(chi.at("error").get<double>() > 1e-5);
}

TEST_CASE("program: locally balanced flips measure what is exact, of a lattice and of a Boltzmann machine") {
  const Words flips = {"--sampler.name", "locally-balanced", "--method.sweeps", "2000"};
  for (const Words& system :
       {Words{"--model.size", "3", "--method.beta", "[0.2,0.6]", "--model.field", "0.1", "--sampler.balance", "sqrt"},
        Words{"--model.name", "boltzmann", "--model.layers", "[5,2]", "--method.beta", "1", "--sampler.balance",
              "barker"}}) {
    const json result = shown(flips + system);
    std::size_t compared = 0;
    for (const json& e : result.at("estimates"))
      if (e.contains("z") && !e.at("z").is_null()) {
        CHECK(std::abs(e.at("z").get<double>()) < 4.5);
        ++compared;
      }
    CHECK(compared >= 4);
  }
}

TEST_CASE("program: draws that forget each other still tell the time of a sweep") {
  const json result =
      shown({"--model.size", "4", "--method.beta", "0.1", "--method.sweeps", "20000", "--method.every", "100"});
  CHECK(result.at("said").get<std::string>().find("< 100") == std::string::npos);
  const json each = shown({"--model.size", "4", "--method.beta", "0.1", "--method.sweeps", "20000"});
  const json energy = estimate(result, "energy_density"), known = estimate(each, "energy_density");
  CHECK(energy.at("value").get<double>() == Approx(known.at("value").get<double>()).epsilon(1e-12));
  CHECK(energy.at("error").get<double>() == Approx(known.at("error").get<double>()).epsilon(0.15));
}

TEST_CASE("program: a large constant in the energy costs neither its mean nor its variance digits") {
  const json result = shown({"--method.beta", "0.5", "--method.sweeps", "4000"}, "1 2 1e12\n2 3 1e-6\n3 4 1\n");
  // s1 = s2 for good; the bond of 1 alone fluctuates: E = -1e12 - tanh(1/2), C = (1/4) / cosh(1/2)^2 / 4.
  const json energy = estimate(result, "energy"), heat = estimate(result, "specific_heat");
  CHECK(std::abs(energy.at("value").get<double>() + 1e12 + std::tanh(0.5)) <
        5 * energy.at("error").get<double>() + 1e-3);
  CHECK(energy.at("error").get<double>() < 0.1);
  CHECK(std::abs(heat.at("value").get<double>() - 0.0625 / std::pow(std::cosh(0.5), 2)) <
        5 * heat.at("error").get<double>());
}
