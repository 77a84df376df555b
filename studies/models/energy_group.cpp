#include "studies/models/energy_group.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "physics/continuous/experts.hpp"
#include "physics/continuous/gaussian.hpp"
#include "physics/continuous/mixtures.hpp"
#include "physics/continuous/visible_rbm.hpp"
#include "physics/continuous/wells.hpp"
#include "physics/neural/neural_model.hpp"
#include "studies/files/variables.hpp"
#include "studies/models/model_group.hpp"
#include "studies/models/net_group.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

using NumberList = std::vector<double>;

NumberList list_of(std::span<const double> numbers) { return {numbers.begin(), numbers.end()}; }
NumberList list_of(const Quartic& well) { return {well.a, well.b, well.c}; }

std::string words_of_well(const Quartic& well) {
  return fmt::format("{:g} x^4 {:+g} x^2 {:+g} x", well.a, well.b, well.c);
}

/// The net of an energy and its parameters, in whichever precision they are.
struct NetInside {
  const NeuralNet* net = nullptr;  ///< null: no net
  NumberList theta;
};
template <class Real>
bool look_into(const ContinuousEnergy& energy, NetInside& out) {
  const auto* model = dynamic_cast<const NeuralModel<Real>*>(&energy);
  if (model == nullptr) return false;
  out.net = &model->neural().net();
  out.theta.assign(model->neural().theta().begin(), model->neural().theta().end());
  return true;
}
NetInside net_in(const ContinuousEnergy& energy) {
  NetInside out;
  if (!look_into<double>(energy, out)) look_into<float>(energy, out);
  return out;
}

void add_numbers(Group& group, const std::string& name, NumberList numbers) {
  add_index(group, "of_" + name, numbers.size(), "number of " + name);
  const std::size_t count = numbers.size();
  add(group, name, {"of_" + name}, {count}, std::move(numbers), "1", "parameters of the energy, as in the study");
}

/// W, row by row.
NumberList rows_of(const Matrix& m) {
  NumberList out;
  for (std::size_t r = 0; r < m.rows(); ++r)
    for (std::size_t c = 0; c < m.columns(); ++c) out.push_back(m(r, c));
  return out;
}

void describe_machine(const Network& network, Group& group) {
  const Layer &visible = network.layers()[0], &hidden = network.layers()[1];
  group.attributes.emplace_back("hidden_kind", std::string(hidden.kind == UnitKind::spin ? "spin" : "binary"));
  group.attributes.emplace_back("energy_constant", network.constant());
  add_numbers(group, "bias", visible.bias);
  add_numbers(group, "variance", visible.variance);
  add_numbers(group, "hidden_bias", hidden.bias);
  add_numbers(group, "weights", rows_of(network.weights()[0]));
}

std::shared_ptr<const ContinuousEnergy> machine_from(const Place& place) {
  const Shape d = place.shape("bias"), hidden = place.shape("hidden_bias");
  Layer lower{.kind = UnitKind::gaussian,
              .units = d.at(0),
              .bias = place.numbers("bias", d, "(unit)"),
              .variance = place.numbers("variance", d, "(unit)")};
  Layer upper{.kind = place.text("hidden_kind") == "spin" ? UnitKind::spin : UnitKind::binary,
              .units = hidden.at(0),
              .bias = place.numbers("hidden_bias", hidden, "(hidden unit)")};
  const Matrix weights = Matrix::from_rows(
      lower.units, upper.units, place.numbers("weights", {lower.units * upper.units}, "(unit by hidden unit)"));
  return std::make_shared<const VisibleRbm>(
      Network({std::move(lower), std::move(upper)}, {weights}, place.number<double>("energy_constant").value_or(0)));
}

}  // namespace

std::string words_of_energy(const ContinuousEnergy& energy) {
  if (const auto* model = dynamic_cast<const DoubleWell*>(&energy))
    return "double well " + words_of_well(model->well());
  if (const auto* model = dynamic_cast<const ManyWell*>(&energy))
    return fmt::format("many wells, {} pairs of {} and a gaussian", model->units() / 2, words_of_well(model->well()));
  if (const auto* model = dynamic_cast<const Rings*>(&energy))
    return fmt::format("rings of radius {}, width {:g}", fmt::join(model->radii(), ", "), model->width());
  if (dynamic_cast<const Gaussian*>(&energy) != nullptr)
    return fmt::format("gaussian in {} dimensions", energy.units());
  if (const auto* model = dynamic_cast<const GaussianMixture*>(&energy)) {
    const auto s = model->deviations();
    const bool alike = std::all_of(s.begin(), s.end(), [&](double one) { return one == s[0]; });
    return fmt::format("mixture of {} gaussians in {} dimensions, width {}", s.size(), model->units(),
                       alike ? fmt::format("{:g}", s[0]) : fmt::format("{:.4g}", fmt::join(s, ", ")));
  }
  if (const auto* model = dynamic_cast<const Experts*>(&energy))
    return fmt::format("product of {} {} experts in {} dimensions", model->count(),
                       model->kind() == Experts::Kind::student ? "student" : "unigauss", model->units());
  if (const auto* model = dynamic_cast<const VisibleRbm*>(&energy))
    return fmt::format("visible units of a gaussian rbm, {} + {} hidden", model->units(),
                       model->network().layers()[1].units);
  const NetInside at = net_in(energy);
  return fmt::format("net of {} layers and {} parameters on {} numbers", at.net->layers().size(), at.net->parameters(),
                     at.net->units());
}

bool is_net(const ContinuousEnergy& energy) { return net_in(energy).net != nullptr; }

std::size_t parameters_of(const ContinuousEnergy& energy) {
  if (const NetInside at = net_in(energy); at.net != nullptr) return at.net->parameters();
  Group group;
  describe_energy(energy, group);
  std::size_t count = 0;
  for (const Variable& v : group.variables)
    if (!v.name.starts_with("of_")) count += v.shape[0];
  return count;
}

void describe_energy(const ContinuousEnergy& energy, Group& group) {
  if (const auto* model = dynamic_cast<const DoubleWell*>(&energy)) {
    add_numbers(group, "well", list_of(model->well()));
  }
  if (const auto* model = dynamic_cast<const ManyWell*>(&energy)) {
    group.attributes.emplace_back("pairs", static_cast<std::int64_t>(model->units() / 2));
    add_numbers(group, "well", list_of(model->well()));
  }
  if (const auto* model = dynamic_cast<const Rings*>(&energy)) {
    add_numbers(group, "radii", list_of(model->radii()));
    add_numbers(group, "width", {model->width()});
  }
  if (const auto* model = dynamic_cast<const Gaussian*>(&energy)) {
    add_numbers(group, "mean", list_of(model->mean()));
    add_numbers(group, "precision", list_of(model->precision()));
  }
  if (const auto* model = dynamic_cast<const GaussianMixture*>(&energy)) {
    add_numbers(group, "means", list_of(model->means()));
    add_numbers(group, "weights", list_of(model->weights()));
    add_numbers(group, "deviations", list_of(model->deviations()));
  }
  if (const auto* model = dynamic_cast<const Experts*>(&energy)) {
    group.attributes.emplace_back("experts",
                                  std::string(model->kind() == Experts::Kind::student ? "student" : "unigauss"));
    add_numbers(group, "directions", list_of(model->directions()));
    add_numbers(group, "numbers", list_of(model->numbers()));
    add_numbers(group, "kappa", {model->kappa()});
  }
  if (const auto* model = dynamic_cast<const VisibleRbm*>(&energy)) describe_machine(model->network(), group);
  if (const NetInside at = net_in(energy); at.net != nullptr) describe_net(*at.net, at.theta, group);
}

bool files_keep(const std::string& kind) {
  constexpr std::string_view kinds[] = {"double-well",      "many-well", "rings",        "gaussian",
                                        "gaussian-mixture", "experts",   "gaussian-rbm", "neural"};
  return std::find(std::begin(kinds), std::end(kinds), kind) != std::end(kinds);
}

std::shared_ptr<const ContinuousEnergy> energy_from(const std::string& kind, const Group& group,
                                                    const std::string& where) {
  const Place place(group, where);
  const auto list = [&](const std::string& name) {
    const Variable* v = group.find(name);
    if (v == nullptr) place.refuse(fmt::format("a {} needs the variable {}", kind, name));
    return place.numbers(name, v->shape, "");
  };
  const auto well = [&] {
    const NumberList numbers = place.numbers("well", {3}, "(a, b, c)");
    return Quartic{numbers[0], numbers[1], numbers[2]};
  };
  try {
    if (kind == "double-well") return std::make_shared<const DoubleWell>(well());
    if (kind == "many-well")
      return std::make_shared<const ManyWell>(well(), place.number<std::size_t>("pairs").value_or(0));
    if (kind == "rings") return std::make_shared<const Rings>(list("radii"), list("width").at(0));
    if (kind == "gaussian") return std::make_shared<const Gaussian>(list("mean"), list("precision"));
    if (kind == "gaussian-mixture")
      return std::make_shared<const GaussianMixture>(list("means"), list("weights"), list("deviations"));
    if (kind == "experts")
      return std::make_shared<const Experts>(
          place.text("experts") == "unigauss" ? Experts::Kind::unigauss : Experts::Kind::student, list("directions"),
          list("numbers"), list("kappa").at(0));
    if (kind == "gaussian-rbm") return machine_from(place);
    if (kind == "neural") {
      const NetAt at = net_from(place, NetEnd::energy);
      return make_neural_model(at.net, at.theta);
    }
  } catch (const std::invalid_argument& error) {
    place.refuse(error.what());
  }
  place.refuse(fmt::format("{} is no energy of real numbers that files keep", kind));
}

}  // namespace gibbsite
