#include "samplers/packed_lattice.hpp"

#include <omp.h>

#include <cassert>
#include <cmath>
#include <string>

#include "samplers/metropolis.hpp"
#include "samplers/simd/buffer.hpp"
#include "samplers/team.hpp"

namespace gibbsite {
namespace {

using simd::BlockLattice;
using simd::Counts;
using simd::Move;
using simd::Signs;
using simd::Stripe;
using simd::word_parts;

constexpr std::uint64_t times_a_key = 1024;         // a power of 2
constexpr std::uint64_t words_a_time = 1ULL << 40;  // of random numbers

std::size_t groups_of(std::size_t words) { return (words + simd::group - 1) / simd::group; }

/// Which part of every colour a thread takes.
struct Share {
  std::size_t index = 0, of = 1;
};

class PackedLattice final : public Ensemble {
 public:
  PackedLattice(std::shared_ptr<const Ising> model, Layout layout, const BlockLattice& blocks, Move move, Key key,
                const simd::LatticeKernels& kernels)
      : Ensemble(std::move(layout)),
        model_(std::move(model)),
        strength_(*model_->graph().common_strength()),
        blocks_(blocks),
        move_(move),
        key_(key),
        kernels_(kernels),
        state_(this->layout().replicas * blocks_.state_parts()),
        prepared_(this->layout().replicas),
        counts_(this->layout().replicas),
        stale_(this->layout().replicas, 1) {
    const Graph& graph = model_->graph();
    bool positive = false, negative = false;
    for (const Bond& bond : graph.bonds()) (bond.J < 0 ? negative : positive) = true;
    if (positive && negative)
      signs_ = simd::bond_signs(blocks_, graph);
    else if (negative)
      all_signs_ = ~std::uint64_t{0};
    std::vector<std::int8_t> ordered(this->layout().units);
    model_->set_ordered(ordered);
    for (std::size_t r = 0; r < this->layout().replicas; ++r) load(r, std::as_bytes(std::span(ordered)));
  }

  void draw_reference(std::uint64_t time) override {
    for (std::size_t r = 0; r < layout().replicas; ++r) draw(r, cipher(r, Purpose::reference, time), time);
  }
  void sweep(std::span<const Setting> setting, Step step, std::span<Tally> tally) override;
  void log_weight(std::span<const double> lambda, std::span<double> out) const override {
    know();
    for (std::size_t r = 0; r < layout().replicas; ++r) out[r] = -lambda[r] * energy(r);
  }
  void observe(std::span<double> out) const override {
    know();
    const auto n = static_cast<double>(layout().units);
    for (std::size_t r = 0; r < layout().replicas; ++r) {
      const double m = static_cast<double>(magnetization(r)) / n;
      const double values[] = {energy(r), energy(r) / n, m, std::abs(m), m * m};  // as Ising::observe
      std::copy(std::begin(values), std::end(values), out.begin() + static_cast<std::ptrdiff_t>(r * std::size(values)));
    }
  }
  void resample(std::span<const std::size_t> parent) override {
    const std::vector<std::uint64_t> before(state_.data(), state_.data() + state_.size());
    const std::vector<Counts> counts = counts_;
    const std::vector<char> stale = stale_;
    const std::size_t parts = blocks_.state_parts();
    for (std::size_t r = 0; r < layout().replicas; ++r) {
      std::copy_n(before.data() + parent[r] * parts, parts, state(r));
      counts_[r] = counts[parent[r]];
      stale_[r] = stale[parent[r]];
    }
  }
  void save(std::size_t replica, std::span<std::byte> bytes) const override {
    for (std::size_t site = 0; site < layout().units; ++site) {
      const BlockLattice::Place p = blocks_.place(site);
      const std::uint64_t part = state(replica)[p.at + static_cast<std::ptrdiff_t>(p.lane / 64)];
      bytes[site] = static_cast<std::byte>((part >> (p.lane % 64) & 1U) != 0 ? 1 : -1);
    }
  }
  void load(std::size_t replica, std::span<const std::byte> bytes) override {
    for (std::size_t site = 0; site < layout().units; ++site) {
      const BlockLattice::Place p = blocks_.place(site);
      std::uint64_t& part = state(replica)[p.at + static_cast<std::ptrdiff_t>(p.lane / 64)];
      const std::uint64_t bit = std::uint64_t{1} << (p.lane % 64);
      part = static_cast<std::int8_t>(bytes[site]) > 0 ? part | bit : part & ~bit;
    }
    for (std::size_t colour = 0; colour < blocks_.colours; ++colour) kernels_.close(stripe(replica, colour));
    stale_[replica] = 1;
  }

 private:
  struct Prepared {
    double lambda = 0;  // of the digits
    simd::LatticeDigits digits;
    std::uint64_t times = ~std::uint64_t{0};  // of the cipher: sweeps at times * times_a_key and after
    simd::Cipher cipher;
  };

  std::uint64_t* state(std::size_t r) { return state_.data() + r * blocks_.state_parts(); }
  const std::uint64_t* state(std::size_t r) const { return state_.data() + r * blocks_.state_parts(); }
  Stripe stripe(std::size_t r, std::size_t colour, Share share = {}) const {
    const std::size_t words = blocks_.colour_words, groups = groups_of(words);
    const auto cut = [&](std::size_t k) { return std::min(words, groups * k / share.of * simd::group); };
    return {&blocks_,
            const_cast<std::uint64_t*>(state(r)),
            {all_signs_, signs_.size() == 0 ? nullptr : signs_.data()},
            colour,
            cut(share.index),
            cut(share.index + 1)};
  }
  simd::Cipher cipher(std::size_t r, Purpose purpose, std::uint64_t time) const {
    return simd::cipher_of(key_, purpose, time / times_a_key, layout().first + r);
  }
  /// Number of the random words of a stripe's first word.
  std::uint64_t number(std::uint64_t time, const Stripe& s) const {
    return time % times_a_key * words_a_time + s.colour * groups_of(blocks_.colour_words) * simd::group + s.begin;
  }
  void draw(std::size_t r, const simd::Cipher& cipher, std::uint64_t time, Share share = {}) {
    for (std::size_t colour = 0; colour < blocks_.colours; ++colour) {
      const Stripe s = stripe(r, colour, share);
      kernels_.toss(s, cipher, number(time, s));
    }
    stale_[r] = 1;
  }
  void prepare(std::size_t r, double lambda, std::uint64_t time);
  std::int64_t move(std::size_t r, double lambda, const Step& step, Share share);
  /// Calls work(replica, share) with all threads, or with one: they share the replicas, or each replica's lattice.
  template <class Work>
  void with_threads(Team& team, double sweeps, Work&& work) const {
    constexpr double faster = 256;  // than a plain loop, in whose updates a team reckons
    const auto spins = static_cast<double>(layout().replicas * layout().units);
    team.run(sweeps * spins / faster, [&](bool parallel) {
#pragma omp parallel if (parallel)
      {
        const Share share{static_cast<std::size_t>(omp_get_thread_num()),
                          static_cast<std::size_t>(omp_get_num_threads())};
        if (layout().replicas % share.of != 0 && groups_of(blocks_.colour_words) >= 8 * share.of) {
          for (std::size_t r = 0; r < layout().replicas; ++r) work(r, share);
        } else {
#pragma omp for schedule(dynamic)
          for (std::size_t r = 0; r < layout().replicas; ++r) work(r, Share{});
        }
      }
    });
  }
  void know() const;
  double energy(std::size_t r) const {  // as Ising::energy adds it up
    const auto bonds = static_cast<std::int64_t>(model_->graph().bonds().size());
    const double satisfied = static_cast<double>(bonds - 2 * counts_[r].unsatisfied);
    return -strength_ * satisfied;
  }
  std::int64_t magnetization(std::size_t r) const {
    return 2 * counts_[r].up - static_cast<std::int64_t>(layout().units);
  }

  std::shared_ptr<const Ising> model_;
  double strength_;  // |J|
  BlockLattice blocks_;
  Move move_;
  Key key_;
  const simd::LatticeKernels& kernels_;
  simd::Buffer<std::uint64_t> state_;  // [replica][colour][sheet][row][word][part], with halos
  simd::Buffer<std::uint64_t> signs_;  // of bonds, where they differ
  std::uint64_t all_signs_ = 0;
  std::vector<Prepared> prepared_;
  mutable std::vector<Counts> counts_;  // a function of the state
  mutable std::vector<char> stale_;     // counts are not yet those of the state
  mutable Team team_, look_;
};

void PackedLattice::prepare(std::size_t r, double lambda, std::uint64_t time) {
  Prepared& p = prepared_[r];
  if (p.times != time / times_a_key) {
    p.cipher = cipher(r, Purpose::sweep, time);
    p.times = time / times_a_key;
  }
  if (p.lambda == lambda) return;
  p.lambda = lambda;
  const std::size_t classes = blocks_.neighbours / 2 + (blocks_.neighbours == 3 ? 1 : 0);
  for (std::size_t q = 0; q < classes; ++q) {
    const double field = static_cast<double>(blocks_.neighbours % 2 == 0 ? 2 * q + 2 : 2 * q + 1);
    const double boltzmann = std::exp(-2 * lambda * strength_ * field);
    const Coin coin(move_ == Move::heat_bath ? boltzmann / (1 + boltzmann) : boltzmann);
    if (classes == 2) p.digits.two.set(q, coin.threshold);
    if (classes == 3) p.digits.three.set(q, coin.threshold);
  }
}

std::int64_t PackedLattice::move(std::size_t r, double lambda, const Step& step, Share share) {
  const std::uint64_t last = step.time + step.count - 1;
  simd::Cipher cipher = prepared_[r].cipher;
  if (lambda == 0) {
    if (last / times_a_key != prepared_[r].times) cipher = this->cipher(r, Purpose::sweep, last);
    draw(r, cipher, last, share);
    return 0;
  }
  std::int64_t changed = 0;
  for (std::uint64_t time = step.time; time <= last; ++time) {
    if (time != step.time && time % times_a_key == 0) cipher = this->cipher(r, Purpose::sweep, time);
    for (std::size_t k = 0; k < blocks_.colours; ++k) {
      const Stripe s = stripe(r, step.order == Order::forward ? k : blocks_.colours - 1 - k, share);
      changed += kernels_.move(s, move_, prepared_[r].digits, cipher, number(time, s));
      if (share.of > 1) {
#pragma omp barrier
      }
    }
  }
  return changed;
}

void PackedLattice::sweep(std::span<const Setting> setting, Step step, std::span<Tally> tally) {
  assert(setting.size() == layout().replicas && tally.size() == layout().replicas && step.count > 0);
  for (std::size_t r = 0; r < layout().replicas; ++r) prepare(r, setting[r].lambda, step.time);
  std::vector<std::int64_t> changed(layout().replicas, 0);
  with_threads(team_, step.count, [&](std::size_t r, Share share) {
    const std::int64_t mine = move(r, setting[r].lambda, step, share);
#pragma omp atomic
    changed[r] += mine;
  });
  std::fill(stale_.begin(), stale_.end(), 1);
  for (std::size_t r = 0; r < layout().replicas; ++r) {
    const double tried = static_cast<double>(layout().units) * step.count;
    tally[r].tried += tried;
    tally[r].accepted += setting[r].lambda == 0 ? tried : static_cast<double>(changed[r]);
  }
}

void PackedLattice::know() const {
  for (std::size_t r = 0; r < layout().replicas; ++r)
    if (stale_[r] != 0) counts_[r] = {};
  with_threads(look_, 0.1, [&](std::size_t r, Share share) {
    if (stale_[r] == 0) return;
    Counts mine;
    for (std::size_t colour = 0; colour < blocks_.colours; ++colour) {
      const Counts more = kernels_.count(stripe(r, colour, share));
      mine.up += more.up;
      mine.unsatisfied += more.unsatisfied;
    }
#pragma omp atomic
    counts_[r].up += mine.up;
#pragma omp atomic
    counts_[r].unsatisfied += mine.unsatisfied;
  });
  for (std::size_t r = 0; r < layout().replicas; ++r) {
    if (stale_[r] != 0 && blocks_.colours > 2) counts_[r].unsatisfied /= 2;
    stale_[r] = 0;
  }
}

}  // namespace

bool packed_lattice_fits(const Lattice& lattice, const Graph& graph, Move move) {
  const std::optional<BlockLattice> blocks = BlockLattice::of(lattice);
  if (simd::lattice_kernels().empty() || !blocks || blocks->sites() != graph.sites()) return false;
  const auto strength = graph.common_strength(), field = graph.common_field();
  if (!strength || *strength == 0 || field != 0.0) return false;
  return move == Move::heat_bath || !why_not_ergodic(graph, ScanOrder::checkerboard, true);
}

std::unique_ptr<Ensemble> make_packed_lattice_ensemble(std::shared_ptr<const Ising> model, const Lattice& lattice,
                                                       Move move, Key key, std::size_t replicas, std::size_t first) {
  assert(!simd::lattice_kernels().empty());
  return make_packed_lattice_ensemble(std::move(model), lattice, move, key, replicas, first,
                                      *simd::lattice_kernels().front());
}

std::unique_ptr<Ensemble> make_packed_lattice_ensemble(std::shared_ptr<const Ising> model, const Lattice& lattice,
                                                       Move move, Key key, std::size_t replicas, std::size_t first,
                                                       const simd::LatticeKernels& kernels) {
  assert(packed_lattice_fits(lattice, model->graph(), move));
  Layout layout;
  layout.first = first;
  layout.replicas = replicas;
  layout.units = model->units();
  layout.log_z_reference = model->log_states();
  layout.observables = model->observables();
  layout.name = std::string("lattice-packed, 512 spins a word, ") + kernels.name;
  return std::make_unique<PackedLattice>(std::move(model), std::move(layout), *BlockLattice::of(lattice), move, key,
                                         kernels);
}

}  // namespace gibbsite
