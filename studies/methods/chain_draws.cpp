#include "studies/methods/chain_draws.hpp"

#include <cmath>

namespace gibbsite {

std::vector<double> columns_of(const Trace& trace) {
  constexpr std::size_t at_once = 64;  // rows that stay in the cache, or nearly
  const std::size_t draws = trace.draws(), width = trace.width;
  std::vector<double> columns(draws * width);
#pragma omp parallel for schedule(static)
  for (std::size_t begin = 0; begin < draws; begin += at_once) {
    const std::size_t end = std::min(begin + at_once, draws);
    for (std::size_t c = 0; c < width; ++c)
      for (std::size_t t = begin; t < end; ++t) columns[c * draws + t] = trace.rows[t * width + c];
  }
  return columns;
}

std::vector<double> series_at(const ChainDraws& s, const Field& field, std::size_t b) {
  const std::size_t betas = s.beta.size(), draws = s.method.trace().draws();
  std::vector<double> series;
  series.reserve(field.count / betas * draws);
  for (std::size_t column = field.offset + b; column < field.offset + field.count; column += betas) {
    const auto first = s.columns.begin() + static_cast<std::ptrdiff_t>(column * draws);
    series.insert(series.end(), first, first + static_cast<std::ptrdiff_t>(draws));
  }
  return series;
}

std::size_t draws_together(std::size_t draws) {
  constexpr std::size_t enough = 2048;
  const std::size_t most = std::max<std::size_t>(draws / enough, 1);
  for (std::size_t k = most; k > most / 2; --k)
    if (draws % k == 0) return k;
  return most;
}

namespace {

/// The last of every `together` draws.
std::vector<double> last_of(std::span<const double> x, std::size_t chains, std::size_t together) {
  const std::size_t draws = x.size() / chains, left = draws / together;
  std::vector<double> out(chains * left);
  for (std::size_t c = 0; c < chains; ++c)
    for (std::size_t t = 0; t < left; ++t) out[c * left + t] = x[c * draws + (t + 1) * together - 1];
  return out;
}

/// The mean of f over every `together` draws.
template <class F>
std::vector<double> means_of(std::span<const double> x, std::size_t chains, std::size_t together, F f) {
  const std::size_t draws = x.size() / chains, left = draws / together;
  std::vector<double> out(chains * left);
  for (std::size_t c = 0; c < chains; ++c)
    for (std::size_t t = 0; t < left; ++t) {
      const double* first = x.data() + c * draws + t * together;
      double sum = 0;
      for (std::size_t k = 0; k < together; ++k) sum += f(first[k]);
      out[c * left + t] = sum / static_cast<double>(together);
    }
  return out;
}

/// Several draws as one. What each of them keeps of its sweeps is averaged; what none keeps is made of their values.
Measured joined(const Measured& x, std::size_t chains, std::size_t together) {
  Measured out;
  out.value = last_of(x.value, chains, together);
  const auto mean_of_each = [&](const std::vector<double>& each, auto f) {
    return each.empty() ? means_of(x.value, chains, together, f)
                        : means_of(each, chains, together, [](double v) { return v; });
  };
  const auto& level = x.mean.empty() ? x.value : x.mean;
  out.mean = means_of(level, chains, together, [](double v) { return v; });
  out.absolute = mean_of_each(x.absolute, [](double v) { return std::abs(v); });
  out.square = mean_of_each(x.square, [](double v) { return v * v; });
  out.fourth = mean_of_each(x.fourth, [](double v) { return v * v * v * v; });
  out.variance = x.variance.empty() ? std::vector<double>(out.mean.size(), 0.0)
                                    : means_of(x.variance, chains, together, [](double v) { return v; });
  const std::size_t draws = level.size() / chains, left = draws / together;
  for (std::size_t c = 0; c < chains; ++c)
    for (std::size_t t = 0; t < left; ++t)
      for (std::size_t k = 0; k < together; ++k) {
        const double off = level[c * draws + t * together + k] - out.mean[c * left + t];
        out.variance[c * left + t] += off * off / static_cast<double>(together);
      }
  return out;
}

}  // namespace

Measured measured_at(const ChainDraws& s, const Field& field, std::size_t b) {
  const auto moment = [&](Moment which) {
    const Field* found = find_moment(s.method.fields(), field.what.name, which);
    return found == nullptr ? std::vector<double>() : series_at(s, *found, b);
  };
  Measured all{series_at(s, field, b),   moment(Moment::mean),   moment(Moment::variance),
               moment(Moment::absolute), moment(Moment::square), moment(Moment::fourth)};
  return s.together > 1 ? joined(all, field.count / s.beta.size(), s.together) : all;
}

std::vector<double> Measured::level(bool of_absolute) const {
  if (!of_absolute) return mean.empty() ? value : mean;
  if (!absolute.empty()) return absolute;
  std::vector<double> size = mean.empty() ? value : mean;
  for (double& v : size) v = std::abs(v);
  return size;
}

LadderSeries ladder_series(const ChainMethod& method) {
  const ChainTrace& chain_trace = method.chain_trace();
  const std::size_t betas = chain_trace.betas(), draws = method.trace().draws();
  LadderSeries series{{}, {}, chain_trace.chains(), betas - 1};
  series.up.reserve(chain_trace.chains() * draws * (betas - 1));
  series.down.reserve(chain_trace.chains() * draws * (betas - 1));
  for (std::size_t c = 0; c < chain_trace.chains(); ++c)
    for (std::size_t t = 0; t < draws; ++t)
      for (std::size_t k = 0; k + 1 < betas; ++k) {
        series.up.push_back(method.log_ratio_up(t, c * betas + k));
        series.down.push_back(method.log_ratio_down(t, c * betas + k + 1));
      }
  return series;
}

std::vector<double> values_at(const ChainDraws& s, const Field& field, std::size_t b) {
  const std::vector<double> all = series_at(s, field, b);
  return s.together > 1 ? last_of(all, field.count / s.beta.size(), s.together) : all;
}

}  // namespace gibbsite
