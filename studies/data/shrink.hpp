/// Smaller images: each new pixel is the mean of the old ones over its area, of which those on an edge have a share.
#pragma once

#include <string>

#include "studies/data/data.hpp"

namespace gibbsite {

/// how: "28x28:8x8", rows x columns before and after, or "" for none. Throws RequestError for other words, rows of
/// another length, and images that would grow.
void shrink_images(Data& data, const std::string& how);

}  // namespace gibbsite
