/// The keys of [data].
#pragma once

#include "studies/data/data.hpp"
#include "studies/study/schema_builder.hpp"

namespace gibbsite {

/// They are a DataRequest.
void add_data_keys(KeyTable& table);

}  // namespace gibbsite
