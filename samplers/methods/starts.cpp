#include "samplers/methods/starts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <stdexcept>

#include "samplers/methods/method_support.hpp"

namespace gibbsite {
namespace {

using State = std::vector<std::byte>;

/// Sweeps before the first have times of their own: random numbers that no run meets.
constexpr std::uint64_t first_time = std::uint64_t{1} << 55;
constexpr double most_updates = 0x1p24;
constexpr double colder = 10;  // lambda of a quench, times the coldest: kernels of users take exponentials of it
constexpr std::uint64_t longest_quench = 16;

class Beginning {
 public:
  Beginning(Ensemble& ensemble, const Opening& opening)
      : ensemble_(ensemble),
        opening_(opening),
        replicas_(ensemble.layout().replicas),
        ordered_(bytes()),
        given_(opening.given.begin(), opening.given.end()) {
    ensemble.save(0, ordered_);  // a new ensemble holds ordered states
    ordered_weight_ = reference_weight();
    const double room =
        most_updates / (static_cast<double>(replicas_) * static_cast<double>(std::max<std::size_t>(units(), 1)));
    constexpr double fewest = 8, most = 256;
    sweeps_ = std::min(static_cast<std::uint64_t>(std::clamp(room, fewest, most)),
                       std::max<std::uint64_t>(opening.thermalization / 4, 1));
  }

  StartKind kind_of(std::size_t chain) const { return start_of(opening_.starts, chain, opening_.ordered); }
  /// Stays as it is while this lives. Of a chain that begins like this, or of the first.
  const State& of(StartKind kind, std::size_t chain) {
    switch (kind) {
      case StartKind::hot:
      case StartKind::given:
        break;
      case StartKind::ordered:
        return ordered_;
      case StartKind::turned:
        turn();
        return turned_.at(chain);
      case StartKind::annealed:
        anneal();
        return annealed_.at(chain);
      case StartKind::quenched:
        quench();
        return quenched_.at(chain);
    }
    return given_;
  }
  std::vector<Witness> witnesses();

 private:
  std::size_t units() const { return ensemble_.layout().units; }
  std::size_t bytes() const { return ensemble_.layout().state_bytes(); }
  std::size_t betas() const { return opening_.lambda.size(); }
  double coldest() const { return opening_.lambda.back(); }
  std::size_t first(std::size_t chain) const { return chain * betas() % replicas_; }

  void sweep(double lambda, std::uint64_t count) {
    const std::vector<Setting> setting(replicas_, Setting{lambda, first_stride(ensemble_.layout().stride)});
    std::vector<Tally> tally(replicas_);
    ensemble_.sweep(setting, {.time = time_, .count = static_cast<std::uint32_t>(count)}, tally);
    time_ += count;
  }
  double reference_weight() const {
    std::vector<double> weight(replicas_);
    ensemble_.log_weight(std::vector<double>(replicas_, 0.0), weight);
    return weight[0];
  }
  /// Whether the reference weighs all states alike, to judge by the present one and the ordered one.
  bool is_temperature() const {
    const double weight = reference_weight();
    return ensemble_.layout().unit_type == UnitType::int8 &&
           std::abs(weight - ordered_weight_) <= 1e-9 * (1 + std::abs(weight));
  }
  /// Whether units are -1 and 1: some draw of the reference has a -1, and no unit is anything else. Draws are looked at
  /// until one has it.
  bool of_spins() {
    if (ensemble_.layout().unit_type != UnitType::int8) return false;
    ensemble_.draw_reference(time_++);
    bool down = false;
    State state(bytes());
    for (std::size_t r = 0; r < replicas_ && !down; ++r) {
      ensemble_.save(r, state);
      for (const std::byte unit : state) {
        if (static_cast<std::int8_t>(unit) != 1 && static_cast<std::int8_t>(unit) != -1) return false;
        down = down || static_cast<std::int8_t>(unit) == -1;
      }
    }
    return down;
  }
  /// All replicas in the ordered state turned over, and down from there: where fields and bonds pull apart, that leads
  /// elsewhere than the ordered state.
  void turn() {
    if (!turned_.empty()) return;
    State state = ordered_;
    if (of_spins())
      for (std::byte& unit : state)
        unit = static_cast<std::byte>(static_cast<std::int8_t>(-static_cast<std::int8_t>(unit)));
    for (std::size_t r = 0; r < replicas_; ++r) ensemble_.load(r, state);
    if (is_temperature()) sweep(colder * coldest(), std::min(longest_quench, sweeps_));
    turned_ = states_of_chains(StartKind::turned, [&](std::size_t chain) { return first(chain); });
  }
  /// All replicas, each by an annealing of its own.
  void anneal() {
    if (!annealed_.empty()) return;
    ensemble_.draw_reference(time_++);
    for (std::uint64_t k = 1; k <= sweeps_; ++k)
      sweep(coldest() * static_cast<double>(k) / static_cast<double>(sweeps_), 1);
    std::vector<double> log_weight(replicas_);
    ensemble_.log_weight(std::vector<double>(replicas_, coldest()), log_weight);
    annealed_ = states_of_chains(StartKind::annealed, [&](std::size_t chain) { return lowest(chain, log_weight); });
  }
  /// All replicas, each by a quench of its own; where lambda is no inverse temperature, to the last lambda.
  void quench() {
    if (!quenched_.empty()) return;
    ensemble_.draw_reference(time_++);
    sweep(is_temperature() ? colder * coldest() : coldest(), std::min(longest_quench, sweeps_));
    quenched_ = states_of_chains(StartKind::quenched, [&](std::size_t chain) { return first(chain); });
  }
  /// Of the chains that begin like this, and of the first, which may want to know: the states of their replicas now.
  template <class Replica>
  std::map<std::size_t, State> states_of_chains(StartKind kind, Replica&& replica) const {
    std::map<std::size_t, State> states;
    for (std::size_t c = 0; c < std::max<std::size_t>(opening_.chains, 1); ++c) {
      if (c > 0 && kind_of(c) != kind) continue;
      State& state = states[c];
      state.resize(bytes());
      ensemble_.save(replica(c), state);
    }
    return states;
  }
  /// Of the annealed replicas of a chain, that with the lowest energy.
  std::size_t lowest(std::size_t chain, const std::vector<double>& log_weight) const {
    const auto begin = log_weight.begin() + static_cast<std::ptrdiff_t>(first(chain));
    return first(chain) +
           static_cast<std::size_t>(std::max_element(begin, begin + static_cast<std::ptrdiff_t>(betas())) - begin);
  }

  Ensemble& ensemble_;
  const Opening& opening_;
  std::size_t replicas_;
  State ordered_, given_;
  std::map<std::size_t, State> turned_, annealed_, quenched_;  // by chain
  double ordered_weight_ = 0;                                  // of the ordered state in the reference
  std::uint64_t sweeps_ = 0, time_ = first_time;
};

std::vector<Witness> Beginning::witnesses() {
  constexpr std::array kinds = {StartKind::ordered, StartKind::turned, StartKind::annealed, StartKind::quenched};
  constexpr std::uint64_t fewest = 32;
  const auto& names = ensemble_.layout().observables;
  const std::size_t energy = energy_component(ensemble_.layout());
  std::vector<Witness> all;
  if (energy == names.size() || sweeps_ < fewest || coldest() == 0) return all;
  std::vector<const State*> states;
  for (const StartKind kind : kinds) states.push_back(&of(kind, 0));
  std::vector<double> seen(replicas_ * names.size());
  for (std::size_t begin = 0; begin < kinds.size(); begin += replicas_) {
    const std::size_t count = std::min(replicas_, kinds.size() - begin);
    for (std::size_t r = 0; r < replicas_; ++r) ensemble_.load(r, *states[begin + r % count]);
    for (std::size_t r = 0; r < count; ++r) all.push_back({kinds[begin + r], {}});
    for (std::uint64_t k = 0; k < sweeps_; ++k) {
      sweep(coldest(), 1);
      if (k < sweeps_ / 2) continue;
      ensemble_.observe(seen);
      for (std::size_t r = 0; r < count; ++r) all[begin + r].energy.push_back(seen[r * names.size() + energy]);
    }
  }
  return all;
}

}  // namespace

StartKind start_of(Starts starts, std::size_t chain, bool order_known) {
  constexpr std::array mixed = {StartKind::hot, StartKind::ordered, StartKind::annealed, StartKind::turned,
                                StartKind::quenched};
  StartKind kind = StartKind::hot;
  if (starts == Starts::given) kind = StartKind::given;
  if (starts == Starts::cold) kind = chain % 2 == 0 ? StartKind::ordered : StartKind::turned;
  if (starts == Starts::mixed) kind = mixed[chain % mixed.size()];
  const bool by_order = kind == StartKind::ordered || kind == StartKind::turned;
  return by_order && !order_known ? StartKind::quenched : kind;
}

std::string_view words_for(StartKind kind) {
  switch (kind) {
    case StartKind::hot:
      return "from random states";
    case StartKind::ordered:
      return "from the ordered state";
    case StartKind::turned:
      return "from the ordered state turned over";
    case StartKind::annealed:
      return "from a short annealing";
    case StartKind::quenched:
      return "from a quench";
    case StartKind::given:
      return "from the state given";
  }
  return "";
}

std::vector<Witness> begin(Ensemble& ensemble, const Opening& opening) {
  if (opening.starts == Starts::given && opening.given.size() != ensemble.layout().state_bytes())
    throw std::invalid_argument("the state to start from does not fit the system");
  Beginning beginning(ensemble, opening);
  bool alike = true;
  std::vector<const State*> states(opening.chains);  // null: as drawn
  for (std::size_t c = 0; c < opening.chains; ++c) {
    const StartKind kind = beginning.kind_of(c);
    alike = alike && kind == beginning.kind_of(0);
    if (kind != StartKind::hot) states[c] = &beginning.of(kind, c);
  }
  std::vector<Witness> witnesses;
  if (alike) witnesses = beginning.witnesses();
  ensemble.draw_reference(0);
  for (std::size_t r = 0; r < ensemble.layout().replicas; ++r)
    if (const State* state = states[r / opening.lambda.size()]; state != nullptr) ensemble.load(r, *state);
  return witnesses;
}

}  // namespace gibbsite
