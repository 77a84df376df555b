#include "studies/text/terminal.hpp"

#include <sys/ioctl.h>

#include <cstdlib>

#include "studies/text/words.hpp"

namespace gibbsite {

std::size_t terminal_width(int file) {
  constexpr std::size_t usual = 80;
  if (const char* asked = std::getenv("COLUMNS"))
    if (const auto columns = read_number<std::size_t>(asked); columns && *columns > 0) return *columns;
  winsize size{};
  return ::ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual;
}

std::string cut_to_width(const std::string& text, std::size_t width) {
  std::size_t at = 0, columns = 0;
  for (; at < text.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;  // not a further byte of a character
    if (begins && columns++ == width) break;
  }
  return text.substr(0, at);
}

}  // namespace gibbsite
