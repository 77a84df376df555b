// What `gibbsite predict` found, for people and as JSON: from its record, whether new or read from a file.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "studies/files/json.hpp"
#include "studies/files/variables.hpp"
#include "studies/likelihood/command.hpp"
#include "studies/text/table.hpp"
#include "studies/text/utf8.hpp"

namespace gibbsite {
namespace {

double number_in(const Group& group, const char* name) {
  const auto values = doubles(group, name);
  return values.empty() ? unknown : values.front();
}

std::vector<std::int64_t> labels_in(const Group& group, const char* name) {
  const Variable* v = group.find(name);
  return v == nullptr ? std::vector<std::int64_t>() : std::get<std::vector<std::int64_t>>(v->data);
}

/// p of the likeliest label, [sample].
std::vector<double> likeliest_in(const Group& group, const std::vector<std::int64_t>& predicted) {
  const auto probability = doubles(group, "probability");
  const std::size_t labels = predicted.empty() ? 0 : probability.size() / predicted.size();
  std::vector<double> out;
  for (std::size_t s = 0; s < predicted.size(); ++s)
    out.push_back(probability[s * labels + static_cast<std::size_t>(predicted[s])]);
  return out;
}

}  // namespace

bool is_prediction(const Group& root) {
  const Group* group = root.child("prediction");
  return group != nullptr && group->find("predicted") != nullptr && group->find("probability") != nullptr;
}

std::string prediction_as_json(const Group& root) {
  const Group& group = *root.child("prediction");
  const auto predicted = labels_in(group, "predicted");
  Json out = {{"predicted", predicted}, {"samples", predicted.size()}, {"probability", likeliest_in(group, predicted)}};
  for (const char* name : {"accuracy", "label_log_likelihood", "calibration_error"}) out[name] = number_in(group, name);
  const auto list = [](std::span<const double> numbers) { return std::vector<double>(numbers.begin(), numbers.end()); };
  if (const auto energy = doubles(group, "energy"); !energy.empty()) out["energy"] = list(energy);
  if (const auto steps = doubles(group, "log_likelihood_by_steps"); !steps.empty())
    out["label_log_likelihood_by_steps"] = list(steps);
  if (group.find("auroc") != nullptr)
    out["auroc"] = {{"value", number_in(group, "auroc")}, {"error", number_in(group, "auroc_error")}};
  return out.dump();
}

void print_prediction(const Group& root, const std::string& path) {
  const Group& group = *root.child("prediction");
  const auto predicted = labels_in(group, "predicted"), truth = labels_in(group, "true_label");
  const std::vector<double> p = likeliest_in(group, predicted);
  const auto energy = doubles(group, "energy"), steps = doubles(group, "log_likelihood_by_steps");
  if (!path.empty()) fmt::print("{}\n", printable(path));
  fmt::print("{}\n", printable(text_attribute(root, "data")));
  if (!truth.empty())
    fmt::print("  accuracy {:.2f} %, mean ln p(label | sample) = {:.4f}, calibration error {:.4f}, energy gap {:.4g}\n",
               100 * number_in(group, "accuracy"), number_in(group, "label_log_likelihood"),
               number_in(group, "calibration_error"), number_in(group, "energy_gap"));
  if (!steps.empty()) {
    fmt::print("  -ln p(next | before) after steps of thinking:");
    const std::size_t every = std::max<std::size_t>(1, steps.size() / 12);
    for (std::size_t k = 0; k < steps.size(); k += every) fmt::print("{} {}: {:.4f}", k == 0 ? "" : ",", k, -steps[k]);
    fmt::print("\n");
  }
  if (group.find("auroc") != nullptr)
    fmt::print("  AUROC {} by energy against {}\n",
               with_error(number_in(group, "auroc"), number_in(group, "auroc_error")),
               printable(text_attribute(group, "against")));
  constexpr std::size_t most = 10;
  std::vector<std::string> header = {"sample", "predicted", "p"};
  if (!truth.empty()) header.emplace_back("true");
  if (!energy.empty()) header.emplace_back("E(x)");
  Table table(header);
  for (std::size_t s = 0; s < std::min(predicted.size(), most); ++s) {
    std::vector<std::string> row = {fmt::format("{}", s), fmt::format("{}", predicted[s]), fmt::format("{:.4f}", p[s])};
    if (!truth.empty()) row.push_back(fmt::format("{}", truth[s]));
    if (!energy.empty()) row.push_back(fmt::format("{:.5g}", energy[s]));
    table.add(std::move(row));
  }
  fmt::print("\n{}", table.text());
  if (predicted.size() > most)
    fmt::print("... and {} more; -o FILE.h5 writes all of them, with all probabilities\n", predicted.size() - most);
}

}  // namespace gibbsite
