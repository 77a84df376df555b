/// `gibbsite import`: from people's files to a model file.
#include "studies/models/import.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>
#include <utility>

#include "studies/files/archive.hpp"
#include "studies/files/signals.hpp"
#include "studies/files/whole_file.hpp"
#include "studies/models/command.hpp"
#include "studies/models/potts_params.hpp"
#include "studies/study/request.hpp"
#include "studies/study/value.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/table.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

namespace fs = std::filesystem;

/// A key's value, taken out of the others.
std::optional<std::string> take(ImportKeys& keys, const std::string& name) {
  const auto found = keys.find(name);
  if (found == keys.end()) return std::nullopt;
  std::string value = std::move(found->second);
  keys.erase(found);
  return value;
}

void check_output(const Request& request) {
  const fs::path& out = request.out;
  std::error_code ignored;
  if (out.empty()) throw RequestError("`gibbsite import` needs -o, the model file to write, for example -o model.h5");
  check_writable(request, "the model");
  remove_leftovers(out);
  for (const auto& [name, value] : request.settings)
    if (fs::equivalent(out, value, ignored))
      throw RequestError(
          fmt::format("-o {} would overwrite what is read (--{}); name another file", out.string(), name));
}

std::optional<DataRequest> take_data(ImportKeys& keys) {
  const auto file = take(keys, "data");
  if (!file) {
    for (const char* name : {"dataset", "binarize", "maximum", "rows", "seed", "columns", "beta"})
      if (keys.contains(name))
        throw RequestError(fmt::format("--{} is about data, but there are none; name them with --data", name));
    return std::nullopt;
  }
  DataRequest request{.file = *file};
  request.dataset = take(keys, "dataset").value_or(request.dataset);
  request.binarize = take(keys, "binarize").value_or(request.binarize);
  request.rows = take(keys, "rows").value_or(request.rows);
  request.columns = take(keys, "columns").value_or(request.columns);
  if (const auto found = keys.find("alphabet"); found != keys.end()) request.alphabet = found->second;
  request.labels = take(keys, "labels").value_or(request.labels);
  if (const auto words = take(keys, "beta")) {
    request.beta = read_number<double>(plain_digits(*words));
    if (!request.beta) throw RequestError(fmt::format("--beta {}: allowed: number", *words));
  }
  if (const auto words = take(keys, "seed")) {
    const auto seed = read_number<std::uint64_t>(plain_digits(*words));
    if (!seed) throw RequestError(fmt::format("--seed {}: allowed: integer >= 0", *words));
    request.seed = *seed;
  }
  if (const auto words = take(keys, "maximum")) {
    const auto maximum = read_number<double>(plain_digits(*words));
    if (!maximum || !(*maximum > 0)) throw RequestError(fmt::format("--maximum {}: allowed: number > 0", *words));
    request.maximum = *maximum;
  }
  return request;
}

NumberArray named(const std::string& file, const std::string& name) {
  NumberArray array = read_array(file, "");
  array.name = name;
  return array;
}

ModelFile read_weights(const std::string& file, ImportKeys& keys) {
  const auto visible_bias = take(keys, "visible_bias"), hidden_bias = take(keys, "hidden_bias");
  if (is_hdf5(file)) {
    Group root;
    try {
      std::vector<Unread> unread;  // named where they are needed
      root = read_archive(file, unread);
    } catch (const std::runtime_error& error) {
      throw RequestError(error.what());
    }
    if (is_rbms(root)) return model_from_rbms(root, keys, file);
    if (is_julia_rbm(root)) return model_from_julia_rbm(root, keys, file);
    if (is_model(root)) {
      if (!keys.empty())
        throw RequestError(
            fmt::format("{}: a model file says itself what it holds; leave out --{}", file, keys.begin()->first));
      return model_from(root, file);
    }
  }
  if (const std::string bytes = read_unpacked(file); is_potts_params(bytes)) {
    const std::string alphabet = take(keys, "alphabet").value_or("");
    if (!keys.empty())
      throw RequestError(fmt::format("{}: parameters of a Potts machine say themselves what they are; leave out --{}",
                                     file, keys.begin()->first));
    return read_potts_params(bytes, alphabet, file);
  }
  if (keys.contains("update")) throw RequestError(fmt::format("{}: --update is for files of the package rbms", file));
  std::vector<NumberArray> arrays = read_arrays(file);
  const bool alone = arrays.size() == 1 && arrays.front().name.empty();
  if (alone != (visible_bias || hidden_bias) || visible_bias.has_value() != hidden_bias.has_value())
    throw RequestError(
        alone
            ? fmt::format("{}: it holds one array, W; give the biases by --visible_bias FILE --hidden_bias FILE", file)
            : fmt::format("{}: its arrays have names, among them the biases; leave out --visible_bias and "
                          "--hidden_bias",
                          file));
  if (alone) {
    arrays.front().name.assign(1, 'W');
    arrays.push_back(named(*visible_bias, "b"));
    arrays.push_back(named(*hidden_bias, "c"));
  }
  if (const auto variance = keys.find("variance"); variance != keys.end() && !read_number<double>(variance->second)) {
    for (const NumberArray& array : arrays)
      if (array.name == "variance" || array.name == "sigma")
        throw RequestError(
            fmt::format("{}: it holds {} beside --variance {}; leave one out", file, array.name, variance->second));
    arrays.push_back(named(variance->second, "variance"));
    keys.erase(variance);
  }
  return model_from_arrays(arrays, keys, file);
}

int import_weights(const Request& request, const std::string& command) {
  check_output(request);
  ImportKeys keys(request.settings.begin(), request.settings.end());
  const std::optional<DataRequest> data = take_data(keys);
  if (data && !is_hdf5(request.arguments.front()) && !is_potts_params(read_unpacked(request.arguments.front())))
    keys.erase("alphabet");  // of the data alone
  if (data && is_hdf5(request.arguments.front())) keys.erase("alphabet");
  ModelFile file = read_weights(request.arguments.front(), keys);
  if (data) {
    const Layer visible = visible_layer(file.model);
    file.base_rates = base_rates(check_data(read_data(*data), visible), visible);
  }
  stops_mean(Stop::soon_done);
  write_model(request.out, file, command);
  print_model(model_record(file, ""), request.out.string());
  for (const std::string& remark : file.remarks) fmt::print("  - {}\n", wrapped(remark, 4));
  return 0;
}

}  // namespace

const Command& import_command() {
  static const Command command{
      .name = "import",
      .arguments = "WEIGHTS -o MODEL.h5",
      .summary = "make a model file from weights trained elsewhere",
      .details =
          "WEIGHTS is an .npz, .safetensors or HDF5 file with W (visible x hidden), b (visible), c (hidden), or with "
          "the names of PyTorch's people (weight or weight_matrix; v_bias, h_bias; _W, _a, _b; with or without "
          "`rbm.` before them) or of scikit-learn (components_, intercept_visible_, intercept_hidden_); an .npy file "
          "of "
          "W beside --visible_bias and --hidden_bias; an HDF5 file of the Python package rbms or of "
          "RestrictedBoltzmannMachines.jl; adabmDCA's params.dat (lines J i j a b VALUE and h i a VALUE), a Potts "
          "machine; "
          "or a model file, to add base rates to it. Centred machines also have the "
          "offsets ov and oh. Deep models: W_0, W_1, ..., b_0, b_1, ..., and for the way up of a dbn V_0, r_0, ...; "
          "boltzmann: W, b; hopfield: xi (patterns x units), perhaps W. Of a PyTorch state dict: numpy.savez("
          "\"weights.npz\", **{k: v.numpy() for k, v in model.state_dict().items()}).",
      .least = 1,
      .most = 1,
      .options = {{"out", 'o', "FILE", "model file to write; required"},
                  {"force", 0, "", "overwrite it if it is there"},
                  {"model", 0, "NAME", "rbm (default), dbm, dbn, boltzmann or hopfield"},
                  {"units", 0, "KIND", "of all layers: binary (0, 1; default) or spin (-1, +1)"},
                  {"names", 0, "OURS=THEIRS", "how the file calls arrays, for example b=v_bias,c=h_bias"},
                  {"transpose", 0, "", "W is hidden x visible (of deep models: W_0, ... upper x lower)"},
                  {"visible", 0, "KIND", "of the visible layer: binary, spin, gaussian or categorical"},
                  {"variance", 0, "NUMBER",
                   "of gaussian units; or a FILE; or an array (or one number) variance or sigma in WEIGHTS"},
                  {"states", 0, "Q", "of categorical units, where W is (visible * Q) x hidden"},
                  {"visible_units", 0, "N", "boltzmann: the first N units are visible (default: all)"},
                  {"rule", 0, "NAME", "hopfield: hebbian (default), pseudo-inverse or storkey, where there is no W"},
                  {"visible_bias", 0, "FILE", "b, where WEIGHTS is an .npy file"},
                  {"hidden_bias", 0, "FILE", "c, where WEIGHTS is an .npy file"},
                  {"update", 0, "N", "rbms: the model after N updates (default: the last there is)"},
                  {"data", 0, "FILE",
                   "data whose base rates are stored with the model, or bars-and-stripes:SIDE, "
                   "shifter:BITS",
                   "data.file"},
                  {"dataset", 0, "NAME", "the array of an .npz or HDF5 file of data (default: samples)",
                   "data.dataset"},
                  {"columns", 0, "WHICH", "of the data: 0:784, 1:, :-1, or names of a CSV's first line",
                   "data.columns"},
                  {"alphabet", 0, "WHICH", "of FASTA and of params.dat: protein, rna, dna or letters", "data.alphabet"},
                  {"labels", 0, "FILE", "of the data, for a model with a label, as data.labels", "data.labels"},
                  {"beta", 0, "NUMBER", "which configurations, where the data are a result's", "data.beta"},
                  {"binarize", 0, "HOW", "none (default), stochastic, or a threshold; bytes of 0 to 255 become 0 to 1",
                   "data.binarize"},
                  {"maximum", 0, "NUMBER", "of the data, what becomes 1 before that", "data.maximum"},
                  {"rows", 0, "BEGIN:END", "of the data, from 0, without END", "data.rows"},
                  {"seed", 0, "N", "of stochastic binarisation (default 1)", "data.seed"},
                  help_option},
      .examples = {"gibbsite import rbm.npz -o rbm.h5 --data train-images-idx3-ubyte.gz --binarize 0.5",
                   "gibbsite import state_dict.safetensors -o rbm.h5 --names W=fc.weight,b=v,c=fc.bias",
                   "gibbsite import RBM.h5 -o rbm.h5 --update 10000"},
      .run = import_weights};
  return command;
}

}  // namespace gibbsite
