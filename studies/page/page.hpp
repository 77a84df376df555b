/// The page of `gibbsite report`: one HTML file that needs no other and asks for none.
#pragma once

#include <string>
#include <vector>

#include "studies/files/record.hpp"
#include "studies/page/plots.hpp"

namespace gibbsite {

/// A result, likelihood or model file as it was read.
struct PageFile {
  std::string path;
  Group root;
};

/// What there is to doubt in a result, in a sentence.
std::string verdict_on(const Group& root);

/// The page; several files stand side by side where there is room. Throws RequestError where weights are no images of
/// the sides asked for, std::logic_error or std::bad_variant_access for a record that has not the shape of a result.
std::string page_of(const std::vector<PageFile>& files, ImageSides sides = {});

}  // namespace gibbsite
