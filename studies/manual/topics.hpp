/// What `gibbsite help` explains beside commands and keys: pages of text that stand in `studies/manual/topics/`, and in
/// the program. The terminal and man pages print the same ones.
#pragma once

#include <span>
#include <string>

namespace gibbsite {

struct Topic {
  std::string name;     ///< "files"
  std::string summary;  ///< one line
  std::string text;     ///< in the markup of markup.hpp, without its title
};

/// All of them, in the order in which they are listed.
std::span<const Topic> manual_topics();
/// One of them; null where there is none of that name.
const Topic* find_topic(const std::string& name);

}  // namespace gibbsite
