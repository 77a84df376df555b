#include "studies/methods/chain_extension.hpp"

#include <fmt/format.h>

#include <cstring>

#include "studies/files/variables.hpp"
#include "studies/methods/chain_support.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

bool in_series(const Field& field) { return field.what.measured() && !field.what.name.starts_with("log_ratio"); }

std::string kept_name(const Field& field) { return "draws of " + field.what.name; }

/// The values of a variable as doubles, whatever whole numbers they are stored as.
std::vector<double> as_doubles(const Variable& v) {
  std::vector<double> values;
  std::visit(
      [&](const auto& data) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(data)>, std::vector<std::string>>)
          values.assign(data.begin(), data.end());
      },
      v.data);
  return values;
}

/// Columns of the trace from a series on (row, draw, beta).
void put_series(Trace& trace, const Field& field, std::size_t draws, std::size_t betas, const Variable& v) {
  const std::vector<double> values = as_doubles(v);
  if (values.size() != field.count * draws)
    throw RequestError(fmt::format("the series of {} has not the draws of this run", field.what.name));
  for (std::size_t c = 0, at = 0; c < field.count / betas; ++c)
    for (std::size_t t = 0; t < draws; ++t)
      for (std::size_t b = 0; b < betas; ++b, ++at)
        trace.rows[t * trace.width + field.offset + c * betas + b] = values[at];
}

/// The snapshots as they were taken.
std::vector<std::byte> configurations_of(const Group& task) {
  const Group* group = task.child("configurations");
  const Variable* v = group == nullptr ? nullptr : group->find("configuration");
  std::vector<std::byte> bytes;
  if (v == nullptr) return bytes;
  std::visit(
      [&](const auto& data) {
        using Item = typename std::decay_t<decltype(data)>::value_type;
        if constexpr (!std::is_same_v<Item, std::string>) {
          bytes.resize(data.size() * sizeof(Item));
          if (!bytes.empty()) std::memcpy(bytes.data(), data.data(), bytes.size());
        }
      },
      v->data);
  return bytes;
}

}  // namespace

Snapshot final_state_of_chains(const Method& method) {
  Snapshot kept = method.save();
  kept.bytes["snapshots"].clear();
  const Trace& trace = method.trace();
  for (const Field& field : method.fields()) {
    if (in_series(field)) continue;
    std::vector<double>& column = kept.numbers[kept_name(field)];
    column.reserve(trace.draws() * field.count);
    for (std::size_t t = 0; t < trace.draws(); ++t) {
      const auto row = trace.rows.begin() + static_cast<std::ptrdiff_t>(t * trace.width + field.offset);
      column.insert(column.end(), row, row + static_cast<std::ptrdiff_t>(field.count));
    }
  }
  return kept;
}

std::pair<Snapshot, Trace> longer_chains(const Study& study, const Method& method, const Group& task, Snapshot kept) {
  const std::size_t betas = method.lambda().size();
  const auto every = kept.counts.find("sweeps_per_draw"), wanted = kept.counts.find("draws_wanted");
  const Group* series = task.child("series");
  if (every == kept.counts.end() || every->second.size() != 1 || every->second[0] == 0 || wanted == kept.counts.end() ||
      wanted->second.size() != 1)
    throw RequestError("its final states are damaged");
  const std::size_t draws = series == nullptr                 ? 0
                            : series->find("draw") == nullptr ? 0
                                                              : series->find("draw")->shape[0];
  const std::uint64_t longer = static_cast<std::uint64_t>(study.keys<ChainKeys>().sweeps) / every->second[0];
  if (longer <= wanted->second[0])
    throw RequestError(fmt::format("method.sweeps = {} leaves no draw more than the {} there are, each of {} sweeps",
                                   study.keys<ChainKeys>().sweeps, wanted->second[0], every->second[0]));
  Trace trace;
  for (const Field& field : method.fields()) trace.width = std::max(trace.width, field.offset + field.count);
  trace.rows.resize(draws * trace.width);
  for (const Field& field : method.fields()) {
    if (!in_series(field)) {
      const std::vector<double>& column = kept.numbers[kept_name(field)];
      if (column.size() != draws * field.count) throw RequestError("its final states are damaged");
      for (std::size_t t = 0; t < draws; ++t)
        for (std::size_t k = 0; k < field.count; ++k)
          trace.rows[t * trace.width + field.offset + k] = column[t * field.count + k];
      kept.numbers.erase(kept_name(field));
      continue;
    }
    const Variable* v = series == nullptr ? nullptr : series->find(field.what.name);
    if (v == nullptr)
      throw RequestError(
          fmt::format("the draws of {} are not in it (method.store left them out), and estimates are made of all draws",
                      field.what.name));
    put_series(trace, field, draws, betas, *v);
  }
  kept.bytes["snapshots"] = configurations_of(task);
  kept.counts["draws_wanted"] = {longer};
  return {std::move(kept), std::move(trace)};
}

}  // namespace gibbsite
