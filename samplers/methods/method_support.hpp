/// Helpers that methods share: what a row of the trace holds, the lowest energy seen, how strides are tuned.
#pragma once

#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "samplers/ensemble.hpp"
#include "samplers/method.hpp"

namespace gibbsite {

/// Which observable is the energy; their number where none is.
std::size_t energy_component(const Layout& layout);

/// The configuration of lowest energy seen at any draw: that of the first replica that had it. While a hot start cools
/// down nearly every look finds a new one, so that what is kept is the quickest copy, made canonical where it is asked.
class Lowest {
 public:
  explicit Lowest(const Ensemble& ensemble);
  /// observed: what ensemble.observe() gave.
  void look(const Ensemble& ensemble, std::span<const double> observed);
  bool known() const noexcept { return std::isfinite(energy_); }
  double energy() const noexcept { return energy_; }
  /// The canonical state; empty where none is known. `ensemble`: the one that was looked at.
  std::vector<std::byte> state(const Ensemble& ensemble) const;
  void save(const Ensemble& ensemble, Snapshot& snapshot) const;
  void load(const Snapshot& snapshot);

 private:
  std::size_t component_, components_;  // the energy among the observables
  double energy_ = std::numeric_limits<double>::infinity();
  std::vector<std::byte> copied_, loaded_;  // as Ensemble::copy() made it; canonical, until there is a lower one
};

/// Sum of the tallies of slots b, b + betas, b + 2 betas, ...: all chains at one beta.
Tally tally_at(std::span<const Tally> tally, std::size_t b, std::size_t betas);

/// The stride to begin with: 0 (a survey) for clusters, else 1.
double first_stride(Stride kind);
/// The next stride, from the tally of a window with this one. A step size moves towards layout.acceptance at every
/// window; clusters go on with surveys until the last window, which settles for as many clusters (at least 1) as turn
/// over N spins.
enum class Tuning { ongoing, last };
double tuned_stride(const Layout& layout, double stride, const Tally& tally, Tuning window);

/// Sweeps that one call of Method::advance() makes at most: about 2^24 unit updates, a second or less of the slowest
/// layout, so that a stop is heeded soon.
std::uint32_t sweeps_per_advance(const Layout& layout);

/// Arrays of a snapshot by name. Throw std::invalid_argument if missing or not of the length wanted.
const std::vector<double>& numbers(const Snapshot& snapshot, const std::string& name);
const std::vector<double>& numbers(const Snapshot& snapshot, const std::string& name, std::size_t length);
const std::vector<std::uint64_t>& counts(const Snapshot& snapshot, const std::string& name, std::size_t length);
const std::vector<std::byte>& bytes(const Snapshot& snapshot, const std::string& name);

/// Tallies and settings as plain numbers, two per replica, and back.
std::vector<double> flat(std::span<const Tally> tally);
std::vector<double> flat(std::span<const Setting> setting);
std::vector<Tally> tallies(std::span<const double> flat);
std::vector<Setting> settings(std::span<const double> flat);

}  // namespace gibbsite
