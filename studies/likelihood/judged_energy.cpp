// Energies of real numbers, from results of `gibbsite run` and model files, judged by data.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "studies/catalogue/catalogue.hpp"
#include "studies/files/archive.hpp"
#include "studies/likelihood/judged.hpp"
#include "studies/likelihood/likelihood_keys.hpp"
#include "studies/models/model_group.hpp"
#include "studies/models/stored_codes.hpp"
#include "studies/models/stored_energy.hpp"
#include "studies/models/stored_net.hpp"
#include "studies/study/assemble.hpp"
#include "studies/study/study_file.hpp"
#include "studies/systems/energies.hpp"
#include "studies/systems/network_keys.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

/// What a file says of an energy.
struct EnergyFile {
  std::shared_ptr<const ContinuousSystem> system;  ///< with the reference that the file says, or what suits the model
  std::optional<StoredEnergy> stored = {};         ///< what else it says, where it keeps the energy whole
  Group group = {};                                ///< /model
};

Layer real_numbers(std::size_t units) {
  return {.kind = UnitKind::gaussian,
          .units = units,
          .bias = std::vector<double>(units),
          .variance = std::vector<double>(units, 1.0)};
}

class JudgedEnergy final : public Judged {
 public:
  /// system: on the path that ln Z is found on.
  JudgedEnergy(EnergyFile file, Data data, std::shared_ptr<const System> system)
      : Judged(std::move(data)), file_(std::move(file)), system_(std::move(system)) {}

  const System& system() const override { return *system_; }
  const System* tempered() const override { return file_.system.get(); }
  std::size_t visible_units() const override { return data().width; }
  bool real() const override { return true; }
  double learned_log_z() const override { return file_.stored ? file_.stored->learned_log_z : unknown; }
  Unnormalized unnormalized(Key) const override {
    const ContinuousEnergy& model = *file_.system->model();
    Unnormalized out{std::vector<double>(data().samples), false, "exact given ln Z"};
    const std::size_t batch = std::max<std::size_t>(64, model.batch()), d = data().width;
#pragma omp parallel for schedule(static)
    for (std::size_t begin = 0; begin < data().samples; begin += batch) {
      const std::size_t count = std::min(batch, data().samples - begin);
      const auto energy = std::span(out.log_weight).subspan(begin, count);
      model.evaluate(std::span(data().values).subspan(begin * d, count * d), energy, {});
      for (double& e : energy) e = -e;
    }
    for (std::size_t s = 0; s < data().samples; ++s) check(s, out.log_weight[s]);
    return out;
  }
  Group record() const override {
    Group group = file_.group;
    group.name = "model";
    std::erase_if(group.attributes, [](const auto& a) { return a.first == "data" || a.first == "data_divided_by"; });
    group.attributes.emplace_back("data", description(data()));
    group.attributes.emplace_back("data_divided_by", data().divisor);
    return group;
  }

 private:
  void check(std::size_t s, double log_weight) const {
    const std::string where = fmt::format("{} (row {}, from 0)", data().source, data().first_row + s);
    const ContinuousReference& reference = file_.system->reference();
    if (!std::isfinite(log_weight))
      throw RequestError(
          fmt::format("{}: the energy of this sample is {}; leave it out (data.rows)", where, -log_weight));
    for (std::size_t i = 0; reference.is_box() && i < data().width; ++i)
      if (const double x = data().values[s * data().width + i]; x < reference.low() || x > reference.high())
        throw RequestError(fmt::format("{}: {} is outside of the box that the model lives in, {} to {}", where, x,
                                       reference.low(), reference.high()));
  }

  EnergyFile file_;
  std::shared_ptr<const System> system_;
};

/// Of a result whose group /model does not keep all of it: from its study.
EnergyFile energy_of_study(const Group& root, const std::string& path) {
  const Schema& schema = study_schema();
  const auto entries = entries_of_text(text_attribute(root, "study"), "study", schema);
  const std::vector<Task> tasks = assemble(entries, {}, path, schema).tasks;
  const Study& study = tasks.front().study;
  auto system = std::dynamic_pointer_cast<const ContinuousSystem>(make_system(study));
  if (system == nullptr)
    throw RequestError(
        fmt::format("{}: it is a result of {}, which has no data to judge it by; give a model file, or a "
                    "result of a network or of an energy of real numbers",
                    path, study.model.name));
  return {.system = std::move(system), .group = *root.child("model")};
}

EnergyFile energy_of_group(const Group& group, const std::string& where) {
  const Place place(group, where);
  StoredEnergy stored = stored_energy(group, where);
  Study study;
  study.model.name = stored.kind;
  study.sampler.kind = SamplerKind::hmc;
  auto& keys = study.keys<ContinuousKeys>();
  if (place.text("reference") == "box")
    keys.box = {place.number<double>("low").value_or(0), place.number<double>("high").value_or(1)};
  if (const auto mean = place.number<double>("base_mean")) keys.mean = *mean;
  if (const auto scale = place.number<double>("base_scale")) keys.scale = *scale;
  return {.system = energy_system(study, stored.energy), .stored = std::move(stored), .group = group};
}

/// Nothing for files of networks, and for what cannot be read: whoever looks for networks says what is wrong.
std::optional<EnergyFile> read_energy_file(const std::string& path) {
  Group root;
  try {
    std::vector<Unread> unread;
    root = read_archive(path, unread, [](const std::string& name) {
      const auto in = [&](const char* group) { return name.starts_with(group); };
      return in("model/") || in("layer_") || in("base_rates/") || in("treatment/") || name.find('/') == name.npos;
    });
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
  const bool result = !is_model(root);
  const Group* group = result ? root.child("model") : &root;
  if (group == nullptr) return std::nullopt;
  if (is_stored_energy(*group)) {
    EnergyFile file = energy_of_group(*group, result ? path + ": model" : path);
    std::erase_if(file.group.groups, [](const Group& g) { return g.name == "training" || g.name == "snapshots"; });
    return file;
  }
  if (const std::string kind = text_attribute(*group, "model"); network_named(kind) || is_net_kind(kind) ||
                                                                is_codes_kind(kind) || kind == "ebt" ||
                                                                text_attribute(root, "study").empty())
    return std::nullopt;
  return energy_of_study(root, path);
}

}  // namespace

std::unique_ptr<const Judged> judge_energy(Study& study) {
  auto file = read_energy_file(study.keys<NetworkKeys>().file);
  if (!file) return nullptr;
  const ContinuousSystem& own = *file->system;
  const bool treated = file->stored && file->stored->treatment.any();
  Data read = read_data(study.keys<DataRequest>(), treated ? &file->stored->treatment : nullptr);
  // ln p(x) of a sum over answers is not about the right one; `gibbsite predict` is.
  if (text_attribute(file->group, "net").ends_with("logsumexp")) read.labels.clear();
  Data data = check_data(std::move(read), real_numbers(own.model()->units()));
  auto& ais = study.keys<AisKeys>();
  if (!ais.temperatures_given) ais.temperatures = AisKeys::temperatures_of_energies;
  if (!ais.schedule_given) ais.schedule = "adaptive";
  study.sampler.kind = SamplerKind::hmc;
  // Textbook energies know what suits them; of a net's weights nobody knows it, but its data do. Modes that data do not
  // have are missed from there both ways, so that replicas are tempered from the model's own reference.
  const bool known = file->stored && !file->stored->mean.empty();
  const bool fitted = ais.reference == "base-rate" && !own.reference().is_box() && (known || is_net(*own.model()));
  std::shared_ptr<const System> system = file->system;
  if (fitted && known) {
    system = fitted_system(study, file->system, file->stored->mean, file->stored->deviation,
                           "the data that it learned from");
  } else if (fitted) {  // of the data it is judged by; of a number that never varies 1
    BaseRates rates = base_rates(data, real_numbers(data.width));
    for (double& v : rates.variance) v = std::sqrt(v);
    system = fitted_system(study, file->system, rates.mean, rates.variance, "the data");
  }
  return std::make_unique<JudgedEnergy>(std::move(*file), std::move(data), std::move(system));
}

}  // namespace gibbsite
