#include "physics/couplings_file.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace gibbsite {
namespace {

constexpr std::uint64_t most_sites = 100'000'000;  // an index beyond is a slip of the pen, not a system
/// Nor is it one if so many sites are named by fewer lines than one for so many of them.
constexpr std::uint64_t many_sites = 10'000'000, sites_to_a_line = 100;

/// What messages show of a word: its first characters, without any that would not print.
std::string shown(std::string_view word) {
  constexpr std::size_t longest = 32;
  std::string out;
  for (const char c : word.substr(0, longest)) {
    const auto byte = static_cast<unsigned char>(c);
    char escaped[8];
    std::snprintf(escaped, sizeof escaped, "\\x%02X", byte);
    out += byte > 0x20 && byte < 0x7F ? std::string(1, c) : escaped;
  }
  return out + (word.size() > longest ? "..." : "");
}

/// One file on its way into a graph; knows the line it stands on, for messages.
class Reader {
 public:
  Reader(const std::filesystem::path& file, int index_base) : file_(file.string()), base_(index_base) {}

  CouplingsFile read() {
    errno = 0;
    std::ifstream in(file_, std::ios::binary);
    if (!in) throw std::invalid_argument(file_ + ": cannot be opened (" + std::strerror(errno) + "); check the path");
    bool first = true;
    for (std::string text; std::getline(in, text);) {
      ++line_;
      check_text(text);
      const auto words = split(text);
      if (words.empty()) continue;
      ++filled_lines_;
      if (first && words.size() == 2 && begins_with_header())
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
    if (sites_ > many_sites && sites_ / sites_to_a_line > filled_lines_)
      fail("the file has " + std::to_string(sites_) + " sites, of which its " + std::to_string(filled_lines_) +
               " lines name next to none",
           "check its indices and its first line `n m`");
    std::vector<double> fields(sites_, 0.0);
    for (const auto& [site, field] : fields_) fields[site] += field;
    std::vector<std::string> doubts;
    for (const std::string& doubt : {doubt_of_pairs(), doubt_of_first_line(), doubt_of_site_0()})
      if (!doubt.empty()) doubts.push_back(doubt);
    return {Graph(std::move(bonds_), std::move(fields)), std::move(doubts)};
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

  /// Takes off a byte order mark; refuses what is no text in one byte a character.
  void check_text(std::string& text) const {
    if (line_ == 1 && text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
    if (line_ == 1 && (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")))
      fail("the file is text in UTF-16", "save it as UTF-8");
    if (text.find('\0') != text.npos) fail("the line holds a byte of 0", "give a text file with lines `i j J`");
    if (text.starts_with('%'))
      fail("the line begins with %, as comments of MatrixMarket files do",
           "delete such lines, and give the sizes as a first line `n m`");
  }

  /// Whether the two numbers of the first line count sites and bonds, or are a bond themselves: of a file that has no
  /// weights at all, where they do not count what follows and are sites that others name too.
  bool begins_with_header() const {
    std::ifstream in(file_, std::ios::binary);
    std::uint64_t lines = 0, most = 0, first[2] = {0, 0};
    for (std::string text; std::getline(in, text);) {
      if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
      const Words words = split(text);
      if (words.empty()) continue;
      if (words.size() != 2) return true;
      for (std::size_t k = 0; k < 2; ++k) {
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(words[k].begin(), words[k].end(), value);
        if (error != std::errc() || end != words[k].end()) return true;
        if (lines == 0)
          first[k] = value;
        else
          most = std::max(most, value);
      }
      ++lines;
    }
    const bool counts = first[1] == lines - 1 && most < first[0] + static_cast<std::uint64_t>(base_);
    return lines < 2 || counts || std::max(first[0], first[1]) > most;
  }

  void read_header(const Words& words) {
    const std::uint64_t sites = count(words[0], "the number of sites");
    if (sites == 0 || sites > most_sites)
      fail("the number of sites is " + std::to_string(sites), "give 1 to " + std::to_string(most_sites));
    sites_ = sites;
    bonds_promised_ = count(words[1], "the number of bonds");
  }

  void read_coupling(const Words& words) {
    const bool weighted = words.size() > 2;
    if (words.size() < 2 || weighted != weighted_.value_or(weighted))
      fail(words.size() == 3 ? "the line has a weight, and those above it have none" : "the line is cut short",
           "give `i j J`, or `i j` in all lines, which means J = 1");
    weighted_ = weighted;
    if (words.size() > 3) fail("'" + shown(words[3]) + "' is too much", "give `i j J` and put comments behind #");
    const std::uint32_t i = site(words[0]), j = site(words[1]);
    if (!weighted && i == j) fail("the line bonds a site to itself", "give `i i h` for a field");
    const double J = weighted ? number(words[2]) : 1;
    if (filled_lines_ == 1) first_ = {i, j, J};
    if (filled_lines_ > 1) last_but_first_ = std::max({last_but_first_, i, j});
    names_site_0_ = names_site_0_ || i == 0 || j == 0;
    sites_ = std::max(sites_, std::max(i, j) + std::uint64_t{1});
    if (i == j)
      fields_.emplace_back(i, J);
    else
      bonds_.push_back({i, j, J});
  }

  std::uint64_t count(std::string_view word, const std::string& what) const {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(word.begin(), word.end(), value);
    double real = 0;
    const auto [real_end, real_error] = std::from_chars(word.begin(), word.end(), real);
    if (end != word.end() && real_error == std::errc() && real_end == word.end())
      fail(what + " is '" + shown(word) + "', a real number or a negative one",
           "give a whole number without point and exponent (numpy.savetxt with fmt = \"%d %d %.17g\")");
    if (error != std::errc() || end != word.end())
      fail(what + " is '" + shown(word) + "'", "give a whole number, 0 or more");
    return value;
  }

  std::uint32_t site(std::string_view word) const {
    const auto base = static_cast<std::uint64_t>(base_);
    const std::uint64_t index = count(word, "a site"), last = (bonds_promised_ ? sites_ : most_sites) - 1 + base;
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
      fail("the coupling is '" + shown(word) + "'", "give a number");
    if (error != std::errc() && std::abs(std::strtod(std::string(digits).c_str(), nullptr)) < 1)
      fail("the coupling '" + shown(word) + "' is too small to be told from 0", "give 0, or a size of 1e-307 or more");
    if (error != std::errc() || !std::isfinite(value))
      fail("the coupling '" + shown(word) + "' is not finite or out of range", "give a finite number");
    return value;
  }

  /// Bonds that stand in the file as i j J and again as j i J, where these are half of all or more.
  std::string doubt_of_pairs() const {
    const auto forward = [](const Bond& b) { return b.i < b.j; };
    const auto ahead = std::count_if(bonds_.begin(), bonds_.end(), forward);
    if (ahead == 0 || ahead == std::ssize(bonds_)) return "";
    std::vector<Bond> there, back;
    for (const Bond& b : bonds_) (forward(b) ? there : back).push_back({std::min(b.i, b.j), std::max(b.i, b.j), b.J});
    const auto less = [](const Bond& a, const Bond& b) { return std::tie(a.i, a.j, a.J) < std::tie(b.i, b.j, b.J); };
    std::sort(there.begin(), there.end(), less);
    std::sort(back.begin(), back.end(), less);
    std::vector<Bond> both;
    std::set_intersection(there.begin(), there.end(), back.begin(), back.end(), std::back_inserter(both), less);
    if (both.empty() || 4 * both.size() < bonds_.size()) return "";
    return std::to_string(both.size()) + " pairs of sites are listed both ways with one coupling (i j J and j i J), " +
           "which adds up to twice J; list each pair once if that is not meant";
  }

  /// `n n m` above m lines about sites up to n is what MatrixMarket files begin with, and reads as a field.
  std::string doubt_of_first_line() const {
    const auto& [i, j, J] = first_;
    if (filled_lines_ < 2 || bonds_promised_ || i != j || last_but_first_ > i) return "";
    if (J != static_cast<double>(filled_lines_ - 1)) return "";
    const std::string n = std::to_string(i + static_cast<std::uint64_t>(base_)), m = std::to_string(filled_lines_ - 1);
    return "the first line `" + n + ' ' + n + ' ' + m + "` was read as the field " + m + " of site " + n +
           "; if it counts sites and bonds (MatrixMarket), write `" + n + ' ' + m + '`';
  }

  std::string doubt_of_site_0() const {
    if (base_ != 0 || names_site_0_ || bonds_promised_) return "";
    return "no line names site 0, which stands alone; if the file counts from 1, say index_base = 1";
  }

  [[noreturn]] void fail(const std::string& wrong, const std::string& remedy) const {
    throw std::invalid_argument(file_ + ":" + std::to_string(std::max<std::size_t>(line_, 1)) + ": " + wrong + "; " +
                                remedy);
  }

  std::string file_;
  int base_;
  std::size_t line_ = 0;
  std::vector<Bond> bonds_;
  std::vector<std::pair<std::uint32_t, double>> fields_;  // site and field, as they come
  std::uint64_t sites_ = 0;
  std::optional<std::uint64_t> bonds_promised_;
  std::size_t filled_lines_ = 0;
  Bond first_;                        // as read, where the first line is no header
  std::uint32_t last_but_first_ = 0;  // highest site of the other lines
  bool names_site_0_ = false;
  std::optional<bool> weighted_;  // whether lines have a third number
};

}  // namespace

Graph read_couplings(const std::filesystem::path& file, int index_base) {
  return read_couplings_file(file, index_base).graph;
}

CouplingsFile read_couplings_file(const std::filesystem::path& file, int index_base) {
  if (index_base != 0 && index_base != 1)
    throw std::invalid_argument("index_base is " + std::to_string(index_base) + ": couplings files count from 0 or 1");
  return Reader(file, index_base).read();
}

}  // namespace gibbsite
