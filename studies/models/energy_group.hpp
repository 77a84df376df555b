/// Energies of real numbers as files keep them: the parameters of a model file or of the group /model of a result, by
/// the kind of the model. phi4, whose parameters are a lattice's, stands in a file of its own.
///
///   double-well, many-well  well (a, b, c); many-well also the attribute pairs
///   rings                   radii, width
///   gaussian                mean, precision (row by row)
///   gaussian-mixture        means (point by point), weights, deviations
///   experts                 attribute experts ("student" | "unigauss"); directions (expert by expert), numbers, kappa
///   gaussian-rbm            attributes hidden_kind ("binary" | "spin"), energy_constant; bias, variance, hidden_bias,
///                           weights (row by row, a row a visible unit)
///   neural                  attributes shape ("1x8x8"), net ("dense 32, swish, dense 1"), kappa; or, in place of
///                           kappa > 0, confining_mean and confining_deviation; groups layer_0, ... with weight, bias
#pragma once

#include <memory>
#include <string>

#include "physics/continuous/continuous_energy.hpp"
#include "studies/files/record.hpp"

namespace gibbsite {

/// What it is, for people.
std::string words_of_energy(const ContinuousEnergy& energy);
void describe_energy(const ContinuousEnergy& energy, Group& group);
/// Whether describe_energy writes all of such an energy: "rings", and not "phi4".
bool files_keep(const std::string& kind);
/// The energy that describe_energy wrote; kind: "rings"; `where` is what messages begin with. Throws RequestError.
std::shared_ptr<const ContinuousEnergy> energy_from(const std::string& kind, const Group& group,
                                                    const std::string& where);
/// How many numbers it has to be told; of a net what an evaluation costs, in pairs of operations.
std::size_t parameters_of(const ContinuousEnergy& energy);
/// Whether it is a net.
bool is_net(const ContinuousEnergy& energy);

}  // namespace gibbsite
