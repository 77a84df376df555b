// Neural energies in studies: weights from files are those of the file, and ln Z is that of quadrature.

#include "tests/studies/json.hpp"
#include "tests/studies/program.hpp"

using namespace gibbsite;
using namespace gibbsite::test;
using nlohmann::json;

namespace {

/// ln Z exact and by annealing there and back, with its error, of a study with these words more.
struct LogZOfNet {
  double exact, value, error;
};
LogZOfNet anneal_net(const fs::path& folder, const Words& more, const std::string& out) {
  std::ofstream(folder / "net.toml") << R"([model]
name = "neural"
net = ["dense 6", "softplus", "dense 5", "swish", "dense 1"]
kappa = 0.8
[method]
name = "annealing"
beta = 1
particles = 200
temperatures = 100
)";
  const Ended ended = run(Words{"run", "net.toml", "-o", out, "--quiet"} + more, folder);
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  const json shown = read_json(run({"show", out, "--json"}, folder).out);
  for (const json& f : shown.at("free_energy"))
    if (f.at("estimator") == "ais_two_sided") return {f.at("exact"), f.at("log_z"), f.at("error")};
  return {};
}

}  // namespace

TEST_CASE("a neural energy has the ln Z of quadrature, and weights that it was given") {
  const Scratch folder;
  const LogZOfNet five = anneal_net(folder.path(), {"--model.net_seed", "5"}, "five.h5");
  const LogZOfNet six = anneal_net(folder.path(), {"--model.net_seed", "6"}, "six.h5");
  CHECK(std::abs(five.value - five.exact) < 4 * five.error);
  CHECK(std::abs(six.value - six.exact) < 4 * six.error);
  CHECK(five.exact != six.exact);
  const LogZOfNet again = anneal_net(folder.path(), {"--model.net_file", "five.h5"}, "again.h5");
  CHECK(again.exact == five.exact);
  CHECK(again.value == five.value);
  const Ended small = run({"run", "net.toml", "-o", "x.h5", "--model.net", "[\"dense 7\",\"tanh\",\"dense 1\"]",
                           "--model.net_file", "five.h5"},
                          folder.path());
  CHECK(small.code == 2);
  CHECK(small.err.find("no array is left for layer_0/weight of shape 7 x 2") != std::string::npos);
  const Ended loose = run({"run", "net.toml", "-o", "x.h5", "--model.kappa", "0"}, folder.path());
  CHECK(loose.code == 2);
  CHECK(loose.err.find("kappa above 0") != std::string::npos);
}
