/// The order parameter that an encoder found in the snapshots of a run, as a group of a file: `/order`.
#pragma once

#include <string>
#include <vector>

#include "estimators/disorder_averages.hpp"
#include "studies/files/record.hpp"

namespace gibbsite {

struct LearnedOrder {
  std::vector<double> beta;
  std::size_t chains = 0;
  std::vector<double> m;      ///< [snapshot][chain][beta], less its mean at each beta
  std::string identity = {};  ///< of the model that made it; empty: not known
  GlassCurve curve;           ///< of independent chains (estimators/order_parameter.hpp)

  std::vector<Estimate> squared() const;  ///< <m^2>, [beta]
  std::vector<Estimate> binder() const;   ///< 1 - <m^4> / (3 <m^2>^2), [beta]
};

/// z: embeddings of snapshots in the order (snapshot, chain, beta), [state][number]. Throws std::invalid_argument for
/// fewer than two snapshots.
LearnedOrder learned_order(std::span<const double> z, std::size_t numbers, std::vector<double> beta,
                           std::size_t chains);
/// crossings: with the order parameter in the file `other`, or none.
Group order_group(const LearnedOrder& order, const std::vector<GlassCrossing>& crossings, const std::string& other);
/// What order_group wrote, of a file. Throws RequestError.
LearnedOrder read_order(const std::string& file);
/// Where Binder cumulants of two sizes cross. Throws RequestError for other betas. file: of the second, for people.
std::vector<GlassCrossing> order_crossings(const LearnedOrder& a, const LearnedOrder& b, const std::string& file);

}  // namespace gibbsite
