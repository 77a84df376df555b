/// Model files of energies with latent variables (physics/continuous/latent_codes.hpp): attributes shared by all model
/// files, and
///
///   kmeans          words, [code][number]; the attribute code_beta, of F_beta; without it F
///   sparse-coding   words; the attribute lambda
///
/// of two numbers also the group surface: x_1, x_2 and energy, F on a grid, [x_2][x_1]; of kmeans the group soft: beta
/// and energy, the mean of F_beta over the data that it learned from.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "physics/continuous/latent_codes.hpp"
#include "studies/data/treatment.hpp"
#include "studies/files/record.hpp"

namespace gibbsite {

struct StoredCodes {
  std::string kind;  ///< "kmeans" | "sparse-coding"
  std::shared_ptr<const LatentEnergy> energy;
  Treatment treatment = {};  ///< of the data that it learned from
  std::string note = {};
};

bool is_codes_kind(const std::string& kind);
/// What it is, for people.
std::string words_of_codes(const LatentEnergy& energy);
void describe_codes(const LatentEnergy& energy, Group& group);
/// What describe_codes wrote; `where` is what messages begin with. Throws RequestError.
StoredCodes stored_codes(const Group& group, const std::string& where);
/// That in a model file; nothing where it holds another model, or cannot be read.
std::optional<StoredCodes> read_stored_codes(const std::string& path);
/// That of a sparse-coding in a model file. Throws RequestError for another model, or none.
std::shared_ptr<const SparseCoding> read_sparse_coding(const std::string& path);

/// F on a grid over low ... high of two numbers, as the group surface.
Group surface_of(const LatentEnergy& energy, std::span<const double> low, std::span<const double> high);

}  // namespace gibbsite
