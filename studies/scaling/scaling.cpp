// `gibbsite scaling`: from the draws of several sizes to a critical temperature and exponents.
#include "studies/scaling/scaling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "studies/files/archive.hpp"
#include "studies/files/signals.hpp"
#include "studies/files/threads.hpp"
#include "studies/files/version.hpp"
#include "studies/files/whole_file.hpp"
#include "studies/results/read_result.hpp"
#include "studies/scaling/command.hpp"
#include "studies/scaling/glass_scaling.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

/// --temperature low:high.
struct TemperatureRange {
  double low = unknown, high = unknown;
};
TemperatureRange range_of(const Settings& settings) {
  TemperatureRange range;
  for (const auto& [name, words] : settings) {
    const auto parts = split(words, ':');
    const auto low = read_number<double>(parts.front()), high = read_number<double>(parts.back());
    if (parts.size() != 2 || !low || !high || !(*low > 0) || !(*high > *low) || !std::isfinite(*high))
      throw RequestError(fmt::format("--temperature {} is no range; allowed: low:high, for example 2.2:2.4", words));
    range = {*low, *high};
  }
  return range;
}

/// The files, where the first of them is of a glass over samples of disorder.
std::vector<std::pair<std::string, Group>> glasses_of(const std::vector<std::string>& files) {
  std::vector<std::pair<std::string, Group>> all;
  for (const std::string& file : files) {
    if (std::any_of(all.begin(), all.end(), [&](const auto& other) { return other.first == file; }))
      throw RequestError(fmt::format("{} is given twice; name each file once", file));
    all.emplace_back(file, read_file(file));
    if (!is_of_glasses(all.front().second)) return {};
  }
  return all;
}

void complete_scaling(Request& request) { range_of(request.settings); }

int scaling(const Request& request, const std::string&) {
  use_threads(0);
  if (!request.out.empty()) {
    check_writable(request, "the exponents");
    remove_leftovers(request.out);
  }
  const TemperatureRange range = range_of(request.settings);
  const auto write = [&](Group root) {
    if (request.out.empty()) return;
    root.attributes = {{"program", std::string("gibbsite")}, {"version", version()},
                       {"git_commit", git_commit()},         {"format_version", result_format},
                       {"state", std::string("complete")},   {"scaling_of", join(request.arguments, " ")}};
    stops_mean(Stop::soon_done);
    write_archive(request.out, root);
  };
  if (const auto glasses = glasses_of(request.arguments); !glasses.empty()) {
    const SizedGlasses found = sized_glasses(glasses, range.low, range.high);
    write(glasses_record(found));
    if (request.json)
      fmt::print("{}\n", glasses_as_json(found).dump());
    else
      print_glasses(found);
    return 0;
  }
  SizedFiles files = sized_files(read_all_curves(request.arguments), range.low, range.high);
  measure(files);
  write(scaling_record(files));
  if (request.json)
    fmt::print("{}\n", scaling_as_json(files).dump());
  else
    print_scaling(files);
  return 0;
}

}  // namespace

const Command& scaling_command() {
  static const Command command{
      .name = "scaling",
      .arguments = "FILE.h5 ...",
      .summary = "critical temperature and exponents from several sizes",
      .details =
          "From results of one system at several sizes (a file each, or a grid over model.size): where Binder "
          "cumulants "
          "U cross, 1/nu from their slopes, gamma/nu and beta/nu from susceptibilities and |m|, and the T_c and nu "
          "that put U of all sizes on one curve, with chi^2. Curves between the temperatures drawn come from joined "
          "histograms, errors from all draws. Beside every number stands what is left of it without the smallest size. "
          "Of grids over model.disorder_seed: where "
          "Binder cumulants of overlaps cross, from moments averaged over disorder.",
      .least = 1,
      .most = std::numeric_limits<std::size_t>::max(),
      .options = {{"temperature", 0, "LOW:HIGH", "where to look; default: wherever all sizes were drawn"},
                  {"out", 'o', "FILE", "also write the numbers to an HDF5 file"},
                  force_option,
                  json_option,
                  help_option},
      .examples = {"gibbsite scaling finite_size.h5",
                   "gibbsite scaling L16.h5 L32.h5 L64.h5 --temperature 2.2:2.4 --json"},
      .complete = complete_scaling,
      .run = scaling};
  return command;
}

}  // namespace gibbsite
