#include "physics/exact/two_sides.hpp"

#include <omp.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <stdexcept>

#include "physics/exact/free_units.hpp"
#include "physics/exact/listed_states.hpp"
#include "physics/matrices/eigen.hpp"

namespace gibbsite {
namespace {

enum class Wanted { log_z, averages };

Eigen::VectorXd biases(std::span<const Layer> layers, Eigen::Index width) {
  Eigen::VectorXd all(width);
  Eigen::Index at = 0;
  for (const Layer& layer : layers)
    for (const double b : layer.bias) all[at++] = b;
  assert(at == width);
  return all;
}

/// What one block of listed states adds, conditional on each: log weights, energies, their variances, numbers.
struct Block {
  Block(Eigen::Index states, Eigen::Index free, bool averages)
      : log_weight(states), energy(states), variance(states), weight(states), product(Eigen::VectorXd::Ones(states)) {
    if (averages) mean.resize(states, free);
  }
  Eigen::VectorXd log_weight, energy, variance, weight, product;
  Eigen::MatrixXd mean;  // [state][free number]
};

/// Sums of exp(log_weight - scale) times what is averaged, for some of the states.
struct PartSums {
  double scale = -std::numeric_limits<double>::infinity();
  double weight = 0, energy = 0, square = 0;  // energy: mean; square: weights times (E - mean)^2 and var(E | x)
  double free_energy = 0, largest = 0;
  Eigen::VectorXd listed, free;

  void rescale(double most) {
    if (most <= scale) return;
    const double factor = std::exp(scale - most);
    scale = most;
    for (double* sum : {&weight, &square, &free_energy, &largest}) *sum *= factor;
    listed *= factor;
    free *= factor;
  }
  /// Chan, Golub & LeVeque, Am. Stat. 37, 242 (1983), eq. 2.1.
  void add_energies(double w, double mean, double w_square) {
    if (w == 0) return;
    const double total = weight + w, step = mean - energy;
    energy += step * w / total;
    square += w_square + step * step * weight * w / total;
    weight = total;
  }
  void add(PartSums other) {
    rescale(other.scale);
    other.rescale(scale);
    add_energies(other.weight, other.energy, other.square);
    free_energy += other.free_energy;
    largest += other.largest;
    listed += other.listed;
    free += other.free;
  }
};

class Summation {
 public:
  Summation(const TwoSides& sides, std::span<const double> lambda, Wanted wanted)
      : sides_(sides),
        lambda_(lambda),
        wanted_(wanted),
        states_(sides.listed),
        inner_(static_cast<Eigen::Index>(states_.inner_width())),
        outer_(static_cast<Eigen::Index>(states_.outer_width())),
        bonds_(eigen(sides.bonds)),
        among_(eigen(sides.among)),
        free_bias_(biases(sides.free, bonds_.rows())) {
    const auto values = eigen(states_.values());
    const Eigen::VectorXd bias = biases(sides.listed, inner_ + outer_);
    outer_bias_ = bias.tail(outer_);
    energy_ = -(values * bias.head(inner_));
    if (has_bonds_among()) {
      const Eigen::MatrixXd pull = values.lazyProduct(among_.topLeftCorner(inner_, inner_));
      energy_ -= pull.cwiseProduct(values).rowwise().sum() / 2;
    }
    reference_ = values * eigen(sides.listed_reference).head(inner_);
    table_ = values.lazyProduct(bonds_.leftCols(inner_).transpose());
    if (wanted == Wanted::averages && sides.features.rows() > 0)
      features_ = values.lazyProduct(eigen(sides.features).leftCols(inner_).transpose());
  }

  std::vector<PartSums> run() const {
    PartSums empty;
    empty.listed = Eigen::VectorXd::Zero(inner_ + outer_);
    empty.free = Eigen::VectorXd::Zero(bonds_.rows());
    const std::uint64_t most_pieces = 256, pieces = std::min(states_.blocks(), most_pieces);
    std::vector<std::vector<PartSums>> part(pieces, std::vector<PartSums>(lambda_.size(), empty));
    const bool parallel = sides_.work(lambda_.size()) > 1e6 && !omp_in_parallel();
#pragma omp parallel for schedule(dynamic) if (parallel)
    for (std::uint64_t piece = 0; piece < pieces; ++piece) {
      const std::uint64_t even = states_.blocks() / pieces, more = states_.blocks() % pieces;
      const std::uint64_t begin = piece * even + std::min(piece, more);
      visit(begin, begin + even + (piece < more ? 1 : 0), part[piece]);
    }
    for (std::uint64_t piece = 1; piece < pieces; ++piece)
      for (std::size_t l = 0; l < lambda_.size(); ++l) part[0][l].add(std::move(part[piece][l]));
    return part[0];
  }

 private:
  bool has_bonds_among() const { return sides_.among.size() > 0; }

  void visit(std::uint64_t begin, std::uint64_t end, std::vector<PartSums>& sums) const {
    const auto states = static_cast<Eigen::Index>(states_.inner());
    Block block(states, bonds_.rows(), wanted_ == Wanted::averages);
    Eigen::VectorXd x(outer_), base(bonds_.rows()), energy(states), reference(states);
    for (std::uint64_t y = begin; y < end; ++y) {
      states_.outer(y, {x.data(), states_.outer_width()});
      base = free_bias_;
      base.noalias() += bonds_.rightCols(outer_) * x;
      energy = energy_.array() + (sides_.constant - outer_bias_.dot(x));
      reference = reference_.array() + eigen(sides_.listed_reference).tail(outer_).dot(x);
      if (has_bonds_among()) {
        const Eigen::VectorXd pull = among_.rightCols(outer_) * x;
        energy.array() -= pull.tail(outer_).dot(x) / 2;
        energy.noalias() -= eigen(states_.values()) * pull.head(inner_);
      }
      if (wanted_ == Wanted::averages) {
        Eigen::VectorXd free_energy = Eigen::VectorXd::Zero(states);
        if (sides_.wants_free_energy) {
          weigh(block, 1, energy, reference, base, false);
          free_energy = -block.log_weight;
        }
        const Eigen::VectorXd largest = largest_features(x);
        for (std::size_t l = 0; l < lambda_.size(); ++l) {
          weigh(block, lambda_[l], energy, reference, base, true);
          add(sums[l], block, x, free_energy, largest);
        }
      } else {
        for (std::size_t l = 0; l < lambda_.size(); ++l) {
          weigh(block, lambda_[l], energy, reference, base, false);
          sums[l].rescale(block.log_weight.maxCoeff());
          exponentiate(block.log_weight.data(), sums[l].scale, states_.inner(), block.weight.data());
          sums[l].weight += block.weight.sum();
        }
      }
    }
  }

  /// Fills the block: log weights, and the averages too if asked for.
  void weigh(Block& block, double lambda, const Eigen::VectorXd& energy, const Eigen::VectorXd& reference,
             const Eigen::VectorXd& base, bool averages) const {
    block.log_weight = (1 - lambda) * reference - lambda * energy;
    block.energy = energy;
    block.variance.setZero();
    FreeSums sums{block.log_weight.data(), block.energy.data(), block.variance.data(), nullptr, block.product.data()};
    Eigen::Index at = 0;
    for (const Layer& layer : sides_.free) {
      sums.mean = averages ? block.mean.col(at).data() : nullptr;
      add_free_units(layer, {base.data() + at, table_.col(at).data(), states_.inner()},
                     {lambda, sides_.free_reference.data() + at, sides_.free_reference_variance.data() + at}, sums);
      at += static_cast<Eigen::Index>(layer.width());
    }
    take_logs(states_.inner(), sums);
  }

  Eigen::VectorXd largest_features(const Eigen::VectorXd& x) const {
    if (features_.size() == 0) return Eigen::VectorXd::Zero(static_cast<Eigen::Index>(states_.inner()));
    const Eigen::RowVectorXd base = (eigen(sides_.features).rightCols(outer_) * x).transpose();
    return (features_.rowwise() + base).cwiseAbs().rowwise().maxCoeff();
  }

  void add(PartSums& sums, Block& block, const Eigen::VectorXd& x, const Eigen::VectorXd& free_energy,
           const Eigen::VectorXd& largest) const {
    sums.rescale(block.log_weight.maxCoeff());
    Eigen::VectorXd& w = block.weight;
    exponentiate(block.log_weight.data(), sums.scale, states_.inner(), w.data());
    const double weight = w.sum(), mean = w.dot(block.energy) / weight;
    sums.add_energies(weight, mean, w.dot(((block.energy.array() - mean).square() + block.variance.array()).matrix()));
    sums.free_energy += w.dot(free_energy);
    sums.largest += w.dot(largest);
    sums.listed.head(inner_).noalias() += eigen(states_.values()).transpose() * w;
    sums.listed.tail(outer_) += weight * x;
    sums.free.noalias() += block.mean.transpose() * w;
  }

  const TwoSides& sides_;
  std::span<const double> lambda_;
  Wanted wanted_;
  ListedStates states_;
  Eigen::Index inner_, outer_;  // numbers of the listed units
  ConstMatrixMap bonds_, among_;
  Eigen::VectorXd free_bias_, outer_bias_;
  Eigen::VectorXd energy_, reference_;  // of the inner units alone, [state in the block]
  Eigen::MatrixXd table_, features_;    // of the inner units alone: fields, features; [state in the block][...]
};

}  // namespace

double TwoSides::log2_listed() const { return log2_states(listed); }

double TwoSides::work(std::size_t lambdas) const {
  return std::exp2(log2_listed()) * static_cast<double>(bonds.rows() + 1) * static_cast<double>(lambdas);
}

std::vector<Averages> average(const TwoSides& sides, std::span<const double> lambda) {
  std::vector<Averages> all;
  for (const PartSums& sums : Summation(sides, lambda, Wanted::averages).run())
    all.push_back({sums.scale + std::log(sums.weight), sums.energy, sums.square / sums.weight,
                   numbers(sums.listed / sums.weight), numbers(sums.free / sums.weight), sums.free_energy / sums.weight,
                   sums.largest / sums.weight});
  return all;
}

std::vector<double> log_z(const TwoSides& sides, std::span<const double> lambda) {
  std::vector<double> all;
  for (const PartSums& sums : Summation(sides, lambda, Wanted::log_z).run())
    all.push_back(sums.scale + std::log(sums.weight));
  return all;
}

}  // namespace gibbsite
