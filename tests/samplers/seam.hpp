/// Small ensembles of very different insides, for the laws of the seam.
#pragma once

#include <bit>
#include <functional>
#include <memory>
#include <numeric>

#include "physics/continuous/phi4.hpp"
#include "physics/continuous/wells.hpp"
#include "physics/ising.hpp"
#include "physics/lattice.hpp"
#include "physics/random.hpp"
#include "samplers/ensembles/array_ensemble.hpp"
#include "samplers/ensembles/continuous_ensemble.hpp"
#include "samplers/ensembles/global_flips.hpp"
#include "samplers/ensembles/lattice_clusters.hpp"
#include "samplers/ensembles/packed_replicas.hpp"
#include "samplers/ensembles/quartets.hpp"
#include "samplers/ensembles/real_couplings.hpp"
#include "samplers/ensembles/site_vectors.hpp"
#include "samplers/ensembles/table_network.hpp"
#include "samplers/kernels/heat_bath.hpp"
#include "samplers/kernels/locally_balanced.hpp"
#include "tests/physics/models.hpp"
#include "tests/samplers/network_cases.hpp"
#include "tests/samplers/networks.hpp"

namespace gibbsite::seam {

inline Graph small_torus() {
  return build({.geometry = Geometry::square, .size = {3, 3}, .disorder = Disorder::bimodal, .disorder_seed = 5});
}

inline std::unique_ptr<Ensemble> array_ising(Key key, Slice slice) {
  auto model = std::make_shared<const Ising>(small_torus());
  HeatBath kernel(Scan(ScanOrder::sequential, model->graph()));
  return std::make_unique<ArrayEnsemble<Ising, HeatBath>>(std::move(model), std::move(kernel), key, slice);
}

/// 64 replicas to a word, one bit lane each, every lane its own lambda; the lanes of a word share one random stream.
class PackedIsing final : public Ensemble {
 public:
  PackedIsing(Key key, Slice slice)
      : Ensemble(layout_of(slice)),
        model_(small_torus()),
        key_(key),
        packs_(slice.count / 64),
        word_(packs_ * model_.units()) {
    std::fill(word_.begin(), word_.end(), ~std::uint64_t{0});
  }
  void draw_reference(std::uint64_t time) override {
    for (std::size_t p = 0; p < packs_; ++p) draw(p, Purpose::reference, time, ~std::uint64_t{0});
  }
  void sweep(std::span<const Setting> setting, Step step, std::span<Tally> tally) override {
    const Graph& graph = model_.graph();
    for (std::size_t p = 0; p < packs_; ++p) {
      std::uint64_t at_reference = 0;
      Planes planes{};
      for (std::size_t lane = 0; lane < 64; ++lane) {
        const double beta = setting[64 * p + lane].lambda;
        at_reference |= static_cast<std::uint64_t>(beta == 0) << lane;
        tally[64 * p + lane].tried += static_cast<double>(model_.units()) * step.count;
        for (std::size_t up = 0; up < planes.size(); ++up) {
          const auto threshold = Coin(1 / (1 + std::exp(-2 * beta * (2 * static_cast<double>(up) - 4)))).threshold;
          for (std::size_t b = 0; b < 64; ++b) planes[up][b] |= (threshold >> (63 - b) & 1U) << lane;
        }
      }
      for (std::uint32_t k = 0; k < step.count; ++k) {
        Stream stream(key_, Purpose::sweep, step.time + k, (layout().first / 64) + p);
        for (std::size_t v = 0; v < model_.units(); ++v) {
          const std::size_t i = step.order == Direction::forward ? v : model_.units() - 1 - v;
          heat(p, i, graph, planes, stream);
        }
      }
      if (at_reference != 0) draw(p, Purpose::start, step.time + step.count - 1, at_reference);
    }
  }
  void log_weight(std::span<const double> lambda, std::span<double> out) const override {
    std::vector<std::int8_t> s(model_.units());
    for (std::size_t r = 0; r < layout().replicas; ++r) {
      unpack(r, s);
      out[r] = -lambda[r] * model_.energy(s);
    }
  }
  void observe(std::span<double> out) const override {
    std::vector<std::int8_t> s(model_.units());
    for (std::size_t r = 0; r < layout().replicas; ++r) {
      unpack(r, s);
      out[r] = model_.energy(s);
    }
  }
  void resample(std::span<const std::size_t> parent) override {
    std::vector<std::byte> all = save_all(*this);
    for (std::size_t r = 0; r < parent.size(); ++r)
      load(r, std::span(all).subspan(parent[r] * model_.units(), model_.units()));
  }
  void save(std::size_t r, std::span<std::byte> bytes) const override {
    std::vector<std::int8_t> s(model_.units());
    unpack(r, s);
    std::memcpy(bytes.data(), s.data(), s.size());
  }
  void load(std::size_t r, std::span<const std::byte> bytes) override {
    const std::uint64_t bit = std::uint64_t{1} << (r % 64);
    for (std::size_t i = 0; i < model_.units(); ++i) {
      std::uint64_t& word = word_[r / 64 * model_.units() + i];
      word = static_cast<std::int8_t>(bytes[i]) > 0 ? word | bit : word & ~bit;
    }
  }
  double overlap_of(std::span<const std::byte> x, std::span<const std::byte> y) const override {
    return spin_overlap(x, y);
  }

 private:
  using Planes = std::array<std::array<std::uint64_t, 64>, 5>;  // digits of P(up), by number of satisfying neighbours

  static Layout layout_of(Slice slice) {
    Layout layout;
    layout.first = slice.first;
    layout.replicas = slice.count;
    layout.grain = 64;
    layout.units = 9;
    layout.log_z_reference = 9 * std::numbers::ln2;
    layout.observables = {{"energy", "J", "total energy"}};
    return layout;
  }
  void draw(std::size_t p, Purpose purpose, std::uint64_t time, std::uint64_t lanes) {
    Stream stream(key_, purpose, time, layout().first / 64 + p);
    for (std::size_t i = 0; i < model_.units(); ++i) {
      std::uint64_t& word = word_[p * model_.units() + i];
      word = (word & ~lanes) | (stream() & lanes);
    }
  }
  void heat(std::size_t p, std::size_t i, const Graph& graph, const Planes& planes, Stream& stream) {
    std::uint64_t one = 0, two = 0, four = 0;  // binary counter of neighbours that pull up
    for (std::uint32_t e = graph.first()[i]; e < graph.first()[i + 1]; ++e) {
      std::uint64_t pull = word_[p * model_.units() + graph.neighbour()[e]];
      if (graph.coupling()[e] < 0) pull = ~pull;
      const std::uint64_t carry = one & pull;
      one ^= pull;
      four |= two & carry;
      two ^= carry;
    }
    const std::uint64_t is[5] = {~one & ~two & ~four, one & ~two, two & ~one, one & two, four};
    std::uint64_t less = 0, equal = ~std::uint64_t{0};
    for (std::size_t b = 0; b < 64 && equal != 0; ++b) {
      std::uint64_t digit = 0;
      for (std::size_t up = 0; up < 5; ++up) digit |= is[up] & planes[up][b];
      const std::uint64_t random = stream();
      less |= equal & digit & ~random;
      equal &= ~(digit ^ random);
    }
    word_[p * model_.units() + i] = less;
  }
  void unpack(std::size_t r, std::span<std::int8_t> s) const {
    for (std::size_t i = 0; i < model_.units(); ++i)
      s[i] = (word_[r / 64 * model_.units() + i] >> (r % 64) & 1U) != 0 ? 1 : -1;
  }

  Ising model_;
  Key key_;
  std::size_t packs_;
  std::vector<std::uint64_t> word_;  // [pack][site]
};

/// 6 visible and 4 hidden units in {0, 1}; hidden units are summed out, and log_weight is not linear in lambda:
///   log_weight(v, lambda) = (1 - lambda) a.v + lambda b.v + sum_j ln(1 + exp(lambda (c_j + sum_i v_i W_ij))).
class SmallRbm final : public Ensemble {
 public:
  static constexpr std::size_t nv = 6, nh = 4;
  static double W(std::size_t i, std::size_t j) {
    return 1.5 * std::sin(1.0 + 3.0 * static_cast<double>(i) + 7.0 * static_cast<double>(j));
  }
  static double a(std::size_t i) { return 0.3 * static_cast<double>(i) - 0.7; }
  static double b(std::size_t i) { return std::cos(2.0 * static_cast<double>(i) + 1) / 2; }
  static double c(std::size_t j) { return std::sin(5.0 * static_cast<double>(j) + 2) / 2; }
  static double softplus(double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }
  static double weight(std::span<const std::int8_t> v, double lambda) {
    double sum = 0;
    for (std::size_t i = 0; i < nv; ++i) sum += v[i] * ((1 - lambda) * a(i) + lambda * b(i));
    for (std::size_t j = 0; j < nh; ++j) sum += softplus(lambda * input(v, j));
    return sum;
  }

  SmallRbm(Key key, Slice slice) : Ensemble(layout_of(slice)), key_(key), v_(slice.count * nv, 1) {}
  void draw_reference(std::uint64_t time) override {
    for (std::size_t r = 0; r < layout().replicas; ++r) draw(r, Purpose::reference, time);
  }
  void sweep(std::span<const Setting> setting, Step step, std::span<Tally> tally) override {
    for (std::size_t r = 0; r < layout().replicas; ++r) {
      tally[r].tried += step.count;
      tally[r].accepted += step.count;
      const double lambda = setting[r].lambda;
      if (lambda == 0) {
        draw(r, Purpose::sweep, step.time + step.count - 1);
        continue;
      }
      for (std::uint32_t k = 0; k < step.count; ++k) {
        Chance chance(Stream(key_, Purpose::sweep, step.time + k, layout().first + r));
        bool h[nh];
        for (std::size_t j = 0; j < nh; ++j) h[j] = chance.coin(logistic(lambda * input(state(r), j)));
        for (std::size_t i = 0; i < nv; ++i) {
          double f = (1 - lambda) * a(i) + lambda * b(i);
          for (std::size_t j = 0; j < nh; ++j) f += h[j] ? lambda * W(i, j) : 0;
          state(r)[i] = chance.coin(logistic(f));
        }
      }
    }
  }
  void log_weight(std::span<const double> lambda, std::span<double> out) const override {
    for (std::size_t r = 0; r < layout().replicas; ++r) out[r] = weight(std::span(v_).subspan(r * nv, nv), lambda[r]);
  }
  void observe(std::span<double> out) const override {
    for (std::size_t r = 0; r < layout().replicas; ++r) out[r] = -weight(std::span(v_).subspan(r * nv, nv), 1);
  }
  void resample(std::span<const std::size_t> parent) override {
    const auto before = v_;
    for (std::size_t r = 0; r < parent.size(); ++r)
      std::copy_n(before.begin() + static_cast<std::ptrdiff_t>(parent[r] * nv), nv, state(r).begin());
  }
  void save(std::size_t r, std::span<std::byte> bytes) const override {
    std::memcpy(bytes.data(), v_.data() + r * nv, nv);
  }
  void load(std::size_t r, std::span<const std::byte> bytes) override {
    std::memcpy(v_.data() + r * nv, bytes.data(), nv);
  }
  double overlap_of(std::span<const std::byte> x, std::span<const std::byte> y) const override {
    double alike = 0;
    for (std::size_t i = 0; i < nv; ++i) alike += x[i] == y[i];
    return 2 * alike / nv - 1;
  }

 private:
  static Coin logistic(double x) { return Coin(1 / (1 + std::exp(-x))); }
  static double input(std::span<const std::int8_t> v, std::size_t j) {
    double sum = c(j);
    for (std::size_t i = 0; i < nv; ++i) sum += v[i] * W(i, j);
    return sum;
  }
  static Layout layout_of(Slice slice) {
    Layout layout;
    layout.first = slice.first;
    layout.replicas = slice.count;
    layout.units = nv;
    layout.log_z_reference = nh * std::numbers::ln2;
    for (std::size_t i = 0; i < nv; ++i) layout.log_z_reference += softplus(a(i));
    layout.observables = {{"energy", "1", "free energy of the visible units"}};
    return layout;
  }
  void draw(std::size_t r, Purpose purpose, std::uint64_t time) {
    Chance chance(Stream(key_, purpose, time, layout().first + r));
    for (std::size_t i = 0; i < nv; ++i) state(r)[i] = chance.coin(logistic(a(i)));
  }
  std::span<std::int8_t> state(std::size_t r) { return std::span(v_).subspan(r * nv, nv); }

  Key key_;
  std::vector<std::int8_t> v_;
};

/// One particle in a double well, from a Gaussian, moved by the Metropolis-adjusted Langevin algorithm with the stride
/// as step:
///   log_weight(x, lambda) = -(1 - lambda) x^2 / 2 - lambda V(x),  V(x) = 3 x^2 / 4 - ln(2 cosh 2x) + x / 4.
/// (Not a quartic: the Gaussian would reach so much further out that weights on the way back have no variance.)
class DoubleWell final : public Ensemble {
 public:
  static double weight(double x, double lambda) {
    return -(1 - lambda) * x * x / 2 - lambda * (0.75 * x * x - std::log(2 * std::cosh(2 * x)) + x / 4);
  }
  static double slope(double x, double lambda) {
    return -(1 - lambda) * x - lambda * (1.5 * x - 2 * std::tanh(2 * x) + 0.25);
  }

  DoubleWell(Key key, Slice slice) : Ensemble(layout_of(slice)), key_(key), x_(slice.count, 1.0) {}
  void draw_reference(std::uint64_t time) override {
    for (std::size_t r = 0; r < x_.size(); ++r) draw(r, Purpose::reference, time);
  }
  void sweep(std::span<const Setting> setting, Step step, std::span<Tally> tally) override {
    for (std::size_t r = 0; r < x_.size(); ++r) {
      const double lambda = setting[r].lambda, h = setting[r].stride;
      for (std::uint32_t k = 0; k < step.count; ++k) {
        tally[r].tried += 1;
        if (lambda == 0) {
          draw(r, Purpose::sweep, step.time + k);
          continue;
        }
        Chance chance(Stream(key_, Purpose::sweep, step.time + k, layout().first + r));
        const double x = x_[r], y = x + h * h / 2 * slope(x, lambda) + h * chance.normal();
        const auto log_q = [&](double to, double from) {
          const double d = to - from - h * h / 2 * slope(from, lambda);
          return -d * d / (2 * h * h);
        };
        const double log_ratio = weight(y, lambda) + log_q(x, y) - weight(x, lambda) - log_q(y, x);
        if (!chance.coin(Coin(std::exp(std::min(0.0, log_ratio))))) continue;
        x_[r] = y;
        tally[r].accepted += 1;
      }
    }
  }
  void log_weight(std::span<const double> lambda, std::span<double> out) const override {
    for (std::size_t r = 0; r < x_.size(); ++r) out[r] = weight(x_[r], lambda[r]);
  }
  void observe(std::span<double> out) const override {
    for (std::size_t r = 0; r < x_.size(); ++r) out[r] = -weight(x_[r], 1);
  }
  void resample(std::span<const std::size_t> parent) override {
    const auto before = x_;
    for (std::size_t r = 0; r < parent.size(); ++r) x_[r] = before[parent[r]];
  }
  void save(std::size_t r, std::span<std::byte> bytes) const override {
    std::memcpy(bytes.data(), &x_[r], sizeof(double));
  }
  void load(std::size_t r, std::span<const std::byte> bytes) override {
    std::memcpy(&x_[r], bytes.data(), sizeof(double));
  }
  /// Whether both are in the same well.
  double overlap_of(std::span<const std::byte> x, std::span<const std::byte> y) const override {
    double a, b;
    std::memcpy(&a, x.data(), sizeof(double));
    std::memcpy(&b, y.data(), sizeof(double));
    return std::signbit(a) == std::signbit(b) ? 1 : -1;
  }

 private:
  static Layout layout_of(Slice slice) {
    Layout layout;
    layout.first = slice.first;
    layout.replicas = slice.count;
    layout.units = 1;
    layout.unit_type = UnitType::float64;
    layout.log_z_reference = std::log(2 * std::numbers::pi) / 2;
    layout.stride = Stride::step_size;
    layout.observables = {{"energy", "1", "potential energy"}};
    return layout;
  }
  void draw(std::size_t r, Purpose purpose, std::uint64_t time) {
    Chance chance(Stream(key_, purpose, time, layout().first + r));
    x_[r] = chance.normal();
  }

  Key key_;
  std::vector<double> x_;
};

/// Two halves of one population as one, as if each lived on its own machine: slices of every call are passed on.
class Joined final : public Ensemble {
 public:
  Joined(std::unique_ptr<Ensemble> a, std::unique_ptr<Ensemble> b)
      : Ensemble(layout_of(*a, *b)), a_(std::move(a)), b_(std::move(b)), half_(a_->layout().replicas) {}
  void draw_reference(std::uint64_t time) override {
    a_->draw_reference(time);
    b_->draw_reference(time);
  }
  void sweep(std::span<const Setting> setting, Step step, std::span<Tally> tally) override {
    b_->sweep(setting.subspan(half_), step, tally.subspan(half_));
    a_->sweep(setting.first(half_), step, tally.first(half_));
  }
  void log_weight(std::span<const double> lambda, std::span<double> out) const override {
    a_->log_weight(lambda.first(half_), out.first(half_));
    b_->log_weight(lambda.subspan(half_), out.subspan(half_));
  }
  void observe(std::span<double> out) const override {
    const std::size_t cut = half_ * layout().observables.size();
    a_->observe(out.first(cut));
    b_->observe(out.subspan(cut));
  }
  void resample(std::span<const std::size_t> parent) override {
    const std::vector<std::byte> all = save_all(*this);
    for (std::size_t r = 0; r < parent.size(); ++r)
      load(r, std::span(all).subspan(parent[r] * layout().state_bytes(), layout().state_bytes()));
  }
  void save(std::size_t r, std::span<std::byte> bytes) const override {
    r < half_ ? a_->save(r, bytes) : b_->save(r - half_, bytes);
  }
  void load(std::size_t r, std::span<const std::byte> bytes) override {
    r < half_ ? a_->load(r, bytes) : b_->load(r - half_, bytes);
  }
  double overlap_of(std::span<const std::byte> x, std::span<const std::byte> y) const override {
    return a_->overlap_of(x, y);
  }

 private:
  static Layout layout_of(const Ensemble& a, const Ensemble& b) {
    Layout layout = a.layout();
    layout.replicas += b.layout().replicas;
    return layout;
  }
  std::unique_ptr<Ensemble> a_, b_;
  std::size_t half_;
};

/// Replicas begin ... end - 1 of a slice.
inline Slice part(Slice of, std::size_t begin, std::size_t end) { return {of.first + begin, end - begin, of.total}; }

/// One entry of the law loop: how to make replicas, where the path ends, and ln Z there.
struct Case {
  std::string name;
  std::function<std::unique_ptr<Ensemble>(Key, Slice)> make;
  double target;
  double exact_log_z;
  bool of_networks = false;  ///< among the cases of test_networks.cpp, whose methods and mutants it goes through there
};

inline std::vector<Case> cases() {
  const auto log_z_of = [](const Ising& model, double beta) {
    double z = 0;
    std::vector<std::int8_t> s(9);
    for (unsigned k = 0; k < 512; ++k) {
      for (unsigned i = 0; i < 9; ++i) s[i] = (k >> i & 1U) != 0 ? 1 : -1;
      z += std::exp(-beta * model.energy(s));
    }
    return std::log(z);
  };
  const auto torus = [&](double beta) { return log_z_of(Ising(small_torus()), beta); };
  double rbm = 0;
  for (unsigned k = 0; k < 64; ++k) {
    std::int8_t v[6];
    for (unsigned i = 0; i < 6; ++i) v[i] = static_cast<std::int8_t>(k >> i & 1U);
    rbm += std::exp(SmallRbm::weight(v, 1));
  }
  double well = 0;
  const double step = 1e-4;
  for (int k = -120000; k <= 120000; ++k) well += step * std::exp(DoubleWell::weight(k * step, 1));
  const auto make_array = [](Key key, Slice slice) { return array_ising(key, slice); };
  std::vector<Case> all = {
      {"array Ising", make_array, 0.8, torus(0.8)},
      {"locally balanced flips",
       [](Key key, Slice slice) {
         return std::make_unique<ArrayEnsemble<Ising, LocallyBalanced>>(std::make_shared<const Ising>(small_torus()),
                                                                        LocallyBalanced(Balance::root), key, slice);
       },
       0.8, torus(0.8)},
      {"packed Ising", [](Key k, Slice s) { return std::make_unique<PackedIsing>(k, s); }, 0.8, torus(0.8)},
      {"RBM, hidden units summed out", [](Key k, Slice s) { return std::make_unique<SmallRbm>(k, s); }, 1,
       std::log(rbm)},
      {"Langevin in a double well", [](Key k, Slice s) { return std::make_unique<DoubleWell>(k, s); }, 1,
       std::log(well)},
      {"two halves joined",
       [make_array](Key k, Slice s) {
         return std::make_unique<Joined>(make_array(k, part(s, 0, s.count / 2)),
                                         make_array(k, part(s, s.count / 2, s.count)));
       },
       0.8, torus(0.8)}};
  if (packed_replicas_supported(small_torus(), LocalMove::heat_bath, ScanOrder::sequential))
    all.push_back({"replicas in bit lanes",
                   [](Key k, Slice s) {
                     return make_packed_replicas(std::make_shared<const Ising>(small_torus()), LocalMove::heat_bath,
                                                 ScanOrder::sequential, k, s, {.width = 64});
                   },
                   0.8, torus(0.8)});
  const auto network =
      networks::random_network({{UnitKind::binary, 4}, {UnitKind::spin, 3}, {UnitKind::binary, 3}}, 0.8, 3);
  double deep = 0;
  for (std::size_t k = 0; k < 1024; ++k) deep += std::exp(-network->energy(networks::state(*network, k)));
  if (table_layout_supported(*network))
    all.push_back({"deep network in tables",
                   [network](Key k, Slice s) {
                     return make_table_network_ensemble(network, networks::random_reference(*network, 3), k, s);
                   },
                   1, std::log(deep)});
  const Lattice glass = {
      .geometry = Geometry::square, .size = {3, 3}, .disorder = Disorder::gaussian, .disorder_seed = 2, .field = 0.2};
  const auto real = std::make_shared<const Ising>(build(glass));
  if (real_couplings_supported(real->graph(), {}))
    all.push_back(
        {"Gaussian couplings in lanes, global flips",
         [real](Key k, Slice s) { return with_global_flips(make_real_couplings_ensemble(real, {}, k, s), k); }, 0.8,
         log_z_of(*real, 0.8)});
  if (site_vectors_supported(real->graph(), {})) {
    const RealCouplings by_colours{LocalMove::heat_bath, ScanOrder::colours},
        at_random{LocalMove::metropolis, ScanOrder::random};
    all.push_back({"Gaussian couplings in vectors of sites, global flips",
                   [real, by_colours](Key k, Slice s) {
                     return with_global_flips(make_site_vectors_ensemble(real, by_colours, k, s), k);
                   },
                   0.8, log_z_of(*real, 0.8)});
    all.push_back(
        {"Gaussian couplings, fields kept, in random order, global flips",
         [real, at_random](Key k, Slice s) {
           return with_global_flips(
               make_site_vectors_ensemble(real, at_random, k, s, FieldLayout::kept, *simd::site_kernels().front()), k);
         },
         0.8, log_z_of(*real, 0.8)});
  }
  const auto in_field =
      std::make_shared<const Ising>(build({.geometry = Geometry::square, .size = {3, 3}, .field = 0.2}));
  if (const RealCouplings at_random{LocalMove::heat_bath, ScanOrder::random};
      quartets_supported(in_field->graph(), at_random))
    all.push_back({"four replicas to a word, in random order, global flips",
                   [in_field, at_random](Key k, Slice s) {
                     return with_global_flips(make_quartets_ensemble(in_field, at_random, k, s), k);
                   },
                   0.5, log_z_of(*in_field, 0.5)});
  if (lattice_clusters_supported(in_field->graph()))
    all.push_back({"Swendsen-Wang in bulk, in a field, global flips",
                   [in_field](Key k, Slice s) {
                     return with_global_flips(
                         make_lattice_clusters_ensemble(in_field, ClusterMove::swendsen_wang, k, s), k);
                   },
                   0.5, log_z_of(*in_field, 0.5)});
  const auto ferromagnet = std::make_shared<const Ising>(build({.geometry = Geometry::square, .size = {3, 3}}));
  if (lattice_clusters_supported(ferromagnet->graph()))
    all.push_back({"Swendsen-Wang in bulk",
                   [ferromagnet](Key k, Slice s) {
                     return make_lattice_clusters_ensemble(ferromagnet, ClusterMove::swendsen_wang, k, s);
                   },
                   0.5, log_z_of(*ferromagnet, 0.5)});
  const Graph five({{0, 1, 0.7}, {1, 2, -1.1}, {2, 0, 0.45}, {2, 3, 0.9}, {3, 4, -0.35}, {4, 0, 0.6}, {1, 4, -0.8}},
                   {0.2, -0.5, 0.15, 0.0, -0.3});
  test::for_each_model([&](const auto& row) {
    const auto model = std::make_shared<const decltype(row.of(five))>(row.of(five));
    all.push_back({"array of " + row.name + " in fields, global flips",
                   [model](Key k, Slice s) {
                     using M = std::remove_cvref_t<decltype(*model)>;
                     HeatBath kernel(Scan(ScanOrder::sequential, model->graph()));
                     return with_global_flips(
                         std::make_unique<ArrayEnsemble<M, HeatBath>>(model, std::move(kernel), k, s), k);
                   },
                   0.8, sum_states(*model, std::vector{0.8}).at[0].log_z});
  });
  const auto from_rates = std::make_shared<const Ising>(five);
  all.push_back({"array Ising, mixture from independent spins",
                 [from_rates](Key k, Slice s) {
                   MixturePath<Ising> path(*from_rates, {0.5, -0.7, 0.2, 0.0, 0.9});
                   HeatBath kernel(Scan(ScanOrder::sequential, from_rates->graph()));
                   using Mixture = ArrayEnsemble<Ising, HeatBath, MixturePath<Ising>>;
                   return with_global_flips(
                       std::make_unique<Mixture>(from_rates, std::move(kernel), k, s, std::move(path)), k);
                 },
                 1, sum_states(*from_rates, std::vector{1.0}).at[0].log_z});
  std::vector<NetworkCase> networks = boltzmann_cases();
  for (const NetworkCase& it : boltzmann_vector_cases()) networks.push_back(it);
  for (const NetworkCase& it : network_cases())
    if (it.name == "gaussian RBM, base rates" || it.name == "three layers, base rates") networks.push_back(it);
  for (const NetworkCase& it : networks)
    all.push_back({it.name, it.make, 1, it.exact(std::vector<double>{1})[0].values.at("log_z"), true});
  const auto two_wells = std::make_shared<const gibbsite::DoubleWell>(Quartic{1, -2, 0.3});
  all.push_back(
      {"double well, Hamiltonian trajectories",
       [two_wells](Key k, Slice s) {
         return make_continuous_ensemble(two_wells, ContinuousReference::gaussian(0.1, 1.2), {3, 1, 0, 0.5}, k, s);
       },
       1, 1.71706855455});
  const auto fields = std::make_shared<const Phi4>(Graph({{0, 1, 1}, {0, 1, 1}}, {0, 0}), -2, 0.5);
  all.push_back({"phi^4 on a ring of two, Langevin steps and clusters of signs",
                 [fields](Key k, Slice s) {
                   return make_continuous_ensemble(fields, ContinuousReference::gaussian(0, 1), {1, 2, 0.5, 0}, k, s,
                                                   SignMoves::clusters);
                 },
                 1, 2.055901449699});
  const auto torus_of_fields = std::make_shared<const Phi4>(
      Graph({{0, 1, 1}, {0, 1, 1}, {2, 3, 1}, {2, 3, 1}, {0, 2, 1}, {0, 2, 1}, {1, 3, 1}, {1, 3, 1}}, {0, 0, 0, 0}), -2,
      0.5);
  all.push_back(
      {"phi^4 on the 2 x 2 torus, Hamiltonian trajectories side by side",
       [torus_of_fields](Key k, Slice s) {
         return make_continuous_ensemble(torus_of_fields, ContinuousReference::gaussian(0, 1), {3, 1, 0, 0.5}, k, s);
       },
       1, 2.8602718063});
  return all;
}

}  // namespace gibbsite::seam
