/// A model file of an energy of real numbers, or the group of one in a result: what studies/models/energy_group.hpp
/// says, the optional attributes note, format_version and learned_log_z (of nce), the groups base_rates and treatment
/// as of machines, and of a net that learned levels of noise
///
///   /levels  sigma; first_bias (sigma, output) and confining_deviation (sigma, unit): layer_0/bias and
///            confining_deviation at each level. The file's own are those of the last.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "estimators/estimate.hpp"
#include "physics/continuous/continuous_energy.hpp"
#include "studies/data/treatment.hpp"
#include "studies/files/record.hpp"

namespace gibbsite {

struct StoredEnergy {
  std::string kind;  ///< "gaussian"
  std::shared_ptr<const ContinuousEnergy> energy;
  Treatment treatment = {};  ///< of the data that it learned from
  std::size_t samples = 0;   ///< how many these were; 0: the file does not say
  std::string data = {};     ///< which they were, for people
  std::vector<double> mean = {},
                      deviation = {};  ///< [d], of these; where the file does not say, what confines a net; or none
  double learned_log_z = unknown;      ///< what noise contrast learned for ln Z
  std::vector<double> sigma = {};      ///< levels of noise, the largest first
  double kappa = 0;                    ///< of a net
  std::string note = {};
};

/// The energy in such a group; `where` is what messages begin with. Throws RequestError.
StoredEnergy stored_energy(const Group& group, const std::string& where);
/// Whether this is a group of such an energy, which files keep whole.
bool is_stored_energy(const Group& group);
/// The kind of energy that a model file or a result holds; "" where it holds none, or cannot be read.
std::string energy_kind_in(const std::filesystem::path& path);
/// That in a model file, or in the group /model of a result. Throws RequestError.
StoredEnergy read_stored_energy(const std::filesystem::path& path);

}  // namespace gibbsite
