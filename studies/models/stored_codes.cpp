#include "studies/models/stored_codes.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "studies/files/archive.hpp"
#include "studies/files/variables.hpp"
#include "studies/models/energy_print.hpp"
#include "studies/models/model_file.hpp"
#include "studies/models/model_group.hpp"
#include "studies/models/treatment_group.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {

bool is_codes_kind(const std::string& kind) { return kind == "kmeans" || kind == "sparse-coding"; }

std::string words_of_codes(const LatentEnergy& energy) {
  if (const auto* book = dynamic_cast<const Codebook*>(&energy))
    return std::isinf(book->beta())
               ? fmt::format("F(y) = min over {} words of |y - w|^2, y of {} numbers", energy.codes(), energy.units())
               : fmt::format("F(y) = -ln of the mean over {} words of exp(-{:g} |y - w|^2), over {:g}; y of {} numbers",
                             energy.codes(), book->beta(), book->beta(), energy.units());
  const auto& sparse = dynamic_cast<const SparseCoding&>(energy);
  return fmt::format("F(y) = min over z of |y - W z|^2/2 + {:g} |z|_1, {} words of {} numbers", sparse.lambda(),
                     energy.codes(), energy.units());
}

void describe_codes(const LatentEnergy& energy, Group& group) {
  const std::size_t codes = energy.codes(), units = energy.units();
  add_index(group, "code", codes, "latent variable");
  add_index(group, "number", units, "of y");
  const auto words = energy.words();
  add(group, "words", {"code", "number"}, {codes, units}, std::vector<double>(words.begin(), words.end()), "1",
      "what y is made of");
  if (const auto* book = dynamic_cast<const Codebook*>(&energy)) {
    if (!std::isinf(book->beta())) group.attributes.emplace_back("code_beta", book->beta());
  } else {
    group.attributes.emplace_back("lambda", dynamic_cast<const SparseCoding&>(energy).lambda());
  }
}

StoredCodes stored_codes(const Group& group, const std::string& where) {
  const Place place(group, where);
  place.refuse_newer_than(model_format);
  StoredCodes out{.kind = place.text("model"), .energy = nullptr};
  if (!is_codes_kind(out.kind)) place.refuse("the model is of kind `" + out.kind + "`; expected kmeans, sparse-coding");
  const Shape shape = place.shape("words");
  if (shape.size() != 2) place.refuse("words has another shape than (code, number)");
  std::vector<double> words = place.numbers("words", shape, "(code, number)");
  try {
    if (out.kind == "kmeans")
      out.energy = std::make_shared<const Codebook>(shape[1], std::move(words),
                                                    place.number<double>("code_beta").value_or(infinite));
    else
      out.energy =
          std::make_shared<const SparseCoding>(shape[1], std::move(words), place.number<double>("lambda").value_or(-1));
  } catch (const std::invalid_argument& error) {
    place.refuse(error.what());
  }
  out.treatment = treatment_from(group, shape[1], where);
  out.note = place.text("note");
  return out;
}

std::optional<StoredCodes> read_stored_codes(const std::string& path) {
  if (!is_codes_kind(model_kind_in(path))) return std::nullopt;
  Group root;
  try {
    std::vector<Unread> unread;
    root = read_archive(path, unread);
  } catch (const std::runtime_error&) {  // whoever reads it then says what is wrong
    return std::nullopt;
  }
  if (!is_model(root) || !is_codes_kind(text_attribute(root, "model"))) return std::nullopt;
  return stored_codes(root, path);
}

std::shared_ptr<const SparseCoding> read_sparse_coding(const std::string& path) {
  Group root;
  try {
    std::vector<Unread> unread;
    root = read_archive(path, unread);
  } catch (const std::runtime_error& error) {
    throw RequestError(error.what());
  }
  if (!is_model(root) || text_attribute(root, "model") != "sparse-coding")
    throw RequestError(fmt::format(
        "{}: it holds no sparse-coding; make one with `gibbsite train` and model.name = \"sparse-coding\"", path));
  return std::dynamic_pointer_cast<const SparseCoding>(stored_codes(root, path).energy);
}

Group surface_of(const LatentEnergy& energy, std::span<const double> low, std::span<const double> high) {
  constexpr std::size_t side = 101;
  Group out{.name = "surface"};
  std::vector<double> axis[2], y;
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t k = 0; k < side; ++k)
      axis[i].push_back(low[i] + (high[i] - low[i]) * static_cast<double>(k) / static_cast<double>(side - 1));
  for (std::size_t row = 0; row < side; ++row)
    for (std::size_t column = 0; column < side; ++column) y.push_back(axis[0][column]), y.push_back(axis[1][row]);
  std::vector<double> e(side * side);
  energy.evaluate(y, e, {});
  add_coordinate(out, "x_2", std::move(axis[1]), "1", "second number");
  add_coordinate(out, "x_1", std::move(axis[0]), "1", "first number");
  add(out, "energy", {"x_2", "x_1"}, {side, side}, std::move(e), "1", "F");
  return out;
}

// `gibbsite show` of them.
ModelSummary summary_of_codes(const Group& root, const std::string& path) {
  const StoredCodes file = stored_codes(root, path);
  ModelSummary out{
      .sentence = fmt::format("{}: {}", file.kind, words_of_codes(*file.energy)),
      .remarks = {},
      .rows = rows_of_blocks({block("words", {file.energy->codes(), file.energy->units()}, file.energy->words())})};
  if (!file.note.empty()) out.remarks.push_back(file.note);
  if (file.treatment.any()) out.remarks.push_back("treatment of the data: " + description(file.treatment));
  return out;
}

Json codes_as_json(const Group& root, const std::string& path) {
  const StoredCodes file = stored_codes(root, path);
  Json out = {{"model", file.kind},
              {"words", words_of_codes(*file.energy)},
              {"units", file.energy->units()},
              {"codes", file.energy->codes()},
              {"parameters", Json::list()},
              {"note", file.note},
              {"treatment", nullptr}};
  out["parameters"].push_back(
      json_of(block("words", {file.energy->codes(), file.energy->units()}, file.energy->words())));
  if (file.treatment.any()) out["treatment"] = description(file.treatment);
  return out;
}

}  // namespace gibbsite
