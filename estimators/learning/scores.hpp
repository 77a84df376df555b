/// Objectives that learn a neural energy from its derivatives or from states of its own: their value, a mean over a
/// batch, to be made small, and its gradient. With s = grad E, H the second derivatives:
///
///   contrastive  <E>_data - <E>_model, where states are the model's      (Hinton 2002)
///   denoising    <w |s(x + sigma r) - r / sigma|^2 / 2>    (Vincent, Neural Comput. 23, 1661 (2011), eq. 11)
///   sliced       <(v . s)^2 / 2 - v'Hv>                     (Song, Garg, Shi & Ermon, UAI 2019, eq. 8)
///   reduced      <|s|^2 / 2 - v'Hv>, v with <v v'> = 1      (the same, eq. 9)
///   exact        <|s|^2 / 2 - tr H>                         (Hyvarinen, JMLR 6, 695 (2005), eq. 4)
///   weighted     <sum_i h_i s_i^2 / 2 - h_i H_ii - h_i' s_i> (physics/continuous/slope_weights.hpp)
///
/// Each is a jet along some direction and an adjoint of (E, v . s, v'Hv / 2) (physics/neural/jets.hpp): denoising takes
/// v = s - r / sigma and (0, 1, 0); sliced (0, v . s, -2); reduced and exact (0, 1, 0) along s and (0, 0, -2) along v,
/// or along every unit vector (JetEnergy::add_curvatures), so that exact costs as much as the state has numbers where
/// the energy knows no shorter way; weighted (0, 1, 0) along h s - h', and curvatures weighed by h.
#pragma once

#include <span>

#include "physics/continuous/slope_weights.hpp"
#include "physics/neural/jet_energy.hpp"

namespace gibbsite {

enum class Slices { plain, reduced };

/// States [state][number] throughout; gradient: the objective's in theta is added, where there is room. x, noise (r),
/// v: as many numbers each. sigma, weight: one for each state, or one for all; weight may be empty, 1. For float and
/// double.
///
/// Throw std::invalid_argument for no states; sliced and exact for relu, by its layer's name.
template <class Real>
double contrastive(const JetEnergy<Real>& energy, std::span<const Real> data, std::span<const Real> model,
                   std::span<Real> gradient);
template <class Real>
double denoising_score(const JetEnergy<Real>& energy, std::span<const Real> x, std::span<const Real> noise,
                       std::span<const double> sigma, std::span<const double> weight, std::span<Real> gradient);
template <class Real>
double sliced_score(const JetEnergy<Real>& energy, std::span<const Real> x, std::span<const Real> v, Slices slices,
                    std::span<Real> gradient);
template <class Real>
double exact_score(const JetEnergy<Real>& energy, std::span<const Real> x, std::span<Real> gradient);
/// weights: of every number of every state.
template <class Real>
double weighted_score(const JetEnergy<Real>& energy, std::span<const Real> x, const SlopeWeights& weights,
                      std::span<Real> gradient);

}  // namespace gibbsite
