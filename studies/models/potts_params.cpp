#include "studies/models/potts_params.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

#include "studies/data/arrays.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/utf8.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t most_numbers = 16384;  // units times states, whose couplings take 2 GB

struct ParamLine {
  std::size_t line = 0, i = 0, j = 0;
  std::string_view a = {}, b = {};
  double value = 0;
};

/// The lines of a file, states still words.
struct ParamLines {
  std::vector<ParamLine> couplings, fields;
};

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  constexpr std::string_view blank = " \t\r\v\f";
  while (true) {
    const std::size_t begin = line.find_first_not_of(blank);
    if (begin == line.npos || words.size() > 6) return words;
    const std::size_t end = std::min(line.find_first_of(blank, begin), line.size());
    words.push_back(line.substr(begin, end - begin));
    line.remove_prefix(end);
  }
}

class ParamReader {
 public:
  ParamReader(std::string_view bytes, const std::string& where) : where_(where) {
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
      ++line_;
      read(words_of(bytes.substr(at, end - at)));
      at = end + 1;
    }
    if (lines_.fields.empty()) throw RequestError(fmt::format("{}: it has no lines `h i a VALUE`", where_));
  }
  const ParamLines& lines() const { return lines_; }
  const std::string& where() const { return where_; }

  [[noreturn]] void refuse(std::size_t line, const std::string& what) const {
    throw RequestError(fmt::format("{}:{}: {}", where_, line, what));
  }

 private:
  void read(const std::vector<std::string_view>& words) {
    if (words.empty()) return;
    const bool coupling = words[0] == "J";
    if (!coupling && words[0] != "h")
      refuse(line_, fmt::format("`{}` begins no line of parameters; allowed: J i j a b VALUE, h i a VALUE",
                                printable(std::string(words[0].substr(0, 20)))));
    if (words.size() != (coupling ? 6 : 4))
      refuse(line_, fmt::format("{} words; a line of a {} is `{}`", words.size(), coupling ? "coupling" : "field",
                                coupling ? "J i j a b VALUE" : "h i a VALUE"));
    ParamLine out{.line = line_, .i = unit(words[1]), .a = words[coupling ? 3 : 2]};
    if (coupling) {
      out.j = unit(words[2]), out.b = words[4];
      if (out.i == out.j) refuse(line_, fmt::format("a coupling of unit {} with itself", out.i));
    }
    const auto value = read_number<double>(words.back());
    if (!value || !std::isfinite(*value))
      refuse(line_, fmt::format("`{}` is no finite number", printable(std::string(words.back().substr(0, 20)))));
    out.value = *value;
    (coupling ? lines_.couplings : lines_.fields).push_back(out);
  }
  std::size_t unit(std::string_view word) const {
    const auto number = read_number<std::size_t>(word);
    if (!number || *number >= most_numbers)
      refuse(line_, fmt::format("`{}` is no unit; they are counted from 0 to {} at most",
                                printable(std::string(word.substr(0, 20))), most_numbers - 1));
    return *number;
  }

  const std::string& where_;
  std::size_t line_ = 0;
  ParamLines lines_;
};

/// The letters that states are, in order; empty: numbers.
std::string letters_of(const ParamReader& reader, const std::string& alphabet) {
  if (!alphabet.empty()) return alphabet_letters(alphabet);
  std::set<char> seen;
  bool numbers = true;
  for (const ParamLine& line : reader.lines().fields) {
    numbers = numbers && read_number<std::size_t>(line.a).has_value();
    if (line.a.size() == 1) seen.insert(line.a[0]);
  }
  if (numbers) return "";
  const std::string found(seen.begin(), seen.end());
  for (const char* name : {"protein", "rna", "dna"}) {
    std::string letters = alphabet_letters(name), sorted = letters;
    std::sort(sorted.begin(), sorted.end());
    if (sorted == found) return letters;
  }
  throw RequestError(
      fmt::format("{}: the states of its fields are `{}`, which are not those of protein, rna or dna; give their order "
                  "by --alphabet",
                  reader.where(), printable(found)));
}

/// States as numbers.
class StateNames {
 public:
  StateNames(const ParamReader& reader, const std::string& letters) : reader_(reader), letters_(letters) {
    for (std::size_t k = 0; k < letters.size(); ++k) place_[static_cast<unsigned char>(letters[k])] = k;
  }
  std::size_t operator()(std::string_view word, std::size_t line) const {
    if (letters_.empty()) {
      const auto number = read_number<std::size_t>(word);
      if (number && *number < most_numbers) return *number;
    } else if (word.size() == 1 && letters_.find(word[0]) != letters_.npos) {
      return place_[static_cast<unsigned char>(word[0])];
    }
    reader_.refuse(line, fmt::format("`{}` is no state; they are {}", printable(std::string(word.substr(0, 20))),
                                     letters_.empty() ? "numbers from 0" : letters_));
  }

 private:
  const ParamReader& reader_;
  const std::string& letters_;
  std::array<std::size_t, 256> place_{};
};

}  // namespace

bool is_potts_params(std::string_view bytes) {
  const auto words = words_of(bytes.substr(0, std::min(bytes.find('\n'), bytes.size())));
  return (words.size() == 6 && words[0] == "J") || (words.size() == 4 && words[0] == "h");
}

ModelFile read_potts_params(std::string_view bytes, const std::string& alphabet, const std::string& where) {
  const ParamReader reader(bytes, where);
  const std::string letters = letters_of(reader, alphabet);
  const StateNames state(reader, letters);
  std::size_t units = 0, states = letters.size();
  for (const ParamLine& line : reader.lines().fields) {
    units = std::max(units, line.i + 1);
    if (letters.empty()) states = std::max(states, state(line.a, line.line) + 1);
  }
  if (states < 2 || units * states != reader.lines().fields.size())
    throw RequestError(fmt::format(
        "{}: it has {} fields h, but {} units of {} states need {}; give all of them, units and states from 0", where,
        reader.lines().fields.size(), units, states, units * states));
  if (units * states > most_numbers)
    throw RequestError(fmt::format("{}: {} units of {} states are more than memory holds all couplings of ({} numbers)",
                                   where, units, states, most_numbers));
  const std::size_t width = units * states;
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> bias(width, none);
  for (const ParamLine& line : reader.lines().fields) {
    double& h = bias[line.i * states + state(line.a, line.line)];
    if (!std::isnan(h)) reader.refuse(line.line, "this field stands in the file already");
    h = line.value;
  }
  Matrix weights(width, width);
  std::vector<bool> there(reader.lines().couplings.empty() ? 0 : width * width);
  for (const ParamLine& line : reader.lines().couplings) {
    const std::size_t a = state(line.a, line.line), b = state(line.b, line.line);
    if (std::max(line.i, line.j) >= units || std::max(a, b) >= states)
      reader.refuse(line.line, "a coupling of units or states that have no field");
    const std::size_t x = line.i * states + a, y = line.j * states + b;
    if (there[x * width + y]) reader.refuse(line.line, "this coupling stands in the file already");
    there[x * width + y] = there[y * width + x] = true;
    weights(x, y) = weights(y, x) = line.value;
  }
  ModelFile file{.kind = NetworkKind::boltzmann, .model = {}};
  try {
    file.model =
        std::make_shared<const BoltzmannMachine>(units, states, UnitKind::binary, std::move(weights), std::move(bias));
  } catch (const std::invalid_argument& error) {
    throw RequestError(fmt::format("{}: {}", where, error.what()));
  }
  file.alphabet = letters;
  file.note = fmt::format("parameters of adabmDCA, states as {}", letters.empty() ? "numbers" : letters);
  return file;
}

std::string potts_params(const ModelFile& model, const std::string& letters) {
  const auto* pointer = std::get_if<std::shared_ptr<const BoltzmannMachine>>(&model.model);
  if (pointer == nullptr || (*pointer)->kind() != UnitKind::categorical || (*pointer)->hidden() > 0)
    throw RequestError("params.dat holds couplings of categorical units without hidden ones, which this model is not");
  const BoltzmannMachine& machine = **pointer;
  const std::size_t n = machine.visible(), q = machine.states();
  if (!letters.empty() && letters.size() != q)
    throw RequestError(
        fmt::format("the alphabet {} has {} letters, but the model's units {} states", letters, letters.size(), q));
  const auto name = [&](std::size_t a) { return letters.empty() ? fmt::format("{}", a) : letters.substr(a, 1); };
  std::string text;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i + 1; j < n; ++j)
      for (std::size_t a = 0; a < q; ++a)
        for (std::size_t b = 0; b < q; ++b)
          fmt::format_to(std::back_inserter(text), "J {} {} {} {} {}\n", i, j, name(a), name(b),
                         machine.weights()(i * q + a, j * q + b));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t a = 0; a < q; ++a)
      fmt::format_to(std::back_inserter(text), "h {} {} {}\n", i, name(a), machine.bias()[i * q + a]);
  return text;
}

}  // namespace gibbsite
