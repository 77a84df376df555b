#include "studies/page/assets.hpp"

#include <span>
#include <string_view>

namespace gibbsite {
namespace {

// Made by embed.cmake: pieces_of_NAME, each no longer than every compiler takes.
#include "page_assets.inc"

std::string joined_pieces(std::span<const std::string_view> pieces) {
  std::string out;
  for (const std::string_view piece : pieces) out += piece;
  return out;
}

}  // namespace

std::string page_style() { return joined_pieces(pieces_of_page_css); }
std::string page_script() { return joined_pieces(pieces_of_page_js); }
std::string dygraphs_style() { return joined_pieces(pieces_of_dygraph_min_css); }
std::string dygraphs_script() { return joined_pieces(pieces_of_dygraph_min_js); }
std::string dygraphs_licence() { return joined_pieces(pieces_of_copyright); }

}  // namespace gibbsite
