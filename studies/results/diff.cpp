/// `gibbsite diff`: whether two results say the same.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "estimators/significance.hpp"
#include "studies/files/json.hpp"
#include "studies/models/model_file.hpp"
#include "studies/results/command.hpp"
#include "studies/results/read_result.hpp"
#include "studies/results/result_rows.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/table.hpp"

namespace gibbsite {
namespace {

struct Pair {
  ResultRow a, b;
  double z;  // the normal number as surprising as the difference
};

/// Two rows are of one thing if they have the same.
std::string place_of(const ResultRow& row) {
  std::string place = row.name + '\n' + row.estimator;
  for (const auto& [key, value] : row.at) place += '\n' + key + '=' + value;
  return place + fmt::format("\n{:.12g}", row.beta);
}

/// What is compared of a file, read once.
struct Side {
  std::vector<ResultRow> rows;
  std::string seed;
};
Side side_of(const std::string& path) {
  const Group root = read_file(path);
  if (is_model(root))
    throw RequestError(
        fmt::format("{} is a model file, which holds no estimates; compare models by what `gibbsite "
                    "loglik` finds of the same data, or side by side by `gibbsite report`",
                    path));
  if (!is_result(root)) throw RequestError(fmt::format("{} is no result of gibbsite", path));
  Side side;
  show_result(path, [&] {
    check_result(root);
    side = {estimates_of(root), text_attribute(root, "seed")};
    for (ResultRow& row : free_energies_of(root)) side.rows.push_back(std::move(row));
  });
  return side;
}

/// (a - b) / (their errors together), whose degrees of freedom are Welch's and Satterthwaite's (Biometrics Bull. 2, 110
/// (1946)).
double z_of(const ResultRow& a, const ResultRow& b) {
  const double va = a.error * a.error, vb = b.error * b.error;
  const double parts = va * va / a.degrees + vb * vb / b.degrees;
  const double degrees = std::isfinite(parts) && parts > 0 ? (va + vb) * (va + vb) / parts : unknown;
  return normal_z({.value = a.value - b.value, .error = std::sqrt(va + vb), .degrees = degrees}, 0);
}

/// What two files have in common, the largest |z| first.
std::vector<Pair> pairs_of(const std::vector<ResultRow>& a, const std::vector<ResultRow>& b) {
  std::map<std::string, const ResultRow*> there;
  for (const ResultRow& row : b) there[place_of(row)] = &row;
  std::vector<Pair> pairs;
  for (const ResultRow& row : a)
    if (const auto found = there.find(place_of(row)); found != there.end())
      pairs.push_back({row, *found->second, z_of(row, *found->second)});
  std::stable_sort(pairs.begin(), pairs.end(), [](const Pair& x, const Pair& y) {
    const auto size = [](double z) { return std::isnan(z) ? -1 : std::abs(z); };
    return size(x.z) > size(y.z);
  });
  return pairs;
}

Largest largest_of(const std::vector<Pair>& pairs) {
  std::vector<double> z;
  for (const Pair& pair : pairs) z.push_back(pair.z);
  return largest_z(z);
}

std::string verdict(const Largest& largest) {
  return fmt::format("{}: {} comparisons, the largest |z| is {:.2f} ({:.2f} or more: one of 1000 such pairs of runs)",
                     largest.exceeds ? "they differ" : "they agree", largest.comparisons, std::abs(largest.z),
                     largest.threshold);
}

void print_table(const std::vector<Pair>& pairs) {
  constexpr std::size_t most = 20;
  const std::size_t shown = std::min(most, pairs.size());
  std::vector<std::string> header = {"quantity", "by"};
  for (const auto& [key, value] : pairs.front().a.at) header.push_back(key);
  for (const char* name : {"beta", "A", "B", "z"}) header.emplace_back(name);
  std::vector<std::vector<std::string>> rows;
  for (std::size_t k = 0; k < shown; ++k) {
    const Pair& pair = pairs[k];
    std::vector<std::string> row = {pair.a.name, pair.a.estimator};
    for (const auto& [key, value] : pair.a.at) row.push_back(readable(value));
    row.resize(header.size() - 4);
    row.push_back(fmt::format("{:.6g}", pair.a.beta));
    row.push_back(with_error(pair.a.value, pair.a.error));
    row.push_back(with_error(pair.b.value, pair.b.error));
    row.push_back(std::isnan(pair.z) ? "-" : fmt::format("{:+.2f}", pair.z));
    rows.push_back(std::move(row));
  }
  if (std::all_of(rows.begin(), rows.end(), [](const auto& row) { return row[1].empty(); })) {  // no estimators
    header.erase(header.begin() + 1);
    for (auto& row : rows) row.erase(row.begin() + 1);
  }
  Table table(std::move(header), 1);
  for (auto& row : rows) table.add(std::move(row));
  fmt::print("{}", table.text());
  if (shown < pairs.size()) fmt::print("... and {} more, with smaller |z|\n", pairs.size() - shown);
}

int diff(const Request& request, const std::string&) {
  const std::string &first = request.arguments[0], &second = request.arguments[1];
  const Side a = side_of(first), b = side_of(second);
  const std::vector<Pair> pairs = pairs_of(a.rows, b.rows);
  const Largest largest = largest_of(pairs);
  if (largest.comparisons == 0)
    throw RequestError(
        fmt::format("{} and {} have no estimate in common, at the same beta and grid's keys, whose "
                    "error is known in both",
                    first, second));
  const bool same_seed = !a.seed.empty() && a.seed == b.seed;
  if (request.json) {
    Json out = {{"comparisons", static_cast<std::int64_t>(largest.comparisons)},
                {"largest_z", largest.z},
                {"threshold", largest.threshold},
                {"agree", !largest.exceeds},
                {"same_seed", same_seed},
                {"differences", Json::list()}};
    for (const Pair& pair : pairs) {
      Json line = {{"quantity", pair.a.name}, {"beta", pair.a.beta},     {"a", pair.a.value}, {"a_error", pair.a.error},
                   {"b", pair.b.value},       {"b_error", pair.b.error}, {"z", pair.z}};
      if (!pair.a.estimator.empty()) line["estimator"] = pair.a.estimator;
      for (const auto& [key, value] : pair.a.at) line[key] = value;
      out["differences"].push_back(std::move(line));
    }
    fmt::print("{}\n", out.dump());
    return 0;
  }
  fmt::print("A: {}\nB: {}\n\n", first, second);
  print_table(pairs);
  fmt::print("\n{}\n", verdict(largest));
  if (const std::size_t alone = a.rows.size() + b.rows.size() - 2 * pairs.size(); alone > 0)
    fmt::print("{} estimates are in one file alone\n", alone);
  if (same_seed)
    fmt::print("both have seed {}: where they drew the same numbers they are not independent, and z is too small\n",
               a.seed);
  return 0;
}

}  // namespace

const Command& diff_command() {
  static const Command command{
      .name = "diff",
      .arguments = "A.h5 B.h5",
      .summary = "compare two results, quantity by quantity",
      .details =
          "Every estimate and ln Z that both files have, at the same beta and grid's keys: the difference in "
          "units of both errors, as a normal number (Student's where errors rest on few draws), the largest "
          "first; and whether the largest is more than chance allows among so many (Sidak).",
      .least = 2,
      .most = 2,
      .options = {json_option, help_option},
      .examples = {"gibbsite diff heat_bath.h5 wolff.h5", "gibbsite diff a.h5 b.h5 --json | jq .agree"},
      .run = diff};
  return command;
}

}  // namespace gibbsite
