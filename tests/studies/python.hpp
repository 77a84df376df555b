/// Python at work for a test: files written by the libraries that people use.
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>

namespace gibbsite::test {

/// Runs tests/SCRIPT with Debian's own python3.
inline void run_python(const std::string& script, const std::string& arguments) {
  std::string command = GIBBSITE_PYTHON " " GIBBSITE_SOURCE_DIR "/tests/";
  command.append(script).append(" ").append(arguments);
  INFO(command);
  REQUIRE(std::system(command.c_str()) == 0);
}

}  // namespace gibbsite::test
