/// What a method is to the world outside: something that advances in small steps, can stop and go on at each of them
/// with the same bits, and leaves a trace.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "physics/concepts.hpp"

namespace gibbsite {

/// Everything a method needs to go on, as named arrays.
struct Snapshot {
  std::map<std::string, std::vector<double>> numbers;
  std::map<std::string, std::vector<std::uint64_t>> counts;
  std::map<std::string, std::vector<std::byte>> bytes;
};

/// Raw draws: one row of `width` numbers per draw, growing at its end and never changed.
struct Trace {
  std::size_t width = 0;
  std::vector<double> rows;
  std::size_t draws() const noexcept { return width == 0 ? 0 : rows.size() / width; }
  double at(std::size_t draw, std::size_t column) const { return rows[draw * width + column]; }
};

/// What a number of a draw is: the value at the draw's own sweep; or, where a draw stands for all sweeps since the one
/// before it, over those: the mean, the variance around that mean, the means of |x|, x^2, x^4.
enum class Moment { value, mean, variance, absolute, square, fourth };

/// Part of a row: `count` numbers from `offset`, one per slot (chain-major: slot = chain * betas + beta), pair or
/// particle.
struct Field {
  Observable what;
  std::size_t offset = 0, count = 0;
  Moment moment = Moment::value;
  std::string of = {};  ///< the observable of which it is a moment
};

/// Appends a field behind the last one.
void add_field(std::vector<Field>& fields, Observable what, std::size_t count);
/// The same, of a moment of `what` (not the value): its name is that of the observable, a "_" and the moment's.
void add_field(std::vector<Field>& fields, const Observable& what, Moment moment, std::size_t count);
/// The field of that name, or the first one with that role, or of that moment of that observable; or nullptr.
const Field* find_field(std::span<const Field> fields, const std::string& name);
const Field* find_role(std::span<const Field> fields, Role role);
const Field* find_moment(std::span<const Field> fields, const std::string& of, Moment moment);

/// Work done and to do, in sweeps of all replicas; what is going on in a word or two ("thermalization").
struct Progress {
  double done = 0, total = 0;
  std::string phase;
};

class Lowest;

class Method {
 public:
  virtual ~Method() = default;
  Method() = default;
  Method(const Method&) = delete;
  Method& operator=(const Method&) = delete;

  virtual bool done() const = 0;
  /// One step: a draw of all replicas, or one temperature of an annealing.
  virtual void advance() = 0;
  virtual Progress progress() const = 0;
  virtual const Trace& trace() const = 0;
  /// What a row of the trace holds.
  virtual std::span<const Field> fields() const = 0;
  /// Where it measures, ascending.
  virtual std::span<const double> lambda() const = 0;
  /// The configuration of lowest energy seen so far.
  virtual const Lowest& lowest() const = 0;
  /// No more draws than there are now: the target is reached.
  virtual void finish() = 0;

  /// All state but the trace. load() takes what save() gave, and the trace up to that moment; after it the method goes
  /// on as if it had never stopped. Throws std::invalid_argument for a snapshot of another method or system.
  virtual Snapshot save() const = 0;
  virtual void load(const Snapshot& snapshot, Trace trace) = 0;
};

}  // namespace gibbsite
