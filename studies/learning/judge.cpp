#include "studies/learning/judge.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>

#include "estimators/learning/flips.hpp"
#include "estimators/log_sum_exp.hpp"
#include "physics/matrices/eigen.hpp"
#include "studies/learning/training_keys.hpp"
#include "studies/likelihood/likelihood_keys.hpp"
#include "studies/likelihood/log_z_routes.hpp"
#include "studies/models/reconstruction.hpp"
#include "studies/systems/network_keys.hpp"

namespace gibbsite {
namespace {

constexpr double most_states = 18;        // 2^this are summed at every evaluation
constexpr std::size_t most_judged = 100;  // samples of pseudo-likelihood, a product with W for each unit of each

double mean_of(const std::vector<double>& x) {
  double sum = 0;
  for (const double v : x) sum += v / static_cast<double>(x.size());
  return sum;
}

/// The first samples.
Matrix head_of(const Matrix& samples, std::size_t most) {
  const std::size_t n = std::min(samples.columns(), most);
  return {samples.rows(), n, samples.numbers().first(n * samples.rows())};
}

/// By annealing there and back (studies/likelihood/log_z_routes.hpp).
void anneal(Judgement& out, const Study& study, const ModelFile& model) {
  const auto& t = study.keys<TrainingKeys>();
  Study asked = study;
  asked.keys<AisKeys>().particles = t.particles;
  asked.keys<AisKeys>().temperatures = t.temperatures;
  asked.keys<LadderKeys>().rungs = 0;
  asked.keys<NetworkKeys>().reference = "base-rate";
  asked.keys<DataRequest>() = {};
  const NetworkSystem system(asked, {.model = model, .weights = "training"});
  ProgressMeter meter({1, 1}, {1, 1}, true);
  const LogZFindings found = find_log_z(system, asked, meter);
  out.log_z = found.best.log_z;
  out.exact = found.best.kind.family == RouteFamily::exact;
  out.trusted = found.best.trusted && found.agree;
}

/// Every sample once.
Matrix distinct(const Matrix& samples) {
  std::set<std::vector<double>> seen;
  std::vector<double> numbers;
  for (std::size_t n = 0; n < samples.columns(); ++n) {
    const auto v = samples.column(n);
    if (seen.emplace(v.begin(), v.end()).second) numbers.insert(numbers.end(), v.begin(), v.end());
  }
  return {samples.rows(), seen.size(), numbers};
}

std::array<double, 3> singular_values(const ParametricMachine& machine, std::span<const double> theta) {
  std::array<double, 3> out{unknown, unknown, unknown};
  const ParameterBlock* w = machine.block("weights");
  if (w == nullptr) return out;
  using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::Map<const RowMatrix> m(theta.data() + w->offset, static_cast<Eigen::Index>(w->rows),
                                      static_cast<Eigen::Index>(w->columns));
  const Eigen::MatrixXd square =
      w->rows < w->columns ? Eigen::MatrixXd(m * m.transpose()) : Eigen::MatrixXd(m.transpose() * m);
  const Eigen::VectorXd values =
      Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(square, Eigen::EigenvaluesOnly).eigenvalues();
  for (Eigen::Index k = 0; k < std::min<Eigen::Index>(values.size(), 3); ++k)
    out[static_cast<std::size_t>(k)] = std::sqrt(std::max(values[values.size() - 1 - k], 0.0));
  return out;
}

}  // namespace

Judgement judge_machine(const ParametricMachine& machine, std::span<const double> theta, const ModelFile& file,
                        const Samples& samples, const Study& study) {
  const auto& [training, validation] = samples;
  Judgement out;
  if (machine.log2_states() <= most_states) {
    out.log_z = {.value = machine.log_z(theta), .error = 0};
    out.exact = true;
  } else {
    anneal(out, study, file);
  }
  const auto of = [&](const Matrix& v) {
    return Estimate{.value = mean_of(machine.log_weight(theta, v)) - out.log_z.value, .error = out.log_z.error};
  };
  out.training = of(training);
  if (validation.columns() > 0) {
    out.validation = of(validation);
    out.free_energy_gap = out.training.value - out.validation.value;
  }
  if (machine.visible().kind != UnitKind::gaussian) {
    out.pseudo_likelihood = flip_objective(FlipRule::pseudo_likelihood, machine, theta, head_of(training, most_judged));
    std::vector<double> w = machine.log_weight(theta, distinct(training));
    for (double& x : w) x -= out.log_z.value;
    out.log_mass = log_sum_exp(w);
  }
  Data head;
  const Matrix first = head_of(training, most_reconstructed);
  head.samples = first.columns(), head.width = first.rows();
  head.values.assign(first.numbers().begin(), first.numbers().end());
  out.reconstruction_error = reconstruction_error(file, head).error;
  double squares = 0;
  for (const char* name : {"weights", "lateral_weights"})
    if (const ParameterBlock* block = machine.block(name))
      for (const double w : theta.subspan(block->offset, block->size())) squares += w * w;
  out.weight_norm = std::sqrt(squares);
  out.singular = singular_values(machine, theta);
  return out;
}

}  // namespace gibbsite
