// Which systems of which sizes stand in result files, and where to look at them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "studies/scaling/scaling.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

/// The lines of [model] in a study, without those that tell sizes apart; and the one of the size.
struct ModelSection {
  std::string rest, size;
};
ModelSection model_section(const std::string& study) {
  ModelSection section;
  bool inside = false;
  for (const std::string_view line : split(study, '\n')) {
    if (line.starts_with('[')) inside = trim(line) == "[model]";
    if (!inside || trim(line).empty()) continue;
    if (line.starts_with("size = "))
      section.size = std::string(line.substr(7));
    else
      section.rest += std::string(line) + '\n';
  }
  return section;
}

/// "16", "[16, 32]" or "16x32".
std::vector<double> sides_of(std::string text) {
  std::replace(text.begin(), text.end(), 'x', ',');
  std::erase_if(text, [](char c) { return c == '[' || c == ']' || c == '"' || c == ' '; });
  std::vector<double> sides;
  for (const std::string_view word : split(text, ',')) {
    const auto side = read_number<double>(word);
    if (!side || !(*side >= 1)) return {};
    sides.push_back(*side);
  }
  return sides;
}

struct Sized {
  ReweightedCurve curve;
  std::vector<double> sides;
  std::string system;  // the rest of what was asked for
  double size() const {
    if (std::all_of(sides.begin(), sides.end(), [&](double s) { return s == sides[0]; })) return sides[0];
    double log_product = 0;
    for (const double side : sides) log_product += std::log(side);
    return std::exp(log_product / static_cast<double>(sides.size()));
  }
  std::string name() const {
    std::string text;
    const bool cube = std::all_of(sides.begin(), sides.end(), [&](double s) { return s == sides[0]; });
    for (std::size_t k = 0; k < (cube ? 1 : sides.size()); ++k)
      text += fmt::format("{}{:.0f}", k > 0 ? "x" : "", sides[k]);
    return text;
  }
};

Sized sized(ReweightedCurve curve) {
  const ModelSection model = model_section(curve.study);
  Sized out{std::move(curve), sides_of(model.size), model.rest};
  for (const auto& [key, value] : out.curve.at)
    if (key == "model.size")
      out.sides = sides_of(value);
    else
      out.system += key + " = " + value + '\n';
  const std::string& who = out.curve.label.empty() ? out.curve.file : out.curve.label;
  if (out.sides.empty())
    throw RequestError(fmt::format("{} does not say its linear size (model.size): scaling needs lattices", who));
  if (out.curve.field)
    throw RequestError(fmt::format(
        "{} has fields: scaling reads crossings of Binder cumulants around <m> = 0; give results without", who));
  return out;
}

/// The first line in which two descriptions differ.
std::string difference(const std::string& a, const std::string& b) {
  const auto lines_a = split(a, '\n'), lines_b = split(b, '\n');
  for (std::size_t k = 0; k < std::max(lines_a.size(), lines_b.size()); ++k) {
    const std::string_view x = k < lines_a.size() ? lines_a[k] : "", y = k < lines_b.size() ? lines_b[k] : "";
    if (x != y) return fmt::format("{} and {}", x.empty() ? "(nothing)" : x, y.empty() ? "(nothing)" : y);
  }
  return "";
}

void check_family(const std::vector<Sized>& all) {
  for (std::size_t k = 1; k < all.size(); ++k) {
    const Sized &a = all[k - 1], &b = all[k];
    if (a.system != b.system)
      throw RequestError(fmt::format("sizes {} and {} are of different systems ({}); give several sizes of one",
                                     a.name(), b.name(), difference(a.system, b.system)));
    if (a.sides.size() != b.sides.size() || std::abs(a.sides[0] / a.size() - b.sides[0] / b.size()) > 1e-9)
      throw RequestError(fmt::format("{} and {} are of different shapes; give sizes with the same ratio of sides",
                                     a.name(), b.name()));
    if (a.sides == b.sides) throw RequestError(fmt::format("size {} is there twice; give each size once", a.name()));
  }
  if (all.size() < 2)
    throw RequestError("scaling needs at least two sizes; give results of others too, or a grid over model.size");
}

/// From one beta to another in steps on which no curve turns.
std::vector<double> close_betas(const std::vector<ReweightedCurve>& curves, double first, double last) {
  double spread = 0;
  for (const ReweightedCurve& curve : curves)
    for (const double beta : {first, (first + last) / 2, last})
      spread = std::max(spread, std::sqrt(curve.curves.at(beta).energy_variance));
  const double wanted = std::ceil((last - first) * spread / 0.4);
  const auto count = static_cast<std::size_t>(std::clamp(std::isfinite(wanted) ? wanted : 40, 40.0, 240.0));
  std::vector<double> beta;
  for (std::size_t k = 0; k <= count; ++k)
    beta.push_back(first + (last - first) * static_cast<double>(k) / static_cast<double>(count));
  return beta;
}

}  // namespace

SizedFiles sized_files(std::vector<ReweightedCurve> curves, double low, double high) {
  std::vector<Sized> all;
  for (ReweightedCurve& curve : curves) all.push_back(sized(std::move(curve)));
  std::stable_sort(all.begin(), all.end(), [](const Sized& a, const Sized& b) { return a.size() < b.size(); });
  check_family(all);
  SizedFiles files;
  double first = 0, last = infinite;  // betas that all sizes were drawn at
  for (Sized& one : all) {
    const auto drawn = one.curve.curves.reweighting().beta();
    first = std::max(first, drawn.front());
    last = std::min(last, drawn.back());
    files.sizes.push_back(one.size());
    files.names.push_back(one.name());
    files.curves.push_back(std::move(one.curve));
  }
  const std::string drawn = first < last
                                ? fmt::format("all sizes were drawn from T = {:.6g} to {:.6g}", 1 / last, 1 / first)
                                : "there are no temperatures at which all sizes were drawn";
  if (!std::isnan(low)) {
    if (!(1 / high < last && 1 / low > first))
      throw RequestError(fmt::format("--temperature {}:{}: {}", low, high, drawn));
    first = std::max(first, 1 / high);
    last = std::min(last, 1 / low);
  }
  if (!(first < last))
    throw RequestError(drawn + "; scaling needs several temperatures around the critical one, the same for all sizes");
  files.beta = close_betas(files.curves, first, last);
  return files;
}

}  // namespace gibbsite
