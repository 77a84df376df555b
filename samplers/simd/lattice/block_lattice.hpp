/// One lattice cut in 512 equal blocks, one to a bit lane: where its sites stand.
///
///   square: 32 x 16 blocks            word i of row y, colour c:  cells x = phases i + (c - y mod phases)
///   +---+---+- ... -+                 of all blocks at once; one cell of a block is one bit of a word.
///   | 0 | 1 |       |  lanes          Neighbours in the block are other words of the same row or the rows beside,
///   +---+---+- ... -+                 in the same lanes. Around a plane (a colour's words) stands a halo: copies of
///   the |32 |33 |       |                 words at the opposite edge with lanes moved by one block, so that neighbours
///   in
///   +---+---+- ... -+                 other blocks are found in the same lanes too, and only edges pay for it.
///
/// Sides need not fill the blocks. Then the last blocks have dead cells: their bits mean nothing, but those next to
/// live ones are ghosts, copies of the sites at the other end of the lattice if it is periodic.
///
/// Colours: no two sites of a colour are neighbours. (x + y + z) mod 2 on square and cubic lattices, (x + y) mod 3 on
/// the triangular one, the two sites of a cell on the honeycomb. Blocks: 8 x 8 x 8 on the cubic lattice, else 32 x 16.
///
/// Periodic sides that are no multiples of the phases have a seam: across it sites of one colour are neighbours. So the
/// last sites of such a side move later, when all others have (those at its corners later still, where they must): a
/// sweep is a list of steps, in each of which no two neighbours move. Ghosts there are of another colour than what they
/// copy.
///
/// Open boundaries: the halo is as ever, but some neighbours in it are none. Only words with a cell at the edge of a
/// block are touched, and in them the lanes of blocks at the edge of the lattice. There missing neighbours are set up
/// and down in turn, so that pairs of them cancel; where one is left over it is down, and the site has "odd"
/// neighbours.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "physics/lattice.hpp"
#include "samplers/simd/bits/buffer.hpp"
#include "samplers/simd/random/bernoulli.hpp"

namespace gibbsite::simd {

class BlockLattice {
 public:
  static constexpr std::size_t most_neighbours = 6, most_colours = 3;

  /// Nothing where the lattice does not fit: sides of 3 or more.
  static std::optional<BlockLattice> of(const Lattice& lattice);

  std::size_t colours = 2, phases = 2, neighbours = 4;
  std::array<std::size_t, 3> blocks = {32, 16, 1}, cells = {1, 1, 1};  ///< blocks of a side; cells of a block's side
  std::array<std::size_t, 3> sides = {1, 1, 1};                        ///< of the lattice, in cells
  std::size_t row_words = 0;                     ///< words of a colour in a row of cells, without the halo
  std::size_t colour_words = 0;                  ///< words of a colour, without the halo: row_words x rows x sheets
  std::ptrdiff_t row = 0, sheet = 0, plane = 0;  ///< strides in 64-bit parts, with the halo
  bool corners = false;                          ///< some neighbour is in a block that touches at a corner only

  /// Where the neighbours of a word are, relative to it, in parts: by colour and phase of its row, (y + z) mod phases.
  std::array<std::array<std::array<std::ptrdiff_t, most_neighbours>, 3>, most_colours> offset{};

  /// Which neighbours a word's sites lack, by lanes.
  struct alignas(64) Edge {
    std::uint64_t there[most_neighbours][word_parts] = {};   ///< neighbour k is one
    std::uint64_t raised[most_neighbours][word_parts] = {};  ///< it is none, and set up
    std::uint64_t odd[word_parts] = {};                      ///< an odd number of them is missing
  };
  /// A word of an open lattice, and the edge where it stands: in `edges`, 0 if all its neighbours are there.
  struct Spot {
    std::uint32_t at, word;  ///< as in Place, from the start of the state
    std::uint8_t phase, edge, moves;
  };
  bool open = false;
  std::vector<Edge> edges;          ///< none where boundaries are periodic
  std::vector<Spot> spots;          ///< [colour][word], in each group those without an edge first
  std::vector<std::uint8_t> inner;  ///< how many those are: [colour][group]

  using Lanes = std::array<std::uint64_t, word_parts>;
  struct alignas(64) Mask {
    Lanes lanes{};
    bool operator==(const Mask&) const = default;
  };
  std::vector<Mask> masks;  ///< which lanes of a listed word move: Spot::moves is a place in it

  /// Sites that move together: all of a colour, or later ones at a seam.
  struct Turn {
    std::size_t colour = 0;
    std::vector<Spot> late = {};  ///< their words; none: `spots`, or all words of the colour
  };
  std::vector<Turn> turns;  ///< a sweep, in this order
  bool seamed() const noexcept { return turns.size() > colours; }
  /// The place in `turns` of a site.
  std::size_t turn_of(std::size_t site) const;
  alignas(64) std::array<Lanes, 8> live{};  ///< lanes of live sites: by where in its block a word stands
  bool ragged() const noexcept {
    return sites() != colours * colour_words * word_bits;  // there are dead cells
  }
  /// Which of `live`: bit d is set behind the last cell of the last block that has one.
  std::size_t live_kind(std::size_t x, std::size_t y, std::size_t z) const noexcept {
    return (x > last[0].cell ? 1U : 0U) | (y > last[1].cell ? 2U : 0U) | (z > last[2].cell ? 4U : 0U);
  }
  /// Some lanes of word `to` are copies of word `from`, `turn` lanes further on.
  struct Ghost {
    std::ptrdiff_t to, from;
    std::size_t turn, lanes;
  };
  std::array<std::vector<Ghost>, most_colours> ghosts;  ///< of what copies a colour, to be renewed in this order
  std::array<std::uint8_t, most_colours> planes{};      ///< bits of the colours in whose planes a colour's ghosts stand
  std::vector<Ghost> halo_ghosts;  ///< in the halo, where there is one dead cell at a side: when that is renewed
  std::vector<Lanes> ghost_lanes;
  std::size_t groups_a_colour() const noexcept { return (colour_words + group - 1) / group; }

  std::size_t state_parts() const noexcept { return colours * static_cast<std::size_t>(plane); }
  std::size_t sites() const noexcept { return sides[0] * sides[1] * sides[2] * (two_sites_a_cell() ? 2 : 1); }

  /// A place in the state: word is without the halo, at with it; lane = 64 part + bit.
  struct Place {
    std::size_t colour, word, lane;
    std::ptrdiff_t at;
  };
  Place place(std::size_t site) const noexcept;
  /// The number of the site that neighbour k of a site is.
  std::size_t neighbour(std::size_t site, std::size_t k) const noexcept;
  /// Calls visit(place of a word, number of its site in lane 0, its live lanes) for every word.
  template <class Visit>
  void visit_words(Visit&& visit) const {
    for (std::size_t colour = 0; colour < colours; ++colour)
      for (std::size_t z = 0; z < cells[2]; ++z)
        for (std::size_t y = 0; y < cells[1]; ++y)
          for (std::size_t i = 0; i < row_words; ++i)
            visit(at(colour, z, y, i), site({{cell_of(colour, z, y, i), y, z}, colour}),
                  live[live_kind(cell_of(colour, z, y, i), y, z)]);
  }
  /// Sites of a block's row, and where the word that holds the q-th of row y of sheet z starts.
  std::size_t row_sites() const noexcept { return colours * row_words; }
  std::ptrdiff_t in_row(std::size_t z, std::size_t y, std::size_t q) const noexcept {
    return at((q + (y + z) % phases) % colours, z, y, q / colours);
  }
  /// Number of the first site of row y of sheet z of the block in lane 0.
  std::size_t row_start(std::size_t z, std::size_t y) const noexcept { return site({{0, y, z}, 0}); }
  /// How many sites of row y of sheet z of the block in a lane are live: the first ones.
  std::size_t live_in_row(std::size_t lane, std::size_t z, std::size_t y) const noexcept;
  /// Where in its block the cell of word i is.
  std::size_t cell_of(std::size_t colour, std::size_t z, std::size_t y, std::size_t i) const noexcept {
    return phases * i + (colour + (phases - 1) * (y + z)) % phases;
  }
  /// Words of a row before the live lanes change.
  std::size_t early_words(std::size_t colour, std::size_t z, std::size_t y) const noexcept {
    const std::size_t first = cell_of(colour, z, y, 0);
    return first > last[0].cell ? 0 : (last[0].cell - first) / phases + 1;
  }
  /// How much further the site in each lane of a word is than that in lane 0.
  std::array<std::uint32_t, 512> lane_steps() const noexcept;
  /// Start of word i of row y of sheet z.
  std::ptrdiff_t at(std::size_t colour, std::size_t z, std::size_t y, std::size_t i) const noexcept {
    return static_cast<std::ptrdiff_t>(colour) * plane + (cells_3() ? sheet : 0) + row + 8 +
           static_cast<std::ptrdiff_t>(z) * sheet + static_cast<std::ptrdiff_t>(y) * row +
           static_cast<std::ptrdiff_t>(8 * i);
  }

 private:
  struct Offset {
    int x, y, z;
  };
  struct Last {
    std::size_t block = 0, cell = 0;
  };
  std::array<Last, 3> last;  // that is live
  struct Cell {
    std::array<std::size_t, 3> x;
    std::size_t sub;
  };
  bool cells_3() const noexcept { return blocks[2] > 1; }
  bool two_sites_a_cell() const noexcept { return phases == 1; }
  Cell cell(std::size_t site) const noexcept;
  std::size_t site(const Cell& c) const noexcept {
    const std::size_t number = c.x[0] + sides[0] * (c.x[1] + sides[1] * c.x[2]);
    return two_sites_a_cell() ? 2 * number + c.sub : number;
  }
  Offset step(std::size_t colour, std::size_t k) const noexcept;
  void link() noexcept;
  std::array<std::size_t, 3> block_of(std::size_t lane) const noexcept {
    return {lane % blocks[0], lane / blocks[0] % blocks[1], lane / (blocks[0] * blocks[1])};
  }
  Edge edge(std::size_t colour, std::size_t kind) const noexcept;
  void list_words();
  void add_ghosts();
  void add_halo_ghosts(std::size_t d);
  void add_turns();
  Spot spot(std::size_t colour, std::size_t word) const noexcept;
  std::uint8_t number_of(const Mask& mask);
  /// Whether sites across the boundary of a side may have the same colour.
  bool has_seam(std::size_t d) const noexcept { return !open && sides[d] > 1 && sides[d] % phases != 0; }
  std::vector<std::size_t> seam_sites() const;
};

/// Canonical states: one byte a site, 1 or -1. pack() leaves the halo as it is.
void pack(const BlockLattice& blocks, std::span<const std::byte> spins, std::uint64_t* state);
void unpack(const BlockLattice& blocks, const std::uint64_t* state, std::span<std::byte> spins);
/// Sites where two states differ.
std::size_t differences(const BlockLattice& blocks, const std::uint64_t* a, const std::uint64_t* b);
/// A bit for J < 0 of each neighbour, 0 where there is none: [colour][word][neighbour][part]. graph: that of the
/// lattice.
Buffer<std::uint64_t> bond_signs(const BlockLattice& blocks, const Graph& graph);

}  // namespace gibbsite::simd
