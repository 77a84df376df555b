/// Weights made elsewhere: the model that the program makes of them has the energies that their makers give.
#include <cmath>

#include "studies/models/import.hpp"
#include "tests/studies/program.hpp"
#include "tests/studies/python.hpp"

using namespace gibbsite;
using namespace gibbsite::test;

namespace {

/// Weights and energies, written once.
const Scratch& foreign_weights() {
  static const Scratch folder;
  static const bool made = (run_python("foreign_weights.py", folder.path().string()), true);
  REQUIRE(made);
  return folder;
}

ModelFile imported(const Words& words) {
  Words all = {"import"};
  all.insert(all.end(), words.begin(), words.end());
  const Ended ended = run(all + Words{"-o", "model.h5", "--force"}, foreign_weights().path());
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  return read_model(foreign_weights() / "model.h5");
}

double energy(const AnyModel& model, std::span<const double> x) {
  if (const auto* network = std::get_if<std::shared_ptr<const Network>>(&model)) return (*network)->energy(x);
  return std::get<std::shared_ptr<const BoltzmannMachine>>(model)->energy(x);
}

/// Every energy as the weights' maker has it, but for a constant.
void check_energies(const ModelFile& file, const std::string& name, double constant = 0, double tolerance = 1e-12) {
  const NumberArray states = read_array(foreign_weights() / (name + "_states.npy"), "");
  const NumberArray energies = read_array(foreign_weights() / (name + "_energies.npy"), "");
  REQUIRE(states.shape.at(0) > 8);
  const std::size_t width = states.shape[1];
  for (std::size_t s = 0; s < states.shape[0]; ++s) {
    INFO(name << " state " << s);
    CHECK(energy(file.model, {&states.values[s * width], width}) + constant ==
          Approx(energies.values[s]).margin(tolerance).epsilon(0));
  }
}

/// What the program says when it refuses to import; nothing is written.
std::string refused_import(const Words& words) {
  const Ended ended = run(Words{"import"} + words, foreign_weights().path());
  CHECK(ended.code == 2);
  CHECK(ended.out == "");
  CHECK(is_one_message(ended.err));
  return ended.err;
}

std::string refused_new(const Words& words) {
  const std::string said = refused_import(words + Words{"-o", "new.h5"});
  CHECK_FALSE(fs::exists(foreign_weights() / "new.h5"));
  return said;
}

}  // namespace

TEST_CASE("import: arrays have the energies their maker gives them") {
  check_energies(imported({"binary.npz"}), "binary");
  check_energies(imported({"sklearn.npz"}), "binary");
  check_energies(imported({"W.npy", "--visible_bias", "b.npy", "--hidden_bias", "c.npy"}), "binary");
  check_energies(imported({"binary.npz", "--units", "spin"}), "spin");
  CHECK(imported({"gaussian.npz", "--visible", "binary"}).name() == "rbm");  // asked for: sigma is left out
  check_energies(imported({"gaussian.npz", "--visible", "gaussian"}), "gaussian");
  check_energies(imported({"binary.npz", "--visible", "gaussian", "--variance", "variance.npy"}), "gaussian");
  check_energies(imported({"categorical.npz", "--visible", "categorical"}), "categorical");
  check_energies(imported({"flat.npz", "--visible", "categorical", "--states", "3"}), "categorical");
  check_energies(imported({"deep.npz", "--model", "dbm"}), "deep");
  check_energies(imported({"boltzmann.npz", "--model", "boltzmann", "--units", "spin"}), "boltzmann");
  CHECK(visible_layer(imported({"boltzmann.npz", "--model", "boltzmann", "--visible_units", "3"}).model).units == 3);
  CHECK(visible_layer(imported({"binary.npz", "--visible", "gaussian", "--variance", "2"}).model).variance ==
        std::vector<double>(4, 2.0));
}

TEST_CASE("import: belief and Hopfield networks") {
  const NumberArray recognition = read_array(foreign_weights() / "belief.npz", "V_0");
  const ModelFile file = imported({"belief.npz", "--model", "dbn"});
  const BeliefNetwork& belief = *std::get<std::shared_ptr<const BeliefNetwork>>(file.model);
  REQUIRE(belief.below().size() == 2);
  CHECK(belief.visible() == 4);
  CHECK(belief.below()[0].recognition_weights(1, 2) == recognition.values[5]);
  CHECK(belief.below()[0].recognition_bias == read_array(foreign_weights() / "belief.npz", "r_0").values);
  CHECK(belief.below()[0].bias == read_array(foreign_weights() / "belief.npz", "b_0").values);
  CHECK(belief.below()[1].recognition_weights == belief.below()[1].weights);
  CHECK(belief.below()[1].recognition_bias == read_array(foreign_weights() / "belief.npz", "b_2").values);
  CHECK(belief.top()->layers()[1].bias == read_array(foreign_weights() / "belief.npz", "b_3").values);

  const std::vector<std::vector<std::int8_t>> patterns = {{1, -1, 1, 1, -1}, {1, 1, -1, 1, 1}};
  const auto machine = [](const ModelFile& f) { return std::get<std::shared_ptr<const BoltzmannMachine>>(f.model); };
  CHECK(machine(imported({"hopfield.npz", "--model", "hopfield"}))->weights() ==
        hopfield(patterns, PatternRule::hebbian).weights());
  CHECK(machine(imported({"hopfield.npz", "--model", "hopfield", "--rule", "pseudo-inverse"}))->weights() ==
        hopfield(patterns, PatternRule::pseudo_inverse).weights());
}

TEST_CASE("import: files of the package rbms have its energies") {
  for (const std::string kind : {"BBRBM", "IIRBM", "PBRBM"}) {
    check_energies(imported({kind + ".h5"}), kind);
    check_energies(imported({kind + ".h5", "--update", "1"}), kind + "_first");
  }
  for (const std::string kind : {"BGRBM", "IGRBM"}) {
    const ModelFile file = imported({kind + ".h5"});
    const std::string mark = "larger by ";
    const std::size_t at = file.note.find(mark);
    REQUIRE(at != std::string::npos);
    check_energies(file, kind, -std::stod(file.note.substr(at + mark.size())), 1e-9);
  }
}

TEST_CASE("import: base rates come from data, and can be added later") {
  const ModelFile file = imported({"binary.npz", "--data", "data.npy", "--rows", "0:2"});
  REQUIRE(file.base_rates);
  CHECK(file.base_rates->samples == 2);
  CHECK(file.base_rates->mean == std::vector<double>{0, 1, 0.5, 0});
  fs::rename(foreign_weights() / "model.h5", foreign_weights() / "before.h5");
  const ModelFile later = imported({"before.h5", "--data", "data.npy"});
  REQUIRE(later.base_rates);
  CHECK(later.base_rates->samples == 4);
  check_energies(later, "binary");
  CHECK(contains(run({"show", "model.h5"}, foreign_weights().path()).out, "base rates of 4 data"));
}

TEST_CASE("import: centred machines, and names that say the same thing") {
  check_energies(imported({"centred.npz"}), "centred");
  check_energies(imported({"half_centred.npz"}), "half_centred");
  check_energies(imported({"twins.npz"}), "binary");
  check_energies(imported({"both.npz", "--visible", "gaussian"}), "gaussian", 0, 1e-5);  // one of them in float32
}

TEST_CASE("import: names, orders of axes and types of PyTorch's people") {
  for (const char* file : {"matrix.npz", "prefixed.npz", "learnergy.npz", "hinton.npz", "binary.safetensors"})
    check_energies(imported({file}), "binary");
  check_energies(imported({"torch.npz"}), "binary", 0, 1e-5);  // float32
  check_energies(imported({"torch.npz", "--transpose"}), "binary", 0, 1e-5);
  check_energies(imported({"transposed.npz", "--transpose"}), "binary");
  check_energies(imported({"odd_names.npz", "--names", "W=first,b=seen,c=b"}), "binary");
  check_energies(imported({"two.npz", "--names", "W=other.weight"}), "binary");
  check_energies(imported({"half.npz"}), "half");
  check_energies(imported({"half.safetensors"}), "half");
  check_energies(imported({"brief.safetensors"}), "brief");
  check_energies(imported({"scalar.npz", "--visible", "gaussian"}), "scalar");
  check_energies(imported({"turned.npz", "--visible", "categorical", "--transpose"}), "categorical");
  check_energies(imported({"deep_turned.npz", "--model", "dbm", "--transpose"}), "deep");
  check_energies(imported({"boltzmann.npz", "--model", "boltzmann", "--units", "spin", "--names", "W=W"}), "boltzmann");
  const Matrix square = std::get<std::shared_ptr<const Network>>(imported({"square.npz"}).model)->weights()[0];
  CHECK(std::get<std::shared_ptr<const Network>>(imported({"square.npz", "--transpose"}).model)->weights()[0](0, 1) ==
        square(1, 0));
}

TEST_CASE("import: files of RestrictedBoltzmannMachines.jl have its energies") {
  check_energies(imported({"julia_spin.h5"}), "spin");
  check_energies(imported({"julia_potts.h5"}), "categorical");
  check_energies(imported({"julia_gaussian.h5"}), "julia_gaussian", 0, 1e-11);
  check_energies(imported({"julia_standard.h5"}), "julia_standard");
  for (const std::string name : {"julia_hopfield", "julia_binary_gaussian"}) {
    const ModelFile file = imported({name + ".h5"});
    const std::string mark = "larger by ";
    const std::size_t at = file.note.find(mark);
    REQUIRE(at != std::string::npos);
    check_energies(file, name, -std::stod(file.note.substr(at + mark.size())), 1e-9);
  }
}

TEST_CASE("import: how arrays were read is said where it could be otherwise") {
  const auto said = [](const Words& words) {
    const Ended ended = run(Words{"import"} + words + Words{"-o", "model.h5", "--force"}, foreign_weights().path());
    INFO(ended.err);
    REQUIRE(ended.code == 0);
    std::string text = ended.out;  // as one line
    for (auto at = text.find("\n    "); at != text.npos; at = text.find("\n    ")) text.replace(at, 5, " ");
    return text;
  };
  CHECK(contains(said({"twins.npz"}), "not read, and no part of the model: momentum, epoch\n"));
  CHECK(contains(said({"centred.npz"}), "offsets ov and oh"));
  CHECK(contains(said({"square.npz"}), "W is square (2 x 2): its rows were taken for the visible units"));
  CHECK(contains(said({"square_sklearn.npz"}), "components_ transposed is square (2 x 2)"));
  CHECK(
      contains(said({"square_torch.npz"}), "W (weight) is square (2 x 2): its rows were taken for the visible units"));
  CHECK(contains(said({"square_torch.npz", "--transpose"}), "its rows were taken for the hidden units"));
  CHECK(contains(said({"torch.npz"}), "read v_bias as b, h_bias as c"));
  CHECK(contains(said({"torch.npz"}), "W is hidden x visible, as the biases tell, and was transposed"));
  CHECK(contains(said({"prefixed.npz"}), "not read, and no part of the model: head.bias\n"));
  CHECK_FALSE(contains(said({"binary.npz"}), "square"));
  CHECK_FALSE(contains(said({"binary.npz"}), "not read"));
  const std::string dim = said({"binary.npz", "--data", "dim.npy", "--binarize", "0.5", "--maximum", "16"});
  CHECK(
      contains(dim, "base rates of 2 data: dim.npy, 2 samples of 4 numbers; divided by 16, then 1 above 0.5, else 0"));
  CHECK(contains(run({"show", "model.h5", "--json"}, foreign_weights().path()).out,
                 "2 samples of 4 numbers; divided by 16"));
  CHECK(read_model(foreign_weights() / "model.h5").base_rates->mean == std::vector<double>{0, 1, 0.5, 0});
}

TEST_CASE("import: what is wrong is said") {
  const auto says = [](const std::string& message, const Words& parts) {
    INFO(message);
    for (const std::string& part : parts) CHECK(contains(message, part));
  };
  says(refused_import({"binary.npz"}), {"needs -o"});
  says(refused_new({"none.npz"}), {"none.npz", "no such file"});
  says(refused_new({"binary.npz", "--unit", "spin"}), {"unknown option `--unit`", "did you mean `--units`?"});
  says(refused_new({"binary.npz", "--units", "spin", "--units", "binary"}), {"--units", "twice"});
  says(refused_new({"binary.npz", "--units", "spins"}), {"units = spins", "did you mean `spin`?"});
  says(refused_new({"binary.npz", "--model", "dbf"}), {"model = dbf", "allowed: rbm, dbm"});
  says(refused_new({"binary.npz", "--rule", "hebbian"}), {"--rule", "model rbm"});
  says(refused_new({"binary.npz", "--update", "3"}), {"--update is for files of the package rbms"});
  says(refused_new({"binary.npz", "--rows", "0:2"}), {"--rows is about data"});
  says(refused_new({"binary.npz", "--data", "data.npy", "--seed", "x"}), {"--seed x"});
  says(refused_new({"binary.npz", "--data", "W.npy"}), {"rows have 2 numbers", "4 visible units"});
  says(refused_new({"binary.npz", "--data", "data.npy", "--binarize", "half"}), {"binarize = half"});
  says(refused_new({"transposed.npz"}), {"W must be visible x hidden", "transpose"});
  says(refused_new({"binary.npz", "--transpose"}), {"W is 2 x 4", "leaving out --transpose"});
  says(refused_new({"sklearn.npz", "--transpose"}), {"components_ is hidden x visible anyway"});
  says(refused_new({"boltzmann.npz", "--model", "boltzmann", "--transpose"}), {"--transpose means nothing"});
  says(refused_new({"two.npz"}), {"one.weight and other.weight may each be W", "--names W=one.weight"});
  says(refused_new({"odd_names.npz"}), {"there is no array W", "--names W=NAME"});
  says(refused_new({"odd_names.npz", "--names", "first"}), {"--names first", "b=v_bias,c=h_bias"});
  says(refused_new({"odd_names.npz", "--names", "weight=first"}), {"no model has an array `weight`"});
  says(refused_new({"odd_names.npz", "--names", "W=firsts"}), {"no array `firsts`", "did you mean `first`?"});
  says(refused_new({"odd_names.npz", "--names", "W=first,b=first"}), {"b or first is given twice"});
  says(refused_new({"eight_bits.safetensors"}), {"array W has the type F8_E4M3", "F64 F32 F16 BF16"});
  says(refused_new({"julia_relu.h5"}), {"hidden units of the type `xReLU` cannot be imported"});
  says(refused_new({"julia_shape.h5"}), {"weights has the shape 4 x 2, expected 2 x 4"});
  says(refused_new({"julia_spin.h5", "--units", "spin"}), {"says itself what it holds", "--units"});
  says(refused_new({"other_twin.npz"}), {"W and components_ (hidden x visible) contradict each other"});
  says(refused_new({"other_bias.npz"}), {"c and intercept_hidden_ contradict each other"});
  says(refused_new({"contrary.npz", "--visible", "gaussian"}), {"variance and the squares of sigma contradict"});
  says(refused_new({"gaussian.npz", "--visible", "gaussian", "--variance", "2"}), {"sigma beside --variance"});
  says(refused_new({"gaussian.npz", "--visible", "gaussian", "--variance", "variance.npy"}),
       {"sigma beside --variance"});
  says(refused_new({"centred_gaussian.npz", "--visible", "gaussian"}), {"it holds ov", "offsets of a centred machine"});
  says(refused_new({"centred_boltzmann.npz", "--model", "boltzmann"}), {"it holds ov", "offsets of a centred machine"});
  says(refused_new({"hopfield_biased.npz", "--model", "hopfield"}), {"biases b", "--model boltzmann"});
  says(refused_new({"hopfield_W.npz", "--model", "hopfield", "--rule", "hebbian"}), {"W beside --rule"});
  says(refused_new({"weights.pkl"}),
       {"weights.pkl", "Python pickle", "import torch, numpy; numpy.savez(", "import pickle, numpy; numpy.savez("});
  says(refused_new({"binary.npz", "--data", "dim.npy", "--binarize", "0.5"}), {"from 0 to 16", "say it by maximum"});
  says(refused_new({"binary.npz", "--data", "dim.npy", "--maximum", "0"}), {"--maximum 0", "number > 0"});
  says(refused_new({"deep.npz"}), {"no array W", "W_0, W_1"});
  says(refused_new({"deep.npz", "--model", "boltzmann"}), {"no array W"});
  says(refused_new({"binary.npz", "--visible", "gaussian"}), {"need their variances"});
  says(refused_new({"binary.npz", "--visible", "gaussian", "--variance", "-1"}), {"variance that is not positive"});
  says(refused_new({"binary.npz", "--variance", "2"}), {"--variance is for gaussian units"});
  says(refused_new({"binary.npz", "--variance", "variance.npy"}), {"variance", "--visible gaussian"});
  says(refused_new({"binary.npz", "--states", "2"}), {"--states is for categorical units"});
  says(refused_new({"gaussian.npz"}), {"it holds sigma", "--visible gaussian"});
  says(refused_new({"flat.npz", "--visible", "categorical"}), {"give --states"});
  says(refused_new({"flat.npz", "--visible", "categorical", "--states", "4"}), {"W has 6 rows"});
  says(refused_new({"W.npy"}), {"--visible_bias FILE --hidden_bias FILE"});
  says(refused_new({"binary.npz", "--visible_bias", "b.npy", "--hidden_bias", "c.npy"}), {"leave out --visible_bias"});
  says(refused_new({"hopfield.npz", "--model", "hopfield", "--rule", "hebb"}), {"rule = hebb"});
  says(refused_new({"BBRBM.h5", "--update", "5"}), {"no update `5`", "1, 9, 10"});
  says(refused_new({"BBRBM.h5", "--units", "spin"}), {"says itself what it holds", "--units"});
  says(refused_new({"BEBM.h5"}), {"`BEBM` cannot be imported"});
  says(refused_new({"shape.h5"}), {"update_1: params", "weight_matrix has the shape 4 x 3", "expected 4 x 2"});
  write_bytes(foreign_weights() / "kept.h5", "kept");
  says(refused_import({"binary.npz", "-o", "kept.h5"}), {"kept.h5 exists", "--force"});
  CHECK(read_bytes(foreign_weights() / "kept.h5") == "kept");
  says(refused_import({"binary.npz", "-o", "data.npy", "--force", "--data", "data.npy"}),
       {"would overwrite what is read"});
  says(refused_import({"binary.npz", "-o", "."}), {"is a folder"});
}
