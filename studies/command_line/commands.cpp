#include "studies/command_line/commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();

const Option help{"help", 'h', "", "this text"};
const Option json{"json", 0, "", "print JSON instead of tables"};

Command import_command() {
  return {
      .name = "import",
      .arguments = "WEIGHTS -o MODEL.h5",
      .summary = "make a model file from weights trained elsewhere",
      .details =
          "WEIGHTS is an .npz or HDF5 file with W (visible x hidden), b (visible), c (hidden), or with the names of "
          "scikit-learn: components_, intercept_visible_, intercept_hidden_; an .npy file of W beside --visible_bias "
          "and --hidden_bias; an HDF5 file of the Python package rbms; or a model file, to add base rates to it. Deep "
          "models: W_0, W_1, ..., b_0, b_1, ..., and for the way up of a dbn V_0, r_0, ...; boltzmann: W, b; "
          "hopfield: xi (patterns x units), perhaps W.",
      .least = 1,
      .most = 1,
      .options = {{"out", 'o', "FILE", "model file to write; required"},
                  {"force", 0, "", "overwrite it if it is there"},
                  {"model", 0, "NAME", "rbm (default), dbm, dbn, boltzmann or hopfield"},
                  {"units", 0, "KIND", "of all layers: binary (0, 1; default) or spin (-1, +1)"},
                  {"visible", 0, "KIND", "of the visible layer: binary, spin, gaussian or categorical"},
                  {"variance", 0, "NUMBER", "of gaussian units; or a FILE; or an array variance or sigma in WEIGHTS"},
                  {"states", 0, "Q", "of categorical units, where W is (visible * Q) x hidden"},
                  {"visible_units", 0, "N", "boltzmann: the first N units are visible (default: all)"},
                  {"rule", 0, "NAME", "hopfield: hebbian (default) or pseudo-inverse, where there is no W"},
                  {"visible_bias", 0, "FILE", "b, where WEIGHTS is an .npy file"},
                  {"hidden_bias", 0, "FILE", "c, where WEIGHTS is an .npy file"},
                  {"update", 0, "N", "rbms: the model after N updates (default: the last there is)"},
                  {"data", 0, "FILE",
                   "data whose base rates are stored with the model, or bars-and-stripes:SIDE, "
                   "shifter:BITS"},
                  {"dataset", 0, "NAME", "the array of an .npz or HDF5 file of data (default: samples)"},
                  {"binarize", 0, "HOW", "none (default), stochastic, or a threshold; bytes of 0 to 255 become 0 to 1"},
                  {"maximum", 0, "NUMBER", "of the data, what becomes 1 before that"},
                  {"rows", 0, "BEGIN:END", "of the data, from 0, without END"},
                  {"seed", 0, "N", "of stochastic binarisation (default 1)"},
                  help},
      .examples = {"gibbsite import rbm.npz -o rbm.h5 --data train-images-idx3-ubyte.gz --binarize 0.5",
                   "gibbsite import RBM.h5 -o rbm.h5 --update 10000"},
  };
}

std::vector<Command> make_commands() {
  const std::vector<std::string> topics = {"models", "lattices", "samplers", "methods", "estimators"};
  const std::vector<std::string> benches = {"ising2d", "ising3d", "glass", "glass-gaussian", "sk", "cluster", "rbm"};
  std::vector<Command> table;
  table.push_back({
      .name = "run",
      .arguments = "STUDY.toml",
      .summary = "run a study and write its result file",
      .details = "Runs every task of the study, writes draws, estimates with errors, free energies and exact values "
                 "where there are any, and prints a table of them. Checkpoints on a timer and when asked to stop.",
      .least = 1,
      .most = 1,
      .keys = Purview::study,
      .options = {{"out", 'o', "FILE", "result file (default: the study's name with .h5, in the current folder)"},
                  {"force", 0, "", "overwrite the result file if there is one"},
                  {"resume", 0, "", "continue the result file where it stopped"},
                  {"quiet", 0, "", "no progress, no tables"},
                  help},
      .examples = {"gibbsite run onsager.toml", "gibbsite run onsager.toml --model.size 64 -o onsager_64.h5",
                   "gibbsite run onsager.toml --method.beta 0.40:0.48:17 --grid.model.size '[16, 32, 64]'"},
  });
  table.push_back({
      .name = "show",
      .arguments = "FILE.h5",
      .summary = "print what a result or model file holds",
      .details = "Of a result, estimates with errors, next to exact values and z-scores where there are any; free "
                 "energies; warnings. Of a model, its units and the ranges of its parameters.",
      .least = 1,
      .most = 1,
      .options = {json, help},
      .examples = {"gibbsite show onsager.h5", "gibbsite show onsager.h5 --json | jq .warnings"},
  });
  table.push_back({
      .name = "exact",
      .arguments = "STUDY.toml",
      .summary = "print the exact answers for a study's model",
      .details = "By closed form, transfer matrix or enumeration; where there are none, says why not. Nothing is "
                 "sampled. Takes the keys of a study as `gibbsite help run` lists them.",
      .least = 1,
      .most = 1,
      .keys = Purview::study,
      .options = {json, help},
      .examples = {"gibbsite exact onsager.toml", "gibbsite exact onsager.toml --model.size 128 --method.beta 0.44"},
  });
  table.push_back({
      .name = "reweight",
      .arguments = "FILE.h5 ...",
      .summary = "smooth curves over temperature from stored draws",
      .details = "Joins the draws of all betas of the result files and carries them to any beta in between: curves, "
                 "peaks, and crossings between files.",
      .least = 1,
      .most = any_number,
      .options = {{"beta", 0, "GRID", "where to: start:stop:count, a list, or one number; required"},
                  {"out", 'o', "FILE", "also write the curves to an HDF5 file"},
                  {"force", 0, "", "overwrite that file if there is one"},
                  json,
                  help},
      .examples = {"gibbsite reweight onsager.h5 --beta 0.40:0.48:161",
                   "gibbsite reweight L16.h5 L32.h5 --beta 0.43:0.45:101 -o crossing.h5"},
  });
  table.push_back(import_command());
  table.push_back({
      .name = "loglik",
      .arguments = "MODEL.h5",
      .summary = "ln Z of a network and the log-likelihood of data, with checks",
      .details =
          "ln Z exactly where it can be summed, by annealed importance sampling there and back and by tempering, and "
          "whether they agree; the mean log-likelihood of the data with its errors from ln Z and from their finite "
          "number (for deep networks a lower bound); the likelihood of annealing itself as a model, by reverse "
          "annealing from the data (RAISE), which is "
          "as a rule the lower one and needs no ln Z. Keeps no checkpoints: stopped, it leaves nothing. "
          "Makes no difference to the model; `gibbsite import` makes model files.",
      .least = 1,
      .most = 1,
      .keys = Purview::likelihood,
      .options = {{"data", 0, "FILE", "the data: IDX, .npy, .npz, HDF5, CSV, or a generated set; required"},
                  {"out", 'o', "FILE", "also write everything to an HDF5 file, sample by sample"},
                  {"force", 0, "", "overwrite that file if there is one"},
                  {"quiet", 0, "", "no progress"},
                  json,
                  help},
      .examples = {"gibbsite loglik model.h5 --data t10k-images-idx3-ubyte.gz --data.binarize 0.5",
                   "gibbsite loglik model.h5 --data test.npy --ais.particles 1000 -o likelihood.h5"},
  });
  table.push_back({
      .name = "list",
      .arguments = '[' + join(topics, "|") + ']',
      .summary = "list what there is, one line each",
      .details = "Without a topic, all of them.",
      .most = 1,
      .topics = topics,
      .options = {help},
      .examples = {"gibbsite list", "gibbsite list samplers"},
  });
  table.push_back({
      .name = "bench",
      .arguments = "[NAME ...]",
      .summary = "measure the speed of the kernels on this machine",
      .details = "Each kernel beside the plain layout of the same system, by size, replicas and threads. NAME: " +
                 join(benches, ", ") + "; without one, all of them, in about three minutes.",
      .most = any_number,
      .topics = benches,
      .options = {{"quick", 0, "", "shorter, rougher measurements"}, json, help},
      .examples = {"gibbsite bench", "gibbsite bench ising2d glass", "gibbsite bench --quick --json"},
  });
  table.push_back({
      .name = "help",
      .arguments = "[COMMAND]",
      .summary = "explain a command; `help run` lists every key of a study",
      .details = "Without COMMAND, an overview of them.",
      .most = 1,
      .options = {help},
      .examples = {"gibbsite help run"},
  });
  return table;
}

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> table = make_commands();
  return table;
}

const Command& find_command(std::string_view name, const std::vector<std::string>& topics) {
  std::vector<std::string> names;
  for (const Command& command : commands()) {
    if (command.name == name) return command;
    names.push_back(command.name);
  }
  if (name == "train")
    throw RequestError(fmt::format("`gibbsite {}` is not in this version; there are: {}", name, join(names, ", ")));
  const std::string known = "the commands are " + join(names, ", ");
  if (topics.empty())
    throw RequestError(fmt::format("unknown command `{}`{}", name, and_then(did_you_mean(name, names), known)));
  names.insert(names.end(), topics.begin(), topics.end());
  throw RequestError(fmt::format("unknown command or topic `{}`{}; other topics are {}", name,
                                 and_then(did_you_mean(name, names), known), join(topics, ", ")));
}

}  // namespace gibbsite
