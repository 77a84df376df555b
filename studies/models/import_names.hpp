/// Names of arrays in people's files, and what a model calls them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "studies/models/import.hpp"

namespace gibbsite {

struct NamedArrays {
  std::vector<NumberArray> arrays;            ///< by the names of `model_from_arrays`
  std::map<std::string, std::string> called;  ///< name there -> name in the file, where they differ
};

/// Arrays by our names: as --names says ("b=v_bias,c=h_bias"), else as PyTorch's people call them (weight, v_bias,
/// h_bias, ...; learnergy's _W, _a, _b), whatever stands before a last point or slash ("rbm.W"). An array that has one
/// of our names already keeps it. `where` is what messages begin with. Throws RequestError where two arrays could be
/// the same one.
NamedArrays with_our_names(std::vector<NumberArray> arrays, const ImportKeys& keys, NetworkKind kind,
                           const std::string& where);

}  // namespace gibbsite
