#include "physics/graph.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace gibbsite {
namespace {

/// Colours by walking along the bonds, the first site of every connected part at 0.
std::optional<std::vector<std::uint8_t>> colours_of(const Graph& graph) {
  constexpr std::uint8_t none = 2;
  const auto first = graph.first(), neighbour = graph.neighbour();
  std::vector<std::uint8_t> colour(graph.sites(), none);
  std::vector<std::uint32_t> stack;
  for (std::uint32_t root = 0; root < graph.sites(); ++root) {
    if (colour[root] != none) continue;
    colour[root] = 0;
    stack.push_back(root);
    while (!stack.empty()) {
      const std::uint32_t i = stack.back();
      stack.pop_back();
      for (std::uint32_t e = first[i]; e < first[i + 1]; ++e) {
        const std::uint32_t j = neighbour[e];
        if (colour[j] == colour[i]) return std::nullopt;
        if (colour[j] != none) continue;
        colour[j] = static_cast<std::uint8_t>(1 - colour[i]);
        stack.push_back(j);
      }
    }
  }
  return colour;
}

}  // namespace

void Graph::check_size() const {
  if (sites_ == 0) throw std::invalid_argument("a graph needs at least one site");
  if (sites_ >= std::numeric_limits<std::uint32_t>::max() ||
      bond_count_ >= std::numeric_limits<std::uint32_t>::max() / 2)
    throw std::invalid_argument("a graph of " + std::to_string(sites_) + " sites and " + std::to_string(bond_count_) +
                                " bonds is too large: both counts must stay below 2^31");
}

Graph::Graph(std::vector<Bond> bonds, std::vector<double> fields) : sites_(fields.size()), bond_count_(bonds.size()) {
  check_size();
  common_field_ = fields.front();
  for (const double h : fields) {
    if (!std::isfinite(h)) throw std::invalid_argument("a field is not a finite number");
    if (h != fields.front()) common_field_.reset();
  }
  common_coupling_ = bonds.empty() ? 0 : bonds.front().J;
  common_strength_ = std::abs(*common_coupling_);
  for (const Bond& bond : bonds) {
    if (bond.i >= sites_ || bond.j >= sites_ || bond.i == bond.j)
      throw std::invalid_argument("bond (" + std::to_string(bond.i) + ", " + std::to_string(bond.j) +
                                  ") must join two different sites of 0 .. " + std::to_string(sites_ - 1));
    if (!std::isfinite(bond.J)) throw std::invalid_argument("a coupling is not a finite number");
    if (bond.J != bonds.front().J) common_coupling_.reset();
    if (std::abs(bond.J) != std::abs(bonds.front().J)) common_strength_.reset();
  }
  lists_ = Lazy<Lists>(listed(std::move(bonds), std::move(fields)));
  const auto first = this->first();
  for (std::size_t i = 0; i < sites_; ++i) {
    const std::size_t neighbours = first[i + 1] - first[i];
    max_degree_ = std::max(max_degree_, neighbours);
    any_alone_ = any_alone_ || neighbours == 0;
  }
}

Graph::Graph(std::shared_ptr<const BondRule> rule)
    : rule_(std::move(rule)),
      sites_(rule_->sites()),
      bond_count_(rule_->bonds()),
      max_degree_(rule_->max_degree()),
      any_alone_(rule_->any_alone()),
      common_coupling_(bond_count_ == 0 ? 0 : rule_->coupling()),
      common_strength_(std::abs(*common_coupling_)),
      common_field_(rule_->field()) {
  check_size();
  if (!std::isfinite(*common_field_)) throw std::invalid_argument("a field is not a finite number");
  if (!std::isfinite(*common_coupling_)) throw std::invalid_argument("a coupling is not a finite number");
}

Graph::Lists Graph::listed(std::vector<Bond> bonds, std::vector<double> fields) {
  Lists lists{std::move(bonds), std::move(fields), {}, {}, {}};
  const std::size_t n = lists.fields.size();
  lists.first.assign(n + 1, 0);
  for (const Bond& bond : lists.bonds) {
    ++lists.first[bond.i + 1];
    ++lists.first[bond.j + 1];
  }
  for (std::size_t i = 0; i < n; ++i) lists.first[i + 1] += lists.first[i];
  lists.neighbour.resize(lists.first[n]);
  lists.coupling.resize(lists.first[n]);
  std::vector<std::uint32_t> next(lists.first.begin(), lists.first.end() - 1);
  const auto enter = [&](std::uint32_t from, std::uint32_t to, double J) {
    lists.neighbour[next[from]] = to;
    lists.coupling[next[from]++] = J;
  };
  for (const Bond& bond : lists.bonds) {
    enter(bond.i, bond.j, bond.J);
    enter(bond.j, bond.i, bond.J);
  }
  return lists;
}

Graph::Lists Graph::list_rule() const {
  std::vector<Bond> bonds;
  bonds.reserve(bond_count_);
  rule_->visit([&](std::span<const Bond> some) { bonds.insert(bonds.end(), some.begin(), some.end()); });
  return listed(std::move(bonds), std::vector<double>(sites_, *common_field_));
}

void Graph::visit_bonds(const std::function<void(std::span<const Bond>)>& some) const {
  if (built())
    some(bonds());
  else
    rule_->visit(some);
}

const std::optional<std::vector<std::uint8_t>>& Graph::two_colouring() const {
  return colouring_.get([this]() -> std::optional<std::vector<std::uint8_t>> {
    if (!rule_) return colours_of(*this);
    if (!rule_->bipartite()) return std::nullopt;
    std::vector<std::uint8_t> colour(sites_);
    for (std::size_t i = 0; i < sites_; ++i) colour[i] = rule_->colour(i);
    return colour;
  });
}

bool Graph::frustrated() const {
  if (rule_) return *common_coupling_ < 0 && !rule_->bipartite();
  const auto first = this->first(), neighbour = this->neighbour();
  const auto coupling = this->coupling();
  std::vector<int> spin(sites(), 0);
  std::vector<std::uint32_t> queue;
  for (std::uint32_t start = 0; start < sites(); ++start) {
    if (spin[start] != 0) continue;
    spin[start] = 1;
    queue.assign(1, start);
    while (!queue.empty()) {
      const std::uint32_t i = queue.back();
      queue.pop_back();
      for (std::uint32_t e = first[i]; e < first[i + 1]; ++e) {
        if (coupling[e] == 0) continue;
        const std::uint32_t j = neighbour[e];
        const int wanted = coupling[e] > 0 ? spin[i] : -spin[i];
        if (spin[j] == -wanted) return true;
        if (spin[j] == 0) queue.push_back(j);
        spin[j] = wanted;
      }
    }
  }
  return false;
}

}  // namespace gibbsite
