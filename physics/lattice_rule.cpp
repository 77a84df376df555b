#include "physics/lattice_rule.hpp"

#include <algorithm>

namespace gibbsite {
namespace {

constexpr std::size_t at_once = 1 << 13;  // bonds

/// Coordinates of the rows of cells along the first side, row after row.
class RowsOfCells {
 public:
  explicit RowsOfCells(std::span<const std::size_t> sides) : sides_(sides), at_(sides.size(), 0) {}
  void next() {
    for (std::size_t d = 1; d < sides_.size() && ++at_[d] == sides_[d]; ++d) at_[d] = 0;
  }
  /// The first cell of the row that is a step away; nothing if that leaves a lattice that is open.
  std::optional<std::size_t> after(const std::vector<int>& step, bool periodic) const {
    std::size_t cell = 0, stride = sides_[0];
    for (std::size_t d = 1; d < sides_.size(); ++d) {
      std::size_t x = at_[d] + static_cast<std::size_t>(step[d]);
      if (x == sides_[d]) {
        if (!periodic) return std::nullopt;
        x = 0;
      }
      cell += x * stride;
      stride *= sides_[d];
    }
    return cell;
  }

 private:
  std::span<const std::size_t> sides_;
  std::vector<std::size_t> at_;
};

}  // namespace

LatticeRule::LatticeRule(Lattice lattice, double coupling)
    : lattice_(std::move(lattice)),
      coupling_(coupling),
      steps_(steps_of(lattice_)),
      cell_(kind_of(lattice_.geometry).cell) {
  for (const std::size_t side : lattice_.size) cells_ *= side;
  count_bonds();
  max_degree_ = degree_inside();
  bipartite_ = has_two_colours();
  if (!complete() && lattice_.size.size() <= LatticeRows::most_sides)
    rows_.emplace(lattice_.size, steps_, cell_, periodic());
}

void LatticeRule::count_bonds() {
  if (complete()) bonds_ = cells_ * (cells_ - 1) / 2;
  for (const std::vector<int>& step : steps_) {
    std::size_t begins = 1;  // cells that a bond along this step leaves
    for (std::size_t d = 0; d < step.size(); ++d)
      begins *= periodic() ? lattice_.size[d] : lattice_.size[d] - static_cast<std::size_t>(step[d]);
    bonds_ += begins;
  }
}

/// Of a site in the middle, where no neighbour can be missing that any site has.
std::size_t LatticeRule::degree_inside() const {
  if (complete()) return cells_ - 1;
  std::size_t degree = 0;
  for (const std::vector<int>& step : steps_) {
    bool there = true, back = cell_ == 1;  // of two sites in a cell each has one end of every bond
    for (std::size_t d = 0; d < step.size() && !periodic(); ++d) {
      const std::size_t x = cell_ == 1 ? (lattice_.size[d] - 1) / 2 : 0, by = static_cast<std::size_t>(step[d]);
      there = there && x + by < lattice_.size[d];
      back = back && x >= by;
    }
    degree += (there ? 1U : 0U) + (back ? 1U : 0U);
  }
  return degree;
}

bool LatticeRule::has_two_colours() const {
  const auto& sides = lattice_.size;
  if (complete()) return cells_ <= 2;
  if (cell_ == 2) return true;
  const bool diagonals = steps_.size() > sides.size();  // and triangles with them, unless a side is 1
  if (diagonals) return !periodic() && std::find(sides.begin(), sides.end(), 1) != sides.end();
  return !periodic() || std::all_of(sides.begin(), sides.end(), [](std::size_t side) { return side % 2 == 0; });
}

std::uint8_t LatticeRule::colour(std::size_t site) const noexcept {
  if (cell_ == 2) return site % 2;
  std::size_t sum = 0;
  for (const std::size_t side : lattice_.size) {
    sum += site % side;
    site /= side;
  }
  return sum % 2;
}

void LatticeRule::visit(const std::function<void(std::span<const Bond>)>& some) const {
  std::vector<Bond> bonds;
  bonds.reserve(at_once);
  const auto add = [&](std::size_t i, std::size_t j) {
    bonds.push_back({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(j), coupling_});
    if (bonds.size() < at_once) return;
    some(bonds);
    bonds.clear();
  };
  if (complete())
    for (std::size_t i = 0; i < cells_; ++i)
      for (std::size_t j = i + 1; j < cells_; ++j) add(i, j);
  const std::size_t side = complete() ? cells_ : lattice_.size[0];
  RowsOfCells rows(lattice_.size);
  std::vector<std::optional<std::size_t>> to(steps_.size());
  for (std::size_t row = 0; row < cells_ && !complete(); row += side, rows.next()) {
    for (std::size_t s = 0; s < steps_.size(); ++s) to[s] = rows.after(steps_[s], periodic());
    for (std::size_t x = 0; x < side; ++x)
      for (std::size_t s = 0; s < steps_.size(); ++s) {
        std::size_t other = x + static_cast<std::size_t>(steps_[s][0]);
        if (!to[s] || (other == side && !periodic())) continue;
        if (other == side) other = 0;
        // Honeycomb: of the two sites of a cell the second has the bonds to cells further on, to their first sites.
        add(cell_ * (row + x) + cell_ - 1, cell_ * (*to[s] + other));
      }
  }
  if (!bonds.empty()) some(bonds);
}

}  // namespace gibbsite
