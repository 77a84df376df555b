// A net that is told the level of noise (estimators/learning/energies/levels.hpp): what its files hold is the net at
// the least of them, and what its first layer adds at each.
#include <fmt/format.h>

#include <cmath>

#include "estimators/learning/energies/levels.hpp"
#include "physics/neural/neural_model.hpp"
#include "studies/files/variables.hpp"
#include "studies/learning/energy_keys.hpp"
#include "studies/learning/energy_setup.hpp"
#include "studies/learning/learns_energy.hpp"
#include "studies/learning/net_learning.hpp"
#include "studies/systems/net_keys.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

class LearnsLevels final : public LearnsEnergy {
 public:
  /// told: of d + 1 numbers, the last of them ln sigma, whose first layer is dense and has a bias.
  LearnsLevels(const NeuralNet& told, NoiseLevels levels, IndependentNormals data)
      : LearnsEnergy("neural", told.units() - 1),
        told_(told),
        levels_(levels),
        data_(std::move(data)),
        blocks_(blocks_of(told)) {}

  std::string shape() const override {
    return fmt::format("net of {} layers and {} parameters on {} numbers and their level of noise, {:g} to {:g}",
                       told_.layers().size(), told_.parameters(), visible().units, levels_.first, levels_.last);
  }
  std::span<const ParameterBlock> blocks() const override { return blocks_; }
  std::unique_ptr<Learner> learner(const Study& study, const Matrix& data, Key key) override {
    const std::vector<double> theta = told_.initial(Key(study.run.seed));
    return learner_in_precision(told_, [&]<class Real>(Real) {
      return energy_learner<Real>(study, std::make_unique<NeuralEnergy<Real>>(told_, theta), blocks_,
                                  make_levels_objective<Real>(levels_, data_, key), data, theta, key);
    });
  }

  Group record(std::span<const double> theta, const std::string& name, const std::string& note) const override {
    Group group = LearnsEnergy::record(theta, name, note);
    Group out{.name = "levels"};
    const std::vector<double> sigma = levels_.sigmas();
    const std::size_t outputs = told_.parts()[0].shape[0], d = visible().units;
    std::vector<double> bias, deviation;
    for (const double s : sigma) {
      const auto first = first_bias(theta, s);
      bias.insert(bias.end(), first.begin(), first.end());
      for (const double own : data_.deviation) deviation.push_back(std::hypot(own, s));
    }
    add_coordinate(out, "sigma", sigma, "1", "standard deviation of the noise");
    add_index(out, "output", outputs, "of the first layer");
    add_index(out, "unit", d, "number of a state");
    add(out, "first_bias", {"sigma", "output"}, {sigma.size(), outputs}, std::move(bias), "1",
        "layer_0/bias of the net at that level");
    add(out, "confining_deviation", {"sigma", "unit"}, {sigma.size(), d}, std::move(deviation), "1",
        "confining_deviation of the energy at that level");
    group.groups.push_back(std::move(out));
    return group;
  }

  Judgement judge(std::span<const double> theta, const Samples& samples, const Study& study) const override {
    Judgement out = LearnsEnergy::judge(theta, samples, study);
    constexpr std::size_t most = 200, steps = 60, most_numbers = 16;
    if (visible().units > most_numbers) return out;
    const NeuralEnergy<double> net(told_, theta);
    const Matrix& judged = samples.validation.columns() > 0 ? samples.validation : samples.training;
    const std::size_t count = std::min(judged.columns(), most);
    double sum = 0;
    for (const double one :
         flow_log_likelihood<double>(net, levels_, data_, judged.numbers().first(count * judged.rows()), steps))
      sum += one / static_cast<double>(count);
    out.flow = sum;
    return out;
  }

  Group draw(std::span<const double> theta, const Study& study, const Matrix&, std::size_t count) const override {
    constexpr std::uint64_t task_of_states = 1'000'003;
    const NeuralEnergy<double> net(told_, theta);
    Group out{.name = "samples"};
    add_index(out, "sample", count, "state");
    add_index(out, "unit", visible().units, "number of a state");
    const auto add_states = [&](const char* name, bool annealed, const char* meaning) {
      const auto x = sample_under_noise<double>(net, levels_, data_, {.states = count, .annealed = annealed},
                                                Key(study.run.seed, task_of_states));
      add(out, name, {"sample", "unit"}, {count, visible().units}, x, "1", meaning);
    };
    add_states("samples", true, "states from the largest sigma down to the least, by Langevin steps at each");
    add_states("plain_samples", false, "states by as many Langevin steps at the least sigma, from the same beginning");
    return out;
  }

 protected:
  std::shared_ptr<const ContinuousEnergy> at(std::span<const double> theta) const override {
    const std::size_t d = visible().units, outputs = told_.parts()[0].shape[0];
    std::vector<double> plain;
    for (std::size_t j = 0; j < outputs; ++j)
      for (std::size_t i = 0; i < d; ++i) plain.push_back(theta[j * (d + 1) + i]);
    const auto bias = first_bias(theta, levels_.last);
    plain.insert(plain.end(), bias.begin(), bias.end());
    const auto rest = theta.subspan(outputs * (d + 2));
    plain.insert(plain.end(), rest.begin(), rest.end());
    Confinement confinement{.mean = data_.mean};
    for (const double s : data_.deviation) confinement.deviation.push_back(std::hypot(s, levels_.last));
    return make_neural_model(NeuralNet(parse_shape(std::to_string(d)), told_.layers(), std::move(confinement)), plain);
  }

 private:
  /// layer_0/bias of the net that is not told.
  std::vector<double> first_bias(std::span<const double> theta, double sigma) const {
    const std::size_t d = visible().units, outputs = told_.parts()[0].shape[0];
    std::vector<double> out;
    for (std::size_t j = 0; j < outputs; ++j)
      out.push_back(theta[outputs * (d + 1) + j] + theta[j * (d + 1) + d] * std::log(sigma));
    return out;
  }

  NeuralNet told_;
  NoiseLevels levels_;
  IndependentNormals data_;
  std::vector<ParameterBlock> blocks_;
};

}  // namespace

std::unique_ptr<Trainable> make_learns_levels(const Study& study, const Data& data) {
  const auto& keys = study.keys<EnergyKeys>();
  const NoiseLevels levels{keys.first_sigma, keys.last_sigma, static_cast<std::size_t>(keys.levels)};
  if (levels.first < levels.last)
    throw RequestError(
        fmt::format("training.sigma goes from {:g} up to {:g}; name the largest first", levels.first, levels.last));
  if (!study.keys<NetKeys>().shape.empty() || !study.keys<NetKeys>().weights.empty())
    throw RequestError(
        "a net that is told its level of noise takes plain numbers and begins at random; leave out "
        "model.shape and model.net_file, or give training.sigma as one number");
  if (kappa_of(study, -1) >= 0)
    throw RequestError(
        "a net that is told its level of noise tilts a gaussian fitted to the data; leave out model.kappa");
  Study asked = study;
  if (auto& layers = asked.keys<NetKeys>().net; layers.empty())
    layers = {"dense 64", "swish", "dense 64", "swish", "dense 1"};
  const NeuralNet told = net_of(asked, parse_shape(std::to_string(data.width + 1)), {});
  if (told.layers()[0].kind != LayerKind::dense || !told.layers()[0].bias)
    throw RequestError(
        "model.net: levels of noise come in by the first layer, which must be \"dense N\" with its bias");
  return std::make_unique<LearnsLevels>(told, levels, normals_of(data.batch(0, data.samples)));
}

}  // namespace gibbsite
