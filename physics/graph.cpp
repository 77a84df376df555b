#include "physics/graph.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace gibbsite {

Graph::Graph(std::vector<Bond> bonds, std::vector<double> fields)
    : bonds_(std::move(bonds)), fields_(std::move(fields)) {
  const std::size_t n = fields_.size();
  if (n == 0) throw std::invalid_argument("a graph needs at least one site");
  if (n >= std::numeric_limits<std::uint32_t>::max() || bonds_.size() >= std::numeric_limits<std::uint32_t>::max() / 2)
    throw std::invalid_argument("a graph of " + std::to_string(n) + " sites and " + std::to_string(bonds_.size()) +
                                " bonds is too large: both counts must stay below 2^31");
  common_field_ = fields_.front();
  for (const double h : fields_) {
    if (!std::isfinite(h)) throw std::invalid_argument("a field is not a finite number");
    if (h != fields_.front()) common_field_.reset();
  }
  common_strength_ = bonds_.empty() ? 0 : std::abs(bonds_.front().J);
  first_.assign(n + 1, 0);
  for (const Bond& bond : bonds_) {
    if (bond.i >= n || bond.j >= n || bond.i == bond.j)
      throw std::invalid_argument("bond (" + std::to_string(bond.i) + ", " + std::to_string(bond.j) +
                                  ") must join two different sites of 0 .. " + std::to_string(n - 1));
    if (!std::isfinite(bond.J)) throw std::invalid_argument("a coupling is not a finite number");
    if (std::abs(bond.J) != std::abs(bonds_.front().J)) common_strength_.reset();
    ++first_[bond.i + 1];
    ++first_[bond.j + 1];
  }
  for (std::size_t i = 0; i < n; ++i) first_[i + 1] += first_[i];
  neighbour_.resize(first_[n]);
  coupling_.resize(first_[n]);
  std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
  const auto enter = [&](std::uint32_t from, std::uint32_t to, double J) {
    neighbour_[next[from]] = to;
    coupling_[next[from]++] = J;
  };
  for (const Bond& bond : bonds_) {
    enter(bond.i, bond.j, bond.J);
    enter(bond.j, bond.i, bond.J);
  }
}

std::size_t Graph::max_degree() const noexcept {
  std::size_t most = 0;
  for (std::size_t i = 0; i < sites(); ++i) most = std::max(most, degree(i));
  return most;
}

std::optional<std::vector<std::uint8_t>> Graph::two_colouring() const {
  constexpr std::uint8_t none = 2;
  std::vector<std::uint8_t> colour(sites(), none);
  std::vector<std::uint32_t> stack;
  for (std::uint32_t root = 0; root < sites(); ++root) {
    if (colour[root] != none) continue;
    colour[root] = 0;
    stack.push_back(root);
    while (!stack.empty()) {
      const std::uint32_t i = stack.back();
      stack.pop_back();
      for (std::uint32_t e = first_[i]; e < first_[i + 1]; ++e) {
        const std::uint32_t j = neighbour_[e];
        if (colour[j] == colour[i]) return std::nullopt;
        if (colour[j] != none) continue;
        colour[j] = static_cast<std::uint8_t>(1 - colour[i]);
        stack.push_back(j);
      }
    }
  }
  return colour;
}

bool Graph::frustrated() const {
  std::vector<int> spin(sites(), 0);
  std::vector<std::uint32_t> queue;
  for (std::uint32_t start = 0; start < sites(); ++start) {
    if (spin[start] != 0) continue;
    spin[start] = 1;
    queue.assign(1, start);
    while (!queue.empty()) {
      const std::uint32_t i = queue.back();
      queue.pop_back();
      for (std::uint32_t e = first_[i]; e < first_[i + 1]; ++e) {
        if (coupling_[e] == 0) continue;
        const std::uint32_t j = neighbour_[e];
        const int wanted = coupling_[e] > 0 ? spin[i] : -spin[i];
        if (spin[j] == -wanted) return true;
        if (spin[j] == 0) queue.push_back(j);
        spin[j] = wanted;
      }
    }
  }
  return false;
}

}  // namespace gibbsite
