/// What readers of arrays share.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "studies/models/import_source.hpp"

namespace gibbsite {

Matrix transposed(const Matrix& m);

bool all_zero(const NumberArray& array);

/// Two arrays that say the same thing, or contradict each other; both count as read.
void check_same(const ImportSource& source, const std::string& a, std::span<const double> left, const std::string& b,
                std::span<const double> right);

/// Of gaussian units, [units]: from variance or sigma in the file, or from the key.
std::vector<double> read_variance(const ImportSource& source, std::size_t units);

/// Refuses arrays that change the energy of models that do not know them.
void refuse_offsets(const ImportSource& source, const std::string& why);

/// What only other units have says that the units were meant to be those.
void refuse_parts_of_others(const ImportSource& source, UnitKind visible);

/// By the names of the interface or of scikit-learn.
AnyModel read_rbm(const ImportSource& source);

}  // namespace gibbsite
