#include "physics/contacts.hpp"

#include <cmath>
#include <stdexcept>
#include <vector>

namespace gibbsite {

Matrix contact_scores(const BoltzmannMachine& machine, std::optional<std::size_t> gap) {
  if (machine.kind() != UnitKind::categorical)
    throw std::invalid_argument("contact scores are of machines of categorical units");
  const std::size_t n = machine.visible(), q = machine.states();
  const double share = 1 / static_cast<double>(q);
  Matrix norm(n, n);
  std::vector<double> rows(q), columns(q);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i + 1; j < n; ++j) {
      const auto coupling = [&](std::size_t a, std::size_t b) { return machine.weights()(i * q + a, j * q + b); };
      double all = 0, sum = 0;
      rows.assign(q, 0), columns.assign(q, 0);
      for (std::size_t a = 0; a < q; ++a)
        for (std::size_t b = 0; b < q; ++b) {
          rows[a] += share * coupling(a, b), columns[b] += share * coupling(a, b);
          all += share * share * coupling(a, b);
        }
      for (std::size_t a = 0; a < q; ++a)
        for (std::size_t b = 0; b < q; ++b)
          if (a != gap && b != gap) sum += std::pow(coupling(a, b) - rows[a] - columns[b] + all, 2);
      norm(i, j) = norm(j, i) = std::sqrt(sum);
    }
  if (n < 2) return norm;
  std::vector<double> mean(n, 0);
  double total = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (const double f : norm.column(i)) mean[i] += f / static_cast<double>(n - 1);
    total += mean[i] / static_cast<double>(n);
  }
  if (total > 0)
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        if (i != j) norm(i, j) -= mean[i] * mean[j] / total;
  return norm;
}

}  // namespace gibbsite
