#include "studies/data/sequences.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "physics/chance.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {

Data copy_task(std::size_t samples, std::size_t symbols, std::size_t length, std::uint64_t seed) {
  constexpr std::uint64_t stream_of_sequences = 1;  // binarisation has 0 (studies/data/data.cpp)
  Data data{.samples = samples, .width = 2 * length - 1};
  data.symbols = symbols + 1, data.label_states = symbols;
  for (std::size_t s = 0; s < samples; ++s) {
    Chance chance(Stream(Key(seed), Purpose::data, s, stream_of_sequences));
    std::vector<std::size_t> own;
    for (std::size_t t = 0; t < length; ++t) own.push_back(chance.pick(symbols));
    const std::size_t done = chance.pick(length);
    for (std::size_t t = 0; t < data.width; ++t)
      data.values.push_back(static_cast<double>(t < length ? own[t] : t < length + done ? own[t - length] : symbols));
    data.labels.push_back(own[done]);
  }
  return data;
}

Data modular_addition(std::size_t modulus) {
  Data data{.samples = modulus * modulus, .width = 2};
  data.symbols = data.label_states = modulus;
  for (std::size_t a = 0; a < modulus; ++a)
    for (std::size_t b = 0; b < modulus; ++b) {
      data.values.push_back(static_cast<double>(a)), data.values.push_back(static_cast<double>(b));
      data.labels.push_back((a + b) % modulus);
    }
  return data;
}

Data text_windows(const std::string& path, std::size_t window) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in.is_open() || in.bad()) throw RequestError(fmt::format("{}: it cannot be read", path));
  if (text.size() <= window)
    throw RequestError(fmt::format("{}: it has {} bytes, too few for windows of {} and the one that follows", path,
                                   text.size(), window));
  constexpr std::size_t printable = 95;  // from the space on
  const auto symbol = [&](std::size_t at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    return byte >= ' ' && byte < ' ' + printable ? static_cast<std::size_t>(byte - ' ') : printable;
  };
  Data data{.samples = text.size() - window, .width = window, .source = path};
  data.symbols = data.label_states = printable + 1;
  for (std::size_t s = 0; s < data.samples; ++s) {
    for (std::size_t t = 0; t < window; ++t) data.values.push_back(static_cast<double>(symbol(s + t)));
    data.labels.push_back(symbol(s + window));
  }
  return data;
}

}  // namespace gibbsite
