#include "studies/results/print_overlaps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "studies/files/variables.hpp"
#include "studies/results/result_rows.hpp"
#include "studies/text/table.hpp"

namespace gibbsite {

void print_overlaps(const Group& root, bool temperatures) {
  const Group* group = root.child("estimates");
  const Variable* v = group == nullptr ? nullptr : group->find("overlap_distribution_disorder_average");
  if (v == nullptr || v->dims.size() < 2 || v->dims.back() != "q" || v->dims[v->dims.size() - 2] != "beta") return;
  const auto density = doubles(*group, v->name), error = doubles(*group, v->name + "_error"), q = doubles(*group, "q"),
             beta = doubles(*group, "beta");
  if (q.empty() || beta.empty() || density.size() != error.size() || density.size() % (q.size() * beta.size()) != 0)
    return;
  const std::size_t places = density.size() / (q.size() * beta.size()), shown = std::min<std::size_t>(places, 4);
  const std::size_t betas = std::min<std::size_t>(beta.size(), shown == 1 ? 4 : shown == 2 ? 2 : 1);
  std::vector<std::string> header = {"q"};
  std::vector<std::size_t> columns;  // where their bins begin
  for (std::size_t p = places - shown; p < places; ++p) {
    std::string name;
    std::size_t rest = p;
    for (std::size_t d = v->dims.size() - 2; d-- > 0;) {
      if (const Variable* key = group->find(v->dims[d]))
        name = fmt::format("{} {}, {}", v->dims[d], readable(coordinate_text(*key, rest % v->shape[d])), name);
      rest /= v->shape[d];
    }
    for (std::size_t k = 0; k < betas; ++k) {  // the coldest, and evenly towards the hottest
      const std::size_t b =
          beta.size() - 1 - k * (beta.size() - 1) / std::max<std::size_t>(std::min(betas, beta.size() - 1), 1);
      header.push_back(name +
                       (temperatures ? fmt::format("T = {:.4g}", 1 / beta[b]) : fmt::format("beta = {:.4g}", beta[b])));
      columns.push_back((p * beta.size() + b) * q.size());
    }
  }
  std::vector<std::size_t> rows;  // of an even P one half
  for (std::size_t i = 0; i < q.size(); ++i)
    if (q[i] > -1e-9) rows.push_back(i);
  constexpr std::size_t most = 17;
  const std::size_t stride = (rows.size() + most - 1) / most;
  Table table(header);
  for (std::size_t i = 0; i < rows.size(); i += stride) {
    std::vector<std::string> row = {fmt::format("{:.3f}", q[rows[i]] + 0.0)};
    for (const std::size_t first : columns) row.push_back(with_error(density[first + rows[i]], error[first + rows[i]]));
    table.add(std::move(row));
  }
  fmt::print("\nP(q), mean over disorder\n{}", table.text());
}

}  // namespace gibbsite
