// phi^4 on a lattice, or on any graph from a file.
#include "physics/continuous/phi4.hpp"

#include <fmt/format.h>

#include "physics/exact/phi4_chain.hpp"
#include "studies/systems/continuous.hpp"
#include "studies/systems/entries.hpp"
#include "studies/systems/lattice_keys.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

struct Phi4Keys {
  double mass_squared = -2, quartic = 0.5;
};

class Phi4System final : public ContinuousSystem {
 public:
  Phi4System(const Study& study, std::shared_ptr<const Phi4> model, GraphOfStudy& built)
      : ContinuousSystem(study, model,
                         fmt::format("phi4, {}, m2 = {}, quartic {}", describe_lattice(study, model->graph()),
                                     model->mass_squared(), model->quartic())),
        phi4_(std::move(model)),
        disordered_(phi4_->graph().bond_count() > 0 && !phi4_->graph().common_coupling()),
        doubts_(std::move(built.doubts)) {}

  bool disordered() const override { return disordered_; }
  std::vector<std::string> doubts() const override {
    std::vector<std::string> all = ContinuousSystem::doubts();
    all.insert(all.end(), doubts_.begin(), doubts_.end());
    return all;
  }
  std::variant<ExactAnswers, std::string> exact(std::span<const double> lambda, Effort effort) const override {
    auto chain = phi4_chain(*phi4_, reference(), lambda);
    if (phi4_->units() > 2 || std::holds_alternative<ExactAnswers>(chain)) return chain;
    return ContinuousSystem::exact(lambda, effort);
  }

 protected:
  void describe(Group& group) const override {
    group.attributes.emplace_back("mass_squared", phi4_->mass_squared());
    group.attributes.emplace_back("quartic", phi4_->quartic());
    group.attributes.emplace_back("bonds", static_cast<std::int64_t>(phi4_->graph().bond_count()));
  }

 private:
  std::shared_ptr<const Phi4> phi4_;
  bool disordered_;
  std::vector<std::string> doubts_;
};

}  // namespace

const SystemEntry& phi4_entry() {
  static const SystemEntry entry{
      .name = "phi4",
      .meaning = "fields on a lattice: E = sum J_ij (phi_i - phi_j)^2/2 + sum [m2 phi_i^2/2 + g phi_i^4 - h_i phi_i]",
      .add_keys =
          [](KeyTable& table) {
            add_lattice_keys(table);
            const Section<Phi4Keys> model(table, "model");
            model.real("mass_squared", &Phi4Keys::mass_squared, {}, "phi4: m2; below 0 there are two phases");
            model.real("quartic", &Phi4Keys::quartic, {.low = 0}, "phi4: g, of phi^4");
            add_continuous_keys(table);
            add_sign_keys(table);
          },
      .check = check_lattice,
      .size = size_of_lattice,
      .make = [](const Study& study) -> std::shared_ptr<const System> {
        GraphOfStudy built = build_graph(study);
        const auto& keys = study.keys<Phi4Keys>();
        try {
          auto model = std::make_shared<const Phi4>(std::move(built.graph), keys.mass_squared, keys.quartic);
          return std::make_shared<const Phi4System>(study, std::move(model), built);
        } catch (const std::invalid_argument& e) {
          throw RequestError(fmt::format("[model]: {}", e.what()));
        }
      },
      .sampler = SamplerKind::hmc};
  return entry;
}

}  // namespace gibbsite
