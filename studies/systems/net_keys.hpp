/// Keys of [model] that say which net an energy is made of, and the net.
#pragma once

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "physics/neural/neural_net.hpp"
#include "studies/study/schema_builder.hpp"

namespace gibbsite {

struct NetKeys {
  std::string shape = "";        ///< of a state; empty: 2, or as many numbers as the data have
  std::vector<std::string> net;  ///< empty: dense 32, swish, dense 1
  std::string weights;           ///< resolved path; empty: random ones
  std::uint64_t net_seed = 1;    ///< of these
};

/// `first_weights`: whether a seed for random weights is among them; learning has one of its own.
void add_net_keys(const Section<NetKeys>& model, bool first_weights);
/// A key that is a list of words, or one text of them with commas between, as model files have it; an empty list counts
/// as left out. check: throws std::invalid_argument for words that are none.
template <class Keys>
StudyKey& add_word_list(const Section<Keys>& section, const char* name, std::vector<std::string> Keys::*member,
                        const char* allowed, const char* help, void (*check)(const std::string&)) {
  StudyKey& key = section.add(
      name, allowed, help,
      [member, check](Keys& keys, const Value& value) {
        (keys.*member).clear();
        const auto add = [&](const std::string& word, const Value& from) {
          try {
            check(word);
          } catch (const std::invalid_argument& e) {
            throw BadValue{from, e.what()};
          }
          (keys.*member).push_back(word);
        };
        if (value.list() == nullptr) {
          for (const std::string_view part : split(read_text(value), ',')) {
            const std::size_t first = std::min(part.find_first_not_of(' '), part.size());
            add(std::string(part.substr(first)), value);
          }
          return;
        }
        for (const Value& word : *value.list()) add(read_text(word), word);
      },
      [member](const Keys& keys) {
        if ((keys.*member).empty()) return std::optional<Value>();
        Value::List list;
        for (const std::string& word : keys.*member) list.push_back({word});
        return std::optional(Value{std::move(list)});
      });
  key.text = key.list = true;
  return key;
}
/// shape: of a state, where the study leaves it out. Throws std::invalid_argument naming the layer that does not fit.
NeuralNet net_of(const Study& study, const NeuralShape& shape, Confinement confinement, NetEnd end = NetEnd::energy);
/// The parameters that the study's file has for the net, by kind and shape, in the order of their names; doubts: what
/// it has beside them. Throws RequestError.
std::vector<double> net_weights(const NeuralNet& net, const std::string& file, std::vector<std::string>& doubts);

}  // namespace gibbsite
