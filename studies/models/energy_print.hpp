/// `gibbsite show` of energies of real numbers, and what it shares with machines.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "physics/matrices/matrix.hpp"
#include "studies/files/json.hpp"
#include "studies/models/energy_group.hpp"
#include "studies/models/model_file.hpp"
#include "studies/models/net_group.hpp"

namespace gibbsite {

/// Numbers of one kind: what they are called, their shape, their range.
struct NumberBlock {
  std::string name;
  std::vector<std::size_t> shape;
  double least = 0, most = 0, rms = 0;
};
/// values: one or more.
NumberBlock block(std::string name, std::vector<std::size_t> shape, std::span<const double> values);
inline NumberBlock block(std::string name, const Matrix& m) {
  return block(std::move(name), {m.rows(), m.columns()}, m.numbers());
}
/// Under a header.
std::vector<std::vector<std::string>> rows_of_blocks(const std::vector<NumberBlock>& blocks);
Json json_of(const NumberBlock& block);

/// Weights and biases of each layer.
std::vector<NumberBlock> blocks_of_net(const NetAt& at);

/// Throw RequestError where such a file is no net of several outputs.
ModelSummary summary_of_net(const Group& root, const std::string& path);
Json net_as_json(const Group& root, const std::string& path);

/// Throw RequestError where such a file holds no latent variables (stored_codes.hpp).
ModelSummary summary_of_codes(const Group& root, const std::string& path);
Json codes_as_json(const Group& root, const std::string& path);

/// Throw RequestError where such a file holds no transformer (stored_thinker.hpp).
ModelSummary summary_of_thinker(const Group& root, const std::string& path);
Json thinker_as_json(const Group& root, const std::string& path);

/// Throw RequestError where such a file is no energy.
ModelSummary summary_of_energy(const Group& root, const std::string& path);
Json energy_as_json(const Group& root, const std::string& path);

}  // namespace gibbsite
