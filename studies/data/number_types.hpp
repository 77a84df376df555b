/// Numbers as files hold them: their bits as doubles.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace gibbsite {

/// From as many low bits as the type has.
using NumberReader = double (*)(std::uint64_t bits);

/// Of numpy's type codes ("f8", "i2", "b1") and of "bf", bfloat16; nullptr for what is not a number of these sizes.
NumberReader number_reader(std::string_view code);

/// All bytes as one number, at most eight.
std::uint64_t low_byte_first(std::string_view bytes);

/// How many values a shape has, or more than `room` where they are more than that.
std::size_t count_within(std::span<const std::size_t> shape, std::size_t room);

}  // namespace gibbsite
