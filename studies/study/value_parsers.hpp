/// The forms a value can take, read and checked. Every function throws BadValue.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "studies/study/value.hpp"

namespace gibbsite {

/// A value that does not fit: which (perhaps one element of a list), and why ("is not an integer").
struct BadValue {
  Value value;
  std::string reason;
};

/// An integer from `low` to `high`; a real number without a fraction (2e4) is taken as one.
std::int64_t read_integer(const Value& value, std::int64_t low, std::int64_t high);
/// An integer from 0 to 2^64 - 1, from 2^63 on perhaps in digits as text.
std::uint64_t read_seed(const Value& value);
/// A finite number.
double read_real(const Value& value);
/// Finite numbers: one, a list, or a list of lists of them, all of the same length, one behind the other.
std::vector<double> read_numbers(const Value& value);
/// Text that is not empty.
const std::string& read_text(const Value& value);
/// hot, cold, mixed, or the path of a file that exists.
std::string read_start(const Value& value);
/// An absolute path.
std::string read_path(const Value& value);
/// Whether words can be the name of a generated set of data.
bool may_be_set(std::string_view text);
/// The same, or words that can be the name of a generated set of data: letters and dashes, a colon, a number
/// ("shifter:8").
std::string read_path_or_set(const Value& value);
/// Sides of a lattice: one integer or a list.
std::vector<std::int64_t> read_sides(const Value& value);

/// Inverse temperatures, ascending from 0 or above: "start:stop:count" (both ends hit exactly), a list, or one number.
std::vector<double> read_betas(const Value& value);
/// The same written as temperatures, in any order: 1 / T, ascending.
std::vector<double> read_temperatures(const Value& value);
/// Those temperatures themselves, descending.
std::vector<double> read_temperatures_themselves(const Value& value);
/// An annealing schedule: how many intermediate betas (one number), or the betas themselves, ascending from 0.
std::vector<double> read_schedule(const Value& value);

/// The values of one grid key: a list, "start:stop" (integers in steps of 1) or "start:stop:count".
Value::List read_grid(const Value& value);

}  // namespace gibbsite
