// Lattices without disorder take no memory for bonds: neither described, nor run, nor in the record of a result.
#include <catch2/catch.hpp>

#include "samplers/simd/lattice/lattice_kernels.hpp"
#include "studies/catalogue/catalogue.hpp"
#include "studies/catalogue/check_study.hpp"
#include "studies/files/variables.hpp"
#include "studies/methods/report.hpp"
#include "studies/systems/graph_system.hpp"
#include "tests/studies/options_fixture.hpp"

using namespace gibbsite;

namespace {

Study study_of(const std::string& model, const std::string& rest) {
  return read("[model]\n" + model + "\n" + rest).tasks.front().study;
}

const Graph& graph_of(const System& system) { return dynamic_cast<const GraphSystem&>(system).graph(); }

double number(const Group& group, const std::string& name) {
  for (const auto& [key, value] : group.attributes)
    if (key == name)
      return std::holds_alternative<double>(value) ? std::get<double>(value)
                                                   : static_cast<double>(std::get<std::int64_t>(value));
  return unknown;
}

}  // namespace

TEST_CASE("a plain lattice of 10^8 sites is described, checked and recorded without its bonds") {
  for (const std::string model :
       {"size = 10000", "lattice = \"cubic\"\nsize = [500, 400, 500]\nboundary = \"open\"\nfield = 0.5",
        "lattice = \"honeycomb\"\nsize = 8000\ncoupling = -2", "lattice = \"triangular\"\nsize = 10002"}) {
    const Study study = study_of(model, "[method]\nbeta = [0.1, 0.4]");
    const auto system = make_system(study);
    system->check(study);
    system->check_range(study.method.beta);
    CHECK(system->sites() >= 1e8);
    CHECK(system->description().starts_with("ising, "));
    CHECK(!system->disordered());
    CHECK(!system->frustrated());
    const Group record = system->record();
    std::size_t numbers = 0;
    for (const Variable& v : record.variables)
      numbers += std::visit([](const auto& data) { return data.size(); }, v.data);
    CHECK(numbers < 30);
    CHECK(number(record, "sites") == system->sites());
    CHECK(number(record, "bonds") == static_cast<double>(graph_of(*system).bond_count()));
    CHECK(system->symmetric() == (number(record, "field") == 0));
    CHECK(number(record, "coupling") == study.keys<InteractionKeys>().coupling);
    CHECK(!graph_of(*system).built());
  }
}

TEST_CASE("whole runs of plain lattices list no bonds, whatever moves them") {
  if (simd::lattice_kernels().empty()) return;
  const std::string models[] = {
      "size = 64", "size = 63\nboundary = \"open\"\nfield = 0.2", "lattice = \"cubic\"\nsize = 16\ncoupling = -1",
      "lattice = \"triangular\"\nsize = [96, 48]\ncoupling = -1", "lattice = \"honeycomb\"\nsize = 32\nfield = -0.1"};
  const std::string methods[] = {"name = \"mcmc\"\nbeta = [0.2, 0.4]\nchains = 5\nsnapshots = 2",
                                 "name = \"tempering\"\nbeta = \"0.1:0.4:3\"\nchains = 4",
                                 "name = \"mcmc\"\nbeta = 0.3\nchains = 1\nstart = \"cold\"",
                                 "name = \"annealing\"\nbeta = 0.3\nparticles = 4\ntemperatures = 5"};
  for (const std::string& model : models)
    for (const std::string sampler : {"heat-bath", "metropolis", "wolff", "swendsen-wang"}) {
      const bool field = model.find("field") != std::string::npos, negative = model.find("= -1") != std::string::npos;
      const bool clusters = sampler == "wolff" || sampler == "swendsen-wang";
      if ((clusters && field) || (sampler == "wolff" && negative)) continue;  // these move site by site
      for (const std::string& method : methods) {
        const bool annealing = method.find("annealing") != std::string::npos;
        INFO(model << '\n' << sampler << '\n' << method);
        const Study study =
            study_of(model, "[sampler]\nname = \"" + sampler + "\"\n[method]\n" + method +
                                (annealing ? "\nthermalization = 5" : "\nthermalization = 5\nsweeps = 8"));
        const auto system = make_system(study);
        system->check(study);
        const Key key(1);
        const auto ensemble = make_ensemble(study, *system, key);
        const auto running = make_method(study, *system, *ensemble, key);
        while (!running->done()) running->advance();
        running->save();
        const Group result = report("", method_entry(study), study, *system, *ensemble, *running);
        CHECK(result.child("estimates") != nullptr);
        CHECK(!graph_of(*system).built());
      }
    }
}

TEST_CASE("what has to list bonds does, and disordered lattices keep theirs in the record") {
  const Study plain = study_of("size = 4", "[sampler]\nlayout = \"plain\"\n[method]\nbeta = 0.4");
  const auto system = make_system(plain);
  const auto ensemble = make_ensemble(plain, *system, Key(1));
  CHECK(graph_of(*system).built());
  CHECK(system->record().find("J") == nullptr);  // small ones are no different
  const Study glass = study_of("size = 4\ndisorder = \"bimodal\"", "[method]\nbeta = 0.4");
  const Group record = make_system(glass)->record();
  CHECK(doubles(record, "J").size() == 32);
  CHECK(doubles(record, "h").size() == 16);
  const Study clock = study_of("name = \"clock\"\nsize = 4", "[method]\nbeta = 0.4");
  CHECK(make_system(clock)->record().find("J") == nullptr);
}

TEST_CASE("what moves by rule asks for no memory for bonds, and what lists them does") {
  const auto need = [](const std::string& model, const std::string& sampler) {
    const Study study = study_of(model, "[sampler]\n" + sampler + "\n[method]\nbeta = 0.4");
    return system_entry(study).size(study).need.bytes / system_entry(study).size(study).sites;
  };
  if (simd::lattice_kernels().empty()) return;
  CHECK(need("size = 4096", "") < 20);
  CHECK(need("lattice = \"cubic\"\nsize = 256", "name = \"metropolis\"") < 20);
  CHECK(need("size = 4095", "name = \"swendsen-wang\"") < 20);
  CHECK(need("size = 4095", "name = \"wolff\"") < 20);
  CHECK(need("size = 4095", "") < 20);
  CHECK(need("size = 4096\nfield = 0.1", "name = \"wolff\"") < 20);
  CHECK(need("size = 4096", "scan = \"sequential\"") > 80);
  CHECK(need("size = 4096\ndisorder = \"bimodal\"", "") > 80);
}
