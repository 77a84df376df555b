// What `gibbsite loglik` found, for people and as JSON: from its record, whether new or read from a file.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "studies/files/json.hpp"
#include "studies/files/variables.hpp"
#include "studies/likelihood/likelihood.hpp"
#include "studies/likelihood/log_z_routes.hpp"
#include "studies/results/print_result.hpp"
#include "studies/results/result_rows.hpp"
#include "studies/runs/progress.hpp"
#include "studies/text/table.hpp"
#include "studies/text/utf8.hpp"

namespace gibbsite {
namespace {

double scalar(const Group& group, const std::string& name) {
  const auto values = doubles(group, name);
  return values.empty() ? unknown : values.front();
}

double seconds_of(const Group& root) {
  for (const auto& [name, value] : root.attributes)
    if (const auto* seconds = std::get_if<double>(&value); seconds != nullptr && name == "wall_seconds")
      return *seconds;
  return unknown;
}

/// -log2 p over the visible units, of the mean, with both of its errors; not known in files that do not count units.
struct BitsPerUnit {
  double value = unknown, error = unknown;
};

BitsPerUnit bits_per_unit(const Group& found) {
  for (const auto& [name, value] : found.attributes)
    if (const auto* units = std::get_if<std::int64_t>(&value);
        units != nullptr && name == "visible_units" && *units > 0) {
      const double nats = std::numbers::ln2 * static_cast<double>(*units);
      return {-scalar(found, "mean") / nats,
              std::hypot(scalar(found, "mean_error_log_z"), scalar(found, "mean_error_data")) / nats};
    }
  return {};
}

/// One route to ln Z, as it stands in the record.
struct RouteRow {
  std::string estimator;
  double value, error, effective;
  bool trusted;
};

std::vector<RouteRow> routes_of(const Group& root) {
  const Group& group = *root.child("free_energy");
  const auto& names = std::get<std::vector<std::string>>(group.find("estimator")->data);
  const auto& trusted = std::get<std::vector<std::int8_t>>(group.find("trusted")->data);
  const auto at = [&](const char* name, std::size_t k) {
    const auto values = doubles(group, name);
    return k < values.size() ? values[k] : unknown;
  };
  std::vector<RouteRow> rows;
  for (std::size_t k = 0; k < names.size(); ++k)
    rows.push_back({names[k], at("log_z", k), at("log_z_error", k), at("log_z_ess", k), trusted.at(k) != 0});
  return rows;
}

std::string value_text(double value, double error) {
  return error == 0 ? fmt::format("{:.10g}", value) : with_error(value, error);
}

std::string samples_reconstructed(const Group& found) {
  const double samples = scalar(found, "reconstruction_samples");
  return std::isnan(samples) ? "" : fmt::format(", first {:.0f} samples", samples);
}

}  // namespace

bool likelihood_doubted(const Group& root) {
  const std::vector<RouteRow> routes = routes_of(root);
  const bool trusted = std::any_of(routes.begin(), routes.end(), [](const RouteRow& row) { return row.trusted; });
  return !trusted || !warnings_of(root).empty();
}

void print_likelihood(const Group& root, const std::string& path) {
  const Group& found = *root.child("likelihood");
  if (!path.empty()) fmt::print("{}\n", printable(path));
  fmt::print("  {}\n", wrapped(text_attribute(root, "system"), 2));
  fmt::print("  {}; {}\n", wrapped(text_attribute(root, "data"), 2), clock_time(seconds_of(root)));
  if (const Group* d = root.child("diagnostics"); d != nullptr && !text_attribute(*d, "layout").empty())
    fmt::print("  layout: {}\n", printable(text_attribute(*d, "layout")));
  fmt::print("\n");
  Table routes({"ln Z by", "value", "effective", "trusted"}, 1);
  for (const RouteRow& row : routes_of(root))
    routes.add({row.estimator, value_text(row.value, row.error),
                std::isnan(row.effective) ? "-" : fmt::format("{:.1f}", row.effective),
                row.estimator == noise_contrast_route.name ? "learned"
                : row.trusted                              ? "yes"
                                                           : "NO"});
  fmt::print("{}\n  {}\n", routes.text(), wrapped(text_attribute(root, "verdict"), 2));

  const std::string kind = text_attribute(found, "kind");
  const double error_draws = scalar(found, "mean_error_draws");
  const double error_log_z = scalar(found, "mean_error_log_z"), error_data = scalar(found, "mean_error_data");
  fmt::print("\n  mean log-likelihood {} {} nats ({})\n",
             kind == "lower bound"                 ? ">="
             : kind == "estimate of a lower bound" ? ">~"
                                                   : "=",
             with_error(scalar(found, "mean"), std::hypot(error_log_z, error_data)),
             printable(text_attribute(found, "meaning")));
  fmt::print("    of which {} from ln Z ({}), and {} from the finite number of samples\n",
             error_log_z == 0 ? "nothing" : fmt::format("+- {:.2g}", error_log_z),
             printable(text_attribute(found, "log_z_by")),
             std::isnan(error_data) ? "an unknown part" : fmt::format("+- {:.2g}", error_data));
  if (const BitsPerUnit bits = bits_per_unit(found); !std::isnan(bits.value))
    fmt::print("    = {} bits per visible unit (-log2 p{})\n", with_error(bits.value, bits.error),
               text_attribute(found, "label").empty() ? "" : "; the label is one of them");
  if (!std::isnan(error_draws))
    fmt::print(
        "    (the last holds +- {:.2g} from the draws that estimate the bound: single samples may lie above ln p)\n",
        error_draws);
  if (const auto raised = doubles(found, "raise_log_likelihood"); !raised.empty())
    fmt::print("  RAISE of the first {} samples, as a rule conservative: {} nats, {} from what stands above for them\n",
               raised.size(), with_error(scalar(found, "raise_mean"), scalar(found, "raise_mean_error_data")),
               with_error(scalar(found, "raise_gap"), scalar(found, "raise_gap_error")));
  if (const double of_file = scalar(found, "mean_of_file"); !std::isnan(of_file))
    fmt::print("    {} nats of the numbers as they stand in the file (with the Jacobian of what was done to them)\n",
               with_error(of_file, std::hypot(error_log_z, scalar(found, "mean_of_file_error_data"))));
  if (const double bits = scalar(found, "bits_per_dimension"); !std::isnan(bits))
    fmt::print("    = {} bits per dimension (uniform over {:.0f} levels: {:.4g})\n",
               with_error(bits, scalar(found, "bits_per_dimension_error")), scalar(found, "levels"),
               std::log2(scalar(found, "levels")));
  if (!std::isnan(scalar(found, "reconstruction_error")))
    fmt::print("  reconstruction error {} per visible number (root mean square{})\n",
               with_error(scalar(found, "reconstruction_error"), scalar(found, "reconstruction_error_error")),
               samples_reconstructed(found));
  for (const std::string& warning : warnings_of(root)) fmt::print("\n  warning: {}\n", wrapped(warning, 4));
}

std::string likelihood_as_json(const Group& root) {
  const Group& found = *root.child("likelihood");
  Json routes = Json::list();
  for (const RouteRow& row : routes_of(root))
    routes.push_back({{"estimator", row.estimator},
                      {"value", row.value},
                      {"error", row.error},
                      {"effective", row.effective},
                      {"trusted", row.trusted}});
  Json out = {{"log_z", routes},
              {"log_likelihood",
               {{"mean", scalar(found, "mean")},
                {"error_log_z", scalar(found, "mean_error_log_z")},
                {"error_data", scalar(found, "mean_error_data")},
                {"samples", doubles(found, "log_likelihood").size()},
                {"log_z_by", text_attribute(found, "log_z_by")},
                {"kind", text_attribute(found, "kind")}}},
              {"data", data_as_json(root)},
              {"reconstruction_error", scalar(found, "reconstruction_error")},
              {"reconstruction_samples", scalar(found, "reconstruction_samples")},
              {"verdict", text_attribute(root, "verdict")},
              {"warnings", warnings_of(root)}};
  if (const BitsPerUnit bits = bits_per_unit(found); !std::isnan(bits.value)) {
    out["log_likelihood"]["bits_per_unit"] = bits.value;
    out["log_likelihood"]["bits_per_unit_error"] = bits.error;
  }
  if (const double of_file = scalar(found, "mean_of_file"); !std::isnan(of_file)) {
    out["log_likelihood"]["mean_of_file"] = of_file;
    out["log_likelihood"]["mean_of_file_error_data"] = scalar(found, "mean_of_file_error_data");
  }
  if (const double bits = scalar(found, "bits_per_dimension"); !std::isnan(bits)) {
    out["log_likelihood"]["bits_per_dimension"] = bits;
    out["log_likelihood"]["bits_per_dimension_error"] = scalar(found, "bits_per_dimension_error");
  }
  if (const double draws = scalar(found, "mean_error_draws"); !std::isnan(draws))
    out["log_likelihood"]["error_draws"] = draws;
  if (const auto raised = doubles(found, "raise_log_likelihood"); !raised.empty())
    out["raise"] = {{"mean", scalar(found, "raise_mean")},
                    {"error_data", scalar(found, "raise_mean_error_data")},
                    {"samples", raised.size()},
                    {"gap", scalar(found, "raise_gap")},
                    {"gap_error", scalar(found, "raise_gap_error")}};
  return out.dump();
}

}  // namespace gibbsite
