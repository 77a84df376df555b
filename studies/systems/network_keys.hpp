/// The keys of networks of units, from a model file or with random weights.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "studies/models/model_file.hpp"
#include "studies/study/schema_builder.hpp"
#include "studies/systems/system_size.hpp"

namespace gibbsite {

struct NetworkKeys {
  std::string file;                             ///< model file instead of random weights; resolved path
  std::vector<std::int64_t> layers = {32, 16};  ///< random weights: units per layer, visible first
  std::string units = "binary";                 ///< binary | spin
  std::string reference = "uniform";            ///< uniform | base-rate | trajectory
};

struct HopfieldKeys {
  std::int64_t patterns = 3;     ///< random ones
  std::string rule = "hebbian";  ///< hebbian | pseudo-inverse | storkey
  double noise = 0;              ///< share of units flipped in a cold start
};

/// model.file, of whatever a model file can hold.
void add_model_file(const Section<NetworkKeys>& model);
/// Those of all networks, with [data]; of Hopfield networks patterns take the place of random weights.
void add_network_keys(KeyTable& table);
void add_hopfield_keys(KeyTable& table);

/// Of a network of real numbers that stores random patterns: layers, patterns, noise, disorder_seed.
void add_attention_pattern_keys(KeyTable& table);

/// Memory before the network is built; nothing of one from a file. full: every unit bonded to every other.
SystemSize size_of_layers(const Study& study, bool full);
/// The same of a Hopfield network.
SystemSize size_of_hopfield(const Study& study);

/// Sizes of random layers, at least `least` and at most `most` of them. Throws RequestError.
std::vector<std::size_t> layer_sizes(const Study& study, std::size_t least, std::size_t most);

}  // namespace gibbsite
