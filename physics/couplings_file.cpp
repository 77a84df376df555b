#include "physics/couplings_file.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace gibbsite {
namespace {

constexpr std::uint64_t most_sites = 100'000'000;  // an index beyond is a slip of the pen, not a system

/// One file on its way into a graph; knows the line it stands on, for messages.
class Reader {
 public:
  Reader(const std::filesystem::path& file, int index_base) : file_(file.string()), base_(index_base) {}

  Graph read() {
    errno = 0;
    std::ifstream in(file_);
    if (!in) throw std::invalid_argument(file_ + ": cannot be opened (" + std::strerror(errno) + "); check the path");
    bool first = true;
    for (std::string text; std::getline(in, text);) {
      ++line_;
      const auto words = split(text);
      if (words.empty()) continue;
      if (first && words.size() == 2)
        read_header(words);
      else
        read_coupling(words);
      first = false;
    }
    if (in.bad()) throw std::invalid_argument(file_ + ": cannot be read; check that it is a text file");
    if (first) fail("the file holds no couplings", "give lines `i j J`");
    if (bonds_promised_ && bonds_.size() != *bonds_promised_)
      fail("the file holds " + std::to_string(bonds_.size()) + " bonds, but its first line promises " +
               std::to_string(*bonds_promised_),
           "complete the file or correct its first line `n m`");
    return Graph(std::move(bonds_), std::move(fields_));
  }

 private:
  using Words = std::vector<std::string_view>;

  static Words split(std::string_view text) {
    constexpr std::string_view blank = " \t\r\v\f";
    text = text.substr(0, text.find('#'));
    Words words;
    while (true) {
      const std::size_t begin = text.find_first_not_of(blank);
      if (begin == text.npos) return words;
      text.remove_prefix(begin);
      const std::size_t end = std::min(text.find_first_of(blank), text.size());
      words.push_back(text.substr(0, end));
      text.remove_prefix(end);
    }
  }

  void read_header(const Words& words) {
    const std::uint64_t sites = count(words[0], "the number of sites");
    if (sites == 0 || sites > most_sites)
      fail("the number of sites is " + std::to_string(sites), "give 1 to " + std::to_string(most_sites));
    fields_.assign(sites, 0.0);
    bonds_promised_ = count(words[1], "the number of bonds");
  }

  void read_coupling(const Words& words) {
    if (words.size() < 3) fail("the line is cut short", "give `i j J`");
    if (words.size() > 3) fail("'" + std::string(words[3]) + "' is too much", "give `i j J` and put comments behind #");
    const std::uint32_t i = site(words[0]), j = site(words[1]);
    const double J = number(words[2]);
    if (fields_.size() <= std::max(i, j)) fields_.resize(std::max(i, j) + std::size_t{1}, 0.0);
    if (i == j)
      fields_[i] += J;
    else
      bonds_.push_back({i, j, J});
  }

  std::uint64_t count(std::string_view word, const std::string& what) const {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(word.begin(), word.end(), value);
    if (error != std::errc() || end != word.end())
      fail(what + " is '" + std::string(word) + "'", "give a whole number, 0 or more");
    return value;
  }

  std::uint32_t site(std::string_view word) const {
    const auto base = static_cast<std::uint64_t>(base_);
    const std::uint64_t index = count(word, "a site"),
                        last = (bonds_promised_ ? fields_.size() : most_sites) - 1 + base;
    if (index < base || index > last)
      fail("site " + std::to_string(index) + " is not among " + std::to_string(base_) + " .. " + std::to_string(last),
           "sites count from " + std::to_string(base_) + " here (index_base)");
    return static_cast<std::uint32_t>(index - base);
  }

  double number(std::string_view word) const {
    std::string_view digits = word;
    if (digits.size() > 1 && digits[0] == '+' && digits[1] != '-') digits.remove_prefix(1);  // from_chars knows no plus
    double value = 0;
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), value);
    if (error == std::errc::invalid_argument || end != digits.end())
      fail("the coupling is '" + std::string(word) + "'", "give a number");
    if (error != std::errc() || !std::isfinite(value))
      fail("the coupling '" + std::string(word) + "' is not finite or out of range", "give a finite number");
    return value;
  }

  [[noreturn]] void fail(const std::string& wrong, const std::string& remedy) const {
    throw std::invalid_argument(file_ + ":" + std::to_string(std::max<std::size_t>(line_, 1)) + ": " + wrong + "; " +
                                remedy);
  }

  std::string file_;
  int base_;
  std::size_t line_ = 0;
  std::vector<Bond> bonds_;
  std::vector<double> fields_;
  std::optional<std::uint64_t> bonds_promised_;
};

}  // namespace

Graph read_couplings(const std::filesystem::path& file, int index_base) {
  if (index_base != 0 && index_base != 1)
    throw std::invalid_argument("index_base is " + std::to_string(index_base) + ": couplings files count from 0 or 1");
  return Reader(file, index_base).read();
}

}  // namespace gibbsite
