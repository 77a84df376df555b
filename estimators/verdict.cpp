#include "estimators/verdict.hpp"

#include <cmath>
#include <cstdio>

namespace gibbsite {
namespace {

std::string number(double value, const char* format) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

}  // namespace

std::vector<std::string> verdict(std::span<const Finding> findings, double false_alarm) {
  std::size_t comparisons = 0;
  for (const Finding& f : findings)
    for (const double z : {f.convergence.z_halves, f.convergence.z_starts, f.convergence.z_chains})
      comparisons += !std::isnan(z);
  const double threshold = sidak_threshold(comparisons, false_alarm);

  std::vector<std::string> sentences;
  for (const Finding& f : findings) {
    const auto doubt = [&](double z, const char* who, const char* advice) {
      if (std::abs(z) > threshold)
        sentences.push_back(f.what + ": " + who + " disagree (z = " + number(z, "%.1f") + "); " + advice);
    };
    const Convergence& c = f.convergence;
    doubt(c.z_halves, "the first and the second half of the run", "run longer or thermalize longer");
    doubt(c.z_starts, "chains that started in different ways",
          "thermalize longer, or use a sampler that crosses between them");
    if (!(std::abs(c.z_starts) > threshold))
      doubt(c.z_chains, "the chains", "run longer, or use a sampler that crosses between them");
    if (c.length == 0)
      sentences.push_back(
          f.what + ": the autocorrelation time is longer than the run can tell; its error is too small; run longer");
    else if (c.length < shortest_length)
      sentences.push_back(f.what + ": a chain is only " + number(c.length, "%.0f") + " autocorrelation times long, " +
                          number(shortest_length, "%.0f") + " are needed to trust its error; run longer");
  }
  return sentences;
}

}  // namespace gibbsite
