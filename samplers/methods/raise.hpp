/// Reverse annealed importance sampling from given states (RAISE; Burda, Grosse & Salakhutdinov, AISTATS 2015,
/// arXiv:1412.8566, sec. 3 and alg. 2).
///
/// Forward annealing through lambda_0 = 0 < ... < lambda_K is itself a model, p_ann: x_0 ~ p_0, x_k ~ T_k(. | x_{k-1}).
/// For a state x_K,
///   ln p_ann(x_K) = ln < f_K(x_K) / Z_0  prod_{k=K..1} f_{k-1}(x_{k-1}) / f_k(x_{k-1}) >,   x_{k-1} ~ reversal of T_k
///   (. | x_k),
/// with f_k = exp(log_weight(., lambda_k)). The ln of a mean of draws lies, in expectation, below ln p_ann; p_ann tends
/// to p_K for slow annealing, and is as a rule the worse model of data: conservative, without any estimate of Z_K that
/// could be too low. Not for data that p_K finds next to impossible: p_ann, which still remembers p_0, can give them
/// more.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "samplers/ensemble.hpp"

namespace gibbsite {

/// One draw of ln of the bracket per replica, whose states are the x_K and are lost. schedule: ascending from 0. time:
/// of the first sweep. progress: told after each step how many are done. Throws std::invalid_argument for a schedule
/// that does not.
std::vector<double> raise_log_likelihood(Ensemble& ensemble, std::span<const double> schedule, std::uint64_t time,
                                         const std::function<void(std::size_t)>& progress = {});

}  // namespace gibbsite
