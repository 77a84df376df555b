#include "tests/calibration/systems.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <vector>

#include "estimators/log_sum_exp.hpp"
#include "physics/chance.hpp"
#include "physics/continuous/mixtures.hpp"
#include "physics/continuous/visible_rbm.hpp"
#include "physics/matrices/eigen.hpp"
#include "studies/catalogue/catalogue.hpp"
#include "studies/files/archive.hpp"
#include "studies/models/energy_group.hpp"
#include "studies/models/model_file.hpp"
#include "studies/systems/lattice_keys.hpp"
#include "studies/systems/network.hpp"
#include "studies/systems/network_keys.hpp"

namespace gibbsite::calibration {
namespace {

namespace fs = std::filesystem;
using Eigen::MatrixXd;

/// 16 blocks of 4 visible and 3 hidden units: too many states to sum, but each block by itself.
constexpr struct {
  int blocks = 16, visible = 4, hidden = 3;
  double w = 2, tilt = 1;
} wide;

void write(const std::string& name, const std::string& text) { std::ofstream(name) << text; }

/// n units of [0, 1) that depend on nothing but `which`.
std::vector<double> uniforms(std::size_t n, std::uint64_t which) {
  Chance chance(Stream(Key(99, which), Purpose::start, 0, 0));
  std::vector<double> out(n);
  for (double& u : out) u = chance.uniform();
  return out;
}

void write_first_order() {
  constexpr int half = 60;
  std::vector<int> gauge;
  for (const double u : uniforms(2 * half, 1)) gauge.push_back(u < 0.5 ? -1 : 1);
  const auto e = [&](int i) { return gauge[static_cast<std::size_t>(i)]; };
  std::string text;
  for (int i = 0; i < half; ++i) text += fmt::format("{0} {0} {1}\n", i + 1, -0.37 * e(i));
  for (int i = half; i < 2 * half; ++i) text += fmt::format("{0} {0} {1}\n", i + 1, 0.6 * e(i));
  for (int i = 0; i < half; ++i) {
    for (int j = i + 1; j < half; ++j) text += fmt::format("{} {} {}\n", i + 1, j + 1, 1.4 / half * e(i) * e(j));
    for (int j = half; j < 2 * half; ++j) text += fmt::format("{} {} {}\n", i + 1, j + 1, 0.6 / half * e(i) * e(j));
  }
  write("first_order.txt", text);
}

/// A sparse random graph of n spins, three bonds a spin, J = +-1.
void write_random_graph(const std::string& name, int n) {
  const std::vector<double> u = uniforms(static_cast<std::size_t>(9 * n), 2);
  std::string text;
  for (int b = 0, k = 0; b < 3 * n / 2; ++b, k += 3) {
    const auto at = static_cast<std::size_t>(k);
    const int i = 1 + static_cast<int>(u[at] * n), j = 1 + static_cast<int>(u[at + 1] * n);
    if (i != j) text += fmt::format("{} {} {}\n", i, j, u[at + 2] < 0.5 ? -1 : 1);
  }
  write(name, text);
}

/// A 4 x 4 torus with couplings +-1 and +-2 in fields +-1/2.
void write_strengths(const std::string& name) {
  constexpr int side = 4;
  const std::vector<double> u = uniforms(3 * side * side, 4);
  std::string text;
  const auto J = [&](int k) {
    const double one = u[static_cast<std::size_t>(k)];
    return (one < 0.4 ? -1 : 1) * (one < 0.2 || one > 0.7 ? 2 : 1);
  };
  for (int y = 0, k = 0; y < side; ++y)
    for (int x = 0; x < side; ++x, k += 3) {
      const int here = side * y + x + 1;
      text += fmt::format("{} {} {}\n", here, side * y + (x + 1) % side + 1, J(k));
      text += fmt::format("{} {} {}\n", here, (y + 1) % side * side + x + 1, J(k + 1));
      text += fmt::format("{0} {0} {1}\n", here, u[static_cast<std::size_t>(k + 2)] < 0.5 ? -0.5 : 0.5);
    }
  write(name, text);
}

/// Restricted machine of blocks that know nothing of one another: in each, all of `visible` units with all of `hidden`
/// ones, weight w, biases that make a block's two modes (all off, all on) differ by `tilt` in ln p.
void write_blocks(const std::string& name, int blocks, int visible, int hidden, double w, double tilt) {
  MatrixXd W = MatrixXd::Zero(blocks * visible, blocks * hidden);
  for (int b = 0; b < blocks; ++b) W.block(b * visible, b * hidden, visible, hidden).setConstant(w);
  const double bonds = w * visible * hidden, units = visible + hidden;
  const std::vector<double> low(static_cast<std::size_t>(W.rows()), (tilt - bonds) / units),
      up(static_cast<std::size_t>(W.cols()), (tilt - bonds) / units);
  const std::vector<Layer> layers = {{UnitKind::binary, low.size(), 1, low}, {UnitKind::binary, up.size(), 1, up}};
  write_model(name, {NetworkKind::rbm, std::make_shared<const Network>(layers, std::vector<Matrix>{matrix(W)})},
              "calibrate");
}

/// Spins in `blocks` of `size`, ferromagnetic within.
void write_hopfield(const std::string& name, int blocks, int size, double J) {
  MatrixXd W = MatrixXd::Zero(blocks * size, blocks * size);
  for (int b = 0; b < blocks; ++b) W.block(b * size, b * size, size, size).setConstant(J);
  W.diagonal().setZero();
  const auto n = static_cast<std::size_t>(blocks * size);
  write_model(name,
              {NetworkKind::boltzmann,
               std::make_shared<const BoltzmannMachine>(UnitKind::spin, n, matrix(W), std::vector<double>(n, 0.02))},
              "calibrate");
}

/// Samples of `units` coins, on (1) or off.
void write_samples(const std::string& name, int units, int off) {
  constexpr std::size_t samples = 20;
  const std::vector<double> u = uniforms(samples * static_cast<std::size_t>(units), 3);
  std::string text;
  for (std::size_t k = 0; k < u.size(); ++k)
    text += fmt::format("{}{}", u[k] < 0.5 ? off : 1, (k + 1) % static_cast<std::size_t>(units) == 0 ? '\n' : ',');
  write(name, text);
}

/// Samples of real numbers about 0.
void write_numbers(const std::string& name, int units) {
  constexpr std::size_t samples = 20;
  const std::vector<double> u = uniforms(samples * static_cast<std::size_t>(units), 5);
  std::string text;
  for (std::size_t k = 0; k < u.size(); ++k)
    text += fmt::format("{:.6f}{}", 6 * u[k] - 3, (k + 1) % static_cast<std::size_t>(units) == 0 ? '\n' : ',');
  write(name, text);
}

void write_energy(const std::string& name, const std::string& kind, const ContinuousEnergy& energy) {
  Group root;
  root.attributes = {{"content", std::string("model")}, {"model", kind}};
  describe_energy(energy, root);
  write_archive(name, root);
}

/// Visible units of a gaussian machine whose hidden units pull them apart.
void write_machine(const std::string& name, std::size_t visible, std::size_t hidden) {
  const std::vector<double> u = uniforms(visible * hidden, 6);
  Matrix W(visible, hidden);
  for (std::size_t k = 0; k < u.size(); ++k) W.data()[k] = 2 * u[k] - 1;
  const Network network({{.kind = UnitKind::gaussian,
                          .units = visible,
                          .bias = std::vector<double>(visible, 0.2),
                          .variance = std::vector<double>(visible, 0.5)},
                         {.kind = UnitKind::binary, .units = hidden, .bias = std::vector<double>(hidden, -0.3)}},
                        {W});
  write_energy(name, "gaussian-rbm", VisibleRbm(network));
}

}  // namespace

Systems::Systems() : before_(fs::current_path()) {
  std::string name = (fs::temp_directory_path() / "gibbsite_calibration_XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder can be made in " + name);
  folder_ = name;
  fs::current_path(folder_);
  write(std::string(empty_study), "");
  write("triangle.txt", "1 2 1\n2 3 1\n1 3 1\n");
  write("two.txt", "1 2 0\n");
  write("large.txt", "1 2 1e9\n2 3 1e-6\n3 4 1\n");
  write("offset.txt", "1 2 1e12\n2 3 1e-6\n3 4 1\n");
  write_first_order();
  write_random_graph("graph.txt", 16);
  write_strengths("strengths.txt");
  write_blocks("blocks.h5", 4, 4, 3, 3, 1.5);
  write_blocks("wide_blocks.h5", wide.blocks, wide.visible, wide.hidden, wide.w, wide.tilt);
  write_samples("wide_blocks.csv", wide.blocks * wide.visible, 0);
  write_hopfield("hopfield.h5", 6, 3, 1);
  write_samples("hopfield.csv", 18, -1);
  write_machine("visible_rbm.h5", 5, 4);
  write_numbers("visible_rbm.csv", 5);
  write_energy("modes.h5", "gaussian-mixture",
               GaussianMixture({2, 2, 2, -2, -2, 2, -2, -2}, {0.4, 0.3, 0.2, 0.1}, {0.3}));
  write_numbers("modes.csv", 2);
  for (const auto& [kind, layers] : std::map<std::string, std::vector<std::int64_t>>{
           {"rbm", {16, 8}}, {"dbm", {9, 6, 4}}, {"dbn", {9, 6, 5}}, {"boltzmann", {9, 5}}}) {
    Study study = study_schema().first;
    study.model.name = kind;
    study.keys<NetworkKeys>().layers = layers;
    study.keys<InteractionKeys>().coupling = 3;
    write_model(kind + ".h5", static_cast<const NetworkSystem&>(*make_system(study)).model(), "calibrate");
  }
}

Systems::~Systems() {
  std::error_code ignored;
  fs::current_path(before_, ignored);
  fs::remove_all(folder_, ignored);
}

std::map<std::string, double> first_order_answers(double beta) {
  std::vector<double> log_w, first, second;
  for (int up = 0; up <= 60; ++up) {
    const double M = 2 * up - 60, f = 0.6 + 0.6 * M / 60, E = -1.4 * (M * M - 60) / 120 + 0.37 * M;
    const double mean = E - 60 * f * std::tanh(beta * f), variance = 60 * std::pow(f / std::cosh(beta * f), 2);
    log_w.push_back(std::lgamma(61) - std::lgamma(up + 1) - std::lgamma(61 - up) - beta * E +
                    60 * std::log(2 * std::cosh(beta * f)));
    first.push_back(mean);
    second.push_back(mean * mean + variance);
  }
  const double log_z = log_sum_exp(log_w);
  double energy = 0, square = 0;
  for (std::size_t k = 0; k < log_w.size(); ++k) {
    energy += std::exp(log_w[k] - log_z) * first[k];
    square += std::exp(log_w[k] - log_z) * second[k];
  }
  return {{"log_z", log_z}, {"energy", energy}, {"specific_heat", beta * beta * (square - energy * energy) / 120}};
}

std::map<std::string, double> wide_blocks_answers(double) {
  const double bias = (wide.tilt - wide.w * wide.visible * wide.hidden) / (wide.visible + wide.hidden);
  double z = 0, ways = 1;
  for (int j = 0; j <= wide.hidden; ++j) {  // hidden units of a block that are on
    z += ways * std::exp(bias * j) * std::pow(1 + std::exp(bias + wide.w * j), wide.visible);
    ways *= static_cast<double>(wide.hidden - j) / (j + 1);
  }
  return {{"log_z", wide.blocks * std::log(z)}};
}

}  // namespace gibbsite::calibration
