#include "studies/results/result_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "studies/text/table.hpp"

namespace gibbsite {
namespace {

/// Numbers of the table's rows: grid coordinates and beta, each row once, in order.
struct Place {
  std::vector<std::pair<std::string, std::string>> at;
  double beta;
  bool operator<(const Place& other) const { return std::tie(at, beta) < std::tie(other.at, other.beta); }
};

/// Columns that belong together: an estimate, and where it is known the exact value and z.
struct Block {
  std::vector<std::string> header;
  std::map<Place, std::vector<std::string>> cells;
  std::size_t width = 0;
};

/// Exact values of one column, to eight digits, with as many decimals everywhere, so that the points stand below each
/// other; in powers of ten as they are.
std::vector<std::string> exact_texts(const std::vector<ResultRow>& all) {
  std::vector<std::string> texts;
  std::size_t decimals = 0;
  for (const ResultRow& m : all) {
    texts.push_back(std::isnan(m.exact) ? "-" : fmt::format("{:.8g}", m.exact + 0.0));  // + 0.0 turns -0 into 0
    const std::size_t point = texts.back().find('.');
    if (point != std::string::npos && texts.back().find('e') == std::string::npos)
      decimals = std::max(decimals, texts.back().size() - point - 1);
  }
  for (std::size_t k = 0; k < all.size(); ++k)
    if (std::isfinite(all[k].exact) && texts[k].find('e') == std::string::npos)
      texts[k] = fmt::format("{:.{}f}", all[k].exact + 0.0, decimals);
  return texts;
}
std::string score_text(double z) { return std::isnan(z) ? "-" : fmt::format("{:+.2f}", z); }

Block block_of(const std::string& header, const std::vector<ResultRow>& all) {
  Block block;
  const bool plain = header == "R-hat" || header == "tau (energy)";
  bool exact = false;
  for (const ResultRow& m : all) exact = exact || !std::isnan(m.exact);
  block.header = {header};
  if (exact) block.header.insert(block.header.end(), {"exact", "z"});
  const std::vector<std::string> exact_cells = exact_texts(all);
  for (std::size_t k = 0; k < all.size(); ++k) {
    const ResultRow& m = all[k];
    std::vector<std::string> cells = {m.below                        ? fmt::format("< {:.0f}", m.value)
                                      : plain && std::isnan(m.value) ? "-"
                                      : plain                        ? fmt::format("{:.3f}", m.value)
                                                                     : with_error(m.value, m.error)};
    if (exact) cells.insert(cells.end(), {exact_cells[k], score_text(m.z)});
    block.cells[{m.at, m.beta}] = std::move(cells);
  }
  for (std::size_t c = 0; c < block.header.size(); ++c) {
    std::size_t width = block.header[c].size();
    for (const auto& [place, cells] : block.cells) width = std::max(width, cells[c].size());
    block.width += width + 2;
  }
  return block;
}

void print_blocks(const std::vector<Block>& blocks, const std::vector<Place>& places, bool temperatures) {
  if (places.empty()) return;
  std::vector<std::string> keys;
  for (const auto& [key, value] : places[0].at) keys.push_back(key);
  keys.emplace_back(temperatures ? "T" : "beta");
  std::size_t lead = 2;
  for (const std::string& key : keys) lead += std::max<std::size_t>(key.size(), 8) + 2;
  for (std::size_t begin = 0; begin < blocks.size();) {
    std::size_t end = begin, width = lead;
    while (end < blocks.size() && (end == begin || width + blocks[end].width <= page_width()))
      width += blocks[end++].width;
    std::vector<std::string> header = keys;
    for (std::size_t k = begin; k < end; ++k)
      header.insert(header.end(), blocks[k].header.begin(), blocks[k].header.end());
    Table table(header);
    for (const Place& place : places) {
      std::vector<std::string> row;
      for (const auto& [key, value] : place.at) row.push_back(readable(value));
      row.push_back(fmt::format("{:.6g}", temperatures ? 1 / place.beta : place.beta));
      for (std::size_t k = begin; k < end; ++k) {
        const auto found = blocks[k].cells.find(place);
        const std::vector<std::string> none(blocks[k].header.size(), "-");
        const auto& cells = found == blocks[k].cells.end() ? none : found->second;
        row.insert(row.end(), cells.begin(), cells.end());
      }
      table.add(std::move(row));
    }
    fmt::print("\n{}", table.text());
    begin = end;
  }
}

}  // namespace

std::string rhat_sentence(const std::vector<ResultRow>& mixing) {
  constexpr double well = 1.01;
  double worst = 0;
  for (const ResultRow& m : mixing) {
    if (m.name != "R-hat" || std::isnan(m.value)) continue;
    if (!(m.value <= well)) return "";
    worst = std::max(worst, m.value);
  }
  return worst > 0 ? fmt::format("R-hat at most {:.3f}", worst) : "";
}

namespace {

/// "tau (energy) below 3 sweeps" where no place has more.
std::string tau_sentence(const std::vector<ResultRow>& rows) {
  double most = 0;
  for (const ResultRow& m : rows) {
    if (m.name != "tau (energy)") continue;
    if (!m.below) return "";
    most = std::max(most, m.value);
  }
  return most > 0 ? fmt::format("tau of the energy below {:.0f} sweeps", most) : "";
}

}  // namespace

void print_rows(const std::vector<ResultRow>& all, bool temperatures) {
  std::vector<std::string> names, sentences;
  std::map<std::string, std::vector<ResultRow>> groups;
  std::vector<Place> places;
  std::set<Place> seen;
  const std::string rhat = rhat_sentence(all), tau = tau_sentence(all);
  for (const std::string& sentence : {rhat, tau})
    if (!sentence.empty()) sentences.push_back(sentence);
  for (const ResultRow& m : all) {
    if ((m.name == "R-hat" && !rhat.empty()) || (m.name == "tau (energy)" && !tau.empty())) continue;
    const std::string name = m.estimator.empty() ? m.name : "log_z (" + m.estimator + ")";
    if (!groups.contains(name)) names.push_back(name);
    groups[name].push_back(m);
    if (seen.insert({m.at, m.beta}).second) places.push_back({m.at, m.beta});
  }
  if (temperatures)  // ascending, in every place of the grid
    std::stable_sort(places.begin(), places.end(), [&](const Place& a, const Place& b) {
      const auto first = [&](const Place& place) {
        return std::find_if(all.begin(), all.end(), [&](const ResultRow& m) { return m.at == place.at; }) - all.begin();
      };
      return a.at == b.at ? a.beta > b.beta : first(a) < first(b);
    });
  std::vector<Block> blocks;
  for (const std::string& name : names) blocks.push_back(block_of(name, groups[name]));
  print_blocks(blocks, places, temperatures);
  for (std::size_t k = 0; k < sentences.size(); ++k) fmt::print("{}  {}\n", k == 0 ? "\n" : "", sentences[k]);
}

}  // namespace gibbsite
