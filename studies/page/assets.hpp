/// Files that stand in the program: the page's style and script, and dygraphs as its package installs it.
#pragma once

#include <string>

namespace gibbsite {

std::string page_style();
std::string page_script();
std::string dygraphs_style();
std::string dygraphs_script();
std::string dygraphs_licence();

}  // namespace gibbsite
