/// Making groups and variables without fuss.
#pragma once

#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "estimators/estimate.hpp"
#include "studies/files/record.hpp"

namespace gibbsite {

inline void add(Group& group, std::string name, std::vector<std::string> dims, std::vector<std::size_t> shape,
                Column data, std::string units, std::string long_name) {
  group.variables.push_back(
      {std::move(name), std::move(dims), std::move(shape), std::move(data), std::move(units), std::move(long_name)});
}

/// A coordinate: a variable on the dimension of its own name.
template <class T>
void add_coordinate(Group& group, const std::string& name, std::vector<T> values, std::string units,
                    std::string long_name) {
  const std::size_t length = values.size();
  add(group, name, {name}, {length}, std::move(values), std::move(units), std::move(long_name));
}

/// The coordinate 0, 1, ..., length - 1.
inline void add_index(Group& group, const std::string& name, std::size_t length, std::string long_name) {
  std::vector<std::int64_t> index(length);
  std::iota(index.begin(), index.end(), std::int64_t{0});
  add_coordinate(group, name, std::move(index), "1", std::move(long_name));
}

inline void add_scalar(Group& group, std::string name, double value, std::string units, std::string long_name) {
  add(group, std::move(name), {}, {}, std::vector<double>{value}, std::move(units), std::move(long_name));
}

/// The coordinate beta, and the temperature beside it (infinite at beta = 0).
inline void add_beta(Group& group, std::span<const double> beta) {
  std::vector<double> temperature;
  for (const double b : beta) temperature.push_back(1 / b);
  add_coordinate(group, "beta", std::vector<double>(beta.begin(), beta.end()), "1/J", "inverse temperature");
  add(group, "temperature", {"beta"}, {beta.size()}, std::move(temperature), "J", "temperature");
}

/// NAME, NAME_error and NAME_degrees on `dims`, from estimates in row-major order.
inline void add_estimates(Group& group, const std::string& name, std::vector<std::string> dims,
                          std::vector<std::size_t> shape, std::span<const Estimate> estimates, const std::string& units,
                          const std::string& long_name) {
  std::vector<double> value, error, degrees;
  for (const Estimate& e : estimates) {
    value.push_back(e.value);
    error.push_back(e.error);
    degrees.push_back(e.degrees);
  }
  add(group, name, dims, shape, std::move(value), units, long_name);
  add(group, name + "_error", dims, shape, std::move(error), units, "standard error of " + name);
  add(group, name + "_degrees", std::move(dims), std::move(shape), std::move(degrees), "1",
      "degrees of freedom of " + name + "_error");
}

/// Sentences of doubt as the variable `warnings`; nothing where there are none.
inline void add_warnings(Group& group, const std::vector<std::string>& sentences) {
  if (sentences.empty()) return;
  add_index(group, "warning", sentences.size(), "warning");
  add(group, "warnings", {"warning"}, {sentences.size()}, sentences, "1", "what to doubt, in plain words");
}

/// What is to be said that is no doubt as the variable `notes`.
inline void add_notes(Group& group, const std::vector<std::string>& sentences) {
  if (sentences.empty()) return;
  add_index(group, "note", sentences.size(), "note");
  add(group, "notes", {"note"}, {sentences.size()}, sentences, "1", "what a run of this kind cannot tell");
}

/// The doubles of a variable; empty where there is no such variable or it holds something else.
inline std::span<const double> doubles(const Group& group, const std::string& name) {
  const Variable* v = group.find(name);
  const auto* data = v == nullptr ? nullptr : std::get_if<std::vector<double>>(&v->data);
  return data == nullptr ? std::span<const double>() : std::span<const double>(*data);
}

}  // namespace gibbsite
