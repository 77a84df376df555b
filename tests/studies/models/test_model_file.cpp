/// Model files: what is written is read back, files made by hand are read, and each thing wrong is named.
#include <fstream>
#include <functional>

#include "physics/matrices/eigen.hpp"
#include "studies/files/archive.hpp"
#include "studies/models/model_file.hpp"
#include "studies/text/errors.hpp"
#include "tests/studies/options_fixture.hpp"
#include "tests/studies/program.hpp"
#include "tests/studies/python.hpp"
#include "tests/studies/sample_models.hpp"

using namespace gibbsite;
using namespace gibbsite::test;
using Catch::Matchers::Contains;

namespace {

ModelFile through_a_file(const ModelFile& file) {
  const Scratch folder;
  write_model(folder / "model.h5", file, "gibbsite test");
  return read_model(folder / "model.h5");
}

template <class Model>
std::shared_ptr<const Model> through_a_file(const std::shared_ptr<const Model>& model) {
  return std::get<std::shared_ptr<const Model>>(through_a_file(model_file(model)).model);
}

std::string refused_model(const Group& root) {
  return refusal([&] { model_from(root, "m.h5"); });
}

Group rbm() { return model_record(model_file(sample_network({UnitKind::binary, UnitKind::binary})), ""); }

Group& group(Group& root, const std::string& name) {
  return *std::find_if(root.groups.begin(), root.groups.end(), [&](const Group& g) { return g.name == name; });
}

/// With what the model is refused after `change`.
std::string changed(Group root, const std::function<void(Group&)>& change) {
  change(root);
  return refused_model(root);
}

void erase(Group& root, const std::string& name) {
  std::erase_if(root.groups, [&](const Group& g) { return g.name == name; });
}
void set(Group& g, const std::string& name, const std::string& value) {
  std::erase_if(g.attributes, [&](const auto& a) { return a.first == name; });
  g.attributes.emplace_back(name, value);
}

}  // namespace

TEST_CASE("model files: networks are read back as they were") {
  using enum UnitKind;
  for (const std::vector<UnitKind>& kinds : std::vector<std::vector<UnitKind>>{{binary, binary},
                                                                               {spin, spin},
                                                                               {spin, binary},
                                                                               {gaussian, binary},
                                                                               {categorical, spin},
                                                                               {binary, binary, binary},
                                                                               {gaussian, spin, binary}}) {
    const auto before = sample_network(kinds), after = through_a_file(before);
    REQUIRE(after->layers().size() == kinds.size());
    const double rounding = kinds[0] == categorical ? 1e-14 : 0;  // the gauge is fixed anew
    CHECK(after->constant() == Approx(before->constant()).margin(rounding).epsilon(0));
    for (std::size_t l = 0; l < kinds.size(); ++l) {
      CHECK(after->layers()[l].kind == kinds[l]);
      CHECK(after->layers()[l].units == before->layers()[l].units);
      CHECK(after->layers()[l].states == before->layers()[l].states);
      CHECK(after->layers()[l].variance == before->layers()[l].variance);
      for (std::size_t i = 0; i < before->layers()[l].width(); ++i)
        CHECK(after->layers()[l].bias[i] == Approx(before->layers()[l].bias[i]).margin(rounding).epsilon(0));
      if (l > 0)
        CHECK((eigen(after->weights()[l - 1]) - eigen(before->weights()[l - 1])).cwiseAbs().maxCoeff() <= rounding);
    }
  }
}

TEST_CASE("model files: Boltzmann machines, Hopfield networks and belief networks are read back as they were") {
  for (const UnitKind kind : {UnitKind::binary, UnitKind::spin}) {
    const auto before = sample_machine(kind), after = through_a_file(before);
    CHECK(after->kind() == kind);
    CHECK(after->visible() == 3);
    CHECK(after->weights() == before->weights());
    CHECK(std::equal(after->bias().begin(), after->bias().end(), before->bias().begin(), before->bias().end()));
  }
  const auto stored =
      std::make_shared<const BoltzmannMachine>(hopfield({{1, -1, 1, -1, 1}, {1, 1, 1, -1, -1}}, PatternRule::hebbian));
  const auto recalled = through_a_file(stored);
  CHECK(recalled->weights() == stored->weights());
  CHECK(std::equal(recalled->patterns().begin(), recalled->patterns().end(), stored->patterns().begin(),
                   stored->patterns().end()));

  const auto before = sample_belief_network(), after = through_a_file(before);
  REQUIRE(after->below().size() == 1);
  CHECK(after->below()[0].bias == before->below()[0].bias);
  CHECK(after->below()[0].weights == before->below()[0].weights);
  CHECK(after->below()[0].recognition_bias == before->below()[0].recognition_bias);
  CHECK(after->below()[0].recognition_weights == before->below()[0].recognition_weights);
  CHECK(after->top()->weights()[0] == before->top()->weights()[0]);
  CHECK(visible_layer(AnyModel(after)).units == 4);
}

TEST_CASE("model files: base rates and notes come along") {
  using enum UnitKind;
  ModelFile file = model_file(sample_network({gaussian, binary}));
  file.base_rates = BaseRates{{1, 2, 3, 4}, {1, 0.5, 2, 1}, 12};
  file.note = "made for a test";
  const ModelFile after = through_a_file(file);
  CHECK(after.note == file.note);
  CHECK(after.name() == "rbm");
  REQUIRE(after.base_rates);
  CHECK(after.base_rates->mean == file.base_rates->mean);
  CHECK(after.base_rates->variance == file.base_rates->variance);
  CHECK(after.base_rates->samples == 12);
  file = model_file(sample_network({categorical, binary}));
  file.base_rates = BaseRates{{0.5, 0.25, 0.25, 1, 0, 0, 0, 1, 0, 0, 0, 1}, {}, 4};
  CHECK(through_a_file(file).base_rates->mean == file.base_rates->mean);
}

TEST_CASE("model files: made by hand in Python") {
  const Scratch folder;
  run_python("foreign_files.py", folder.path().string());
  const ModelFile file = read_model(folder / "by_hand.h5");
  const auto network = std::get<std::shared_ptr<const Network>>(file.model);
  CHECK(network->energy(std::vector<double>{1, 1, 0, 0, 1}) == Approx(-(-1 + 2 + 0.1 - 0.2 - 1)));
  CHECK_FALSE(file.base_rates);
  const auto machine =
      std::get<std::shared_ptr<const BoltzmannMachine>>(read_model(folder / "by_hand_fixed_text.h5").model);
  CHECK(machine->weights() == hopfield({{1, -1, 1, 1}, {1, 1, -1, 1}}, PatternRule::pseudo_inverse).weights());
}

TEST_CASE("model files: a model is found in a result") {
  const Scratch folder;
  Group root{.name = "", .attributes = {{"program", std::string("gibbsite")}}};
  root.groups.push_back(model_record(model_file(sample_machine(UnitKind::spin)), "model"));
  write_archive(folder / "result.h5", root);
  CHECK(read_model(folder / "result.h5").name() == "boltzmann");
}

TEST_CASE("model files: what is wrong is named") {
  CHECK(refused_model(rbm()) == "(accepted)");
  const auto says = [](const std::string& message, const Words& parts) {
    INFO(message);
    for (const std::string& part : parts) CHECK(contains(message, part));
  };
  says(changed(rbm(), [](Group& g) { erase(g, "layer_0"); }), {"m.h5", "no group layer_0"});
  says(changed(rbm(), [](Group& g) { erase(g, "layer_1"); }), {"has 1 layers", "an rbm has 2"});
  says(changed(rbm(), [](Group& g) { erase(g, "weights_0"); }), {"no group weights_0", "help models"});
  says(changed(rbm(), [](Group& g) { group(g, "weights_0").variables.clear(); }), {"weights_0", "no variable W"});
  says(changed(rbm(),
               [](Group& g) {
                 group(g, "weights_0").variables.back().shape = {3, 4};
               }),
       {"weights_0", "W has the shape 3 x 4", "expected 4 x 3 (lower, upper)"});
  says(changed(rbm(),
               [](Group& g) {
                 group(g, "layer_0").variables.back().shape = {2, 2};
               }),
       {"layer_0", "bias has the shape 2 x 2"});
  says(changed(rbm(), [](Group& g) { group(g, "layer_1").variables.back().data = std::vector<std::string>(3, "x"); }),
       {"layer_1", "bias holds texts"});
  says(changed(rbm(), [](Group& g) { set(group(g, "layer_0"), "units_kind", "bits"); }),
       {"layer_0", "units_kind is `bits`", "allowed: binary"});
  says(changed(rbm(), [](Group& g) { set(group(g, "layer_0"), "units_kind", "gaussian"); }),
       {"layer_0", "no variable variance"});
  says(changed(rbm(), [](Group& g) { set(group(g, "layer_1"), "units_kind", "categorical"); }),
       {"layer_1", "(unit, state)"});
  says(changed(rbm(), [](Group& g) { set(g, "model", "cnn"); }), {"model is `cnn`", "allowed: rbm"});
  says(changed(rbm(), [](Group& g) { set(g, "model", "dbm"); }), {"a dbm has 3 or more"});
  says(changed(rbm(), [](Group& g) { set(g, "content", "data"); }), {"it is no model"});
  says(changed(rbm(), [](Group& g) { g.attributes.emplace_back("format_version", std::int64_t{2}); }), {"newer"});
  says(changed(rbm(),
               [](Group& g) {
                 std::get<std::vector<double>>(group(g, "layer_0").variables.back().data)[0] = std::nan("");
               }),
       {"layer 0", "not finite"});
  const Group machine = model_record(model_file(sample_machine(UnitKind::spin)), "");
  says(changed(machine,
               [](Group& g) { std::get<std::vector<double>>(group(g, "weights_0").variables.back().data)[1] += 1; }),
       {"not symmetric"});
  says(changed(machine, [](Group& g) { group(g, "layer_0").attributes.back().second = std::int64_t{9}; }), {"visible"});
  says(changed(machine, [](Group& g) { group(g, "layer_0").attributes.back().second = std::int64_t{-1}; }),
       {"visible"});
  says(changed(machine, [](Group& g) { set(g, "model", "hopfield"); }), {"no group patterns"});
  ModelFile file = model_file(sample_network({UnitKind::binary, UnitKind::binary}));
  file.base_rates = BaseRates{{0.5, 0.5, 0.5, 0.5}, {}, 4};
  const Group with_rates = model_record(file, "");
  says(changed(with_rates, [](Group& g) { group(g, "base_rates").attributes.clear(); }), {"base_rates", "samples"});
  says(changed(with_rates,
               [](Group& g) { std::get<std::vector<double>>(group(g, "base_rates").variables.back().data)[0] = 2; }),
       {"base_rates"});
}

TEST_CASE("model files: damaged and foreign files are refused") {
  const Scratch folder;
  write_model(folder / "good.h5", model_file(sample_network({UnitKind::binary, UnitKind::binary})), "test");
  const std::string bytes = read_bytes(folder / "good.h5");
  for (std::size_t length = 0; length < bytes.size(); length += 97) {
    write_bytes(folder / "cut.h5", bytes.substr(0, length));
    CHECK_THROWS_AS(read_model(folder / "cut.h5"), RequestError);
  }
  write_archive(folder / "other.h5", {"", {}, {{"x", {}, {}, std::vector<double>{1}, "1", "x"}}, {}});
  CHECK_THAT(refusal([&] { read_model(folder / "other.h5"); }), Contains("holds no model"));
  CHECK_THAT(refusal([&] { read_model(folder / "none.h5"); }), Contains("no such file"));
}

TEST_CASE("model files: show tells what the model is") {
  const Scratch folder;
  ModelFile file = model_file(sample_network({UnitKind::categorical, UnitKind::spin}));
  file.base_rates = BaseRates{{0.5, 0.25, 0.25, 1, 0, 0, 0, 1, 0, 0, 0, 1}, {}, 4};
  write_model(folder / "model.h5", file, "test");
  const Ended text = run({"show", "model.h5"}, folder.path()),
              json = run({"show", "model.h5", "--json"}, folder.path());
  CHECK(text.code == 0);
  CHECK(contains(text.out, "rbm: 4 categorical visible units of 3 states, 3 spin hidden units"));
  CHECK(contains(text.out, "base rates of 4 data"));
  CHECK(contains(text.out, "12 x 3"));
  CHECK(json.code == 0);
  CHECK(contains(json.out, "\"model\": \"rbm\""));
  CHECK(contains(json.out, "\"samples\": 4"));
}

TEST_CASE("sample model for xarray", "[.sample_model]") {
  using enum UnitKind;
  ModelFile file = model_file(sample_network({categorical, spin}));
  file.base_rates = BaseRates{{0.5, 0.25, 0.25, 1, 0, 0, 0, 1, 0, 0, 0, 1}, {}, 4};
  const std::string path = std::getenv("GIBBSITE_SAMPLE");
  write_model(path + "_rbm.h5", file, "test");
  write_model(path + "_dbn.h5", model_file(sample_belief_network()), "test");
  write_model(path + "_hopfield.h5",
              model_file(std::make_shared<const BoltzmannMachine>(
                  hopfield({{1, -1, 1, -1, 1}, {1, 1, 1, -1, -1}}, PatternRule::hebbian))),
              "test");
}
