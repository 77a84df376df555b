#include "samplers/simd/replicas/replica_pack.hpp"

namespace gibbsite::simd {
namespace {

constexpr std::size_t table_size = 64 * word_parts;  // of a transposition
struct alignas(64) Table {
  std::uint64_t at[table_size];
};

}  // namespace

ReplicaPack::ReplicaPack(const ReplicaPlan& plan, const ReplicaKernels& kernels)
    : plan_(&plan),
      kernels_(&kernels),
      probabilities_(plan, kernels),
      state_((plan.words + 1) * word_parts),
      changed_(1) {
  changed_[0] = Buffer<std::uint64_t>(table_size);
}

ReplicaSweep ReplicaPack::all_batches(const Cipher& cipher, bool backwards) {
  ReplicaSweep sweep;
  sweep.decide = plan_->decide;
  sweep.width = plan_->width;
  sweep.batches = plan_->batches.data();
  sweep.end = plan_->batches.size();
  sweep.backwards = backwards;
  sweep.neighbours = {plan_->neighbours.data(), plan_->runs.data(), plan_->signs.data()};
  sweep.turns = plan_->turns.data();
  sweep.real = plan_->real.data();
  sweep.digits = probabilities_.digits();
  sweep.reference = probabilities_.reference();
  sweep.cipher = cipher;
  sweep.state = state_.data();
  sweep.changed = changed_[0].data();
  return sweep;
}

void ReplicaPack::sweep(const Cipher& cipher, bool backwards) {
  kernels_->sweep(all_batches(cipher, backwards));
  ++swept_;
}

void ReplicaPack::share_among(std::size_t threads) {
  while (changed_.size() < threads) changed_.emplace_back(table_size);
}

void ReplicaPack::read_planes(const std::uint64_t* planes, std::size_t most, LaneNumbers& out) const {
  const std::size_t parts = plan_->width / 64, rows = word_parts / parts;
  Table numbers;
  if (most * rows < std::size_t{1} << 16) {  // four numbers in 64 bits, also where rows of a word are added up
    kernels_->transpose_short(planes, numbers.at);
    for (std::size_t part = 0; part < parts; ++part)
      for (std::size_t k = 0; k < 16; ++k) {
        std::uint64_t four = 0, *number = out.data() + part * 64 + k;
        for (std::size_t row = 0; row < rows; ++row) four += numbers.at[k * word_parts + row * parts + part];
        for (std::size_t field = 0; field < 4; ++field) number[16 * field] += four >> (16 * field) & 0xFFFFU;
      }
    return;
  }
  kernels_->transpose(planes, numbers.at, 1);
  for (std::size_t part = 0; part < word_parts; ++part)
    for (std::size_t k = 0; k < 64; ++k) out[part % parts * 64 + k] += numbers.at[k * word_parts + part];
}

const LaneNumbers& ReplicaPack::take_changed() {
  numbers_[0].assign(plan_->width, 0);
  for (Buffer<std::uint64_t>& planes : changed_) {
    read_planes(planes.data(), swept_ * plan_->words, numbers_[0]);
    std::fill_n(planes.data(), planes.size(), 0);
  }
  swept_ = 0;
  return numbers_[0];
}
const LaneNumbers& ReplicaPack::count_up() const { return count_ones(state_); }
const LaneNumbers& ReplicaPack::count_up(const Buffer<std::uint64_t>& turned) const {
  Buffer<std::uint64_t> words(state_.size());
  for (std::size_t k = 0; k < plan_->words * word_parts; ++k) words[k] = state_[k] ^ turned[k];
  return count_ones(words);
}
const LaneNumbers& ReplicaPack::count_ones(const Buffer<std::uint64_t>& words) const {
  Table planes{};
  kernels_->count_ones(words.data(), plan_->real.data(), plan_->words, planes.at);
  numbers_[1].assign(plan_->width, 0);
  read_planes(planes.at, plan_->words, numbers_[1]);
  return numbers_[1];
}
const LaneNumbers& ReplicaPack::count_unsatisfied() const {
  Table planes{};
  const ReplicaBonds bonds{{plan_->bond_ends.data(), plan_->bond_runs.data(), plan_->bond_signs.data()},
                           plan_->bond_words(),
                           plan_->positive_bonds};
  kernels_->count_bonds(bonds, plan_->width, state_.data(), planes.at);
  numbers_[2].assign(plan_->width, 0);
  read_planes(planes.at, plan_->bond_words(), numbers_[2]);
  return numbers_[2];
}

std::uint64_t ReplicaPack::sites_of(std::size_t block) const noexcept {
  const std::size_t parts = plan_->width / 64, rows = plan_->words * plan_->rows_per_word();
  std::uint64_t sites = 0;
  for (std::size_t k = 0; k < 64 && 64 * block + k < rows; ++k)
    sites |= (plan_->real[(64 * block + k) * parts] & 1U) << k;
  return sites;
}

template <class See, class Flush>
void ReplicaPack::for_tables(See&& see, Flush&& flush) const {
  const std::size_t parts = plan_->width / 64, tables = blocks() * parts;
  for (std::size_t begin = 0; begin < tables; begin += word_parts) {
    const std::size_t n = std::min(word_parts, tables - begin);
    for (std::size_t q = 0; q < n; ++q) see((begin + q) % parts, (begin + q) / parts, q);
    flush(begin, n);
  }
}

void ReplicaPack::to_columns(std::span<std::uint64_t> out) const {
  const std::size_t parts = plan_->width / 64, rows = plan_->words * plan_->rows_per_word(), all = blocks();
  Table in{}, turned;
  for_tables(
      [&](std::size_t part, std::size_t block, std::size_t q) {
        for (std::size_t k = 0; k < 64; ++k)
          in.at[k * word_parts + q] = 64 * block + k < rows ? state_[(64 * block + k) * parts + part] : 0;
      },
      [&](std::size_t begin, std::size_t n) {
        kernels_->transpose(in.at, turned.at, 1);
        for (std::size_t q = 0; q < n; ++q)
          for (std::size_t j = 0; j < 64; ++j)
            out[((begin + q) % parts * 64 + j) * all + (begin + q) / parts] = turned.at[j * word_parts + q];
      });
}

void ReplicaPack::from_columns(std::span<const std::uint64_t> in) {
  const std::size_t parts = plan_->width / 64, rows = plan_->words * plan_->rows_per_word(), all = blocks();
  Table columns{}, turned;
  for_tables(
      [&](std::size_t part, std::size_t block, std::size_t q) {
        for (std::size_t j = 0; j < 64; ++j) columns.at[j * word_parts + q] = in[(part * 64 + j) * all + block];
      },
      [&](std::size_t begin, std::size_t n) {
        kernels_->transpose(columns.at, turned.at, 1);
        for (std::size_t q = 0; q < n; ++q) {
          const std::size_t part = (begin + q) % parts, block = (begin + q) / parts;
          for (std::size_t k = 0; k < 64 && 64 * block + k < rows; ++k)
            state_[(64 * block + k) * parts + part] = turned.at[k * word_parts + q];
        }
      });
}

}  // namespace gibbsite::simd
