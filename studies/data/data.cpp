#include "studies/data/data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "physics/random.hpp"
#include "studies/data/arrays.hpp"
#include "studies/data/columns.hpp"
#include "studies/data/data_sets.hpp"
#include "studies/data/sequences.hpp"
#include "studies/data/shrink.hpp"
#include "studies/data/treat.hpp"
#include "studies/study/value.hpp"
#include "studies/study/value_parsers.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

constexpr double brightest = 255;

std::string place(const Data& data, std::size_t index) {
  return fmt::format("{} (row {}, column {}; both from 0)", data.source, data.first_row + index / data.width,
                     index % data.width);
}

/// The snapshots of a result at one beta, or at all of them: `path` is that of (snapshot, chain, beta, site).
NumberArray read_snapshots(const DataRequest& request, const std::string& path) {
  const std::string folder = path.substr(0, path.find_last_of('/') + 1);
  NumberArray all = read_array(request.file, path);
  const std::vector<double> beta = read_array(request.file, folder + "beta").values;
  if (all.shape.size() != 4 || all.shape[2] != beta.size() || all.values.empty())
    throw RequestError(
        fmt::format("{}: {} is {}, not (snapshot, chain, beta, site)", request.file, path, shape_text(all.shape)));
  if (request.labels == labels_of_beta) {
    if (!request.rows.empty())
      throw RequestError("labels = \"beta\" are of all configurations of a result; leave out rows");
    if (request.beta)
      throw RequestError("labels = \"beta\" are of the configurations at all betas; leave out beta, which chooses one");
    all.note = fmt::format("snapshots of {} chains at {} betas", all.shape[1], beta.size());
    all.chains = all.shape[1];
    all.betas = beta;
    all.shape = {all.shape[0] * all.shape[1] * all.shape[2], all.shape[3]};
    return all;
  }
  const auto near = [&](double b) { return std::abs(b - *request.beta) <= 1e-9 * std::max(1.0, std::abs(b)); };
  const auto found = request.beta ? std::find_if(beta.begin(), beta.end(), near) : beta.begin();
  if (found == beta.end() || (!request.beta && beta.size() > 1))
    throw RequestError(fmt::format("{}: it holds configurations at the betas {}; choose one by beta", request.file,
                                   fmt::join(beta, ", ")));
  const std::size_t replicas = all.shape[0] * all.shape[1], sites = all.shape[3],
                    at = static_cast<std::size_t>(found - beta.begin());
  NumberArray one{.name = path, .shape = {replicas, sites}};
  for (std::size_t r = 0; r < replicas; ++r) {
    const auto begin = all.values.begin() + static_cast<std::ptrdiff_t>((r * beta.size() + at) * sites);
    one.values.insert(one.values.end(), begin, begin + static_cast<std::ptrdiff_t>(sites));
  }
  one.note = fmt::format("snapshots of {} chains at beta = {}", all.shape[1], *found);
  one.beta = *found;
  return one;
}

/// Where the snapshots of a result are that a request means; "" where it means others.
std::string path_of_snapshots(const DataRequest& request) {
  if (!is_hdf5(request.file)) return "";
  std::string wanted = request.dataset.starts_with('/') ? request.dataset.substr(1) : request.dataset;
  if (wanted.ends_with("configurations")) wanted += "/configuration";
  if (!wanted.empty()) return wanted.ends_with("configurations/configuration") ? wanted : "";
  const std::vector<std::string> names = names_in(request.file);
  const auto has = [&](const char* name) { return std::find(names.begin(), names.end(), name) != names.end(); };
  if (!has("samples") && has("configurations/lowest_energy") && !has("configurations/configuration"))
    throw RequestError(fmt::format(
        "{}: it is a result without snapshots to take as samples; run the study with --method.snapshots 100",
        request.file));
  return !has("samples") && has("configurations/configuration") ? "configurations/configuration" : "";
}

NumberArray read_samples(const DataRequest& request) {
  if (!request.alphabet.empty()) {
    const std::string bytes = read_unpacked(request.file);
    if (!is_fasta(bytes))
      throw RequestError(fmt::format("{}: it is no FASTA file, which alphabet is about; leave that out", request.file));
    NumberArray array = read_fasta(bytes, request.alphabet, request.file);
    if (!request.columns.empty()) keep_columns(array, request.columns, request.file);
    return array;
  }
  const std::string snapshots = path_of_snapshots(request);
  if (request.beta && snapshots.empty())
    throw RequestError(
        fmt::format("{}: beta chooses among the configurations of a result, which these data are not", request.file));
  if (snapshots.empty()) return read_array(request.file, request.dataset, request.columns);
  NumberArray array = read_snapshots(request, snapshots);
  if (!request.columns.empty()) keep_columns(array, request.columns, request.file);
  return array;
}

Data from_array(NumberArray array, const DataRequest& request) {
  Data data;
  data.source = request.file + (array.name.empty() ? "" : ": " + array.name);
  if (array.shape.empty())
    throw RequestError(fmt::format("{}: it is a single number, not rows of samples", data.source));
  if (array.values.empty())
    throw RequestError(
        fmt::format("{}: it is empty ({}); data need at least one row", data.source, shape_text(array.shape)));
  data.samples = array.shape.front();
  data.width = array.values.size() / data.samples;
  data.beta = array.beta;
  data.betas = std::move(array.betas), data.chains = array.chains;
  data.values = std::move(array.values);
  return data;
}

void keep_rows(Data& data, const std::string& rows) {
  if (rows.empty()) return;
  const auto parts = split(rows, ':');
  const auto bound = [&](std::string_view words, std::size_t otherwise) {
    const auto number = trim(words).empty() ? std::optional(otherwise) : read_number<std::size_t>(plain_digits(words));
    if (parts.size() != 2 || !number)
      throw RequestError(fmt::format("rows = {}: give them as begin:end, for example 0:1000, or 1000:", rows));
    return *number;
  };
  const std::size_t begin = bound(parts.front(), 0), end = bound(parts.back(), data.samples);
  if (begin >= end || end > data.samples)
    throw RequestError(fmt::format("rows = {}: {} has rows 0 to {}; begin must be below end, and end at most {}", rows,
                                   data.source, data.samples - 1, data.samples));
  const auto at = [&](std::size_t row) { return data.values.begin() + static_cast<std::ptrdiff_t>(row * data.width); };
  data.values.erase(at(end), data.values.end());
  data.values.erase(data.values.begin(), at(begin));
  if (!data.labels.empty())
    data.labels = {data.labels.begin() + static_cast<std::ptrdiff_t>(begin),
                   data.labels.begin() + static_cast<std::ptrdiff_t>(end)};
  data.samples = end - begin;
  data.first_row = begin;
}

void check_finite(const Data& data) {
  for (std::size_t k = 0; k < data.values.size(); ++k)
    if (!std::isfinite(data.values[k]))
      throw RequestError(
          fmt::format("{}: {} is not a finite number; remove or fill such entries", place(data, k), data.values[k]));
}

bool all_alike(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [&](double v) { return v == values.front(); });
}

/// What a request makes of the numbers, as `binarize` says it.
struct Binarize {
  bool by_chance = false;
  std::optional<double> threshold = {};
};

Binarize read_binarize(const DataRequest& request) {
  if (!request.alphabet.empty() && request.binarize != "none")
    throw RequestError("sequences are states, which no threshold makes 0 and 1; leave out binarize, or alphabet");
  const Binarize how{request.binarize == "stochastic", read_number<double>(request.binarize)};
  if (!how.by_chance && request.binarize != "none" && (!how.threshold || !std::isfinite(*how.threshold)))
    throw RequestError(
        fmt::format("binarize = {}: allowed: none, stochastic, or a number, the threshold", request.binarize));
  if (!(request.maximum >= 0) || !std::isfinite(request.maximum))
    throw RequestError(fmt::format("maximum = {}: allowed: number > 0", request.maximum));
  if (request.maximum > 0 && request.maximum != 1 && how.threshold && *how.threshold >= 1)
    throw RequestError(fmt::format(
        "binarize = {} with maximum = {}: beside a maximum the threshold is a share of it, below 1; leave one out",
        request.binarize, request.maximum));
  return how;
}

/// What the numbers are divided by.
double divisor(const Data& data, const DataRequest& request, const Binarize& how) {
  if (request.maximum > 0) return request.maximum;
  if (!how.by_chance && !(how.threshold && *how.threshold < 1) && !request.dequantize && request.logit == 0) return 1;
  const auto [least, most] = std::minmax_element(data.values.begin(), data.values.end());
  if (*least < 0 || *most <= 1) return 1;
  constexpr double half_bright = 127;
  const bool whole = std::all_of(data.values.begin(), data.values.end(), [](double v) { return v == std::floor(v); });
  if (whole && *most > half_bright && *most <= brightest) return brightest;
  throw RequestError(fmt::format(
      "{}: its numbers go from {} to {}{}, and it does not show which of them is the intensity 1: say it by maximum "
      "({}, {}255, or 1 to take them as they are){}",
      data.source, *least, *most, whole ? "" : " and are not all whole", *most, *most <= brightest ? "" : "65535, ",
      how.threshold ? ", or give a threshold of 1 or more, in the file's own numbers" : ""));
}

void binarize_by_threshold(Data& data, double threshold) {
  const bool were_alike = all_alike(data.values);  // a constant image is one all the same
  for (double& v : data.values) v = v > threshold ? 1 : 0;
  if (!were_alike && all_alike(data.values))
    throw RequestError(
        fmt::format("{}: binarize = {} makes every value {}; choose a threshold between the values of "
                    "the data (1 and more: in the file's own numbers, below: as shares of the maximum)",
                    data.source, threshold, data.values.front()));
}

void binarize_by_chance(Data& data, std::uint64_t seed) {
  for (std::size_t row = 0; row < data.samples; ++row) {
    Stream stream(Key(seed), Purpose::data, data.first_row + row, 0);
    for (std::size_t k = row * data.width; k < (row + 1) * data.width; ++k) {
      double& v = data.values[k];
      if (v < 0 || v > 1)
        throw RequestError(
            fmt::format("{}: {} is no intensity from 0 to {}, as stochastic binarisation needs; say the largest by "
                        "maximum",
                        place(data, k), v * data.divisor, data.divisor));
      v = stream.next32() * 0x1p-32 < v ? 1 : 0;
    }
  }
}

constexpr std::string_view column_of_labels = "column:";

/// What is wrong with the column that was asked for is said of the labels.
template <class Read>
auto as_labels(const DataRequest& request, const std::string& which, Read read) {
  try {
    return read();
  } catch (const RequestError& error) {
    const std::string of_columns = fmt::format("columns = {}:", which);
    std::string text = error.what();
    if (const std::size_t at = text.find(of_columns); at != text.npos)
      text.replace(at, of_columns.size(), fmt::format("labels = {}:", request.labels));
    throw RequestError(text);
  }
}

/// The column that holds the labels, taken out of the data, where it is given by its place and no columns are chosen.
std::vector<double> cut_labels(NumberArray& array, const DataRequest& request) {
  if (!request.labels.starts_with(column_of_labels) || !request.columns.empty()) return {};
  const std::string which = request.labels.substr(column_of_labels.size());
  if (trim(which).empty())
    throw RequestError(fmt::format("labels = {}: say which column, by place or name (column:-1)", request.labels));
  if (!read_number<std::int64_t>(which)) {
    as_labels(request, which, [&] { return read_array(request.file, request.dataset, which); });  // is there one?
    throw RequestError(fmt::format(
        "labels = {}: say by columns, too, which columns the data are without it (columns = \"0:64\", or names)",
        request.labels));
  }
  if (array.shape.empty() || array.values.empty()) return {};
  const std::size_t rows = array.shape.front(), width = array.values.size() / rows,
                    at = as_labels(request, which, [&] { return columns_of(which, {}, width, request.file).front(); });
  if (width < 2)
    throw RequestError(fmt::format("{}: it has one column, which cannot be data and labels at once", request.file));
  std::vector<double> labels, rest;
  for (std::size_t k = 0; k < array.values.size(); ++k) (k % width == at ? labels : rest).push_back(array.values[k]);
  array.values = std::move(rest);
  array.shape = {rows, width - 1};
  return labels;
}

void read_labels(Data& data, const DataRequest& request, std::vector<double> values) {
  const bool column = request.labels.starts_with(column_of_labels);
  const std::string file = column ? request.file : request.labels;
  if (values.empty())
    values = (column ? [&] {
      const std::string which = request.labels.substr(column_of_labels.size());
      return as_labels(request, which, [&] { return read_array(file, request.dataset, which); });
    }()
                     : read_array(file, ""))
                 .values;
  if (values.size() != data.samples)
    throw RequestError(fmt::format("{}: it holds {} numbers, but {} has {} samples; labels are one number for each",
                                   file, values.size(), data.source, data.samples));
  constexpr double most = 10'000;
  for (std::size_t s = 0; s < data.samples; ++s) {
    const double label = values[s];
    if (!(label >= 0 && label < most) || label != std::floor(label))
      throw RequestError(fmt::format("{}: the label of row {} (from 0) is {}; labels are whole numbers from 0 to {}",
                                     file, s, label, most - 1));
    data.labels.push_back(static_cast<std::size_t>(label));
  }
  data.label_states = 1 + *std::max_element(data.labels.begin(), data.labels.end());
  if (data.label_states < 2)
    throw RequestError(fmt::format("{}: all labels are 0, and tell nothing; give labels of two kinds or more", file));
}

/// Which beta a configuration was drawn at, the first of them 0.
void label_by_beta(Data& data) {
  if (data.betas.size() < 2)
    throw RequestError(
        fmt::format("{}: labels = \"beta\" are of the snapshots of a result at several betas (gibbsite run ... "
                    "--method.snapshots 100)",
                    data.source));
  for (std::size_t s = 0; s < data.samples; ++s) data.labels.push_back(s % data.betas.size());
  data.label_states = data.betas.size();
}

/// Refuses what are no grey levels, and counts them: of a maximum the divisor becomes their number.
void to_levels(Data& data, bool is_maximum) {
  if (is_maximum) data.divisor += 1;
  for (std::size_t k = 0; k < data.values.size(); ++k)
    if (const double v = data.values[k]; !(v >= 0 && v < data.divisor) || v != std::floor(v))
      throw RequestError(
          fmt::format("{}: {} is no whole number from 0 to {}, as noise within a level (dequantize) needs; say the "
                      "largest by maximum, or leave dequantize out",
                      place(data, k), v, data.divisor - 1));
}

/// Numbers of which this is the largest as those of the data that were treated so.
void to_scale_of(Data& data, double maximum, const Treatment& as) {
  const double scale = (as.dequantized ? as.divisor - 1 : as.divisor) / maximum;
  for (double& v : data.values) v = as.dequantized ? std::round(scale * v) : scale * v;
}

/// In words, for people.
std::string treatment(const Data& data, const DataRequest& request, const Binarize& how, const std::string& note,
                      bool scaled) {
  std::string text = note.empty() ? "" : note + "; ";
  if (!request.columns.empty()) text += fmt::format("columns {}; ", request.columns);
  if (!request.labels.empty()) text += fmt::format("labels {}; ", request.labels);
  if (!request.shrink.empty()) text += fmt::format("shrunk from {}; ", request.shrink);
  if (scaled) text += fmt::format("{} read as the highest level; ", request.maximum);
  const std::string before = text;
  text += data.divisor != 1 ? fmt::format("divided by {}", data.divisor) : "taken as they are";
  if (how.by_chance) text += fmt::format(", then 1 with that probability, else 0 (seed {})", request.seed);
  if (how.threshold) text += fmt::format(", then 1 above {}, else 0", *how.threshold);
  if (data.treated.any()) text = fmt::format("{}{}", before, description(data.treated));
  if (!request.rows.empty()) text += fmt::format("; rows {} to {}", data.first_row, data.first_row + data.samples - 1);
  return text;
}

/// Labels of generated points are the parts of their density.
void check_parts(const Data& generated, const DataRequest& request) {
  if (is_sequence_set(request.file) || request.window > 0) {
    if (request.labels != labels_of_sequences)
      throw RequestError(fmt::format(
          "data `{}` are sequences, whose label is the symbol that follows: say labels = \"next\", or leave it out",
          request.file));
    return;
  }
  if (request.labels != labels_of_parts)
    throw RequestError(fmt::format(
        "data `{}` are generated; their labels are those of the parts they are from: say labels = \"part\", "
        "or leave them out",
        request.file));
  if (generated.labels.empty())
    throw RequestError(fmt::format(
        "data `{}` have no parts to be labels; take two-moons, rings, eight-gaussians, pinwheel or two-modes",
        request.file));
}

}  // namespace

Data read_data(const DataRequest& request, const Treatment* as) {
  const Binarize how = read_binarize(request);
  check_treatment_asked(request, as);
  auto generated = request.window > 0
                       ? std::optional(text_windows(request.file, static_cast<std::size_t>(request.window)))
                       : generate(request.file, request.seed);
  if (generated && !request.dataset.empty())
    throw RequestError(fmt::format("data `{}` are generated and have no dataset `{}`", request.file, request.dataset));
  if (generated && request.labels.empty()) generated->labels.clear(), generated->label_states = 0;
  if (generated && !request.labels.empty()) check_parts(*generated, request);
  std::string note;
  std::vector<double> labels;
  const auto from_file = [&] {
    NumberArray array = read_samples(request);
    if (!request.labels.empty()) labels = cut_labels(array, request);
    note = array.note;
    return from_array(std::move(array), request);
  };
  if (generated && !(request.columns + request.alphabet).empty())
    throw RequestError(fmt::format("data `{}` are generated; leave out columns and alphabet", request.file));
  Data data = generated ? std::move(*generated) : from_file();
  if (!request.alphabet.empty()) data.states = letters_in(request.alphabet);
  if (request.labels == labels_of_beta && !generated)
    label_by_beta(data);
  else if (!request.labels.empty() && !generated)
    read_labels(data, request, std::move(labels));
  check_finite(data);
  shrink_images(data, request.shrink);
  if (as != nullptr && request.maximum > 0) to_scale_of(data, request.maximum, *as);
  // A matter of the file, and so is the threshold, not of the rows taken.
  data.divisor = as != nullptr ? as->divisor : divisor(data, request, how);
  const bool dequantized = as != nullptr ? as->dequantized : request.dequantize;
  if (dequantized) to_levels(data, as == nullptr);
  if (data.divisor != 1)
    for (double& v : data.values) v /= data.divisor;
  if (how.threshold) binarize_by_threshold(data, *how.threshold);
  keep_rows(data, request.rows);
  if (how.by_chance) binarize_by_chance(data, request.seed);
  if (!how.by_chance && !how.threshold) treat(data, request, as);
  data.treatment = treatment(data, request, how, note, as != nullptr && request.maximum > 0);
  return data;
}

Data pick_samples(const Data& data, std::span<const std::size_t> which) {
  Data part = data;
  part.samples = which.size();
  part.values.clear(), part.labels.clear(), part.log_jacobian.clear();
  for (const std::size_t s : which) {
    const auto row = data.values.begin() + static_cast<std::ptrdiff_t>(s * data.width);
    part.values.insert(part.values.end(), row, row + static_cast<std::ptrdiff_t>(data.width));
    if (!data.labels.empty()) part.labels.push_back(data.labels[s]);
    if (!data.log_jacobian.empty()) part.log_jacobian.push_back(data.log_jacobian[s]);
  }
  return part;
}

std::string description(const Data& data) {
  return fmt::format("{}, {} samples of {} numbers; {}", data.source, data.samples, data.width, data.treatment);
}

}  // namespace gibbsite
