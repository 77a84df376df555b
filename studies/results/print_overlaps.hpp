/// P(q) of a grid over disorder, as people read it.
#pragma once

#include "studies/files/record.hpp"

namespace gibbsite {

/// The average over disorder with errors, at the coldest betas of up to four places; nothing where there is none.
void print_overlaps(const Group& root, bool temperatures);

}  // namespace gibbsite
