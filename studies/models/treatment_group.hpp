/// What was done to a model's data, as the group /treatment of its file: attributes dequantized (0 or 1), divisor,
/// alpha (0: no logit), words; standardized also mean and deviation (number). See studies/data/treatment.hpp.
#pragma once

#include <string>

#include "studies/data/treatment.hpp"
#include "studies/files/record.hpp"

namespace gibbsite {

Group treatment_group(const Treatment& treatment);
/// The group /treatment of a model, for data of `width` numbers; a treatment that does nothing where there is none.
/// Throws RequestError, beginning with `where`.
Treatment treatment_from(const Group& model, std::size_t width, const std::string& where);

}  // namespace gibbsite
