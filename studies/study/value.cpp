#include "studies/study/value.hpp"

#include <fmt/format.h>

#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += {'\\', c};
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      out += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
    else
      out += c;
  }
  return out + '"';
}

struct Toml {
  std::string operator()(bool b) const { return b ? "true" : "false"; }
  std::string operator()(std::int64_t i) const { return std::to_string(i); }
  std::string operator()(double x) const {
    const std::string digits = fmt::format("{}", x);
    return digits.find_first_not_of("-0123456789") == digits.npos ? digits + ".0" : digits;
  }
  std::string operator()(const std::string& text) const { return quoted(text); }
  std::string operator()(const Value::List& list) const {
    std::string out;
    for (const Value& value : list) out += (out.empty() ? "" : ", ") + to_toml(value);
    return '[' + out + ']';
  }
  std::string operator()(const Value::Foreign& foreign) const { return foreign.kind; }
  std::string operator()(std::uint64_t i) const { return quoted(std::to_string(i)); }  // TOML has no such numbers
};

}  // namespace

std::string kind(const Value& value) {
  if (const auto* foreign = std::get_if<Value::Foreign>(&value.data)) return foreign->kind;
  if (std::holds_alternative<std::uint64_t>(value.data)) return "an integer";
  constexpr const char* kinds[] = {"a truth value", "an integer", "a real number", "text", "a list"};
  return kinds[value.data.index()];
}

std::string to_toml(const Value& value) { return std::visit(Toml(), value.data); }

std::string to_text(const Value& value) {
  if (const auto* text = value.text()) return *text;
  if (const auto* x = std::get_if<double>(&value.data)) return fmt::format("{}", *x);
  if (const auto* i = std::get_if<std::uint64_t>(&value.data)) return std::to_string(*i);
  if (value.list() == nullptr) return to_toml(value);
  std::string out;
  const bool sides = std::holds_alternative<std::int64_t>(value.list()->front().data);
  for (const Value& element : *value.list()) out += (out.empty() ? "" : sides ? "x" : ", ") + to_text(element);
  return out;
}

std::string plain_digits(std::string_view words) {
  const auto is_digit = [&](std::size_t k) { return k < words.size() && words[k] >= '0' && words[k] <= '9'; };
  std::string plain;
  for (std::size_t k = 0; k < words.size(); ++k)
    if (words[k] != '_' || k == 0 || !is_digit(k - 1) || !is_digit(k + 1)) plain += words[k];
  const bool number = read_number<double>(plain).has_value();
  return number ? plain : std::string(words);
}

Value read_words(const std::string& words, Reading reading) {
  const auto value = [](auto data) { return Value{std::move(data), "on the command line"}; };
  const std::string_view bare = trim(words);
  const auto wrapped = [&](char open, char close) {
    return reading != Reading::text && bare.size() >= 2 && bare.front() == open && bare.back() == close;
  };
  if (wrapped('[', ']')) {
    const std::string_view inside = trim(bare.substr(1, bare.size() - 2));
    Value::List list;
    if (!inside.empty())
      for (const auto part : split(inside, ',')) list.push_back(read_words(std::string(trim(part)), reading));
    return value(std::move(list));
  }
  if (wrapped('"', '"') || wrapped('\'', '\'')) return value(std::string(bare.substr(1, bare.size() - 2)));
  if (reading != Reading::typed) return value(words);
  if (bare == "true" || bare == "false") return value(bare == "true");
  const std::string digits = plain_digits(bare);
  if (const auto integer = read_number<std::int64_t>(digits)) return value(*integer);
  if (const auto integer = read_number<std::uint64_t>(digits)) return value(*integer);
  if (const auto real = read_number<double>(digits)) return value(*real);
  return value(words);
}

}  // namespace gibbsite
