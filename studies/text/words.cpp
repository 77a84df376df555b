#include "studies/text/words.hpp"

#include <algorithm>

namespace gibbsite {
namespace {

/// Insertions, deletions, substitutions and swaps of neighbours that make one word the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

/// "size" of "model.size", "--model.size" and "--size".
std::string_view last_part(std::string_view word) { return word.substr(word.find_last_of(".-") + 1); }

}  // namespace

std::string_view trim(std::string_view words) {
  constexpr std::string_view blank = " \t\r\n";
  const auto first = words.find_first_not_of(blank);
  if (first == words.npos) return {};
  return words.substr(first, words.find_last_not_of(blank) - first + 1);
}

std::vector<std::string_view> split(std::string_view words, char mark) {
  std::vector<std::string_view> parts;
  std::size_t start = 0, depth = 0;
  char quote = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const char c = words[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '[') {
      ++depth;
    } else if (c == ']' && depth > 0) {
      --depth;
    } else if (c == mark && depth == 0) {
      parts.push_back(words.substr(start, i - start));
      start = i + 1;
    }
  }
  parts.push_back(words.substr(start));
  return parts;
}

std::string join(const std::vector<std::string>& words, std::string_view between) {
  std::string out;
  for (const std::string& word : words) out.append(out.empty() ? "" : between).append(word);
  return out;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  constexpr std::size_t longest = 64;  // what is longer is no slip of the fingers
  if (word.empty() || word.size() > longest) return {};
  std::string_view best;
  std::size_t least = 2 + word.size() / 5;  // a distance below this is near
  for (const std::string& candidate : candidates) {
    const std::size_t d = distance(word, candidate);
    if (d < least) best = candidate, least = d;
  }
  for (const std::string& candidate : candidates)
    if (best.empty() && last_part(candidate) == last_part(word)) best = candidate;
  return best.empty() ? std::string() : "; did you mean `" + std::string(best) + "`?";
}

std::string and_then(const std::string& hint, std::string_view words) {
  return hint + (hint.empty() ? "; " : " ") + std::string(words);
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return std::to_string(count) + ' ' + std::string(noun) + (count == 1 ? "" : "s");
}

std::vector<std::string> wrap(std::string_view words, std::size_t width) {
  std::vector<std::string> lines(1);
  for (std::size_t at = 0; at <= words.size();) {  // not split(): an apostrophe quotes nothing here
    const std::size_t end = std::min(words.find(' ', at), words.size());
    const std::string_view word = words.substr(at, end - at);
    std::string& line = lines.back();
    if (!line.empty() && line.size() + 1 + word.size() > width)
      lines.emplace_back(word);
    else
      line.append(line.empty() ? "" : " ").append(word);
    at = end + 1;
  }
  return lines;
}

}  // namespace gibbsite
