#include "estimators/order_parameter.hpp"

#include <Eigen/Eigenvalues>
#include <stdexcept>

#include "estimators/autocorrelation.hpp"
#include "estimators/thermodynamics.hpp"
#include "physics/matrices/eigen.hpp"

namespace gibbsite {

std::vector<double> along_principal_direction(std::span<const double> z, std::size_t numbers) {
  const auto d = static_cast<Eigen::Index>(numbers), n = static_cast<Eigen::Index>(z.size() / numbers);
  const Eigen::Map<const Eigen::MatrixXd> all(z.data(), d, n);
  const Eigen::MatrixXd centred = all.colwise() - all.rowwise().mean();
  Eigen::VectorXd v =
      Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(centred * centred.transpose()).eigenvectors().col(d - 1);
  if (v.sum() < 0) v = -v;
  return gibbsite::numbers(Eigen::VectorXd(all.transpose() * v));
}

GlassCurve order_curve(std::span<const double> m, std::size_t chains, std::size_t betas) {
  const std::size_t replicas = chains * betas, draws = replicas == 0 ? 0 : m.size() / replicas;
  if (draws < 2 || m.size() != draws * replicas)
    throw std::invalid_argument("order parameter: give two draws or more of every chain at every beta");
  GlassCurve out;
  for (std::size_t b = 0; b < betas; ++b) {
    double mean = 0;
    for (std::size_t r = 0; r < draws * chains; ++r) mean += m[r * betas + b] / static_cast<double>(draws * chains);
    std::vector<Estimate> squares, binders;
    for (std::size_t c = 0; c < chains; ++c) {
      std::vector<double> own(draws), square(draws);
      for (std::size_t t = 0; t < draws; ++t) {
        own[t] = m[(t * chains + c) * betas + b] - mean;
        square[t] = own[t] * own[t];
      }
      squares.push_back(estimate_mean(ChainSeries{square}));
      binders.push_back(gibbsite::binder_cumulant(ChainSeries{own}));
    }
    out.squares.push_back(std::move(squares));
    out.binders.push_back(std::move(binders));
  }
  return out;
}

}  // namespace gibbsite
