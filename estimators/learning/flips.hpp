/// Objectives that see no sample of the model: functions of D_ia = F(v with unit i in state a) - F(v), the cost of
/// changing one unit of a datum, in which ln Z does not appear.
///
///   pseudo-likelihood  max  sum_i -ln(1 + sum_a exp(-D_ia))                       (Besag, J. R. Stat. Soc. D 24, 179
///   (1975)) ratio matching     min  1/2 sum_i sigma(-D_i)^2                               (Hyvarinen, Comput. Stat.
///   Data Anal. 51, 2499 (2007)) flow               min  sum_ia exp(-D_ia / 2)     (Sohl-Dickstein, Battaglino &
///   DeWeese, PRL 107, 220601 (2011), eq. 4) lyu                min  sum_i p_i^-2 - 2 (p_i^-1 + (1 - p_i)^-1), p_i =
///   sigma(D_i)       (Lyu, UAI 2009, sec. 4)
///
/// all as means over the data. Discrete visible units; ratio matching and lyu need units of two states. Cost: width x
/// hidden a datum, as a product of it with W for each of its numbers.
#pragma once

#include <memory>

#include "estimators/learning/objective.hpp"

namespace gibbsite {

enum class FlipRule { pseudo_likelihood, ratio_matching, flow, lyu };

/// The mean over the batch, to be made large or small as said above; adds its own gradient (not the direction of
/// ascent) to `out`, [parameters], or nothing where that is empty. weight: of the samples, with mean 1; empty: alike.
/// Throws std::invalid_argument for units that the rule is not for.
double flip_objective(FlipRule rule, const ParametricMachine& machine, std::span<const double> theta,
                      const Matrix& batch, std::span<double> out = {}, std::span<const double> weight = {});

std::unique_ptr<Objective> make_flip_objective(FlipRule rule, std::shared_ptr<const ParametricMachine> machine);

/// Noise-contrastive estimation (Gutmann & Hyvarinen, J. Mach. Learn. Res. 13, 307 (2012), eqs. 3-4): telling data from
/// noise, nu noise points to each datum, teaches the machine and its ln Z, the one extra parameter c:
///   G = -F - c - ln p_noise - ln nu,   max  <ln sigma(G)>_data + nu <ln sigma(-G)>_noise.
/// noise: independent units at these means, [width]; of units of two states.
std::unique_ptr<Objective> make_noise_contrastive(std::shared_ptr<const ParametricMachine> machine,
                                                  std::vector<double> noise_mean, std::size_t nu, Key key);
/// Its value, and adds its gradient in (theta, c), where data and noise have these weights: those of data with sum 1,
/// of noise with sum nu. theta: [parameters + 1].
double noise_contrastive(const ParametricMachine& machine, std::span<const double> theta, double log_nu,
                         const Matrix& data, std::span<const double> data_weight,
                         std::span<const double> data_log_noise, const Matrix& noise,
                         std::span<const double> noise_weight, std::span<const double> noise_log_noise,
                         std::span<double> out);

}  // namespace gibbsite
