// Which layout a study gets: the fastest that is valid, unless it asks for another.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>

#include "samplers/simd/couplings/quartet_kernels.hpp"
#include "samplers/simd/couplings/site_kernels.hpp"
#include "samplers/simd/lattice/lattice_kernels.hpp"
#include "studies/bench/cliff_files.hpp"
#include "studies/catalogue/catalogue.hpp"
#include "studies/systems/lattice_keys.hpp"
#include "studies/systems/network_keys.hpp"
#include "tests/studies/scratch.hpp"

using namespace gibbsite;

namespace {

std::string layout_of(const Study& study, std::size_t replicas = 2) {
  return make_system(study)->ensemble(study, Key(1), replicas, method_entry(study).annealed)->layout().name;
}

}  // namespace

TEST_CASE("lattices are packed where they fit, and plain where a study asks for it") {
  if (simd::lattice_kernels().empty()) return;
  const std::string packed = std::string("lattice-packed, 512 spins a word, ") + simd::lattice_kernels().front()->name;
  Study study = study_schema().first;
  study.keys<LatticeKeys>().lattice = "square";
  study.keys<LatticeKeys>().size = {64};
  study.method.beta = {0.4};
  for (const SamplerKind sampler : {SamplerKind::heat_bath, SamplerKind::metropolis}) {
    study.sampler.kind = sampler;
    for (const char* scan : {"default", "checkerboard", "sequential", "random"}) {
      study.sampler.scan = scan;
      const bool by_colours = study.sampler.scan == "default" || study.sampler.scan == "checkerboard";
      study.sampler.layout = "fastest";
      CHECK((layout_of(study) == packed) == by_colours);
      study.sampler.layout = "plain";
      CHECK(layout_of(study) == "plain");
    }
  }
  study.sampler = {};
  study.keys<LatticeKeys>().boundary = "open";
  CHECK(layout_of(study) == packed);
  study.keys<LatticeKeys>().boundary = "periodic";
  for (const std::int64_t side : {6, 30, 100, 250}) {
    study.keys<LatticeKeys>().size = {side};
    CHECK(layout_of(study) == packed);
  }
  study.keys<LatticeKeys>().size = {63};
  CHECK(layout_of(study) == packed);
  study.keys<LatticeKeys>().boundary = "open";
  CHECK(layout_of(study) == packed);
  study.keys<LatticeKeys>().boundary = "periodic";
  study.keys<LatticeKeys>().size = {64};
  study.keys<InteractionKeys>().field = 0.1;
  CHECK(layout_of(study) == packed + ", global flips");
  study.sampler.kind = SamplerKind::metropolis;
  CHECK(layout_of(study) == packed + ", global flips");
  study.sampler.kind = SamplerKind::wolff;
  CHECK(layout_of(study).starts_with("coins in bulk, "));
  CHECK(layout_of(study).ends_with(", global flips"));
}

TEST_CASE("many replicas of a small system are bit lanes, where it fits") {
  if (simd::lattice_kernels().empty()) return;
  const auto lanes = [](const Study& study, std::size_t replicas) {
    return layout_of(study, replicas).starts_with("replica-packed, ");
  };
  Study study = study_schema().first;
  study.keys<LatticeKeys>().lattice = "cubic";
  study.keys<LatticeKeys>().size = {8};
  study.keys<LatticeKeys>().disorder = "bimodal";
  study.method.beta = {0.4};
  for (const SamplerKind sampler : {SamplerKind::heat_bath, SamplerKind::metropolis}) {
    study.sampler = {};
    study.sampler.kind = sampler;
    CHECK(layout_of(study, 512).starts_with("replica-packed, 512 lanes, "));
    CHECK(lanes(study, 64));
    CHECK(lanes(study, 16));
    CHECK(layout_of(study, 1).starts_with("lattice-packed, "));
    study.sampler.scan = "random";
    CHECK(layout_of(study, 512).starts_with("four replicas a word, "));
    study.sampler.scan = "sequential";
    CHECK(lanes(study, 64));
    study.sampler.layout = "plain";
    CHECK(layout_of(study, 512) == "plain");
  }
  study.sampler = {};
  study.keys<LatticeKeys>().disorder = "gaussian";
  CHECK(layout_of(study, 512).starts_with("fields kept, "));
  study.keys<LatticeKeys>().disorder = "none";
  study.keys<LatticeKeys>().size = {64};
  CHECK_FALSE(lanes(study, 2));
  study.sampler.kind = SamplerKind::wolff;
  CHECK(layout_of(study, 512).starts_with("coins in bulk, "));
  study.sampler.kind = SamplerKind::metropolis;
  study.keys<LatticeKeys>().lattice =
      "chain";  // flips that cost nothing would march for ever, were they made each time
  study.keys<LatticeKeys>().size = {50};
  CHECK(lanes(study, 64));
}

TEST_CASE("Metropolis goes by colours where no order is asked for, but not where nearly every flip is accepted") {
  if (simd::lattice_kernels().empty()) return;
  Study study = study_schema().first;
  study.keys<LatticeKeys>().lattice = "square";
  study.keys<LatticeKeys>().size = {64};
  study.sampler.kind = SamplerKind::metropolis;
  study.method.beta = {0, 0.3};
  CHECK(layout_of(study).starts_with("lattice-packed"));
  study.method.beta = {0, 0.001, 0.3};
  CHECK(layout_of(study).starts_with("four replicas a word, "));
  study.sampler.scan = "checkerboard";
  CHECK(layout_of(study).starts_with("lattice-packed"));
  study.sampler.scan = "default";
  study.method.name = "annealing";
  CHECK(layout_of(study).starts_with("lattice-packed"));
  study.sampler.kind = SamplerKind::heat_bath;
  study.method.name = "mcmc";
  CHECK(layout_of(study).starts_with("lattice-packed"));
}

TEST_CASE("random fields move in bit lanes where they have one strength, else in vectors of sites or of replicas") {
  if (simd::lattice_kernels().empty()) return;
  const test::Scratch folder;
  const Graph cube = build({.geometry = Geometry::cubic, .size = {6, 6, 6}});
  for (const bool alike : {true, false}) {
    const auto path = folder / "fields.txt";
    std::ofstream file(path);
    for (const Bond& bond : cube.bonds()) file << bond.i + 1 << ' ' << bond.j + 1 << " 1\n";
    for (std::size_t i = 1; i <= cube.sites(); ++i)
      file << i << ' ' << i << ' ' << (i * i % 7 < 3 ? -1 : 1) * (alike ? 1.0 : 0.5 + 0.001 * static_cast<double>(i))
           << '\n';
    file.close();
    Study study = study_schema().first;
    study.keys<LatticeKeys>().couplings = path.string();
    study.method.beta = {0.25};
    CHECK(layout_of(study, 4).starts_with(alike ? "four replicas a word" : "16 sites a vector"));
    CHECK(layout_of(study, 64).starts_with(alike ? "replica-packed" : "fields kept"));
  }
}

TEST_CASE("Gaussian glasses move in lanes by either kernel, in the order that is fastest") {
  if (simd::lattice_kernels().empty()) return;
  Study study = study_schema().first;
  study.keys<LatticeKeys>().lattice = "cubic";
  study.keys<LatticeKeys>().size = {6};
  study.keys<LatticeKeys>().disorder = "gaussian";
  study.method.beta = {0.5};
  for (const SamplerKind sampler : {SamplerKind::heat_bath, SamplerKind::metropolis}) {
    study.sampler.kind = sampler;
    CHECK(layout_of(study, 64).starts_with("fields"));
  }
}

TEST_CASE("a lattice from a couplings file moves as the lattice does, and all pairs by the sum of spins") {
  if (simd::lattice_kernels().empty()) return;
  const test::Scratch desk;
  const auto written = [&](const Lattice& lattice) {
    const std::string path = desk.path() / "couplings.txt";
    const Graph graph = build(lattice);
    std::vector<Bond> bonds(graph.bonds().begin(), graph.bonds().end());
    std::reverse(bonds.begin(), bonds.end());
    std::ofstream out(path);
    for (const Bond& b : bonds) out << b.j + 1 << ' ' << b.i + 1 << ' ' << b.J << '\n';
    return path;
  };
  Study study = study_schema().first;
  study.method.beta = {0.4};
  for (const Disorder disorder : {Disorder::none, Disorder::bimodal}) {
    const Lattice lattice{.size = {32, 64}, .disorder = disorder};
    study.keys<LatticeKeys>().couplings = written(lattice);
    const std::shared_ptr<const System> listed = make_system(study);
    const auto from_file = listed->ensemble(study, Key(1), 2, false);
    CHECK(from_file->layout().name.starts_with("lattice-packed, "));
    Study plain = study;
    plain.keys<LatticeKeys>() = {};
    plain.keys<LatticeKeys>().size = {32, 64};
    plain.keys<LatticeKeys>().disorder = disorder == Disorder::none ? "none" : "bimodal";
    const auto lattice_itself = make_system(plain)->ensemble(plain, Key(1), 2, false);
    std::vector<Tally> tally(2);
    const std::vector<Setting> setting = {{0.3}, {0.5}};
    std::vector<double> energies[2] = {std::vector<double>(2), std::vector<double>(2)};
    std::size_t k = 0;
    for (Ensemble* ensemble : {from_file.get(), lattice_itself.get()}) {
      ensemble->draw_reference(1);
      ensemble->sweep(setting, {.time = 2, .count = 20}, tally);
      ensemble->log_weight(std::vector<double>{-1, -1}, energies[k++]);
    }
    CHECK(save_all(*from_file) == save_all(*lattice_itself));
    CHECK(energies[0] == energies[1]);
  }
  study.keys<LatticeKeys>().couplings = written({.geometry = Geometry::complete, .size = {30}});
  for (const SamplerKind sampler : {SamplerKind::heat_bath, SamplerKind::metropolis}) {
    study.sampler.kind = sampler;
    CHECK(layout_of(study) == "sum of spins kept");
  }
  study.keys<LatticeKeys>() = {};
  study.keys<LatticeKeys>().lattice = "complete";
  study.keys<LatticeKeys>().size = {500};
  CHECK(layout_of(study, 64) == "sum of spins kept");
  study.keys<InteractionKeys>().field = 0.5;
  CHECK(layout_of(study, 64) == "sum of spins kept, global flips");
  study.sampler.kind = SamplerKind::wolff;
  CHECK(!layout_of(study).starts_with("sum of spins"));
  study.sampler = {};
  study.keys<LatticeKeys>().disorder = "gaussian";
  CHECK(!layout_of(study).starts_with("sum of spins"));
}

TEST_CASE("a system says why it gets the plain layout, and nothing where it does not or was asked for it") {
  if (simd::lattice_kernels().empty()) return;
  const auto why = [](const Study& study, std::size_t replicas = 2) {
    const bool plain = layout_of(study, replicas).starts_with("plain");
    const std::string reason = make_system(study)->why_plain(study, replicas);
    CHECK(plain == !reason.empty());
    return reason;
  };
  Study study = study_schema().first;
  study.method.beta = {0.4};
  auto& keys = study.keys<LatticeKeys>();
  keys.size = {64};
  CHECK(why(study) == "");
  keys.disorder = "gaussian";
  CHECK(why(study, 1) == "");
  keys.lattice = "chain";
  study.sampler.scan = "sequential";
  CHECK(why(study, 1).starts_with("a sequential scan has few sites"));
  study.sampler.scan = "default";
  CHECK(why(study, 1) == "");
  keys.lattice = "square";
  study.sampler.kind = SamplerKind::swendsen_wang;
  CHECK(why(study) == "");
  study.sampler.kind = SamplerKind::wolff;
  CHECK(why(study) == "");
  keys.disorder = "bimodal";
  CHECK(why(study) == "");
  keys.disorder = "none";
  study.keys<InteractionKeys>().field = 0.1;
  CHECK(why(study) == "");
  study.keys<InteractionKeys>().field = 0;
  study.sampler.kind = SamplerKind::metropolis;
  study.method.beta = {0.001};
  CHECK(why(study) == "");
  keys.disorder = "gaussian";
  CHECK(why(study).starts_with("Metropolis at beta |J| below 0.02"));
  study.sampler.scan = "random";
  CHECK(why(study) == "scan = \"random\" picks one site after the other");
  study.sampler.layout = "plain";
  CHECK(make_system(study)->why_plain(study, 2) == "");
}

TEST_CASE("few replicas of what no lattice or bit lane fits are vectors of sites") {
  if (simd::site_kernels().empty()) return;
  Study study = study_schema().first;
  study.method.beta = {0.4};
  auto& keys = study.keys<LatticeKeys>();
  const auto made_anew = [&](std::size_t replicas) {
    return layout_of(study, replicas).starts_with("16 sites a vector");
  };
  keys.lattice = "cubic";
  keys.size = {6};
  keys.disorder = "gaussian";
  CHECK(made_anew(1));
  CHECK(made_anew(4));
  CHECK_FALSE(made_anew(16));
  study.sampler.scan = "sequential";
  CHECK(made_anew(1));
  study.sampler.scan = "random";
  CHECK(layout_of(study, 1) == "plain");
  study.sampler.scan = "default";
  keys.disorder = "none";
  keys.lattice = "triangular";
  keys.size = {5, 7};
  CHECK(made_anew(1));
  keys.lattice = "complete";
  keys.disorder = "gaussian";
  keys.size = {100};
  CHECK(layout_of(study, 1).starts_with("fields kept, 16 sites a vector"));
  study.sampler.kind = SamplerKind::metropolis;
  study.sampler.scan = "random";
  CHECK(layout_of(study, 4).starts_with("fields kept, 16 sites a vector"));
}

TEST_CASE("random scans, and few replicas of couplings of a few strengths or fields +-h, are four replicas to a word") {
  if (simd::quartet_kernels().empty()) return;
  const auto four = [](const Study& study, std::size_t replicas) {
    return layout_of(study, replicas).starts_with("four replicas a word, ");
  };
  Study study = study_schema().first;
  study.method.beta = {0.4};
  auto& keys = study.keys<LatticeKeys>();
  keys.size = {64};
  CHECK_FALSE(four(study, 4));
  for (const SamplerKind sampler : {SamplerKind::metropolis, SamplerKind::heat_bath})
    for (const char* lattice : {"square", "triangular", "chain"}) {
      study.sampler.kind = sampler;
      study.sampler.scan = "random";
      keys.lattice = lattice;
      for (const std::size_t replicas : {1, 4, 100}) CHECK(four(study, replicas));
    }
  study.keys<InteractionKeys>().field = 0.5;
  CHECK(four(study, 4));
  study.sampler.kind = SamplerKind::metropolis;
  CHECK(layout_of(study, 4).starts_with("plain"));
  study.keys<InteractionKeys>().field = 0;
  study.sampler.scan = "default";
  study.method.beta = {0.001};
  CHECK(four(study, 4));
  study.method.beta = {0.4};
  study.sampler.kind = SamplerKind::heat_bath;
  const CouplingsFolder files;
  const Lattice square{.size = {16, 16}};
  for (const auto& [strengths, fields] :
       {std::pair(Strengths::one_or_two, Fields::none), std::pair(Strengths::along, Fields::none),
        std::pair(Strengths::as_they_are, Fields::signs)}) {
    keys = {};
    keys.couplings = files.write("couplings", changed_lattice(square, strengths, fields));
    CHECK(four(study, 2));
    CHECK(four(study, 4));
    CHECK_FALSE(four(study, 1));
    CHECK_FALSE(four(study, 64));
  }
  keys.couplings = files.write("normal", changed_lattice(square, Strengths::as_they_are, Fields::normal));
  CHECK_FALSE(four(study, 4));
}

TEST_CASE("Boltzmann machines and Hopfield networks are vectors of units, and plain where a study asks for it") {
  if (simd::site_kernels().empty()) return;
  Study study = study_schema().first;
  study.method.beta = {1};
  study.keys<NetworkKeys>().layers = {40};
  for (const char* model : {"boltzmann", "hopfield"}) {
    study.model.name = model;
    study.sampler.layout = "fastest";
    CHECK(layout_of(study, 1).starts_with("fields kept, 16 units a vector, "));
    CHECK(layout_of(study, 100).starts_with("fields kept, 16 units a vector, "));
    study.sampler.layout = "plain";
    CHECK(layout_of(study) == "plain");
  }
}
