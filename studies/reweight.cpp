// `gibbsite reweight`: from the draws in result files to curves, peaks and crossings.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "estimators/exponential_average.hpp"
#include "studies/archive.hpp"
#include "studies/execute.hpp"
#include "studies/reweighted.hpp"
#include "studies/signals.hpp"
#include "studies/version.hpp"
#include "studies/whole_file.hpp"

namespace gibbsite {
namespace {

namespace fs = std::filesystem;

void check_output(const Request& request) {
  const fs::path& out = request.out;
  if (out.empty()) return;
  check_writable(request, "the curves");
  remove_leftovers(out);
}

std::vector<ReweightedCurve> read_all(const std::vector<std::string>& files) {
  std::vector<ReweightedCurve> curves;
  for (std::size_t k = 0; k < files.size(); ++k) {
    for (std::size_t before = 0; before < k; ++before) {
      std::error_code ignored;
      if (files[k] == files[before] || fs::equivalent(files[k], files[before], ignored))
        throw RequestError(fmt::format("{} is given twice; name each file once", files[k]));
    }
    for (ReweightedCurve& curve : read_curves(files[k])) {
      if (files.size() > 1) curve.label = curve.file + (curve.label.empty() ? "" : ": " + curve.label);
      curves.push_back(std::move(curve));
    }
  }
  return curves;
}

/// What to doubt in one curve, in plain words.
void add_warnings(std::vector<std::string>& warnings, const ReweightedCurve& curve) {
  const std::string who = curve.label.empty() ? "" : curve.label + ": ";
  const CurveTable& t = curve.table;
  const auto drawn = curve.curves.reweighting().beta();
  if (curve.partial) warnings.push_back(who + "the run was stopped before its end; these are the draws so far");
  for (std::size_t b = 0; b < t.beta.size(); ++b) {
    if (t.trusted[b]) continue;
    const std::size_t first = b;
    double fewest = t.effective[b];
    for (; b + 1 < t.beta.size() && !t.trusted[b + 1]; ++b) fewest = std::min(fewest, t.effective[b + 1]);
    const std::string where = first == b ? fmt::format("at beta = {:.6g}", t.beta[b])
                                         : fmt::format("from beta = {:.6g} to {:.6g}", t.beta[first], t.beta[b]);
    warnings.push_back(
        fmt::format("{}{} averages rest on {:.2g} effective draws at worst, {:.0f} are needed to give "
                    "them errors; draws were taken from beta = {:.6g} to {:.6g}: simulate closer",
                    who, where, fewest, fewest_effective_draws, drawn.front(), drawn.back()));
  }
  const auto links = curve.curves.reweighting().links();
  for (std::size_t k = 0; k < links.size(); ++k)
    if (links[k] < fewest_effective_draws && drawn[k] < t.beta.back())
      warnings.push_back(
          fmt::format("{}between beta = {:.6g} and {:.6g} the draws hardly overlap ({:.2g} effective "
                      "draws know both sides): ln Z beyond has no error; put betas between them",
                      who, drawn[k], drawn[k + 1], links[k]));
}

/// Two sizes of what is otherwise one system.
bool comparable(const ReweightedCurve& a, const ReweightedCurve& b) {
  const auto others = [](const ReweightedCurve& curve) {
    auto at = curve.at;
    std::erase_if(at, [](const auto& pair) { return pair.first == "model.size"; });
    return at;
  };
  return a.sites != b.sites && others(a) == others(b);
}

}  // namespace

Reweighted measure(std::vector<ReweightedCurve> curves, std::vector<double> beta) {
  Reweighted result{std::move(beta), std::move(curves), {}, {}};
  for (ReweightedCurve& curve : result.curves) {
    curve.table = tabulate(curve.curves, result.beta);
    for (const Quantity q : {Quantity::specific_heat, Quantity::susceptibility, Quantity::susceptibility_abs})
      curve.peaks.emplace_back(q, find_peak(curve.curves, curve.table, q));
    add_warnings(result.warnings, curve);
  }
  for (std::size_t a = 0; a < result.curves.size(); ++a)
    for (std::size_t b = a + 1; b < result.curves.size(); ++b) {
      const ReweightedCurve &first = result.curves[a], &second = result.curves[b];
      if (!comparable(first, second)) continue;
      for (const Crossing& crossing :
           find_crossings(first.curves, first.table, second.curves, second.table, Quantity::binder_cumulant))
        result.crossings.push_back({a, b, crossing});
    }
  return result;
}

int reweight(const Request& request) {
  check_output(request);
  const Reweighted result = measure(read_all(request.arguments), request.beta);
  if (!request.out.empty()) {
    Group root = reweighted_record(result);
    std::string files;
    for (const std::string& file : request.arguments) files += (files.empty() ? "" : " ") + file;
    root.attributes = {{"program", std::string("gibbsite")}, {"version", version()},
                       {"git_commit", git_commit()},         {"format_version", std::int64_t{1}},
                       {"state", std::string("complete")},   {"reweighted_from", files}};
    stops_mean(Stop::soon_done);
    write_archive(request.out, root);
  }
  if (request.json)
    fmt::print("{}\n", reweighted_as_json(result).dump(1));
  else
    print_reweighted(result, request.out);
  return 0;
}

}  // namespace gibbsite
