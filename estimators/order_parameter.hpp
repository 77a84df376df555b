/// An order parameter that no one named: the direction in which numbers of many states vary most, and its Binder
/// cumulant along chains at several temperatures.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "estimators/disorder_averages.hpp"

namespace gibbsite {

/// z . v of each state, v the unit vector along which the variance of z is largest, signed so that the sum of its
/// numbers is not negative. z: [state][number]; any units.
std::vector<double> along_principal_direction(std::span<const double> z, std::size_t numbers);

/// <m^2> and U = 1 - <m^4> / (3 <m^2>^2) of every chain at every beta, m less its mean over all draws and chains there,
/// as chains take turns in both phases and what is even in them has another mean at each temperature. Chains are
/// independent and stand where GlassCurve has samples. m: [draw][chain][beta]. Throws std::invalid_argument for fewer
/// than two draws or a length that does not fit.
GlassCurve order_curve(std::span<const double> m, std::size_t chains, std::size_t betas);

}  // namespace gibbsite
