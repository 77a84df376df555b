/// Snapshots of a training in a model file (/snapshots/000, ...) as the path from independent units to the model.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "physics/network.hpp"

namespace gibbsite {

/// The first snapshot without its bonds, the others in their order up to the one that is nearest to the model, and the
/// model; two machines or more, or none where the file holds no snapshots or is of another kind than an rbm. Throws
/// RequestError for files that cannot be read or snapshots of another shape.
std::vector<std::shared_ptr<const Network>> read_trajectory(const std::filesystem::path& path);

}  // namespace gibbsite
