#include "estimators/learning/latents/alternation.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "estimators/learning/steps.hpp"
#include "physics/chance.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t latent_tile = 64;  // states whose sums are made at once

/// Sums over all data of z z', y z' and F, in an order that threads do not change.
struct CodeSums {
  std::vector<double> squares;   // [code][code]; of one-hot codes their shares, [code]
  std::vector<double> products;  // [code][d]
  double energy = 0;
};

CodeSums sums_of(const LatentEnergy& energy, const Matrix& data, bool one_hot) {
  const std::size_t d = data.rows(), n = data.columns(), m = energy.codes(), pairs = one_hot ? m : m * m;
  std::vector<double> z(n * m), f(n);
  energy.encode(data.numbers(), z, f);
  const std::size_t tiles = (n + latent_tile - 1) / latent_tile, width = pairs + m * d;
  std::vector<double> parts(tiles * width, 0);
#pragma omp parallel for schedule(static) if (n * width > 100'000)
  for (std::size_t t = 0; t < tiles; ++t) {
    double *squares = parts.data() + t * width, *products = squares + pairs;
    for (std::size_t s = t * latent_tile; s < std::min(n, (t + 1) * latent_tile); ++s)
      for (std::size_t j = 0; j < m; ++j) {
        const double own = z[s * m + j];
        if (own == 0) continue;
        if (one_hot)
          squares[j] += own;
        else
          for (std::size_t k = 0; k < m; ++k) squares[j * m + k] += own * z[s * m + k];
        for (std::size_t i = 0; i < d; ++i) products[j * d + i] += own * data(i, s);
      }
  }
  CodeSums out{std::vector<double>(pairs, 0), std::vector<double>(m * d, 0)};
  for (std::size_t t = 0; t < tiles; ++t) {
    for (std::size_t k = 0; k < pairs; ++k) out.squares[k] += parts[t * width + k];
    for (std::size_t k = 0; k < m * d; ++k) out.products[k] += parts[t * width + pairs + k];
  }
  for (const double one : f) out.energy += one / static_cast<double>(n);
  return out;
}

/// The word w_j that is best for these codes, all others as they are; shorter where it is too long.
void improve_word(std::vector<double>& words, std::size_t j, const CodeSums& sums, std::size_t d, double bound) {
  const std::size_t m = words.size() / d;
  const double own = sums.squares[j * m + j];
  constexpr double never = 1e-12;
  if (!(own > never)) return;
  double square = 0;
  std::vector<double> better(d);
  for (std::size_t i = 0; i < d; ++i) {
    double rest = sums.products[j * d + i];
    for (std::size_t k = 0; k < m; ++k) rest -= sums.squares[j * m + k] * words[k * d + i];
    better[i] = words[j * d + i] + rest / own;
    square += better[i] * better[i];
  }
  const double scale = bound > 0 && square > bound * bound ? bound / std::sqrt(square) : 1;
  for (std::size_t i = 0; i < d; ++i) words[j * d + i] = scale * better[i];
}

}  // namespace

std::shared_ptr<const LatentEnergy> LatentKind::at(std::span<const double> words) const {
  std::vector<double> own(words.begin(), words.end());
  if (code == Code::one_hot) return std::make_shared<const Codebook>(units, std::move(own), beta);
  return std::make_shared<const SparseCoding>(units, std::move(own), lambda);
}

std::vector<double> LatentKind::first(const Matrix& data, Key key) const {
  std::vector<double> words, square(data.columns(), 1);
  for (std::size_t k = 0; k < codes; ++k) {
    Chance chance(Stream(key, Purpose::start, 0, k));
    if (code == Code::sparse) {
      double sum = 0;
      std::vector<double> word(units);
      for (double& w : word) w = chance.normal(), sum += w * w;
      for (const double w : word) words.push_back((bound > 0 ? bound : 1) * w / std::sqrt(sum));
      continue;
    }
    double sum = 0;
    for (const double s : square) sum += s;
    double left = chance.uniform() * sum;
    std::size_t at = 0;
    while (at + 1 < square.size() && left >= square[at]) left -= square[at++];
    const auto word = data.column(at);
    words.insert(words.end(), word.begin(), word.end());
    for (std::size_t n = 0; n < square.size(); ++n) {
      double own = 0;
      for (std::size_t i = 0; i < units; ++i) own += (data(i, n) - word[i]) * (data(i, n) - word[i]);
      square[n] = k == 0 ? own : std::min(square[n], own);
    }
  }
  return words;
}

double LatentKind::improve(std::vector<double>& words, const Matrix& data) const {
  const bool one_hot = code == Code::one_hot;
  const CodeSums sums = sums_of(*at(words), data, one_hot);
  if (one_hot) {
    for (std::size_t k = 0; k < codes; ++k)
      if (sums.squares[k] > 0)
        for (std::size_t i = 0; i < units; ++i) words[k * units + i] = sums.products[k * units + i] / sums.squares[k];
    return sums.energy;
  }
  constexpr std::size_t rounds = 10;  // over all words, each of which sees those before
  for (std::size_t round = 0; round < rounds; ++round)
    for (std::size_t j = 0; j < codes; ++j) improve_word(words, j, sums, units, bound);
  return sums.energy;
}

AlternatingLearner::AlternatingLearner(LatentKind kind, const Matrix& data, std::vector<double> words,
                                       std::uint64_t updates)
    : kind_(kind), data_(data), words_(std::move(words)), updates_(updates) {
  if (data.columns() == 0 || updates == 0)
    throw std::invalid_argument("learning needs a sample and an update at least");
  (void)kind_.at(words_);
}

void AlternatingLearner::advance() {
  objective_ = kind_.improve(words_, data_);
  ++update_;
}

bool AlternatingLearner::bounded() const { return gibbsite::bounded(words_); }

Snapshot AlternatingLearner::save() const {
  Snapshot snapshot;
  snapshot.numbers["latent_words"] = words_;
  snapshot.numbers["latent_objective"] = {objective_};
  snapshot.counts["latent_updates"] = {update_, updates_};
  return snapshot;
}

void AlternatingLearner::load(const Snapshot& snapshot) {
  const auto& words = snapshot.numbers.at("latent_words");
  if (words.size() != words_.size()) throw std::invalid_argument("it holds another number of parameters");
  words_ = words;
  objective_ = snapshot.numbers.at("latent_objective").at(0);
  update_ = snapshot.counts.at("latent_updates").at(0), updates_ = snapshot.counts.at("latent_updates").at(1);
}

}  // namespace gibbsite
