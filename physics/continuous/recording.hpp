/// Formulas that are written once and give jets forward and back (physics/neural/jets.hpp): every operation on the
/// numbers below is kept, with what it multiplies small changes by, and gone through from the last to the first
/// (Griewank & Walther, Evaluating Derivatives, 2nd ed., ch. 3 and 13). Of y = f(a, b, ...) the jets change by
///
///   dy = f_a da + f_b db + ...,   so that   abar_i = sum_k ybar_k (f_a)_{k-i},
///
/// f_a as jets themselves: one edge for each argument serves sums, products and functions alike.
///
/// A number is eight numbers, of as many states, and its jets, so that loops are over lanes; a formula must not ask
/// which value it has. Cost: a product of jets for each argument of each operation, forward and again back.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace gibbsite {

class Recording;

/// A constant, or a number that a recording knows.
class RecordedNumber {
 public:
  RecordedNumber(double constant = 0) noexcept : constant_(constant) {}  // formulas with constants read as written

  friend RecordedNumber operator+(RecordedNumber a, RecordedNumber b);
  friend RecordedNumber operator-(RecordedNumber a, RecordedNumber b);
  friend RecordedNumber operator*(RecordedNumber a, RecordedNumber b);
  friend RecordedNumber operator-(RecordedNumber a) { return a * -1.0; }
  RecordedNumber& operator+=(RecordedNumber b) { return *this = *this + b; }
  friend RecordedNumber exp(RecordedNumber a);
  /// a > 0.
  friend RecordedNumber log(RecordedNumber a);
  friend RecordedNumber dot(std::span<const RecordedNumber> a, std::span<const RecordedNumber> b);
  friend RecordedNumber log_sum(std::span<const RecordedNumber> a);

 private:
  friend class Recording;
  RecordedNumber(Recording* where, std::uint32_t at) noexcept : where_(where), at_(at) {}

  Recording* where_ = nullptr;  // null: a constant
  std::uint32_t at_ = 0;
  double constant_ = 0;
};

/// sum_i a_i b_i, recorded as one operation; at least one of each, none a constant.
RecordedNumber dot(std::span<const RecordedNumber> a, std::span<const RecordedNumber> b);
/// ln sum_i exp(a_i), whatever their sizes; likewise.
RecordedNumber log_sum(std::span<const RecordedNumber> a);

class Recording {
 public:
  static constexpr std::size_t lanes = 8;
  /// Jets of eight states, [coefficient][state].
  struct Jet {
    std::array<std::array<double, lanes>, 3> c{};
  };

  /// Forgets all, and goes on with jets of so many coefficients, 1 to 3.
  void begin(std::size_t coefficients);
  /// An argument of the formula.
  RecordedNumber argument(const Jet& jet);
  const Jet& value(RecordedNumber number) const { return values_[number.at_]; }
  /// From the adjoint of a number, recorded last or before, to those of all that it depends on.
  void reverse(RecordedNumber number, const Jet& bar);
  /// After reverse().
  const Jet& bar(RecordedNumber number) const { return bars_[number.at_]; }

 private:
  friend RecordedNumber operator+(RecordedNumber a, RecordedNumber b);
  friend RecordedNumber operator-(RecordedNumber a, RecordedNumber b);
  friend RecordedNumber operator*(RecordedNumber a, RecordedNumber b);
  friend RecordedNumber exp(RecordedNumber a);
  friend RecordedNumber log(RecordedNumber a);
  friend RecordedNumber dot(std::span<const RecordedNumber> a, std::span<const RecordedNumber> b);
  friend RecordedNumber log_sum(std::span<const RecordedNumber> a);

  static constexpr std::uint32_t one = ~std::uint32_t{0};
  /// A change of number `to` changes the one that has this edge by `scale` times the jets of `factor`, or by scale.
  struct Edge {
    std::uint32_t to, factor;
    double scale;
  };

  RecordedNumber put(const Jet& value);
  void depends(RecordedNumber on, std::uint32_t factor, double scale);  // the number put last
  RecordedNumber linear(RecordedNumber a, double scale, double add);
  Jet product(const Jet& a, const Jet& b) const;
  /// f(a) and f'(a), as jets, from f and its first three derivatives there.
  RecordedNumber through(RecordedNumber a, void (*derivatives)(double at, double (&f)[4]));

  std::size_t coefficients_ = 1;
  std::vector<Jet> values_, bars_;
  std::vector<std::uint32_t> ends_;  // of the edges of each number, one behind the other
  std::vector<Edge> edges_;
};

}  // namespace gibbsite
