// `gibbsite reweight`: from the draws in result files to curves, peaks and crossings.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "estimators/exponential_average.hpp"
#include "studies/files/archive.hpp"
#include "studies/files/signals.hpp"
#include "studies/files/threads.hpp"
#include "studies/files/version.hpp"
#include "studies/files/whole_file.hpp"
#include "studies/reweight/command.hpp"
#include "studies/reweight/reweighted.hpp"
#include "studies/study/value_parsers.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

namespace fs = std::filesystem;

void check_output(const Request& request) {
  const fs::path& out = request.out;
  if (out.empty()) return;
  check_writable(request, "the curves");
  remove_leftovers(out);
}

std::ptrdiff_t index(std::size_t k) { return static_cast<std::ptrdiff_t>(k); }

/// Which quantities have no error at beta b, where the energy has one.
std::vector<std::string> without_error(const CurveTable& t, std::size_t b) {
  std::vector<std::string> names;
  bool energy = false;
  for (std::size_t q = 0; q < t.quantities.size(); ++q) {
    const bool known = !std::isnan(t.estimates[q][b].error);
    if (t.quantities[q] == Quantity::energy_density) energy = known;
    if (!known && t.quantities[q] != Quantity::log_z_ratio) names.push_back(name_of(t.quantities[q]));
  }
  return energy ? names : std::vector<std::string>();
}

/// What to do for averages between two betas: the one that lies farther from all that were drawn, and steps on which
/// distributions of energies still overlap.
std::string closer(const ReweightedCurve& curve, double low, double high) {
  const auto drawn = curve.curves.reweighting().beta();
  const auto nearest = [&](double beta) {
    return *std::min_element(drawn.begin(), drawn.end(),
                             [&](double a, double b) { return std::abs(a - beta) < std::abs(b - beta); });
  };
  const double far = std::abs(low - nearest(low)) > std::abs(high - nearest(high)) ? low : high, near = nearest(far);
  const double spread = std::sqrt(curve.curves.at(near).energy_variance), step = 1 / spread;
  const std::string steps =
      std::abs(far - near) > 1.5 * step ? fmt::format(", and between in steps of about {:.1g}", step) : std::string();
  return fmt::format("draws were taken from beta = {:.6g} to {:.6g}: simulate closer, at beta = {:.6g} too{}",
                     drawn.front(), drawn.back(), far, steps);
}

/// What to doubt in one curve, in plain words.
void add_warnings(std::vector<std::string>& warnings, const ReweightedCurve& curve) {
  const std::string who = curve.label.empty() ? "" : curve.label + ": ";
  const CurveTable& t = curve.table;
  const auto drawn = curve.curves.reweighting().beta();
  if (curve.partial) warnings.push_back(who + "the run was stopped before its end; these are the draws so far");
  const auto range = [&](std::size_t first, std::size_t last) {
    return first == last ? fmt::format("at beta = {:.6g}", t.beta[first])
                         : fmt::format("from beta = {:.6g} to {:.6g}", t.beta[first], t.beta[last]);
  };
  for (std::size_t b = 0; b < t.beta.size(); ++b) {
    if (t.trusted[b]) continue;
    const std::size_t first = b;
    while (b + 1 < t.beta.size() && !t.trusted[b + 1]) ++b;
    const auto fewest = std::min_element(t.effective.begin() + index(first), t.effective.begin() + index(b + 1));
    const auto heaviest = std::max_element(t.tail_share.begin() + index(first), t.tail_share.begin() + index(b + 1));
    const std::string why =
        *fewest < fewest_effective_draws
            ? fmt::format("averages rest on {:.2g} effective draws at worst, {:.0f} are needed to give them errors",
                          *fewest, fewest_effective_draws)
            : fmt::format(
                  "up to {:.0f} % of the weight stands on the ten independent draws that lie farthest out: what "
                  "was not drawn decides there",
                  100 * *heaviest);
    warnings.push_back(fmt::format("{}{} {}; {}", who, range(first, b), why, closer(curve, t.beta[first], t.beta[b])));
  }
  for (std::size_t b = 0; b < t.beta.size(); ++b) {
    if (!t.trusted[b]) continue;
    const std::vector<std::string> names = without_error(t, b);
    const std::size_t first = b;
    while (b + 1 < t.beta.size() && t.trusted[b + 1] && without_error(t, b + 1) == names) ++b;
    if (!names.empty())
      warnings.push_back(
          fmt::format("{}{} one draw farther out than any seen would move {} by more than twice its "
                      "error, so that it has none; {}",
                      who, range(first, b), join(names, ", "), closer(curve, t.beta[first], t.beta[b])));
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

Reweighted measure(std::vector<ReweightedCurve> curves, std::vector<double> beta, bool temperatures) {
  Reweighted result{std::move(beta), temperatures, std::move(curves), {}, {}};
  for (ReweightedCurve& curve : result.curves) try {
      curve.table = tabulate(curve.curves, result.beta);
      for (const Quantity q : {Quantity::specific_heat, Quantity::susceptibility, Quantity::susceptibility_abs})
        curve.peaks.emplace_back(q, search_peak(curve.curves, curve.table, q));
      add_warnings(result.warnings, curve);
    } catch (const std::logic_error& error) {  // of numbers that no run of ours writes
      throw RequestError(fmt::format("{}: {}", curve.file, error.what()));
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

namespace {

bool by_temperature(const Request& request) {
  return std::any_of(request.settings.begin(), request.settings.end(),
                     [](const auto& setting) { return setting.first == "temperature"; });
}

/// --beta or --temperature.
void complete(Request& request) {
  if (request.settings.size() > 1) throw RequestError("--beta and --temperature say the same thing; give one of them");
  for (const auto& [name, words] : request.settings) try {
      const Value value = read_words(words, Reading::typed);
      request.beta = name == "beta" ? read_betas(value) : read_temperatures(value);
    } catch (const BadValue& bad) {
      throw RequestError(
          fmt::format("--{} {} {}; allowed: start:stop:count, a list, or one number", name, words, bad.reason));
    }
  if (request.beta.empty())
    throw RequestError("`gibbsite reweight` needs --beta or --temperature, for example --beta 0.40:0.48:161");
}

int reweight(const Request& request, const std::string&) {
  use_threads(0);
  check_output(request);
  const Reweighted result = measure(read_all_curves(request.arguments), request.beta, by_temperature(request));
  if (!request.out.empty()) {
    Group root = reweighted_record(result);
    std::string files;
    for (const std::string& file : request.arguments) files += (files.empty() ? "" : " ") + file;
    root.attributes = {{"program", std::string("gibbsite")}, {"version", version()},
                       {"git_commit", git_commit()},         {"format_version", result_format},
                       {"state", std::string("complete")},   {"reweighted_from", files}};
    stops_mean(Stop::soon_done);
    write_archive(request.out, root);
  }
  if (request.json)
    fmt::print("{}\n", reweighted_as_json(result).dump());
  else
    print_reweighted(result, request.out);
  return 0;
}

}  // namespace

const Command& reweight_command() {
  static const Command command{
      .name = "reweight",
      .arguments = "FILE.h5 ...",
      .summary = "smooth curves over temperature from stored draws",
      .details =
          "Joins the draws of all betas of the result files and carries them to any beta in between: curves, "
          "peaks, and crossings between files.",
      .least = 1,
      .most = std::numeric_limits<std::size_t>::max(),
      .options = {{"beta", 0, "GRID", "where to: start:stop:count, a list, or one number"},
                  {"temperature", 0, "GRID", "the same in temperatures; one of both is required"},
                  {"out", 'o', "FILE", "also write the curves to an HDF5 file"},
                  force_option,
                  json_option,
                  help_option},
      .examples = {"gibbsite reweight onsager.h5 --beta 0.40:0.48:161",
                   "gibbsite reweight L16.h5 L32.h5 --beta 0.43:0.45:101 -o crossing.h5"},
      .complete = complete,
      .run = reweight};
  return command;
}

}  // namespace gibbsite
