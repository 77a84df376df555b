// Textbook energies of real numbers: wells, rings, mixtures, products of experts.
#include <fmt/format.h>

#include "physics/continuous/experts.hpp"
#include "physics/continuous/gaussian.hpp"
#include "physics/continuous/mixtures.hpp"
#include "physics/continuous/wells.hpp"
#include "studies/systems/continuous.hpp"
#include "studies/systems/energies.hpp"
#include "studies/systems/entries.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

using Numbers = std::vector<double>;

struct WellKeys {
  Numbers well;  ///< a, b, c; empty: those of the textbook
  std::int64_t pairs = 16;
};
struct RingKeys {
  Numbers radii = {1, 2, 3};
};
struct MixtureKeys {
  Numbers means;       ///< empty: those of the textbook
  Numbers deviations;  ///< empty: all as WidthKeys say
};
struct GaussianKeys {
  Numbers mean = {0, 0}, precision = {1, 0.5, 0.5, 1};
};
struct WidthKeys {
  double width = 0;  ///< 0: that of the textbook
};
struct ExpertKeys {
  std::string experts = "student";
  Numbers directions = {1, 0, 0, 1}, numbers = {2, 2};
};

/// What its file holds, or what `make` makes of the study, with what physics refuses as a message for people.
template <class Make>
std::shared_ptr<const System> made(const Study& study, Make make) {
  if (is_stored(study)) return stored_energy_system(study);
  try {
    return make();
  } catch (const std::invalid_argument& e) {
    throw RequestError(fmt::format("[model]: {}", e.what()));
  }
}

Quartic well_of(const Study& study, Quartic textbook) {
  const Numbers& well = study.keys<WellKeys>().well;
  return well.empty() ? textbook : Quartic{well[0], well[1], well[2]};
}

void add_well(KeyTable& table) {
  Section<WellKeys>(table, "model")
      .when(not_stored())
      .add(
          "well", "three numbers, [a, b, c]",
          "wells a x^4 + b x^2 + c x; left out: [1, -2, 0.3] (many-well: [1, -6, -0.5])",
          [](WellKeys& keys, const Value& value) {
            keys.well = read_numbers(value);
            if (keys.well.size() != 3)
              throw BadValue{value, fmt::format("has {} numbers, not three", keys.well.size())};
          },
          [](const WellKeys& keys) {
            return keys.well.empty() ? std::nullopt : std::optional(one_or_list(keys.well));
          });
}
void add_width(KeyTable& table) {
  Section<WidthKeys>(table, "model")
      .when(not_stored())
      .real("width", &WidthKeys::width, {.low = 0},
            "rings, gaussian-mixture: standard deviation about a ring or a mean; 0: 0.15, 0.3");
}
double width_of(const Study& study, double textbook) {
  const double width = study.keys<WidthKeys>().width;
  return width > 0 ? width : textbook;
}

std::shared_ptr<const System> make_double_well(const Study& study) {
  return made(study, [&] {
    return energy_system(study, std::make_shared<const DoubleWell>(well_of(study, {1, -2, 0.3})));
  });
}
std::shared_ptr<const System> make_many_well(const Study& study) {
  return made(study, [&] {
    return energy_system(study,
                         std::make_shared<const ManyWell>(well_of(study, {1, -6, -0.5}),
                                                          static_cast<std::size_t>(study.keys<WellKeys>().pairs)));
  });
}
std::shared_ptr<const System> make_rings(const Study& study) {
  return made(study, [&] {
    return energy_system(study, std::make_shared<const Rings>(study.keys<RingKeys>().radii, width_of(study, 0.15)));
  });
}
std::shared_ptr<const System> make_gaussian(const Study& study) {
  return made(study, [&] {
    const auto& keys = study.keys<GaussianKeys>();
    return energy_system(study, std::make_shared<const Gaussian>(keys.mean, keys.precision));
  });
}
std::shared_ptr<const System> make_mixture(const Study& study) {
  return made(study, [&] {
    MixtureKeys keys = study.keys<MixtureKeys>();
    Numbers weights = study.keys<WeightKeys>().weights;
    if (keys.means.empty()) keys.means = {2, 2, 2, -2, -2, 2, -2, -2};
    if (weights.empty()) weights = {0.4, 0.3, 0.2, 0.1};
    if (keys.deviations.empty()) keys.deviations = {width_of(study, 0.3)};
    return energy_system(study, std::make_shared<const GaussianMixture>(keys.means, weights, keys.deviations));
  });
}
std::shared_ptr<const System> make_experts(const Study& study) {
  return made(study, [&] {
    const auto& keys = study.keys<ExpertKeys>();
    const auto kind = keys.experts == "student" ? Experts::Kind::student : Experts::Kind::unigauss;
    return energy_system(study,
                         std::make_shared<const Experts>(kind, keys.directions, keys.numbers, kappa_of(study, 0)));
  });
}

/// Before a system is built; small whatever it is.
SystemSize size_of_few(const Study&) { return {}; }
SystemSize size_of_wells(const Study& study) {
  if (is_stored(study)) return {};
  return {2 * static_cast<double>(study.keys<WellKeys>().pairs), {}, "model.pairs"};
}
void check_nothing(const Study&) {}

SystemEntry density_entry(std::string name, std::string meaning, void (*keys)(KeyTable&),
                          std::shared_ptr<const System> (*make)(const Study&),
                          SystemSize (*size)(const Study&) = size_of_few) {
  return {.name = std::move(name),
          .meaning = std::move(meaning),
          .add_keys = keys,
          .check = check_nothing,
          .size = size,
          .make = make,
          .sampler = SamplerKind::hmc};
}

}  // namespace

const SystemEntry& double_well_entry() {
  static const SystemEntry entry = density_entry(
      "double-well", "a particle on the line: E = a x^4 + b x^2 + c x",
      [](KeyTable& table) {
        add_well(table);
        add_continuous_keys(table);
        add_energy_file(table);
      },
      make_double_well);
  return entry;
}

const SystemEntry& many_well_entry() {
  static const SystemEntry entry = density_entry(
      "many-well", "2^pairs modes: E = sum over pairs of a x^4 + b x^2 + c x + y^2/2",
      [](KeyTable& table) {
        add_well(table);
        Section<WellKeys>(table, "model")
            .when(not_stored())
            .integer("pairs", &WellKeys::pairs, {1, 1'000'000}, "many-well: pairs of coordinates, d = 2 pairs");
        add_continuous_keys(table);
        add_energy_file(table);
      },
      make_many_well, size_of_wells);
  return entry;
}

const SystemEntry& rings_entry() {
  static const SystemEntry entry = density_entry(
      "rings", "rings in the plane: E = -ln sum_k exp(-(|x| - r_k)^2 / (2 w^2))",
      [](KeyTable& table) {
        add_numbers(Section<RingKeys>(table, "model").when(not_stored()), "radii", &RingKeys::radii,
                    "a list of numbers > 0", "rings: their radii");
        add_width(table);
        add_continuous_keys(table);
        add_energy_file(table);
      },
      make_rings);
  return entry;
}

const SystemEntry& gaussian_mixture_entry() {
  static const SystemEntry entry = density_entry(
      "gaussian-mixture", "modes far apart: E = -ln sum_k w_k N(x; m_k, w^2)",
      [](KeyTable& table) {
        const auto model = Section<MixtureKeys>(table, "model").when(not_stored());
        add_numbers(model, "means", &MixtureKeys::means, "a list of points",
                    "gaussian-mixture: as many coordinates each; left out: four, (+-2, +-2)");
        add_weights(table);
        add_numbers(model, "deviations", &MixtureKeys::deviations, "a list of numbers > 0",
                    "gaussian-mixture: one a mean; left out: model.width of all");
        add_width(table);
        add_continuous_keys(table);
        add_energy_file(table);
      },
      make_mixture);
  return entry;
}

const SystemEntry& gaussian_entry() {
  static const SystemEntry entry = density_entry(
      "gaussian", "a gaussian with correlations: E = (x - m)' L (x - m) / 2",
      [](KeyTable& table) {
        const auto model = Section<GaussianKeys>(table, "model").when(not_stored());
        add_numbers(model, "mean", &GaussianKeys::mean, "a list of numbers", "gaussian: m");
        add_numbers(model, "precision", &GaussianKeys::precision, "a matrix, row by row",
                    "gaussian: L, symmetric and positive definite");
        add_continuous_keys(table);
        add_energy_file(table);
      },
      make_gaussian);
  return entry;
}

const SystemEntry& experts_entry() {
  static const SystemEntry entry = density_entry(
      "experts", "products of experts: E = sum_j e_j(w_j . x) + kappa |x|^2/2, Student-t or unigauss",
      [](KeyTable& table) {
        const auto model = Section<ExpertKeys>(table, "model").when(not_stored());
        model.choice("experts", &ExpertKeys::experts, {"student", "unigauss"},
                     "experts: a ln(1 + y^2/2), or -ln(1 + exp(y + c))");
        add_numbers(model, "directions", &ExpertKeys::directions, "a list of points", "experts: w, one each");
        add_numbers(model, "numbers", &ExpertKeys::numbers, "a list of numbers", "experts: a or c, one each");
        add_kappa(table, not_stored());
        add_continuous_keys(table);
        add_energy_file(table);
      },
      make_experts);
  return entry;
}

}  // namespace gibbsite
