#include "physics/continuous/families.hpp"

#include <algorithm>
#include <cassert>
#include <stdexcept>
#include <string>

namespace gibbsite {

std::optional<double> EnergyFamily::add_curvatures(std::span<const double>, std::span<const double>,
                                                   std::span<const double>, double, std::span<double>) const {
  return std::nullopt;
}

std::optional<std::vector<double>> EnergyFamily::score_optimum(const Matrix&, const SlopeWeights&) const {
  return std::nullopt;
}

void EnergyFamily::add_block(const char* name, std::size_t rows, std::size_t columns, bool bias) {
  if (rows * columns == 0) throw std::invalid_argument(std::string("an energy that learns needs numbers of ") + name);
  blocks_.push_back({name, blocks_.empty() ? 0 : parameters(), rows, columns, bias});
}

void FormulaFamily::run(std::span<const double> theta, const NeuralPass<double>& pass, std::size_t begin,
                        std::size_t end, std::span<double> gradient) const {
  constexpr std::size_t lanes = Recording::lanes;
  const std::size_t d = units(), most = pass.coefficients;
  const bool wants_x = std::any_of(pass.xbar.begin(), pass.xbar.end(), [](const auto& bar) { return !bar.empty(); });
  Recording recording;
  std::vector<RecordedNumber> x(d), parameter(theta.size());
  for (std::size_t first = begin; first < end; first += lanes) {
    const std::size_t last = std::min(end, first + lanes), real = last - first;
    recording.begin(most);
    for (std::size_t i = 0; i < d; ++i) {
      Recording::Jet jet;  // lanes that are left over repeat the last state
      for (std::size_t k = 0; k < most; ++k)
        for (std::size_t s = 0; s < lanes && !pass.x[k].empty(); ++s)
          jet.c[k][s] = pass.x[k][(first + std::min(s, real - 1)) * d + i];
      x[i] = recording.argument(jet);
    }
    for (std::size_t j = 0; j < theta.size(); ++j) {
      Recording::Jet jet;
      jet.c[0].fill(theta[j]);
      parameter[j] = recording.argument(jet);
    }
    const RecordedNumber e = energy(x, parameter);
    const Recording::Jet value = recording.value(e);
    for (std::size_t k = 0; k < most; ++k)
      for (std::size_t s = 0; s < real; ++s) pass.e[k * pass.states + first + s] = value.c[k][s];
    if (pass.ebar.empty()) continue;
    if (pass.adjoint) pass.adjoint(first, last);
    Recording::Jet bar;
    for (std::size_t k = 0; k < most; ++k)
      for (std::size_t s = 0; s < real; ++s) bar.c[k][s] = pass.ebar[k * pass.states + first + s];
    recording.reverse(e, bar);
    if (wants_x)
      for (std::size_t i = 0; i < d; ++i) {
        const Recording::Jet& own = recording.bar(x[i]);
        for (std::size_t k = 0; k < most; ++k)
          for (std::size_t s = 0; s < real && !pass.xbar[k].empty(); ++s)
            pass.xbar[k][(first + s) * d + i] = own.c[k][s];
      }
    for (std::size_t j = 0; j < gradient.size(); ++j)
      for (const double one : recording.bar(parameter[j]).c[0]) gradient[j] += one;
  }
}

FamilyEnergy::FamilyEnergy(std::shared_ptr<const EnergyFamily> family, std::span<const double> theta)
    : family_(std::move(family)) {
  set_parameters(theta);
}

void FamilyEnergy::set_parameters(std::span<const double> theta) {
  if (theta.size() != parameters())
    throw std::invalid_argument("an energy of " + std::to_string(parameters()) + " parameters is given " +
                                std::to_string(theta.size()));
  theta_.assign(theta.begin(), theta.end());
}

void FamilyEnergy::run(const NeuralPass<double>& pass) const {
  constexpr std::size_t tile = 64;
  constexpr double worth_threads = 200'000;  // parameters of all states
  assert(pass.e.size() == pass.coefficients * pass.states && pass.x[0].size() == pass.states * units());
  const std::size_t tiles = (pass.states + tile - 1) / tile, size = pass.gradient.empty() ? 0 : parameters();
  std::vector<double> parts(tiles * size, 0);
#pragma omp parallel for schedule(static) if (static_cast <double>(pass.states * parameters()) > worth_threads)
  for (std::size_t t = 0; t < tiles; ++t)
    family_->run(theta_, pass, t * tile, std::min(pass.states, (t + 1) * tile),
                 std::span(parts).subspan(t * size, size));
  for (std::size_t k = 0; k < parts.size(); ++k) pass.gradient[k % size] += parts[k];
}

double FamilyEnergy::add_curvatures(std::span<const double> x, std::span<const double> h, double weight,
                                    std::span<double> gradient) const {
  if (const auto sum = family_->add_curvatures(theta_, x, h, weight, gradient)) return *sum;
  return JetEnergy<double>::add_curvatures(x, h, weight, gradient);
}

}  // namespace gibbsite
