/// Generated data: small sets of patterns, and points of densities that are known (physics/continuous/).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "physics/continuous/known_densities.hpp"
#include "studies/data/data.hpp"

namespace gibbsite {

/// All distinct pictures of side x side pixels whose rows or whose columns are each all on or all off, side <= 12:
/// 2 * 2^side - 2 of them (MacKay, Information Theory, Inference, and Learning Algorithms (2003), ch. 43).
Data bars_and_stripes(std::size_t side);
/// N bits, the same bits shifted left, not, or right (cyclically), and three units of which one tells which: all 3 *
/// 2^N cases, N <= 12 (Hinton & Sejnowski, in Parallel Distributed Processing 1 (1986), ch. 7; MacKay (2003), ch. 43).
Data shifter(std::size_t bits);
/// Two clusters of unequal weight: a quarter of the 8 N samples have all N bits on, three quarters off, but for one bit
/// in every second of them; N <= 12.
Data two_clusters(std::size_t bits);

/// Whether `name` is that of a set of sequences (sequences.hpp): "copy:2000", "copy:2000:8:4", "modular-addition:11".
bool is_sequence_set(const std::string& name);

/// Whether `name` is that of a generated set, with or without what follows its colon, and of no file here.
bool is_generated(const std::string& name);

/// The set a name means: "shifter:5", "two-moons" (2000 samples), "two-moons:500", "two-modes:500:0.2:5" (weight .2 at
/// -5). Points are a pure function of seed and their number; their labels are the parts of the density that they are
/// drawn from, such as the two moons, where it has several. Nothing for files. Throws RequestError for what looks like
/// a set and is none.
std::optional<Data> generate(const std::string& name, std::uint64_t seed);

/// The density that a generated set is drawn from, as the name in data.file; null for other data.
std::unique_ptr<const KnownDensity> density_of_set(const std::string& name);

}  // namespace gibbsite
