/// Data as states of a layer, and their means.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "physics/matrices/moments.hpp"
#include "studies/data/data.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

[[noreturn]] void refuse(const Data& data, std::size_t index, const std::string& what) {
  throw RequestError(fmt::format("{} (row {}, column {}; both from 0): {} {}", data.source,
                                 data.first_row + index / data.width, index % data.width, data.values[index], what));
}

template <class Test>
void require(const Data& data, Test test, const std::string& what) {
  for (std::size_t k = 0; k < data.values.size(); ++k)
    if (!test(data.values[k])) refuse(data, k, what);
}

bool is_bit(double v) { return v == 0 || v == 1; }

void check_one_hot(const Data& data, std::size_t states) {
  require(data, is_bit, "is neither 0 nor 1, as one-hot rows of categorical units are");
  for (std::size_t k = 0; k < data.values.size(); k += states)
    if (std::count(&data.values[k], &data.values[k] + states, 1.0) != 1)
      refuse(data, k,
             fmt::format("begins {} numbers of which not exactly one is 1; give each unit's state as one of "
                         "0 to {}, or one-hot",
                         states, states - 1));
}

void make_one_hot(Data& data, std::size_t states) {
  const auto is_state = [&](double v) { return v >= 0 && v < static_cast<double>(states) && v == std::floor(v); };
  require(data, is_state, fmt::format("is no state of a categorical unit; allowed: 0 to {}", states - 1));
  std::vector<double> one_hot(data.values.size() * states, 0.0);
  for (std::size_t k = 0; k < data.values.size(); ++k)
    one_hot[k * states + static_cast<std::size_t>(data.values[k])] = 1;
  data.values = std::move(one_hot);
  data.treatment += fmt::format("; states 0 to {} read as one-hot", states - 1);
  data.width *= states;
}

/// One-hot behind the numbers of each sample.
void append_labels(Data& data, std::size_t labels) {
  std::vector<double> values;
  values.reserve(data.samples * (data.width + labels));
  for (std::size_t s = 0; s < data.samples; ++s) {
    const auto row = data.values.begin() + static_cast<std::ptrdiff_t>(s * data.width);
    if (data.labels[s] >= labels)
      throw RequestError(fmt::format("{}: the label of row {} (from 0) is {}, but the model's labels are 0 to {}",
                                     data.source, data.first_row + s, data.labels[s], labels - 1));
    values.insert(values.end(), row, row + static_cast<std::ptrdiff_t>(data.width));
    values.resize(values.size() + labels, 0.0);
    values[values.size() - labels + data.labels[s]] = 1;
  }
  data.values = std::move(values);
  data.width += labels;
  data.labels.clear();
}

Data check_units(Data data, const Layer& visible) {
  const bool categorical = visible.kind == UnitKind::categorical, by_state = categorical && data.width == visible.units;
  if (data.width != visible.width() && !by_state)
    throw RequestError(fmt::format(
        "{}: its rows have {} numbers, but the model has {} visible units{}; {}", data.source, data.width,
        visible.units,
        categorical
            ? fmt::format(" of {} states each (one column per unit, or {} one-hot)", visible.states, visible.width())
            : "",
        data.samples * data.width == visible.width()
            ? fmt::format("as one picture give it in one row (1 x {})", visible.width())
        : data.width > visible.width() ? "give the data this model is for, or take some numbers of each row by "
                                         "data.columns"
                                       : "give the data this model is for"));
  if (data.states != 0 && (!categorical || data.states != visible.states))
    throw RequestError(
        fmt::format("{}: its letters are {} states, but the model's visible units have {}; take the "
                    "alphabet this model is for",
                    data.source, data.states, categorical ? visible.states : 2));
  if (data.treated.reshapes() && visible.kind != UnitKind::gaussian)
    throw RequestError(
        fmt::format("{}: its numbers became real ones ({}), which the model's units cannot be; leave out dequantize, "
                    "logit and standardize",
                    data.source, description(data.treated)));
  switch (visible.kind) {
    case UnitKind::binary:
      require(data, is_bit, "is neither 0 nor 1, as the model's units are; binarize the data (binarize = 0.5)");
      break;
    case UnitKind::spin:
      if (std::all_of(data.values.begin(), data.values.end(), is_bit)) {
        for (double& v : data.values) v = 2 * v - 1;
        data.treatment += "; 0 and 1 read as spins -1 and +1";
      }
      require(
          data, [](double v) { return v == -1 || v == 1; },
          "is neither -1 nor +1, as the model's spins are; give -1 and +1, or 0 and 1 alone, or binarize the data");
      break;
    case UnitKind::categorical:
      if (by_state)
        make_one_hot(data, visible.states);
      else
        check_one_hot(data, visible.states);
      break;
    case UnitKind::gaussian:
      require(
          data, [](double v) { return std::isfinite(v); }, "is not a finite number; remove or fill such entries");
      break;
  }
  return data;
}

}  // namespace

Data check_data(Data data, const Layer& visible) {
  if (visible.labels == 0) {
    if (!data.labels.empty())
      throw RequestError(
          fmt::format("{}: it comes with labels, but the model has none; leave out data.labels", data.source));
    return check_units(std::move(data), visible);
  }
  if (data.labels.empty())
    throw RequestError(fmt::format(
        "{}: the model has a label of {} states; give those of the data by data.labels (or see gibbsite predict)",
        data.source, visible.labels));
  data = check_units(std::move(data), visible.without_label());
  append_labels(data, visible.labels);
  return data;
}

std::vector<double> weights_of_similar(const Data& data, const Layer& visible, double identity) {
  if (visible.kind == UnitKind::gaussian || visible.states > 255)
    throw RequestError("data.reweight compares units of at most 255 states, which gaussian units are not");
  const std::size_t n = data.samples, units = visible.units;
  std::vector<std::uint8_t> state(n * units);
  for (std::size_t s = 0; s < n; ++s)
    for (std::size_t i = 0; i < units; ++i) {
      const double* x = &data.values[s * data.width + i * visible.states];
      state[s * units + i] = static_cast<std::uint8_t>(
          visible.kind == UnitKind::categorical ? std::find(x, x + visible.states, 1.0) - x : (*x > 0 ? 1 : 0));
    }
  constexpr double rounding = 1e-9;
  const auto least = static_cast<std::size_t>(std::ceil(identity * static_cast<double>(units) - rounding));
  std::vector<std::size_t> alike(n, 0);
#pragma omp parallel for schedule(dynamic, 16)
  for (std::size_t s = 0; s < n; ++s) {
    const std::uint8_t* const x = state.data() + s * units;
    std::size_t count = 0;
    for (std::size_t t = 0; t < n; ++t) {
      const std::uint8_t* const y = state.data() + t * units;
      std::uint32_t same = 0;
      for (std::size_t i = 0; i < units; ++i) same += x[i] == y[i] ? 1U : 0U;
      count += same >= least ? 1 : 0;
    }
    alike[s] = count;
  }
  std::vector<double> weight;
  for (const std::size_t count : alike) weight.push_back(1 / static_cast<double>(count));
  return weight;
}

BaseRates base_rates(const Data& data, const Layer& visible, std::span<const double> weight) {
  const Moments moments(data.values, data.width, weight);
  BaseRates rates{moments.mean, {}, data.samples, description(data)};
  for (std::size_t i = 0; visible.kind == UnitKind::gaussian && i < visible.units; ++i)  // without the label
    rates.variance.push_back(moments.varies(i) ? moments.variance[i] : visible.variance[i]);
  return rates;
}

}  // namespace gibbsite
