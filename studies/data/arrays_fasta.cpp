/// Aligned sequences in FASTA: lines that begin with `>` name what follows, all other lines are its letters.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

#include "studies/data/arrays.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/utf8.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

struct Sequence {
  std::string name, letters;
  std::size_t line = 0;
};

std::vector<Sequence> read_lines(std::string_view bytes) {
  std::vector<Sequence> sequences;
  std::size_t number = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
    const std::string_view line = trim(bytes.substr(at, end - at));
    at = end + 1;
    ++number;
    if (line.starts_with('>'))
      sequences.push_back({std::string(trim(line.substr(1)).substr(0, 40)), "", number});
    else if (!line.starts_with(';') && !sequences.empty())
      for (const char c : line)
        if (c != ' ' && c != '\t') sequences.back().letters += c;
  }
  return sequences;
}

bool is_insertion(char c) { return c == '.' || (c >= 'a' && c <= 'z'); }

/// a2m and a3m write insertions, which belong to no column of the alignment, as small letters and points. They are left
/// out where that is what they are: where the sequences have one length only without them, or where some columns hold
/// nothing else and the others none.
bool drop_insertions(std::vector<Sequence>& sequences) {
  const std::size_t length = sequences.front().letters.size();
  const auto same = [&](const Sequence& s) { return s.letters.size() == length; };
  bool insertions = !std::all_of(sequences.begin(), sequences.end(), same);
  if (!insertions) {
    std::vector<std::array<bool, 2>> seen(length, {false, false});
    for (const Sequence& s : sequences)
      for (std::size_t k = 0; k < length; ++k) seen[k][is_insertion(s.letters[k]) ? 1 : 0] = true;
    bool some = false, others = false, mixed = false;
    for (const auto& [column, insertion] : seen) {
      mixed = mixed || (column && insertion);
      some = some || insertion;
      others = others || column;
    }
    insertions = some && others && !mixed;
  }
  if (insertions)
    for (Sequence& s : sequences) std::erase_if(s.letters, is_insertion);
  return insertions;
}

/// What letters mean: states, or letters that stand for several of them and are read as gaps.
struct Alphabet {
  std::string letters;
  std::string unsure = {};
};

Alphabet alphabet_of(const std::string& words) {
  if (words == "protein") return {"-ACDEFGHIKLMNPQRSTVWY", "XBZJOU"};
  if (words == "rna") return {"-ACGU", "NRYSWKMBDHVX"};
  if (words == "dna") return {"-ACGT", "NRYSWKMBDHVX"};
  std::string sorted = words;
  std::sort(sorted.begin(), sorted.end());
  if (words.size() < 2 || std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end() ||
      std::any_of(words.begin(), words.end(), [](char c) { return c <= ' ' || c > '~'; }))
    throw RequestError(
        fmt::format("alphabet = {}: allowed: protein (-ACDEFGHIKLMNPQRSTVWY), rna (-ACGU), dna (-ACGT), or your own "
                    "letters in the order of the states, each once",
                    words));
  return {words};
}

}  // namespace

std::string alphabet_letters(const std::string& alphabet) { return alphabet_of(alphabet).letters; }
std::size_t letters_in(const std::string& alphabet) { return alphabet_letters(alphabet).size(); }

bool is_fasta(std::string_view bytes) { return bytes.starts_with('>') || bytes.starts_with("\xEF\xBB\xBF>"); }

NumberArray read_fasta(std::string_view bytes, const std::string& alphabet, const std::string& where) {
  const Alphabet known = alphabet_of(alphabet);
  std::array<int, 256> state;
  state.fill(-1);
  const auto at = [&](char c) -> int& { return state[static_cast<unsigned char>(c)]; };
  for (std::size_t k = 0; k < known.letters.size(); ++k) at(known.letters[k]) = static_cast<int>(k);
  const bool named = !known.unsure.empty();  // then letters may be small, points are gaps, and U and T the same
  if (alphabet == "rna") at('T') = at('U');
  if (alphabet == "dna") at('U') = at('T');
  if (named) at('.') = at('-');

  std::vector<Sequence> sequences = read_lines(bytes);
  if (sequences.empty()) throw RequestError(fmt::format("{}: it holds no sequences; check the file's name", where));
  const bool dropped = named && drop_insertions(sequences);
  NumberArray array;
  const std::size_t length = sequences.front().letters.size();
  std::map<char, std::size_t> unsure;
  for (const Sequence& s : sequences) {
    if (s.letters.size() != length || length == 0)
      throw RequestError(fmt::format(
          "{}: the sequence {} (line {}) has {} letters, the first one has {}; the sequences must be aligned, "
          "with gaps, and none be empty",
          where, printable(s.name), s.line, s.letters.size(), length));
    for (std::size_t k = 0; k < length; ++k) {
      const char c = named ? static_cast<char>(std::toupper(static_cast<unsigned char>(s.letters[k]))) : s.letters[k];
      int value = at(c);
      if (value < 0 && known.unsure.find(c) != known.unsure.npos) {
        ++unsure[c];
        value = 0;
      }
      if (value < 0)
        throw RequestError(fmt::format(
            "{}: the sequence {} (line {}) holds `{}` (letter {}), which is not in {}; another "
            "alphabet, or your own letters (alphabet = \"{}...\")?",
            where, printable(s.name), s.line, printable(s.letters.substr(k, 1)), k + 1, known.letters, known.letters));
      array.values.push_back(value);
    }
  }
  array.shape = {sequences.size(), length};
  array.note = fmt::format("letters {} read as states 0 to {}", known.letters, known.letters.size() - 1);
  if (dropped) array.note += ", small letters and points (insertions) left out";
  if (!unsure.empty()) {
    std::size_t count = 0;
    std::string letters;
    for (const auto& [letter, times] : unsure) {
      count += times;
      letters += letter;
    }
    array.note += fmt::format(", {} of {} ({}) read as gaps", count, array.values.size(), letters);
  }
  return array;
}

}  // namespace gibbsite
