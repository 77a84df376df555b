/// Lattices that are packed, 512 spins to a word, and what tests do with their ensembles.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "physics/ising.hpp"
#include "samplers/ensembles/packed_lattice.hpp"
#include "tests/samplers/trajectories.hpp"

namespace gibbsite::packed_lattices {

using trajectories::state_of;

struct Case {
  std::string name;
  Lattice lattice;
  double beta;
};

inline Lattice open(Lattice lattice) {
  lattice.boundary = Boundary::open;
  return lattice;
}

inline std::vector<Case> cases() {
  return {
      {"square", {.size = {64, 32}}, 0.4},
      {"square, antiferromagnet", {.size = {64, 96}, .coupling = -0.5}, 0.9},
      {"square, +-J", {.size = {128, 64}, .disorder = Disorder::bimodal, .disorder_seed = 3}, 0.6},
      {"cubic", {.geometry = Geometry::cubic, .size = {16, 16, 16}}, 0.2},
      {"cubic, +-J", {.geometry = Geometry::cubic, .size = {16, 48, 32}, .disorder = Disorder::bimodal}, 0.5},
      {"triangular", {.geometry = Geometry::triangular, .size = {96, 48}}, 0.25},
      {"triangular, +-J",
       {.geometry = Geometry::triangular, .size = {96, 96}, .coupling = 2, .disorder = Disorder::bimodal},
       0.2},
      {"honeycomb", {.geometry = Geometry::honeycomb, .size = {32, 16}}, 0.6},
      {"honeycomb, antiferromagnet +-J",
       {.geometry = Geometry::honeycomb, .size = {64, 48}, .coupling = -1, .disorder = Disorder::bimodal},
       0.7},
      {"square in a field", {.size = {64, 32}, .coupling = -1, .field = 0.3}, 0.5},
      {"cubic +-J in a field",
       {.geometry = Geometry::cubic, .size = {16, 16, 16}, .disorder = Disorder::bimodal, .field = -1},
       0.3},
      {"triangular in a field", {.geometry = Geometry::triangular, .size = {96, 48}, .field = -0.25}, 0.2},
      {"honeycomb in a field", {.geometry = Geometry::honeycomb, .size = {32, 16}, .field = 0.7}, 0.5},
      {"cubic in a field, antiferromagnet",
       {.geometry = Geometry::cubic, .size = {32, 16, 16}, .coupling = -1, .field = 2},
       0.3},
      {"open square", open({.size = {64, 32}}), 0.4},
      {"open square, antiferromagnet", open({.size = {128, 96}, .coupling = -0.5}), 0.9},
      {"open square, +-J", open({.size = {128, 64}, .disorder = Disorder::bimodal, .disorder_seed = 3}), 0.6},
      {"open square in a field", open({.size = {64, 96}, .coupling = -1, .field = 1}), 0.5},
      {"open cubic", open({.geometry = Geometry::cubic, .size = {16, 16, 16}}), 0.2},
      {"open cubic, +-J", open({.geometry = Geometry::cubic, .size = {16, 48, 32}, .disorder = Disorder::bimodal}),
       0.5},
      {"open cubic in a field", open({.geometry = Geometry::cubic, .size = {32, 16, 16}, .field = -0.3}), 0.2},
      {"open triangular", open({.geometry = Geometry::triangular, .size = {96, 48}}), 0.25},
      {"open triangular, antiferromagnet +-J",
       open({.geometry = Geometry::triangular, .size = {96, 96}, .coupling = -2, .disorder = Disorder::bimodal}), 0.2},
      {"open triangular in a field, antiferromagnet",
       open({.geometry = Geometry::triangular, .size = {192, 48}, .coupling = -1, .field = 2}), 0.3},
      {"open honeycomb", open({.geometry = Geometry::honeycomb, .size = {32, 16}}), 0.6},
      {"open honeycomb, +-J", open({.geometry = Geometry::honeycomb, .size = {64, 48}, .disorder = Disorder::bimodal}),
       0.7},
      {"open honeycomb +-J in a field",
       open({.geometry = Geometry::honeycomb, .size = {32, 48}, .disorder = Disorder::bimodal, .field = -1}), 0.4},
      // Sides that do not fill the blocks, or only some of them.
      {"square, 20 x 46", {.size = {20, 46}}, 0.4},
      {"square +-J, 100 x 34", {.size = {100, 34}, .disorder = Disorder::bimodal}, 0.6},
      {"square, 12 x 14, antiferromagnet", {.size = {12, 14}, .coupling = -1}, 0.3},
      {"square in a field, 64 x 30", {.size = {64, 30}, .field = 0.4}, 0.3},
      {"cubic, 10 x 4 x 18", {.geometry = Geometry::cubic, .size = {10, 4, 18}}, 0.2},
      {"cubic +-J, 6 x 16 x 20",
       {.geometry = Geometry::cubic, .size = {6, 16, 20}, .disorder = Disorder::bimodal},
       0.4},
      {"cubic in a field, 8 x 10 x 16", {.geometry = Geometry::cubic, .size = {8, 10, 16}, .field = -1}, 0.2},
      {"triangular, 99 x 21", {.geometry = Geometry::triangular, .size = {99, 21}}, 0.25},
      {"triangular +-J in a field, 12 x 51",
       {.geometry = Geometry::triangular, .size = {12, 51}, .disorder = Disorder::bimodal, .field = 1},
       0.3},
      {"honeycomb, 31 x 15", {.geometry = Geometry::honeycomb, .size = {31, 15}}, 0.6},
      {"honeycomb +-J, 7 x 40", {.geometry = Geometry::honeycomb, .size = {7, 40}, .disorder = Disorder::bimodal}, 0.6},
      // Sides across which colours do not fit.
      {"square, 33 x 20", {.size = {33, 20}}, 0.4},
      {"square +-J, 21 x 35", {.size = {21, 35}, .disorder = Disorder::bimodal}, 0.6},
      {"square, antiferromagnet in a field, 63 x 31", {.size = {63, 31}, .coupling = -1, .field = 0.5}, 0.4},
      {"square, 7 x 5", {.size = {7, 5}}, 0.3},
      {"square +-J, 127 x 63", {.size = {127, 63}, .disorder = Disorder::bimodal}, 0.6},
      {"cubic, 15 x 15 x 15", {.geometry = Geometry::cubic, .size = {15, 15, 15}}, 0.2},
      {"cubic, 5 x 3 x 7", {.geometry = Geometry::cubic, .size = {5, 3, 7}}, 0.2},
      {"cubic +-J in a field, 15 x 16 x 9",
       {.geometry = Geometry::cubic, .size = {15, 16, 9}, .disorder = Disorder::bimodal, .field = -1},
       0.3},
      {"triangular, 7 x 8", {.geometry = Geometry::triangular, .size = {7, 8}}, 0.2},
      {"triangular, 32 x 19", {.geometry = Geometry::triangular, .size = {32, 19}}, 0.25},
      {"triangular +-J in a field, 96 x 50",
       {.geometry = Geometry::triangular, .size = {96, 50}, .disorder = Disorder::bimodal, .field = 1},
       0.2},
      {"open square, 66 x 30", open({.size = {66, 30}}), 0.4},
      {"open square +-J in a field, 10 x 50", open({.size = {10, 50}, .disorder = Disorder::bimodal, .field = 0.5}),
       0.5},
      {"open square, 63 x 31", open({.size = {63, 31}}), 0.4},
      {"open cubic, 15 x 3 x 15", open({.geometry = Geometry::cubic, .size = {15, 3, 15}}), 0.3},
      {"open triangular, 95 x 47", open({.geometry = Geometry::triangular, .size = {95, 47}}), 0.25},
      {"open square, 35 x 21", open({.size = {35, 21}}), 0.4},
      {"open cubic in a field, 9 x 7 x 11", open({.geometry = Geometry::cubic, .size = {9, 7, 11}, .field = 0.5}), 0.2},
      {"open triangular, 32 x 19", open({.geometry = Geometry::triangular, .size = {32, 19}}), 0.25},
      {"open cubic, 18 x 12 x 6", open({.geometry = Geometry::cubic, .size = {18, 12, 6}, .coupling = -1}), 0.3},
      {"open triangular in a field, 45 x 27", open({.geometry = Geometry::triangular, .size = {45, 27}, .field = 0.5}),
       0.2},
      {"open honeycomb +-J, 33 x 9",
       open({.geometry = Geometry::honeycomb, .size = {33, 9}, .disorder = Disorder::bimodal}), 0.7}};
}
inline constexpr LocalMove moves[] = {LocalMove::heat_bath, LocalMove::metropolis};

inline std::shared_ptr<const Ising> model_of(const Lattice& lattice) {
  return std::make_shared<const Ising>(build(lattice));
}

inline void load(Ensemble& ensemble, std::size_t replica, const std::vector<std::int8_t>& spins) {
  ensemble.load(replica, std::as_bytes(std::span(spins)));
}

inline std::vector<Tally> sweep(Ensemble& ensemble, const std::vector<double>& beta, Step step) {
  std::vector<Setting> setting;
  for (const double b : beta) setting.push_back({b});
  std::vector<Tally> tally(beta.size());
  ensemble.sweep(setting, step, tally);
  return tally;
}

}  // namespace gibbsite::packed_lattices
