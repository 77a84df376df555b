/// An energy of data under noise of any size between two: learned by denoising, sampled from much noise to little, with
/// a likelihood of its own by the flow that the scores make.
///
///   E(x; sigma) = net(x, ln sigma) + sum_i (x_i - m_i)^2 / (2 (s_i^2 + sigma^2)),
///
/// the second term that of a gaussian with the data's moments, blurred. It learns <sigma^2 |grad E(x + sigma r; sigma)
/// - r / sigma|^2 / 2>, sigma log-uniform (Song & Ermon, NeurIPS 2019, eqs. 5 and 6; continuous in sigma as Song,
/// Sohl-Dickstein, Kingma, Kumar, Ermon & Poole, ICLR 2021, eq. 7).
///
/// Samples: from the gaussian at the largest sigma down a geometric ladder, a step of the reverse diffusion to the next
/// sigma, then Langevin steps there, of eps = snr sigma^2 (their algorithm 2; without the first NeurIPS 2019's).
/// ln p of the flow: dx/dsigma = sigma grad E and d ln p/dsigma = -sigma tr H along it, from sigma_last to sigma_first,
/// where p is the gaussian (ICLR 2021, eqs. 13 and 39); classical Runge-Kutta in ln sigma, traces exact.
#pragma once

#include "estimators/learning/energies/energy_objective.hpp"

namespace gibbsite {

struct NoiseLevels {
  double first = 1, last = 0.1;  ///< standard deviations, first >= last > 0
  std::size_t count = 10;
  /// first, ..., last, geometric.
  std::vector<double> sigmas() const;
};

/// At one level, or between: an energy of d numbers. net: of d + 1 numbers, must outlive it.
template <class Real>
class EnergyUnderNoise final : public JetEnergy<Real> {
 public:
  EnergyUnderNoise(const JetEnergy<Real>& net, IndependentNormals data, double sigma);

  std::size_t units() const noexcept override { return data_.mean.size(); }
  std::size_t parameters() const noexcept override { return net_.parameters(); }
  void set_parameters(std::span<const double>) override {}  // those of the net
  void run(const NeuralPass<Real>& pass) const override;
  std::string kinks() const override { return net_.kinks(); }

 private:
  const JetEnergy<Real>& net_;
  IndependentNormals data_;
  double log_sigma_;
  std::vector<double> precision_;
};

/// The energy that it is given must be the net, of d + 1 numbers; batches have d. data: the moments m and s.
template <class Real>
std::unique_ptr<EnergyObjective<Real>> make_levels_objective(NoiseLevels levels, IndependentNormals data, Key key);

struct SamplingUnderNoise {
  std::size_t states = 64, corrections = 20;  ///< Langevin steps at each level
  double snr = 0.05;                          ///< their eps is snr sigma^2
  bool predictor = true;
  bool annealed = true;  ///< false: at the last level alone, as many steps of as large an eps as at that
};
/// States [state][d].
template <class Real>
std::vector<double> sample_under_noise(const JetEnergy<Real>& net, NoiseLevels levels, const IndependentNormals& data,
                                       SamplingUnderNoise plan, Key key);

/// ln p of the flow at the last level, of each state. x: [state][d]; steps: of the integration. Cost: 4 steps (d + 1)
/// passes.
template <class Real>
std::vector<double> flow_log_likelihood(const JetEnergy<Real>& net, NoiseLevels levels, const IndependentNormals& data,
                                        std::span<const double> x, std::size_t steps = 100);

}  // namespace gibbsite
