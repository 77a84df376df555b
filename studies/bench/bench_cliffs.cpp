// Natural choices of users, each as `gibbsite run` would move it: the system made, its ensemble in the layout that is
// chosen, the method with its draws; beside the plain layout, and beside a careful loop of single spins or of Wolff's.
#include <omp.h>

#include "samplers/methods/chains.hpp"
#include "studies/bench/bench_case.hpp"
#include "studies/bench/careful_loop.hpp"
#include "studies/bench/cliff_files.hpp"
#include "studies/catalogue/catalogue.hpp"
#include "studies/methods/chain_support.hpp"
#include "studies/systems/graph_system.hpp"
#include "studies/systems/network_keys.hpp"

namespace gibbsite {
namespace {

/// A row of the table: a study, less what it has at its defaults.
struct Choice {
  std::string name;
  SamplerKind sampler = SamplerKind::heat_bath;
  std::string lattice = "square";
  std::vector<std::int64_t> size = {64};
  std::vector<double> beta = {0.44};
  std::int64_t chains = 4;
  std::string disorder = "none", method = "mcmc", scan = "default";
  double field = 0;
  std::string file = {}, model = {};  // model: that of a study which names none
};

std::vector<double> even_steps(double from, double to, int count) {
  std::vector<double> beta;
  for (int k = 0; k < count; ++k) beta.push_back(from + (to - from) * k / (count - 1));
  return beta;
}

Lattice plain_lattice(Geometry geometry, std::vector<std::size_t> size) {
  Lattice lattice;
  lattice.geometry = geometry;
  lattice.size = std::move(size);
  return lattice;
}

std::vector<Choice> all_choices(const CouplingsFolder& files) {
  const Lattice cube = plain_lattice(Geometry::cubic, {24, 24, 24}), square = plain_lattice(Geometry::square, {64, 64});
  const std::string signs = files.write("signs", changed_lattice(cube, Strengths::as_they_are, Fields::signs));
  const std::string normal = files.write("normal", changed_lattice(cube, Strengths::as_they_are, Fields::normal));
  const std::string listed = files.write("listed", changed_lattice(square, Strengths::as_they_are, Fields::none));
  const std::string along = files.write("along", changed_lattice(square, Strengths::along, Fields::none));
  const std::string strengths = files.write("strengths", changed_lattice(square, Strengths::one_or_two, Fields::none));
  const std::string rings = files.write("rings", two_random_rings(10000));
  using enum SamplerKind;
  const std::vector<double> sixteen = even_steps(0.1, 0.25, 16), twenty = even_steps(0.1, 1.2, 20);
  std::vector<Choice> rows = {
      {.name = "random signs of h", .size = {24}, .beta = {0.2}, .file = signs},
      {.name = "random signs of h, 16 betas", .size = {24}, .beta = sixteen, .file = signs},
      {.name = "Gaussian h", .size = {24}, .beta = {0.2}, .file = normal},
      {.name = "Gaussian h, 16 betas", .size = {24}, .beta = sixteen, .file = normal},
      {.name = "Gaussian J, cubic",
       .lattice = "cubic",
       .size = {8},
       .beta = {0.9},
       .chains = 1,
       .disorder = "gaussian"},
      {.name = "Gaussian J, square", .beta = {0.9}, .chains = 1, .disorder = "gaussian"},
      {.name = "Gaussian J, cubic",
       .lattice = "cubic",
       .size = {32},
       .beta = {0.9},
       .chains = 1,
       .disorder = "gaussian"},
      {.name = "Gaussian J, cubic", .lattice = "cubic", .size = {32}, .beta = {0.9}, .disorder = "gaussian"},
      {.name = "Gaussian J, cubic, tempering",
       .lattice = "cubic",
       .size = {8},
       .beta = twenty,
       .disorder = "gaussian",
       .method = "tempering"},
      {.name = "Gaussian J, four neighbours at random",
       .size = {10000},
       .beta = even_steps(0.2, 1.0, 16),
       .file = rings},
      {.name = "Sherrington-Kirkpatrick",
       .lattice = "complete",
       .size = {1000},
       .beta = {1},
       .chains = 1,
       .disorder = "gaussian"},
      {.name = "Sherrington-Kirkpatrick",
       .sampler = metropolis,
       .lattice = "complete",
       .size = {1000},
       .beta = {1},
       .disorder = "gaussian"},
      {.name = "Hopfield", .size = {400}, .beta = {2}, .model = "hopfield"},
      {.name = "Boltzmann machine", .size = {200}, .beta = {1}, .model = "boltzmann"},
      {.name = "complete ferromagnet", .lattice = "complete", .size = {1000}, .beta = {1}},
      {.name = "complete ferromagnet", .sampler = metropolis, .lattice = "complete", .size = {1000}, .beta = {1}},
      {.name = "triangular", .lattice = "triangular", .size = {32}, .beta = {0.27}},
      {.name = "triangular", .lattice = "triangular", .size = {50}, .beta = {0.27}},
      {.name = "chain", .lattice = "chain", .size = {1001}, .beta = {1}},
      {.name = "square", .size = {33}},
      {.name = "square", .size = {64}},
      {.name = "square", .size = {65}},
      {.name = "square", .size = {127}},
      {.name = "five dimensions", .lattice = "hypercubic", .size = {6, 6, 6, 6, 6}, .beta = {0.11}},
      {.name = "square, from a file", .file = listed},
      {.name = "square, J = 1 and 1/2, from a file", .beta = {0.6}, .file = along},
      {.name = "square, J = +-1 and +-2, from a file", .beta = {0.6}, .file = strengths},
      {.name = "square, scan = random", .scan = "random"},
      {.name = "square, very hot", .sampler = metropolis, .beta = {0.01}},
      {.name = "square in a field", .sampler = swendsen_wang, .field = 0.1},
      {.name = "square, Gaussian J", .sampler = swendsen_wang, .beta = {0.9}, .disorder = "gaussian"},
      {.name = "square in a field", .sampler = wolff, .field = 0.1},
      {.name = "square, +-J", .sampler = wolff, .beta = {0.9}, .disorder = "bimodal"},
      {.name = "square, Gaussian J", .sampler = wolff, .beta = {0.9}, .disorder = "gaussian"},
      {.name = "square", .size = {16}, .chains = 1},
      {.name = "square", .size = {32}, .chains = 1}};
  for (const int rungs : {16, 64, 512})
    rows.push_back({.name = "+-J cubic, tempering",
                    .lattice = "cubic",
                    .size = {8},
                    .beta = even_steps(0.1, 1.2, rungs),
                    .chains = 1,
                    .disorder = "bimodal",
                    .method = "tempering"});
  return rows;
}

Study study_of(const Choice& c) {
  Study study = study_schema().first;
  if (!c.model.empty()) study.model.name = c.model;
  study.keys<LatticeKeys>().lattice = c.lattice;
  study.keys<LatticeKeys>().size = c.size;
  study.keys<LatticeKeys>().disorder = c.disorder;
  study.keys<LatticeKeys>().couplings = c.file;
  study.keys<NetworkKeys>().layers = c.size;
  study.keys<InteractionKeys>().field = c.field;
  study.sampler.kind = c.sampler;
  study.sampler.scan = c.scan;
  study.method.name = c.method;
  study.method.beta = c.beta;
  study.keys<ChainKeys>().chains = c.chains;
  study.keys<SweepKeys>().thermalization = by_clusters(study) ? 40 : 10;
  return study;
}

/// A run of a study, begun anew where it is done, so that what it costs to begin is in the rate.
class RunOfStudy {
 public:
  RunOfStudy(std::shared_ptr<const System> system, Study study) : system_(std::move(system)), study_(std::move(study)) {
    begin();
    while (method_->trace().draws() == 0) method_->advance();
  }
  const Layout& layout() const { return ensemble_->layout(); }

  /// So many steps of the method, worth the spins that sweeps visit, or turn over where Wolff moves.
  double advance(std::uint32_t count) {
    double sum = -worth();
    for (std::uint32_t k = 0; k < count; ++k) {
      if (method_->done()) {
        sum += worth();
        begin();
      }
      method_->advance();
    }
    return sum + worth();
  }

 private:
  void begin() {
    ensemble_ = make_ensemble(study_, *system_, Key(1));
    method_ = make_method(study_, *system_, *ensemble_, Key(1));
  }
  double worth() const {
    if (study_.sampler.kind != SamplerKind::wolff)
      return method_->progress().done * system_->sites() * static_cast<double>(layout().replicas);
    double turned = 0;
    for (const Tally& tally : static_cast<const ChainMethod&>(*method_).tally()) turned += tally.accepted;
    return turned;
  }

  std::shared_ptr<const System> system_;
  Study study_;
  std::unique_ptr<Ensemble> ensemble_;
  std::unique_ptr<Method> method_;
};

void add_cases(const Choice& choice, std::vector<BenchCase>& cases) {
  Study study = study_of(choice);
  const std::shared_ptr<const System> system = make_system(study);
  BenchCase c;
  c.system = choice.name;
  c.move = study.sampler.entry().name;
  c.size = static_cast<std::size_t>(choice.size[0]);
  c.replicas = method_entry(study).replicas(study);
  for (const char* layout : {"fastest", "plain"}) {
    study.sampler.layout = layout;
    const auto run = std::make_shared<RunOfStudy>(system, study);
    if (run->layout().name == c.layout) continue;  // it was plain already
    c.layout = run->layout().name;
    c.work = [run](std::uint32_t count) { return run->advance(count); };
    cases.push_back(c);
  }
  const auto* on_a_graph = dynamic_cast<const GraphSystem*>(system.get());
  if (on_a_graph == nullptr || study.sampler.kind == SamplerKind::swendsen_wang) return;
  c.layout = "a careful loop";
  c.work = careful_loop(on_a_graph->graph(), study.sampler.kind, study.method.beta);
  cases.push_back(std::move(c));
}

}  // namespace

std::vector<BenchCase> bench_cliffs(bool quick) {
  const int before = omp_get_max_threads();
  omp_set_num_threads(1);  // a layout may depend on it, though results do not
  const CouplingsFolder files;
  std::vector<BenchCase> cases;
  std::size_t k = 0;
  for (const Choice& choice : all_choices(files))
    if (!quick || k++ % 3 == 0) add_cases(choice, cases);
  omp_set_num_threads(before);
  return cases;
}

}  // namespace gibbsite
