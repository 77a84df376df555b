/// In which order a sweep visits the sites.
///
/// A sweep is N visits. `sequential` visits sites in the order of their numbers; `checkerboard` one colour of a
/// bipartite graph after the other; `colours` does so on any graph, with the colours of a greedy colouring (each site
/// has the first that none of its neighbours has yet); `random` picks a site anew at every visit. All leave a
/// distribution invariant that every visit leaves invariant; only the random scan is reversible; the others have a time
/// reversal: the same order backwards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "physics/graph.hpp"
#include "samplers/ensemble.hpp"

namespace gibbsite {

enum class ScanOrder { sequential, checkerboard, colours, random };

class Scan {
 public:
  /// Throws std::invalid_argument for a checkerboard on a graph that is not bipartite.
  Scan(ScanOrder order, const Graph& graph);

  /// Calls visit(site) for every visit of one sweep.
  template <class C, class Visit>
  void sweep(Direction direction, C& chance, Visit&& visit) const {
    if (order_ == ScanOrder::random) {
      for (std::size_t k = 0; k < sites_; ++k) visit(chance.pick(sites_));
    } else if (order_ == ScanOrder::sequential) {
      if (direction == Direction::forward)
        for (std::size_t i = 0; i < sites_; ++i) visit(i);
      else
        for (std::size_t i = sites_; i-- > 0;) visit(i);
    } else {
      if (direction == Direction::forward)
        for (std::size_t k = 0; k < sites_; ++k) visit(std::size_t{visits_[k]});
      else
        for (std::size_t k = sites_; k-- > 0;) visit(std::size_t{visits_[k]});
    }
  }

 private:
  ScanOrder order_;
  std::size_t sites_;
  std::vector<std::uint32_t> visits_;  // of colours
};

}  // namespace gibbsite
