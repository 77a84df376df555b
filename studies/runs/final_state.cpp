#include "studies/runs/final_state.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>

#include "studies/files/variables.hpp"

namespace gibbsite {
namespace {

enum class Kind : std::uint8_t { numbers = 1, counts = 2, bytes = 3 };

class Writer {
 public:
  void put(std::uint64_t number) { append(&number, sizeof number); }
  void append(const void* data, std::size_t size) {
    const auto* begin = static_cast<const std::byte*>(data);
    bytes_.insert(bytes_.end(), begin, begin + size);
  }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : rest_(bytes) {}
  bool done() const { return rest_.empty(); }
  std::uint64_t number() {
    std::uint64_t value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::span<const std::byte> take(std::uint64_t size) {
    if (size > rest_.size()) throw std::invalid_argument("final states are cut short");
    const auto first = rest_.first(size);
    rest_ = rest_.subspan(size);
    return first;
  }
  template <class T>
  std::vector<T> array(std::uint64_t length) {
    if (length > rest_.size() / sizeof(T)) throw std::invalid_argument("final states are cut short");
    std::vector<T> values(length);
    const auto from = take(length * sizeof(T));
    if (length > 0) std::memcpy(values.data(), from.data(), from.size());
    return values;
  }

 private:
  std::span<const std::byte> rest_;
};

/// Bits that a value takes, and which values there are: each byte stands for its place among them.
struct Alphabet {
  std::vector<std::byte> values;
  std::uint64_t bits = 8;
};
Alphabet alphabet_of(std::span<const std::byte> bytes) {
  std::array<bool, 256> seen{};
  for (const std::byte b : bytes) seen[std::to_integer<std::size_t>(b)] = true;
  Alphabet a;
  for (std::size_t v = 0; v < 256; ++v)
    if (seen[v]) a.values.push_back(static_cast<std::byte>(v));
  for (const std::uint64_t bits : {1u, 2u, 4u})
    if (a.bits == 8 && a.values.size() <= std::size_t{1} << bits) a.bits = bits;
  if (a.bits == 8) a.values.clear();
  return a;
}

void write_bytes_of(Writer& out, std::span<const std::byte> bytes) {
  const Alphabet a = alphabet_of(bytes);
  out.put(a.bits);
  if (a.bits == 8) return out.append(bytes.data(), bytes.size());
  out.put(a.values.size());
  out.append(a.values.data(), a.values.size());
  std::array<unsigned, 256> place{};
  for (std::size_t k = 0; k < a.values.size(); ++k)
    place[std::to_integer<std::size_t>(a.values[k])] = static_cast<unsigned>(k);
  const std::size_t each = 8 / a.bits;
  for (std::size_t at = 0; at < bytes.size(); at += each) {
    unsigned together = 0;
    for (std::size_t k = 0; k < each && at + k < bytes.size(); ++k)
      together |= place[std::to_integer<std::size_t>(bytes[at + k])] << (k * a.bits);
    const auto byte = static_cast<std::byte>(together);
    out.append(&byte, 1);
  }
}

std::vector<std::byte> read_bytes_of(Reader& in, std::uint64_t length) {
  const std::uint64_t bits = in.number();
  if (bits == 8) return in.array<std::byte>(length);
  if (bits != 1 && bits != 2 && bits != 4) throw std::invalid_argument("final states are damaged");
  const std::vector<std::byte> values = in.array<std::byte>(in.number());
  const std::uint64_t each = 8 / bits;
  const auto from = in.take(length / each + (length % each != 0 ? 1 : 0));
  std::vector<std::byte> bytes(length);
  const unsigned mask = (1u << bits) - 1;
  for (std::size_t k = 0; k < length; ++k) {
    const std::size_t place = std::to_integer<unsigned>(from[k / each]) >> (k % each * bits) & mask;
    if (place >= values.size()) throw std::invalid_argument("final states are damaged");
    bytes[k] = values[place];
  }
  return bytes;
}

}  // namespace

std::vector<std::byte> packed(const Snapshot& snapshot) {
  Writer out;
  const auto begin = [&](Kind kind, const std::string& name, std::size_t length) {
    out.put(static_cast<std::uint64_t>(kind));
    out.put(name.size());
    out.append(name.data(), name.size());
    out.put(length);
  };
  for (const auto& [name, data] : snapshot.numbers) {
    begin(Kind::numbers, name, data.size());
    out.append(data.data(), data.size() * sizeof(double));
  }
  for (const auto& [name, data] : snapshot.counts) {
    begin(Kind::counts, name, data.size());
    out.append(data.data(), data.size() * sizeof(std::uint64_t));
  }
  for (const auto& [name, data] : snapshot.bytes) {
    begin(Kind::bytes, name, data.size());
    write_bytes_of(out, data);
  }
  return out.take();
}

Snapshot unpacked(std::span<const std::byte> bytes) {
  Snapshot snapshot;
  for (Reader in(bytes); !in.done();) {
    const auto kind = static_cast<Kind>(in.number());
    const auto letters = in.take(in.number());
    const std::string name(reinterpret_cast<const char*>(letters.data()), letters.size());
    const std::uint64_t length = in.number();
    if (kind == Kind::numbers)
      snapshot.numbers[name] = in.array<double>(length);
    else if (kind == Kind::counts)
      snapshot.counts[name] = in.array<std::uint64_t>(length);
    else if (kind == Kind::bytes)
      snapshot.bytes[name] = read_bytes_of(in, length);
    else
      throw std::invalid_argument("final states are damaged");
  }
  return snapshot;
}

Group final_state_group(std::span<const std::vector<std::byte>> tasks) {
  constexpr std::size_t longest = 4096;
  Group group{.name = "final_state"};
  std::vector<std::int8_t> all;
  std::vector<std::int64_t> length;
  for (const auto& bytes : tasks) {
    for (const std::byte b : bytes) all.push_back(static_cast<std::int8_t>(b));
    length.push_back(static_cast<std::int64_t>(bytes.size()));
  }
  if (all.empty()) return group;
  const std::size_t row = std::min(longest, all.size()), blocks = (all.size() + row - 1) / row;
  all.resize(blocks * row);
  add_index(group, "task", length.size(), "task");
  add_index(group, "block", blocks, "block of bytes");
  add_index(group, "byte", row, "byte of a block");
  add(group, "length", {"task"}, {tasks.size()}, std::move(length), "1", "bytes of the state of each task");
  add(group, "state", {"block", "byte"}, {blocks, row}, std::move(all), "1",
      "packed final states of the tasks, one behind the other: `gibbsite resume` goes on from them");
  return group;
}

Group final_state_group(const Snapshot& task) {
  const std::vector<std::byte> bytes = packed(task);
  return final_state_group(std::span(&bytes, 1));
}

std::optional<Snapshot> final_state_in(const Group* group, std::size_t task) try {
  if (group == nullptr || group->find("state") == nullptr || group->find("length") == nullptr) return std::nullopt;
  const auto& all = std::get<std::vector<std::int8_t>>(group->find("state")->data);
  const auto& length = std::get<std::vector<std::int64_t>>(group->find("length")->data);
  std::size_t begin = 0;
  for (std::size_t k = 0; k < task; ++k) begin += static_cast<std::size_t>(length.at(k));
  const auto size = static_cast<std::size_t>(length.at(task));
  if (begin > all.size() || size > all.size() - begin) return std::nullopt;
  return unpacked(std::as_bytes(std::span(all)).subspan(begin, size));
} catch (const std::logic_error&) {
  return std::nullopt;
} catch (const std::bad_variant_access&) {
  return std::nullopt;
}

}  // namespace gibbsite
