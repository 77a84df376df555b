/// Small networks and Boltzmann machines of every kind behind their ensembles, with exact answers, for laws of methods.
#pragma once

#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "physics/belief_network.hpp"
#include "physics/exact/boltzmann.hpp"
#include "physics/exact/network.hpp"
#include "samplers/ensembles/boltzmann_ensemble.hpp"
#include "samplers/ensembles/boltzmann_vectors.hpp"
#include "samplers/ensembles/network_ensemble.hpp"
#include "samplers/ensembles/trajectory_ensemble.hpp"

namespace gibbsite::seam {

/// How to make replicas, and the exact averages at each lambda.
struct NetworkCase {
  std::string name;
  std::function<std::unique_ptr<Ensemble>(Key, Slice)> make;
  std::function<std::vector<ExactPoint>(std::span<const double> lambda)> exact;
};

inline Matrix wave(std::size_t rows, std::size_t columns, double scale, double phase = 1) {
  Matrix w(rows, columns);
  for (std::size_t i = 0; i < w.rows(); ++i)
    for (std::size_t j = 0; j < w.columns(); ++j)
      w(i, j) = scale * std::sin(phase + 3 * static_cast<double>(i) + 7 * static_cast<double>(j));
  return w;
}

/// Symmetric, with zeros on the diagonal.
inline Matrix standing_wave(std::size_t units, double scale) {
  const Matrix w = wave(units, units, scale);
  Matrix out(units, units);
  for (std::size_t i = 0; i < units; ++i)
    for (std::size_t j = 0; j < units; ++j)
      if (i != j) out(i, j) = (w(i, j) + w(j, i)) / 2;
  return out;
}

inline Layer wave_layer(UnitKind kind, std::size_t units, std::size_t states = 1) {
  Layer layer{.kind = kind, .units = units, .states = states};
  for (std::size_t i = 0; i < layer.width(); ++i) layer.bias.push_back(std::cos(2.0 * static_cast<double>(i) + 1) / 2);
  for (std::size_t i = 0; kind == UnitKind::gaussian && i < units; ++i)
    layer.variance.push_back(0.5 + 0.3 * static_cast<double>(i));
  return layer;
}

inline std::shared_ptr<const Network> wave_network(std::vector<Layer> layers, double scale) {
  std::vector<Matrix> weights;
  for (std::size_t l = 0; l + 1 < layers.size(); ++l)
    weights.push_back(wave(layers[l].width(), layers[l + 1].width(), scale, 1 + static_cast<double>(l)));
  return std::make_shared<const Network>(std::move(layers), std::move(weights));
}

inline NetworkCase network_case(std::string name, std::shared_ptr<const Network> network, Reference reference) {
  return {std::move(name), [=](Key key, Slice slice) { return make_network_ensemble(network, reference, key, slice); },
          [=](std::span<const double> lambda) {
            return std::get<ExactAnswers>(exact_answers(*network, reference, lambda)).at;
          }};
}

inline NetworkCase boltzmann_case(std::string name, std::shared_ptr<const BoltzmannMachine> machine,
                                  IndependentUnits reference) {
  return {std::move(name),
          [=](Key key, Slice slice) { return make_boltzmann_ensemble(machine, reference, key, slice); },
          [=](std::span<const double> lambda) {
            return std::get<ExactAnswers>(exact_answers(*machine, reference, lambda)).at;
          }};
}

/// Two machines: 4 visible and 2 hidden binary units from base rates; 7 spins that hold two patterns.
inline std::vector<NetworkCase> boltzmann_cases() {
  const auto machine = std::make_shared<const BoltzmannMachine>(UnitKind::binary, 4, standing_wave(6, 2),
                                                                std::vector<double>{0.4, -0.7, 0.2, 0.5, -0.3, 0.6});
  const Reference rates =
      Reference::base_rates(machine->visible_layer(), std::vector<double>{0.7, 0.2, 0.5, 0.9}, {}, 20);
  const auto memory =
      std::make_shared<const BoltzmannMachine>(hopfield(random_patterns(2, 7, 3), PatternRule::hebbian));
  NetworkCase flips = boltzmann_case("Boltzmann machine, locally balanced flips", machine, rates.visible);
  flips.make = [machine, rates](Key key, Slice slice) {
    return make_boltzmann_ensemble(machine, rates.visible, LocallyBalanced(Balance::barker), key, slice);
  };
  return {boltzmann_case("Boltzmann machine, base rates", machine, rates.visible),
          boltzmann_case("Hopfield network", memory, {std::vector<double>(7, 0.0), {}}), flips};
}

/// Sixteen units to a vector, where this processor has an instruction set for it: 6 binary units or spins from a
/// reference that acts on 4 of them.
inline std::vector<NetworkCase> boltzmann_vector_cases() {
  std::vector<NetworkCase> all;
  for (const UnitKind kind : {UnitKind::binary, UnitKind::spin}) {
    const auto machine =
        std::make_shared<const BoltzmannMachine>(kind, 4, standing_wave(6, kind == UnitKind::spin ? 0.7 : 2),
                                                 std::vector<double>{0.4, -0.7, 0.2, 0.5, -0.3, 0.6});
    if (!boltzmann_vectors_supported(*machine)) continue;
    const IndependentUnits rates{{0.8, -0.5, 0.1, 1.2}, {}};
    all.push_back(boltzmann_case(kind == UnitKind::spin ? "spins, vectors of units" : "binary units, vectors of units",
                                 machine, rates));
    all.back().make = [=](Key key, Slice slice) { return make_boltzmann_vectors_ensemble(machine, rates, key, slice); };
  }
  return all;
}

/// On a path of three machines: without bonds, with weak ones of another phase, and the network.
inline NetworkCase trajectory_case(std::string name, std::shared_ptr<const Network> network) {
  std::vector<Layer> layers(network->layers().begin(), network->layers().end());
  const auto with = [&](double scale) {
    const Matrix w = wave(layers[0].width(), layers[1].width(), scale, 2);
    return std::make_shared<const Network>(layers, std::vector<Matrix>{w});
  };
  Trajectory nodes = {with(0)};
  for (Layer& layer : layers)
    for (double& b : layer.bias) b *= -0.5;
  for (double& s : layers[0].variance) s *= 1.5;
  nodes.push_back(with(0.6));
  nodes.push_back(std::move(network));
  return {
      std::move(name), [=](Key key, Slice slice) { return make_trajectory_ensemble(nodes, key, slice); },
      [=](std::span<const double> lambda) {
        std::vector<ExactPoint> all;
        const std::vector<double> one = {1.0};
        for (const double at : lambda) {
          const auto here = network_at(nodes, at);
          all.push_back(std::get<ExactAnswers>(exact_answers(*here, Reference::flat(here->layers()[0]), one)).at[0]);
          if (at < 1)  // observables are the model's
            for (const char* of_the_model : {"energy", "energy_density", "visible_free_energy"})
              all.back().values.erase(of_the_model);
        }
        return all;
      }};
}

/// Networks of every kind of units, each from a flat reference and from base rates; and on trajectories.
inline std::vector<NetworkCase> network_cases() {
  using enum UnitKind;
  const BeliefNetwork belief(
      {{std::vector<double>(6, 0.1), wave(6, 4, 1), std::vector<double>(4, -0.2), wave(6, 4, 1)}},
      wave_network({wave_layer(binary, 4), wave_layer(binary, 3)}, 1.4));
  const Matrix recognised = belief.recognise_means(Matrix(6, 1, std::vector<double>{1, 0, 0, 1, 1, 0}));
  struct Rates {
    std::vector<double> mean, variance = {};
  };
  const std::tuple<std::string, std::shared_ptr<const Network>, Rates> all[] = {
      {"binary RBM",
       wave_network({wave_layer(binary, 6), wave_layer(binary, 4)}, 1.2),
       {{0.8, 0.3, 0.4, 0.6, 0.5, 0.9}}},
      {"spin RBM", wave_network({wave_layer(spin, 5), wave_layer(spin, 3)}, 0.5), {{0.5, -0.3, 0.1, 0.8, -0.6}}},
      {"gaussian RBM",
       wave_network({wave_layer(gaussian, 3), wave_layer(binary, 3)}, 0.7),
       {{0.2, 0.1, -0.3}, {0.9, 1.2, 1.8}}},
      {"categorical RBM",
       wave_network({wave_layer(categorical, 3, 3), wave_layer(binary, 3)}, 0.9),
       {{0.5, 0.3, 0.2, 0.1, 0.6, 0.3, 0.2, 0.2, 0.6}}},
      {"three layers",
       wave_network({wave_layer(binary, 4), wave_layer(binary, 3), wave_layer(binary, 3)}, 1.1),
       {{0.8, 0.3, 0.4, 0.6}}},
      {"top of a belief network", belief.top(), {{recognised.numbers().begin(), recognised.numbers().end()}}}};
  std::vector<NetworkCase> cases;
  for (const auto& [name, network, rates] : all) {
    const Layer& visible = network->layers()[0];
    cases.push_back(network_case(name + ", flat", network, Reference::flat(visible)));
    cases.push_back(
        network_case(name + ", base rates", network, Reference::base_rates(visible, rates.mean, rates.variance, 30)));
  }
  for (const std::size_t k : {0, 1, 2, 3})
    cases.push_back(trajectory_case(std::get<0>(all[k]) + ", trajectory", std::get<1>(all[k])));
  return cases;
}

}  // namespace gibbsite::seam
