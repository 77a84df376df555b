#include "samplers/ensembles/packed_lattice.hpp"

#include <omp.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <map>
#include <string>

#include "samplers/simd/lattice/lattice_states.hpp"
#include "samplers/threads/adaptive_threads.hpp"
#include "samplers/threads/barrier.hpp"

namespace gibbsite {
namespace {

using simd::BlockLattice;
using simd::Counts;

constexpr std::uint64_t times_a_key = 1024;         // a power of 2
constexpr std::uint64_t words_a_time = 1ULL << 40;  // of random numbers

class PackedLattice final : public Ensemble {
 public:
  PackedLattice(std::shared_ptr<const Ising> model, Layout layout, const BlockLattice& blocks, LocalMove move, Key key,
                const simd::LatticeKernels& kernels)
      : Ensemble(std::move(layout)),
        model_(std::move(model)),
        strength_(*model_->graph().common_strength()),
        field_(*model_->graph().common_field()),
        move_(simd::move_of(move, field_)),
        key_(key),
        states_(blocks, model_->graph(), kernels, this->layout().replicas),
        prepared_(this->layout().replicas),
        counts_(this->layout().replicas),
        changed_(this->layout().replicas),
        stale_(this->layout().replicas, 1) {
    std::vector<std::int8_t> ordered(this->layout().units);
    model_->set_ordered(ordered);
    load(0, std::as_bytes(std::span(ordered)));
    states_.spread();
  }

  void draw_reference(std::uint64_t time) override {
    for (std::size_t r = 0; r < layout().replicas; ++r) toss(r, cipher(r, Purpose::reference, time), time, {});
    std::fill(stale_.begin(), stale_.end(), 1);
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
    states_.resample(parent);
    const std::vector<Counts> counts = counts_;
    const std::vector<char> stale = stale_;
    for (std::size_t r = 0; r < layout().replicas; ++r) {
      counts_[r] = counts[parent[r]];
      stale_[r] = stale[parent[r]];
    }
  }
  void save(std::size_t replica, std::span<std::byte> bytes) const override { states_.save(replica, bytes); }
  void load(std::size_t replica, std::span<const std::byte> bytes) override {
    states_.load(replica, bytes);
    stale_[replica] = 1;
  }
  void copy(std::size_t replica, std::vector<std::byte>& copied) const override {
    const std::span<const std::byte> packed = std::as_bytes(states_.packed(replica));
    copied.assign(packed.begin(), packed.end());
  }
  void canonical(std::span<const std::byte> copied, std::span<std::byte> state) const override {
    std::vector<std::uint64_t> packed(copied.size() / sizeof(std::uint64_t));
    std::memcpy(packed.data(), copied.data(), copied.size());
    unpack(states_.blocks(), packed.data(), state);
  }
  void turning(std::span<const double> lambda, std::span<double> out) const override {
    know();
    for (std::size_t r = 0; r < layout().replicas; ++r)
      out[r] = -lambda[r] * 2 * field_ * static_cast<double>(magnetization(r));
  }
  void turn(std::span<const std::uint8_t> turned) override {
    for (std::size_t r = 0; r < layout().replicas; ++r) {
      if (turned[r] == 0) continue;
      states_.turn(r);
      counts_[r].up = static_cast<std::int64_t>(layout().units) - counts_[r].up;  // if it is known
    }
  }
  double overlap_of(std::span<const std::byte> x, std::span<const std::byte> y) const override {
    return spin_overlap(x, y);
  }
  void overlap(std::span<const std::pair<std::size_t, std::size_t>> pairs, std::span<double> out) const override {
    const auto n = static_cast<double>(layout().units);
    for (std::size_t k = 0; k < pairs.size(); ++k)
      out[k] = (n - 2 * static_cast<double>(states_.differences(pairs[k].first, pairs[k].second))) / n;
  }

 private:
  struct Prepared {
    double lambda = 0;  // of the digits
    const simd::LatticeDigits* digits = nullptr;
    std::uint64_t times = ~std::uint64_t{0};  // of the cipher: sweeps at times * times_a_key and after
    simd::Cipher cipher;
  };

  simd::Cipher cipher(std::size_t r, Purpose purpose, std::uint64_t time) const {
    return simd::cipher_of(key_, purpose, time / times_a_key, layout().first + r);
  }
  static std::uint64_t first_word(std::uint64_t time) { return time % times_a_key * words_a_time; }
  void prepare(std::span<const Setting> setting, std::uint64_t time);
  void toss(std::size_t r, const simd::Cipher& cipher, std::uint64_t time, Share share);
  void close(std::size_t r, std::size_t colour, Share share) {
    states_.close(r, colour, share, [&] {
      if (share.of > 1) barrier_.wait(share.of);
    });
  }
  /// How many spins changed in a share; counts it, too, where it can.
  std::int64_t move(std::size_t r, double lambda, const Step& step, Share share, Counts& counts);
  /// Every bond joins a site of one colour with one of the other.
  bool two_colours() const { return states_.blocks().colours == 2 && !states_.blocks().seamed(); }
  bool counts_as_it_moves(double lambda) const { return lambda != 0 && two_colours(); }
  void add_counts(std::size_t r, const Counts& mine, Share share) const {
    add(counts_[r].up, mine.up, share);
    add(counts_[r].unsatisfied, mine.unsatisfied, share);
  }
  /// What one thread alone adds to needs no care, which takes as long as a word of spins.
  static void add(std::int64_t& sum, std::int64_t term, Share share) {
    if (share.of == 1) {
      sum += term;
      return;
    }
#pragma omp atomic
    sum += term;
  }
  /// Calls work(replica, share) with all threads, or with one: they share the replicas, or each replica's lattice.
  template <class Work>
  void with_threads(AdaptiveThreads& team, double sweeps, Work&& work) const {
    constexpr double faster = 256;  // than a plain loop, in whose updates a team reckons
    const auto spins = static_cast<double>(layout().replicas * layout().units);
    team.run(sweeps * spins / faster, [&](bool parallel) {
      if (!parallel) {
        for (std::size_t r = 0; r < layout().replicas; ++r) work(r, Share{});
        return;
      }
#pragma omp parallel
      {
        const Share share{static_cast<std::size_t>(omp_get_thread_num()),
                          static_cast<std::size_t>(omp_get_num_threads())};
        if (layout().replicas % share.of != 0 && states_.groups_a_colour() >= 8 * share.of) {
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
    const auto bonds = static_cast<std::int64_t>(model_->graph().bond_count());
    const double satisfied = static_cast<double>(bonds - 2 * counts_[r].unsatisfied);
    return -strength_ * satisfied - field_ * static_cast<double>(magnetization(r));
  }
  std::int64_t magnetization(std::size_t r) const {
    return 2 * counts_[r].up - static_cast<std::int64_t>(layout().units);
  }

  std::shared_ptr<const Ising> model_;
  double strength_, field_;  // |J|, h
  simd::Move move_;
  Key key_;
  mutable simd::LatticeStates states_;
  std::map<double, simd::LatticeDigits> digits_;  // of every lambda lately met
  std::vector<Prepared> prepared_;
  mutable std::vector<Counts> counts_;  // a function of the state
  std::vector<std::int64_t> changed_;   // spins, by the present sweep; here only to be the same memory
  mutable std::vector<char> stale_;     // counts are not yet those of the state
  Barrier barrier_;
  mutable AdaptiveThreads threads_, look_;
};

void PackedLattice::prepare(std::span<const Setting> setting, std::uint64_t time) {
  if (digits_.size() > 2 * setting.size() + 64) {
    digits_.clear();
    for (Prepared& p : prepared_) p.lambda = 0;
  }
  const double J = states_.negative() ? -strength_ : strength_;
  for (std::size_t r = 0; r < setting.size(); ++r) {
    Prepared& p = prepared_[r];
    if (p.times != time / times_a_key) {
      p.cipher = cipher(r, Purpose::sweep, time);
      p.times = time / times_a_key;
    }
    const double lambda = setting[r].lambda;
    if (p.lambda == lambda) continue;
    auto known = digits_.find(lambda);
    if (known == digits_.end())
      known = digits_.emplace(lambda, simd::digits_of(move_, states_.blocks(), lambda * J, lambda * field_)).first;
    p.lambda = lambda;
    p.digits = &known->second;
  }
}

void PackedLattice::toss(std::size_t r, const simd::Cipher& cipher, std::uint64_t time, Share share) {
  for (std::size_t colour = 0; colour < states_.blocks().colours; ++colour) {
    const simd::Stripe s = states_.stripe(r, colour, share);
    states_.kernels().toss(s, cipher, states_.number(first_word(time), s));
    if (!states_.blocks().seamed()) close(r, colour, share);
  }
  if (!states_.blocks().seamed()) return;
  if (share.of > 1) barrier_.wait(share.of);
  for (std::size_t colour = 0; colour < states_.blocks().colours; ++colour) close(r, colour, share);
}

std::int64_t PackedLattice::move(std::size_t r, double lambda, const Step& step, Share share, Counts& counts) {
  const std::uint64_t last = step.time + step.count - 1;
  simd::Cipher cipher = prepared_[r].cipher;
  if (lambda == 0) {
    if (last / times_a_key != prepared_[r].times) cipher = this->cipher(r, Purpose::sweep, last);
    toss(r, cipher, last, share);
    return 0;
  }
  const std::size_t turns = states_.blocks().turns.size();
  std::int64_t changed = 0;
  for (std::uint64_t time = step.time; time <= last; ++time) {
    if (time != step.time && time % times_a_key == 0) cipher = this->cipher(r, Purpose::sweep, time);
    for (std::size_t k = 0; k < turns; ++k) {
      const std::size_t turn = step.order == Direction::forward ? k : turns - 1 - k;
      const std::size_t colour = states_.blocks().turns[turn].colour;
      const auto go = [&](const simd::Stripe& s) {
        const std::uint64_t number = states_.number_at(first_word(time), turn, s);
        changed += states_.kernels().move(s, move_, *prepared_[r].digits, cipher, number);
      };
      if (time == last && k + 1 == turns && counts_as_it_moves(lambda))
        counts = states_.count_moving(r, colour, share, go);
      else
        go(states_.stripe_at(r, turn, share));
      close(r, colour, share);
    }
  }
  return changed;
}

void PackedLattice::sweep(std::span<const Setting> setting, Step step, std::span<Tally> tally) {
  assert(setting.size() == layout().replicas && tally.size() == layout().replicas && step.count > 0);
  prepare(setting, step.time);
  std::fill(changed_.begin(), changed_.end(), 0);
  std::fill(counts_.begin(), counts_.end(), Counts{});
  with_threads(threads_, step.count, [&](std::size_t r, Share share) {
    Counts counts;
    const std::int64_t mine = move(r, setting[r].lambda, step, share, counts);
    add(changed_[r], mine, share);
    add_counts(r, counts, share);
  });
  for (std::size_t r = 0; r < layout().replicas; ++r) {
    stale_[r] = counts_as_it_moves(setting[r].lambda) ? 0 : 1;
    const double tried = static_cast<double>(layout().units) * step.count;
    tally[r].tried += tried;
    tally[r].accepted += setting[r].lambda == 0 ? tried : static_cast<double>(changed_[r]);
  }
}

void PackedLattice::know() const {
  if (std::all_of(stale_.begin(), stale_.end(), [](char stale) { return stale == 0; })) return;
  for (std::size_t r = 0; r < layout().replicas; ++r)
    if (stale_[r] != 0) counts_[r] = {};
  with_threads(look_, 0.1, [&](std::size_t r, Share share) {
    if (stale_[r] != 0) add_counts(r, states_.count(r, share), share);
  });
  for (std::size_t r = 0; r < layout().replicas; ++r) {
    if (stale_[r] != 0 && states_.blocks().colours > 2 && !states_.blocks().seamed()) counts_[r].unsatisfied /= 2;
    stale_[r] = 0;
  }
}

}  // namespace

std::unique_ptr<Ensemble> make_packed_lattice_ensemble(std::shared_ptr<const Ising> model, const Lattice& lattice,
                                                       LocalMove move, Key key, Slice slice) {
  assert(!simd::lattice_kernels().empty());
  return make_packed_lattice_ensemble(std::move(model), lattice, move, key, slice, *simd::lattice_kernels().front());
}

std::unique_ptr<Ensemble> make_packed_lattice_ensemble(std::shared_ptr<const Ising> model, const Lattice& lattice,
                                                       LocalMove move, Key key, Slice slice,
                                                       const simd::LatticeKernels& kernels) {
  assert(packed_lattice_supported(lattice, model->graph()));
  Layout layout;
  layout.first = slice.first;
  layout.replicas = slice.count;
  layout.units = model->units();
  layout.log_z_reference = model->log_states();
  layout.turns = model->in_field();
  layout.canonical = true;
  layout.observables = model->observables();
  layout.name = std::string("lattice-packed, 512 spins a word, ") + kernels.name;
  return std::make_unique<PackedLattice>(std::move(model), std::move(layout), *BlockLattice::of(lattice), move, key,
                                         kernels);
}

}  // namespace gibbsite
