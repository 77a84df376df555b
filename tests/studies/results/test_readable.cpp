/// Coordinates as people read them.
#include <catch2/catch.hpp>

#include "studies/results/result_rows.hpp"

using namespace gibbsite;

TEST_CASE("a coordinate that is off by its last bits is read as what it stands for, and others as they are") {
  CHECK(readable("0.039999999999999994") == "0.04");
  CHECK(readable("0.31999999999999995") == "0.32");
  CHECK(readable("2.5500000000000003") == "2.55");
  CHECK(readable("0.44068679350977") == "0.44068679351");  // twelve digits are enough to tell it
  for (const char* text : {"32", "32x64", "wolff", "0.1", "-0", "", "123456789012345678", "bars-and-stripes:4",
                           "1234567.12345", "0.333333333333x"})
    CHECK(readable(text) == text);
}
