/// Sequences of symbols, whole numbers from 0, and the symbol that follows each as its label.
#pragma once

#include <string>

#include "studies/data/data.hpp"

namespace gibbsite {

/// `length` random symbols below `symbols`, then the first of them again, as many as a random number below `length`,
/// then blanks (the symbol `symbols`); what follows is the next one to copy. 2 length - 1 numbers a sample, a pure
/// function of seed and its number.
Data copy_task(std::size_t samples, std::size_t symbols, std::size_t length, std::uint64_t seed);
/// All pairs (a, b) of numbers below `modulus`; what follows is (a + b) mod modulus.
Data modular_addition(std::size_t modulus);
/// Windows of so many bytes of a text, one at each place, and the byte that follows. Printable ASCII is 0 to 94, all
/// else
/// 95. Throws RequestError for a file that cannot be read, or is shorter.
Data text_windows(const std::string& path, std::size_t window);

}  // namespace gibbsite
