#include "studies/manual/markup.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

std::string plain(std::string_view words) {
  std::string out;
  for (std::size_t k = 0; k < words.size(); ++k) {
    if (words.substr(k, 2) == "**")
      ++k;
    else
      out += words[k];
  }
  return out;
}

std::string indented(std::string_view lines) {
  std::string out;
  bool begins = true;
  for (const char c : lines) {
    if (begins && c != '\n') out += "    ";
    out += c;
    begins = c == '\n';
  }
  return out;
}

/// "| a | b |" -> a, b; a stroke behind a backslash, or within `code`, is one.
std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> cells;
  std::string cell;
  bool code = false;
  for (std::size_t k = 1; k < line.size(); ++k) {
    code ^= line[k] == '`';
    if (line[k] == '\\' && k + 1 < line.size() && line[k + 1] == '|') {
      cell += line[++k];
    } else if (line[k] == '|' && !code) {
      cells.push_back(plain(trim(cell)));
      cell.clear();
    } else {
      cell += line[k];
    }
  }
  return cells;
}

}  // namespace

std::vector<Block> read_markup(std::string_view text) {
  std::vector<Block> blocks;
  bool open = false, code = false;  // whether the next line goes on with the last block
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with("```")) {
      code = !code;
      if (code) blocks.push_back({Block::Kind::code});
      open = false;
    } else if (code) {
      blocks.back().text += std::string(line) + '\n';
    } else if (trim(line).empty()) {
      open = false;
    } else if (line.starts_with('#')) {
      blocks.push_back({Block::Kind::heading, plain(trim(line.substr(line.find_first_not_of('#'))))});
      open = false;
    } else if (line.starts_with('|')) {
      if (!open || blocks.back().kind != Block::Kind::table) blocks.push_back({Block::Kind::table});
      if (!line.starts_with("|--") && !line.starts_with("| --")) blocks.back().rows.push_back(cells_of(line));
      open = true;
    } else if (line.starts_with("- ")) {
      blocks.push_back({Block::Kind::item, plain(trim(line.substr(2)))});
      open = true;
    } else if (open) {
      blocks.back().text += ' ' + plain(trim(line));
    } else {
      blocks.push_back({Block::Kind::paragraph, plain(trim(line))});
      open = true;
    }
  }
  return blocks;
}

std::string tabulate(const std::vector<std::vector<std::string>>& rows, std::vector<std::size_t> widths,
                     std::size_t columns) {
  for (const auto& row : rows)
    for (std::size_t c = 0; c < widths.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  std::size_t indent = 2;
  for (const std::size_t width : widths) indent += width + 2;
  std::string out;
  for (const auto& row : rows) {
    std::string line = "  ";
    for (std::size_t c = 0; c < widths.size(); ++c) line += fmt::format("{:<{}}  ", row[c], widths[c]);
    for (const std::string& words : wrap(row.back(), columns - indent)) {
      out += line + words + '\n';
      line.assign(indent, ' ');
    }
  }
  std::replace(out.begin(), out.end(), unbroken, ' ');
  return out;
}

std::string for_terminal(const std::vector<Block>& blocks) {
  std::string out;
  auto last = Block::Kind::heading;
  for (const Block& block : blocks) {
    const bool follows = block.kind == Block::Kind::item && last == block.kind;
    if (!out.empty() && !follows && last != Block::Kind::heading) out += '\n';
    switch (block.kind) {
      case Block::Kind::heading:
        out += (out.empty() || out.ends_with("\n\n") ? "" : "\n") + block.text + ":\n";
        break;
      case Block::Kind::paragraph:
        out += tabulate({{block.text}}, {});
        break;
      case Block::Kind::item:
        out += tabulate({{"-", block.text}}, {0});
        break;
      case Block::Kind::code:
        out += indented(block.text);
        break;
      case Block::Kind::table:
        out += tabulate(block.rows, std::vector<std::size_t>(block.rows.front().size() - 1, 0));
        break;
    }
    last = block.kind;
  }
  return out;
}

std::string roff(std::string_view text) {
  std::string out;
  bool begins = true;
  for (const char c : text) {
    if (begins && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
    begins = c == '\n';
  }
  return out;
}

std::string for_man(const std::vector<Block>& blocks) {
  std::string out;
  for (const Block& block : blocks) switch (block.kind) {
      case Block::Kind::heading: {
        std::string title = block.text;
        std::transform(title.begin(), title.end(), title.begin(), [](unsigned char c) { return std::toupper(c); });
        out += ".SH " + roff(title) + '\n';
        break;
      }
      case Block::Kind::paragraph:
        out += ".PP\n" + roff(block.text) + '\n';
        break;
      case Block::Kind::item:
        out += ".IP \\(bu 2\n" + roff(block.text) + '\n';
        break;
      case Block::Kind::code:
        out += ".PP\n.EX\n" + roff(block.text) + ".EE\n";
        break;
      case Block::Kind::table:
        for (const auto& row : block.rows) {
          if (&row == &block.rows.front()) continue;  // a definition list needs no header
          out += ".TP\n.B " + roff(row.front()) + '\n';
          for (std::size_t c = 1; c < row.size(); ++c) out += roff(row[c]) + (c + 1 < row.size() ? ".\n" : "\n");
        }
        break;
    }
  return out;
}

}  // namespace gibbsite
