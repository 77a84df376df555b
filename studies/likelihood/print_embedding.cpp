// What `gibbsite embed` found, for people and as JSON: from its record, whether new or read from a file.
#include <fmt/format.h>

#include "estimators/learning/nets/embeddings.hpp"
#include "studies/files/json.hpp"
#include "studies/files/variables.hpp"
#include "studies/likelihood/command.hpp"
#include "studies/results/print_result.hpp"
#include "studies/results/result_rows.hpp"
#include "studies/text/table.hpp"
#include "studies/text/utf8.hpp"

namespace gibbsite {
namespace {

/// Variables of /order, row by row.
struct OrderRows {
  std::span<const double> beta, squared, squared_error, binder, binder_error, crossing, crossing_error, value,
      value_error;
  std::string against;
};

OrderRows rows_of_order(const Group& order) {
  const auto column = [&](const char* name) { return doubles(order, name); };
  return {column("beta"),
          column("order_parameter_squared"),
          column("order_parameter_squared_error"),
          column("binder_cumulant"),
          column("binder_cumulant_error"),
          column("crossing_beta"),
          column("crossing_beta_error"),
          column("crossing_binder"),
          column("crossing_binder_error"),
          text_attribute(order, "against")};
}

void print_order(const Group& order) {
  const OrderRows rows = rows_of_order(order);
  Table table({"beta", "temperature", "<m^2>", "Binder cumulant"});
  for (std::size_t b = 0; b < rows.beta.size(); ++b)
    table.add({fmt::format("{:.6g}", rows.beta[b]), fmt::format("{:.6g}", 1 / rows.beta[b]),
               with_error(rows.squared[b], rows.squared_error[b]), with_error(rows.binder[b], rows.binder_error[b])});
  fmt::print("\n  order parameter: the direction of largest variance, less its mean at each beta\n{}", table.text());
  if (rows.against.empty()) return;
  const std::string other = printable(rows.against);
  if (rows.crossing.empty()) fmt::print("\n  Binder cumulants do not cross those of {}\n", other);
  for (std::size_t k = 0; k < rows.crossing.size(); ++k) {
    const double beta = rows.crossing[k], error = rows.crossing_error[k];
    fmt::print("\n  Binder cumulants cross those of {} at beta = {}, T = {}, at {}\n", other, with_error(beta, error),
               with_error(1 / beta, error / (beta * beta)), with_error(rows.value[k], rows.value_error[k]));
  }
}

EmbeddingSpread spread_in(const Group& embedding) {
  const Variable& z = *embedding.find("embedding");
  return embedding_spread(doubles(embedding, "embedding"), z.shape[1]);
}

}  // namespace

bool is_embedding(const Group& root) {
  const Group* group = root.child("embedding");
  const Variable* z = group == nullptr ? nullptr : group->find("embedding");
  return z != nullptr && z->shape.size() == 2;
}

void print_embedding(const Group& root, const std::string& path) {
  const Group& embedding = *root.child("embedding");
  const Variable& z = *embedding.find("embedding");
  const EmbeddingSpread spread = spread_in(embedding);
  fmt::print("{}\n  {}\n  {} numbers of each of {} samples: {}\n", printable(path),
             wrapped(text_attribute(root, "data"), 2), z.shape[1], z.shape[0], printable(z.long_name));
  fmt::print("  standard deviations {:.4g} on average, {:.4g} at least; {:.4g} directions\n", spread.mean_deviation,
             spread.least_deviation, spread.effective_rank);
  if (const auto energy = doubles(embedding, "energy"); !energy.empty()) {
    double mean = 0;
    for (const double e : energy) mean += e / static_cast<double>(energy.size());
    fmt::print("  mean F {:.6g}\n", mean);
  }
  if (const Group* order = root.child("order")) print_order(*order);
  for (const std::string& warning : warnings_of(root)) fmt::print("\n  warning: {}\n", wrapped(warning, 4));
}

std::string embedding_as_json(const Group& root) {
  const Group& embedding = *root.child("embedding");
  const Variable& z = *embedding.find("embedding");
  const EmbeddingSpread spread = spread_in(embedding);
  Json out = {{"samples", z.shape[0]},
              {"numbers", z.shape[1]},
              {"mean_deviation", spread.mean_deviation},
              {"least_deviation", spread.least_deviation},
              {"effective_rank", spread.effective_rank},
              {"model", text_attribute(root, "model")},
              {"warnings", warnings_of(root)}};
  const Group* order = root.child("order");
  if (order == nullptr) return out.dump();
  const OrderRows rows = rows_of_order(*order);
  out["order"] = Json::list();
  for (std::size_t b = 0; b < rows.beta.size(); ++b)
    out["order"].push_back({{"beta", rows.beta[b]},
                            {"order_parameter_squared", rows.squared[b]},
                            {"order_parameter_squared_error", rows.squared_error[b]},
                            {"binder_cumulant", rows.binder[b]},
                            {"binder_cumulant_error", rows.binder_error[b]}});
  if (rows.against.empty()) return out.dump();
  out["crossings"] = Json::list();
  for (std::size_t k = 0; k < rows.crossing.size(); ++k)
    out["crossings"].push_back({{"beta", rows.crossing[k]},
                                {"error", rows.crossing_error[k]},
                                {"temperature", 1 / rows.crossing[k]},
                                {"binder", rows.value[k]},
                                {"binder_error", rows.value_error[k]}});
  return out.dump();
}

}  // namespace gibbsite
