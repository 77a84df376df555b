/// --strict: what there is to doubt, as an exit code.
#include "tests/studies/program.hpp"

using namespace gibbsite::test;

TEST_CASE("program: --strict ends with 3 where there is something to doubt") {
  const Scratch folder;
  write_bytes(folder / "study.toml",
              "[model]\nname = \"ising\"\nlattice = \"square\"\nsize = [4, 4]\n[method]\nname = \"mcmc\"\n"
              "beta = 0.3\nchains = 4\nthermalization = 500\nsweeps = 20000\n");
  CHECK(run({"run", "study.toml", "--strict"}, folder.path()).code == 0);
  const Words brief = {"run", "study.toml", "--force", "--method.beta", "0.6", "--method.sweeps", "40"};
  const Ended short_run = run(brief, folder.path());
  CHECK(short_run.code == 0);
  CHECK(contains(short_run.out, "Warnings"));
  const Ended strict = run(brief + Words{"--strict"}, folder.path());
  CHECK(strict.code == 3);
  CHECK(strict.out == short_run.out);

  std::string weights, biases;
  for (int i = 0; i < 30; ++i) {
    for (int j = 0; j < 30; ++j) weights += i == j ? "4 " : "-1 ";
    weights += '\n';
    biases += "0\n";
  }
  write_bytes(folder / "w.csv", weights);
  write_bytes(folder / "b.csv", biases);
  std::string data(60, '0');
  for (std::size_t k = 1; k < data.size(); k += 2) data[k] = ' ';
  write_bytes(folder / "data.csv", data + "\n1" + data.substr(1) + "\n");
  REQUIRE(
      run({"import", "w.csv", "--visible_bias", "b.csv", "--hidden_bias", "b.csv", "-o", "m.h5"}, folder.path()).code ==
      0);
  const Words loglik = {"loglik",
                        "m.h5",
                        "--data",
                        "data.csv",
                        "--ais.particles",
                        "8",
                        "--ais.temperatures",
                        "3",
                        "--tempering.rungs",
                        "0",
                        "--raise.samples",
                        "0"};
  const Ended doubtful = run(loglik, folder.path());
  INFO(doubtful.out << doubtful.err);
  CHECK(doubtful.code == 0);
  CHECK(contains(doubtful.out, "bits per visible unit"));
  CHECK(run(loglik + Words{"--strict"}, folder.path()).code == 3);
}
