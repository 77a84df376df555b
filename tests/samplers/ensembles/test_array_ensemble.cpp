// An ArrayEnsemble does to every replica what its kernel does to one configuration, whatever the threads, the split of
// the sweeps and the lambdas of the others; and its energies are right on average, with the spread they should have.
#include <omp.h>

#include <array>
#include <catch2/catch.hpp>
#include <cmath>

#include "physics/lattice.hpp"
#include "samplers/ensembles/array_ensemble.hpp"
#include "samplers/kernels/cluster.hpp"
#include "samplers/kernels/heat_bath.hpp"
#include "samplers/kernels/metropolis.hpp"
#include "tests/samplers/laws.hpp"
#include "tests/samplers/seam.hpp"
#include "tests/samplers/statistics.hpp"
#include "tests/samplers/trajectories.hpp"

using namespace gibbsite;
using laws::at;
using trajectories::state_of;

namespace {

/// Couplings and fields of both signs, no two alike, no local field zero: every kernel may move it.
Graph short_chain() { return Graph({{0, 1, 0.8}, {1, 2, -0.5}}, {0.3, -0.2, 0.15}); }

Graph frustrated() {
  return Graph({{0, 1, -0.7}, {1, 2, -1.1}, {2, 0, -0.45}, {2, 3, 0.9}, {3, 4, -0.35}, {4, 5, 0.6}, {5, 3, 1.3}},
               {-0.4, 0.25, 0.05, 0.8, 0.0, -0.1});
}

template <class M>
std::shared_ptr<const M> share(const test::ModelCase<M>& row, Graph graph) {
  return std::make_shared<const M>(row.of(std::move(graph)));
}
std::shared_ptr<const Ising> share(Graph graph) { return std::make_shared<const Ising>(std::move(graph)); }

/// The frustrated graph, or the chain where that one has too many states to write a matrix down.
template <class M>
std::shared_ptr<const M> small(const test::ModelCase<M>& row) {
  auto model = share(row, frustrated());
  return count_states(*model) > 64 ? share(row, short_chain()) : model;
}

template <class M, class K>
std::unique_ptr<Ensemble> population(std::shared_ptr<const M> model, K kernel, Key key, Slice slice) {
  return std::make_unique<ArrayEnsemble<M, K>>(std::move(model), std::move(kernel), key, slice);
}

/// Calls see(name, kernel, stride) for every kernel that may move the model.
template <class M, class See>
void for_each_mover(const M& model, See see) {
  const Graph& graph = model.graph();
  const std::pair<ScanOrder, std::string> orders[] = {
      {ScanOrder::sequential, "sequential"}, {ScanOrder::checkerboard, "checkerboard"}, {ScanOrder::random, "random"}};
  for (const auto& [order, name] : orders) {
    if (order == ScanOrder::checkerboard && !graph.two_colouring()) continue;
    if constexpr (Conditionals<M>) see("heat bath, " + name, HeatBath(Scan(order, graph)), 1.0);
    if constexpr (LocalMoves<M>) see("Metropolis, " + name, Metropolis(Scan(order, graph)), 1.0);
  }
  if constexpr (Bonds<M>) {
    see("Swendsen-Wang", SwendsenWang(), 1.0);
    for (const double clusters : {1.0, 2.0}) see("Wolff", Wolff(), clusters);
  }
}

std::vector<double> lambdas(std::span<const Setting> setting) {
  std::vector<double> lambda;
  for (const Setting& s : setting) lambda.push_back(s.lambda);
  return lambda;
}

template <class M>
void load_state(Ensemble& ensemble, const laws::States<M>& states, std::size_t replica, std::size_t state) {
  const auto s = states[state];
  ensemble.load(replica, std::as_bytes(std::span(s)));
}

/// Everything that can be seen of an ensemble.
bool alike(const Ensemble& a, const Ensemble& b, std::span<const Setting> setting) {
  const std::size_t replicas = setting.size(), components = a.layout().observables.size();
  std::vector<double> wa(replicas), wb(replicas), oa(replicas * components), ob(replicas * components);
  a.log_weight(lambdas(setting), wa);
  b.log_weight(lambdas(setting), wb);
  a.observe(oa);
  b.observe(ob);
  return save_all(a) == save_all(b) && wa == wb && oa == ob;
}

bool alike(std::span<const Tally> a, std::span<const Tally> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Tally& x, const Tally& y) { return x.tried == y.tried && x.accepted == y.accepted; });
}

/// Four lambdas in turn, one of them the reference.
std::vector<Setting> settings(std::size_t replicas, double stride) {
  const double lambda[] = {0.3, 0, 0.9, 0.44};
  std::vector<Setting> setting;
  for (std::size_t r = 0; r < replicas; ++r) setting.push_back({lambda[r % 4], stride});
  return setting;
}

/// Loads every state into many replicas, makes one sweep and counts what became of it: the p-value of these counts
/// under the exact matrix of each lambda. Replica r has lambda[r % lambdas].
template <class M>
std::vector<double> transition_p_values(Ensemble& ensemble, const M& model, std::span<const double> lambda,
                                        std::span<const laws::Matrix> P, double stride, Step step) {
  const laws::States<M> all(model);
  const std::size_t states = all.count(), replicas = ensemble.layout().replicas;
  std::vector<Setting> setting;
  for (std::size_t r = 0; r < replicas; ++r) {
    setting.push_back({lambda[r % lambda.size()], stride});
    load_state(ensemble, all, r, r / lambda.size() % states);
  }
  std::vector<Tally> tally(replicas);
  ensemble.sweep(setting, step, tally);
  std::vector<double> p_values;
  for (std::size_t k = 0; k < lambda.size(); ++k) {
    laws::Matrix count = laws::Matrix::Zero(at(states), at(states));
    for (std::size_t r = k; r < replicas; r += lambda.size())
      count(at(r / lambda.size() % states), at(all.number_of(state_of(ensemble, r)))) += 1;
    statistics::ChiSquare chi2;
    for (std::size_t from = 0; from < states; ++from)
      chi2.add(std::vector<double>(count.row(at(from)).begin(), count.row(at(from)).end()),
               std::vector<double>(P[k].row(at(from)).begin(), P[k].row(at(from)).end()), count.row(at(from)).sum());
    p_values.push_back(chi2.p_value());
  }
  return p_values;
}

/// Every replica moves at the lambda of its neighbour: what a wrong index in a loop over settings would do.
class OffByOne final : public Ensemble {
 public:
  explicit OffByOne(std::unique_ptr<Ensemble> inner) : Ensemble(inner->layout()), inner_(std::move(inner)) {}
  void draw_reference(std::uint64_t time) override { inner_->draw_reference(time); }
  void sweep(std::span<const Setting> setting, Step step, std::span<Tally> tally) override {
    std::vector<Setting> turned(setting.begin(), setting.end());
    std::rotate(turned.begin(), turned.begin() + 1, turned.end());
    inner_->sweep(turned, step, tally);
  }
  void log_weight(std::span<const double> lambda, std::span<double> out) const override {
    inner_->log_weight(lambda, out);
  }
  void observe(std::span<double> out) const override { inner_->observe(out); }
  void resample(std::span<const std::size_t> parent) override { inner_->resample(parent); }
  void save(std::size_t replica, std::span<std::byte> state) const override { inner_->save(replica, state); }
  void load(std::size_t replica, std::span<const std::byte> state) override { inner_->load(replica, state); }
  double overlap_of(std::span<const std::byte> x, std::span<const std::byte> y) const override {
    return inner_->overlap_of(x, y);
  }

 private:
  std::unique_ptr<Ensemble> inner_;
};

/// z-scores of the mean energy of `runs` populations against the exact mean and variance at beta. E: of every state.
template <class Make>
std::vector<double> energy_z_scores(const laws::Vector& E, double beta, double stride, std::uint32_t sweeps,
                                    Make make) {
  const laws::Vector p = laws::boltzmann(E, beta);
  const double mean = p.dot(E), variance = p.dot(E.cwiseAbs2()) - mean * mean;
  std::vector<double> z;
  for (std::uint64_t seed = 1; seed <= 256; ++seed) {
    const std::unique_ptr<Ensemble> ensemble = make(Key(seed));
    const std::size_t replicas = ensemble->layout().replicas;
    std::vector<Tally> tally(replicas);
    ensemble->draw_reference(0);
    ensemble->sweep(std::vector<Setting>(replicas, {beta, stride}), {.time = 0, .count = sweeps}, tally);
    std::vector<double> log_w(replicas);
    ensemble->log_weight(std::vector<double>(replicas, -1.0), log_w);
    double sum = 0;
    for (const double energy : log_w) sum += energy;
    const auto n = static_cast<double>(replicas);
    z.push_back((sum / n - mean) / std::sqrt(variance / n));
  }
  return z;
}

/// Sweeps after which a start from the reference is within 1e-6 of p.
std::uint32_t sweeps_to_converge(const laws::Matrix& P, const laws::Vector& p) {
  laws::Vector now = laws::Vector::Constant(p.size(), 1.0 / static_cast<double>(p.size()));
  std::uint32_t sweeps = 0;
  for (; (now - p).cwiseAbs().sum() / 2 > 1e-6; ++sweeps) now = now * P;
  return sweeps;
}

}  // namespace

namespace {

template <class M>
void try_energies(const test::ModelCase<M>& row) {
  const auto model = small(row);
  const laws::States<M> states(*model);
  const laws::Vector E = laws::energies(row, *model);
  const std::size_t some = 37 % states.count();
  for_each_mover(*model, [&](const std::string& name, const auto& kernel, double stride) {
    constexpr std::size_t replicas = 12;
    const auto ensemble = population(model, kernel, Key(5), {100, replicas, 100 + replicas});
    const auto setting = settings(replicas, stride);
    std::vector<Tally> tally(replicas);
    const auto check = [&](const std::string& after) {
      INFO(row.name << ", " << name << ", after " << after);
      std::vector<double> log_w(replicas), seen(replicas * ensemble->layout().observables.size());
      ensemble->log_weight(lambdas(setting), log_w);
      ensemble->observe(seen);
      bool right = true;
      for (std::size_t r = 0; r < replicas; ++r) {
        const auto s = state_of(*ensemble, r);
        const double energy = E[at(states.number_of(s))];
        right = right && std::abs(log_w[r] + setting[r].lambda * energy) < 1e-12 &&
                std::abs(seen[r * seen.size() / replicas] - energy) < 1e-12;
      }
      CHECK(right);
    };
    check("construction");
    ensemble->draw_reference(3);
    check("a draw of the reference");
    ensemble->sweep(setting, {.time = 4, .count = 3}, tally);
    check("sweeps");
    const std::size_t parent[replicas] = {3, 3, 3, 0, 11, 5, 5, 2, 1, 0, 10, 10};
    ensemble->resample(parent);
    check("resampling");
    load_state(*ensemble, states, 7, some);
    CHECK(states.number_of(state_of(*ensemble, 7)) == some);
    check("loading");
  });
}

/// 9 kernels, forward and reversed, 3 lambdas.
constexpr std::size_t transition_comparisons = 9 * 2 * 3;

template <class M>
void try_transitions(const test::ModelCase<M>& row) {
  const auto model = share(row, short_chain());
  const auto states = static_cast<std::size_t>(count_states(*model));
  if (states > 64) return;
  const std::vector<double> lambda = {0.3, 0, 0.9};
  const std::size_t replicas = 3 * states * 1500;
  constexpr double false_alarm = 1e-3;
  const double threshold = statistics::sidak(false_alarm, transition_comparisons);
  std::size_t comparisons = 0;
  for_each_mover(*model, [&](const std::string& name, const auto& kernel, double stride) {
    const auto ensemble = population(model, kernel, Key(11), replicas);
    for (const Direction order : {Direction::forward, Direction::reversed}) {
      std::vector<laws::Matrix> P;
      for (const double beta : lambda)
        P.push_back(beta == 0
                        ? laws::Matrix(laws::Matrix::Constant(at(states), at(states), 1. / static_cast<double>(states)))
                        : laws::transition_matrix(*model, kernel, beta, stride, order));
      const Step step{.time = order == Direction::forward ? 17U : 18U, .count = 1, .order = order};
      for (const double p : transition_p_values(*ensemble, *model, lambda, P, stride, step)) {
        INFO(row.name << ", " << name << ", stride " << stride
                      << (order == Direction::forward ? ", forward" : ", reversed"));
        CHECK(p > threshold);
        ++comparisons;
      }
    }
  });
  CHECK(comparisons == transition_comparisons);
}

}  // namespace

TEST_CASE("energies that are kept are energies from scratch") {
  test::for_each_model([](const auto& row) { try_energies(row); });
}

TEST_CASE("one sweep of an ensemble is one step of the exact matrix, each replica at its own lambda") {
  test::for_each_model([](const auto& row) { try_transitions(row); });
}

TEST_CASE("mutants do not step as the exact matrix says") {
  const auto model = share(short_chain());
  const std::vector<double> lambda = {0.3, 0, 0.9};
  constexpr std::size_t replicas = 3 * 8 * 1500;
  const double threshold = statistics::sidak(1e-3, transition_comparisons);  // as for the kernels
  const HeatBath kernel(Scan(ScanOrder::sequential, model->graph()));
  std::vector<laws::Matrix> P;
  for (const double beta : lambda)
    P.push_back(beta == 0 ? laws::Matrix(laws::Matrix::Constant(8, 8, 1. / 8))
                          : laws::transition_matrix(*model, kernel, beta));
  SECTION("mutant: half of beta") {
    const auto mutant = population(model, laws::AtHalfBeta<HeatBath>(kernel), Key(11), replicas);
    const auto p = transition_p_values(*mutant, *model, lambda, P, 1, {.time = 17});
    CHECK(p[0] < threshold);
    CHECK(p[2] < threshold);
  }
  SECTION("mutant: the neighbour's lambda") {
    OffByOne mutant(population(model, kernel, Key(11), replicas));
    for (const double p : transition_p_values(mutant, *model, lambda, P, 1, {.time = 17})) CHECK(p < threshold);
  }
  SECTION("mutant: reversed sweeps that go forward") {
    const auto mutant = population(model, kernel, Key(11), replicas);
    std::vector<laws::Matrix> reversed;
    for (const double beta : {0.3, 0.9})
      reversed.push_back(laws::transition_matrix(*model, kernel, beta, 1, Direction::reversed));
    const double betas[] = {0.3, 0.9};
    const auto p = transition_p_values(*mutant, *model, betas, reversed, 1, {.time = 17});
    CHECK(p[1] < threshold);
  }
}

namespace {

/// Units are the numbers 0 ... 3 of four directions in the plane; no energy.
struct Directions {
  using Unit = std::int8_t;
  std::size_t units() const { return 3; }
  double log_states() const { return 3 * std::log(4.0); }
  double energy(std::span<const Unit>) const { return 0; }
  std::vector<Observable> observables() const { return {}; }
  void observe(std::span<const Unit>, double, std::span<double>) const {}
  double overlap(std::span<const Unit> a, std::span<const Unit> b) const {
    double sum = 0;
    for (std::size_t i = 0; i < 3; ++i) sum += std::array{1, 0, -1, 0}[static_cast<std::size_t>((a[i] - b[i]) & 3)];
    return sum / 3;
  }
  void set_ordered(std::span<Unit> x) const { std::fill(x.begin(), x.end(), Unit{0}); }
  template <class C>
  void draw_uniform(std::span<Unit> x, C& chance) const {
    for (Unit& unit : x) unit = static_cast<Unit>(chance.pick(4));
  }
  struct Any {
    template <class C>
    void resample(std::span<Unit> x, std::size_t i, C& chance) const {
      x[i] = static_cast<Unit>(chance.pick(4));
    }
  };
  Any conditionals(double) const { return {}; }
};

}  // namespace

TEST_CASE("an overlap is the model's, not a product of bytes") {
  const Graph sites({}, std::vector<double>(3, 0.0));
  ArrayEnsemble<Directions, HeatBath> ensemble(std::make_shared<const Directions>(),
                                               HeatBath(Scan(ScanOrder::sequential, sites)), Key(1), 4);
  const std::int8_t states[4][3] = {{0, 1, 2}, {2, 3, 0}, {0, 1, 3}, {3, 2, 1}};
  for (std::size_t r = 0; r < 4; ++r) ensemble.load(r, std::as_bytes(std::span(states[r])));
  const std::pair<std::size_t, std::size_t> pairs[] = {{0, 0}, {0, 1}, {0, 2}, {3, 3}, {2, 3}};
  double q[5];
  ensemble.overlap(pairs, q);
  CHECK(q[0] == 1);
  CHECK(q[1] == -1);
  CHECK(q[2] == Approx(2. / 3));
  CHECK(q[3] == 1);
  CHECK(q[4] == Approx(-1. / 3));  // 0 - 3 = 1, 1 - 2 = 3: at right angles; 3 - 1 = 2: against each other
  for (std::size_t k = 0; k < 5; ++k)
    CHECK(ensemble.overlap_of(std::as_bytes(std::span(states[pairs[k].first])),
                              std::as_bytes(std::span(states[pairs[k].second]))) == q[k]);
}

TEST_CASE("any number of threads gives the same bits") {
  constexpr std::size_t replicas = 64;  // 4096 spins: above the size from which threads are used
  const int threads = omp_get_max_threads();
  test::for_each_model([&](const auto& row) {
    const auto model = share(row, build({.geometry = Geometry::square, .size = {8, 8}, .field = 0.1}));
    for_each_mover(*model, [&](const std::string& name, const auto& kernel, double stride) {
      const auto setting = settings(replicas, stride);
      const auto run = [&](int n) {
        omp_set_num_threads(n);
        auto ensemble = population(model, kernel, Key(21), replicas);
        std::vector<Tally> tally(replicas);
        ensemble->draw_reference(0);
        ensemble->sweep(setting, {.time = 0, .count = 5}, tally);
        return std::pair(std::move(ensemble), tally);
      };
      const auto one = run(1);
      for (const int n : {2, 4}) {
        const auto several = run(n);
        INFO(row.name << ", " << name << ", " << n << " threads");
        CHECK(alike(*one.first, *several.first, setting));
        CHECK(alike(one.second, several.second));
      }
    });
  });
  omp_set_num_threads(threads);
}

TEST_CASE("k sweeps are k times one sweep, and replicas do not see each other") {
  constexpr std::size_t replicas = 16;
  test::for_each_model([&](const auto& row) {
    const auto model = share(row, build({.geometry = Geometry::square, .size = {4, 4}, .field = 0.1}));
    for_each_mover(*model, [&](const std::string& name, const auto& kernel, double stride) {
      INFO(row.name << ", " << name);
      const auto setting = settings(replicas, stride);
      const auto at_once = population(model, kernel, Key(31), replicas);
      const auto in_steps = population(model, kernel, Key(31), replicas);
      std::vector<Tally> a(replicas), b(replicas);
      for (Ensemble* ensemble : {at_once.get(), in_steps.get()}) ensemble->draw_reference(2);
      at_once->sweep(setting, {.time = 10, .count = 7}, a);
      for (std::uint64_t k = 0; k < 7; ++k) in_steps->sweep(setting, {.time = 10 + k}, b);
      CHECK(alike(*at_once, *in_steps, setting));
      CHECK(alike(a, b));

      const auto tail = population(model, kernel, Key(31), {12, 4, 16});  // the last four by themselves
      std::vector<Tally> c(4);
      tail->draw_reference(2);
      tail->sweep(std::span(setting).last(4), {.time = 10, .count = 7}, c);
      for (std::size_t r = 0; r < 4; ++r) CHECK(state_of(*tail, r) == state_of(*at_once, 12 + r));

      const auto saved = save_all(*at_once);
      const auto restored = population(model, kernel, Key(31), replicas);
      load_all(*restored, saved);
      CHECK(alike(*at_once, *restored, setting));
      at_once->sweep(setting, {.time = 17}, a);
      restored->sweep(setting, {.time = 17}, b);
      CHECK(alike(*at_once, *restored, setting));  // and nothing but the state was needed

      std::vector<std::size_t> parent(replicas);
      for (std::size_t r = 0; r < replicas; ++r) parent[r] = (5 * r + 3) % 7;
      restored->resample(parent);
      for (std::size_t r = 0; r < replicas; ++r) CHECK(state_of(*restored, r) == state_of(*at_once, parent[r]));
    });
  });
}

TEST_CASE("a sweep at lambda = 0 is a fresh draw that forgets everything") {
  test::for_each_model([](const auto& row) {
    const auto model = share(row, frustrated());
    for_each_mover(*model, [&](const std::string& name, const auto& kernel, double stride) {
      INFO(row.name << ", " << name);
      constexpr std::size_t replicas = 40;
      const auto a = population(model, kernel, Key(41), replicas), b = population(model, kernel, Key(41), replicas);
      const std::vector<Setting> setting(replicas, {0, stride});
      std::vector<Tally> tally(replicas);
      a->draw_reference(1);
      a->sweep(setting, {.time = 8}, tally);
      b->sweep(setting, {.time = 8}, tally);  // from the ordered state
      CHECK(save_all(*a) == save_all(*b));
      b->sweep(setting, {.time = 9}, tally);
      CHECK(save_all(*a) != save_all(*b));
      b->draw_reference(8);
      CHECK(save_all(*a) != save_all(*b));  // the reference and a sweep share no random numbers
    });
  });
}

namespace {

/// A mean and a mean square of 7 kernels, and of two more where the graph has two colours.
template <class M>
void try_spread(const test::ModelCase<M>& row) {
  constexpr double beta = 0.5, false_alarm = 1e-3;
  const auto model = small(row);
  const laws::Vector E = laws::energies(row, *model), p = laws::boltzmann(E, beta);
  const std::size_t expected = model->graph().two_colouring() ? 9 : 7;
  const double threshold = statistics::sidak(false_alarm, static_cast<double>(2 * expected));
  std::size_t kernels = 0;
  for_each_mover(*model, [&](const std::string& name, const auto& kernel, double stride) {
    std::uint32_t sweeps = 60;  // of a random scan, whose matrix is too large to write down
    if (name.find("random") == std::string::npos)
      sweeps = sweeps_to_converge(laws::transition_matrix(*model, kernel, beta, 1), p);
    const auto z =
        energy_z_scores(E, beta, stride, sweeps, [&](Key key) { return population(model, kernel, key, 32); });
    const auto seen = statistics::calibrate(z);
    INFO(row.name << ", " << name << ", " << sweeps << " sweeps: mean " << seen.mean << ", mean square "
                  << seen.square);
    CHECK(seen.p_mean > threshold);
    CHECK(seen.p_square > threshold);
    ++kernels;
  });
  CHECK(kernels == expected);
}

}  // namespace

TEST_CASE("energies of every kernel are right, with the spread they should have") {
  test::for_each_model([](const auto& row) { try_spread(row); });
}

TEST_CASE("mutants have wrong energies or a wrong spread") {
  constexpr double beta = 0.5;
  const auto model = share(frustrated());
  const Graph& graph = model->graph();
  const laws::Vector E = laws::energies(graph);
  const double threshold = statistics::sidak(1e-3, 2 * 7);  // as for the kernels
  const HeatBath kernel(Scan(ScanOrder::sequential, graph));
  SECTION("mutant: half of beta") {
    const laws::AtHalfBeta<HeatBath> mutant(kernel);
    const auto z = energy_z_scores(E, beta, 1, 40, [&](Key key) { return population(model, mutant, key, 32); });
    CHECK(statistics::calibrate(z).p_mean < threshold);
  }
  SECTION("mutant: not yet in equilibrium") {
    const auto z = energy_z_scores(E, beta, 1, 1, [&](Key key) { return population(model, kernel, key, 32); });
    CHECK(statistics::calibrate(z).p_mean < threshold);
  }
  SECTION("mutant: two halves that share their random numbers") {
    const auto z = energy_z_scores(E, beta, 1, 40, [&](Key key) {
      return std::make_unique<seam::Joined>(population(model, kernel, key, 16), population(model, kernel, key, 16));
    });
    CHECK(statistics::calibrate(z).p_mean > threshold);
    CHECK(statistics::calibrate(z).p_square < threshold);
  }
}

// Neal (2001): a forward path x_0 ~ p_0, x_t ~ P_t(x_{t-1}, .) with weight w = exp(sum_t log_weight(x_{t-1}, lambda_t)
// - log_weight(x_{t-1}, lambda_{t-1})), and its mirror image from x_T ~ p_T with reversed kernels R_t. Crooks, Phys.
// Rev. E 60, 2721 (1999), path by path:  p_0(x_0) prod P_t(x_{t-1}, x_t) w Z_0 = Z_T p_T(x_T) prod R_t(x_t, x_{t-1}).
namespace {

template <class M>
class Crooks {
 public:
  explicit Crooks(const test::ModelCase<M>& row)
      : model_(share(row, short_chain())), states_(static_cast<std::size_t>(count_states(*model_))) {
    energy_ = laws::energies(row, *model_);
  }
  const M& model() const { return *model_; }
  double ratio() const { return std::exp(log_z(lambda[3]) - log_z(0)); }

  /// Largest relative mismatch over all paths, and <w>.
  template <class K>
  std::pair<double, double> compare(const K& kernel, double stride, Direction backwards) const {
    laws::Matrix P[4], R[4];
    for (std::size_t t = 1; t < 4; ++t) {
      P[t] = laws::transition_matrix(*model_, kernel, lambda[t], stride);
      R[t] = laws::transition_matrix(*model_, kernel, lambda[t], stride, backwards);
    }
    const laws::Vector target = laws::boltzmann(energy_, lambda[3]);
    double worst = 0, mean_w = 0;
    const double expected = ratio();
    for (std::size_t path = 0; path < states_ * states_ * states_ * states_; ++path) {
      Eigen::Index x[4];
      for (std::size_t t = 0, rest = path; t < 4; ++t, rest /= states_) x[t] = at(rest % states_);
      double log_w = 0, forward = 1. / static_cast<double>(states_), backward = target[x[3]];
      for (std::size_t t = 1; t < 4; ++t) {
        log_w -= (lambda[t] - lambda[t - 1]) * energy_[x[t - 1]];
        forward *= P[t](x[t - 1], x[t]);
        backward *= R[t](x[t], x[t - 1]);
      }
      mean_w += forward * std::exp(log_w);
      worst = std::max(worst, std::abs(forward * std::exp(log_w) / expected - backward));
    }
    return {worst, mean_w};
  }

 private:
  static constexpr double lambda[] = {0, 0.3, 0.7, 1.2};
  double log_z(double beta) const { return std::log((-beta * energy_.array()).exp().sum()); }

  std::shared_ptr<const M> model_;
  std::size_t states_;
  laws::Vector energy_;
};

template <class M>
void try_crooks(const test::ModelCase<M>& row) {
  const Crooks<M> crooks(row);
  if (count_states(crooks.model()) > 27) return;  // too many paths
  for_each_mover(crooks.model(), [&](const std::string& name, const auto& kernel, double stride) {
    INFO(row.name << ", " << name);
    const auto [worst, mean_w] = crooks.compare(kernel, stride, Direction::reversed);
    CHECK(worst < 1e-13);
    CHECK(std::abs(mean_w / crooks.ratio() - 1) < 1e-12);
  });
  // Mutant: going back with forward sweeps. <w> on the way there does not notice.
  const Scan scan(ScanOrder::sequential, crooks.model().graph());
  const auto [worst, mean_w] = crooks.compare(HeatBath(scan), 1, Direction::forward);
  CHECK(worst > 8e-4 / count_states(crooks.model()));
  CHECK(std::abs(mean_w / crooks.ratio() - 1) < 1e-12);
}

}  // namespace

TEST_CASE("annealing forward and in reverse obeys Crooks path by path") {
  test::for_each_model([](const auto& row) { try_crooks(row); });
}
