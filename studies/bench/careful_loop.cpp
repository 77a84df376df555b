#include "studies/bench/careful_loop.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace gibbsite {
namespace {

/// xoshiro128+ (Blackman & Vigna 2021), 24 bits of it.
class QuickRandom {
 public:
  float operator()() {
    const std::uint32_t sum = s_[0] + s_[3], t = s_[1] << 9U;
    s_[2] ^= s_[0];
    s_[3] ^= s_[1];
    s_[1] ^= s_[2];
    s_[0] ^= s_[3];
    s_[2] ^= t;
    s_[3] = std::rotl(s_[3], 11);
    return static_cast<float>(sum >> 8U) * 0x1p-24F;
  }

 private:
  std::uint32_t s_[4] = {0x9E3779B9U, 0x243F6A88U, 0xB7E15162U, 0x6A09E667U};
};

class CarefulLoop {
 public:
  CarefulLoop(const Graph& graph, bool heat_bath, std::vector<double> beta)
      : first_(graph.first().begin(), graph.first().end()),
        neighbour_(graph.neighbour().begin(), graph.neighbour().end()),
        heat_bath_(heat_bath) {
    for (const double J : graph.coupling()) twice_.push_back(static_cast<float>(2 * J));
    for (const double b : beta) {
      Chain chain{static_cast<float>(b), std::vector<float>(graph.sites(), 1), std::vector<float>(graph.sites())};
      for (std::size_t i = 0; i < graph.sites(); ++i) {
        double field = graph.fields()[i];
        for (std::uint32_t e = first_[i]; e < first_[i + 1]; ++e) field += graph.coupling()[e];
        chain.field[i] = static_cast<float>(field);
      }
      chains_.push_back(std::move(chain));
    }
  }

  double operator()(std::uint32_t sweeps) {
    for (Chain& chain : chains_)
      for (std::uint32_t k = 0; k < sweeps; ++k) sweep(chain);
    return static_cast<double>(chains_.size() * (first_.size() - 1)) * sweeps;
  }

 private:
  struct Chain {
    float beta;
    std::vector<float> spin, field;
  };

  void sweep(Chain& chain) {
    constexpr float never = 17;  // exp of it is less than the random number's grain
    for (std::size_t i = 0; i + 1 < first_.size(); ++i) {
      const float cost = 2 * chain.beta * chain.spin[i] * chain.field[i];  // beta times the energy that a flip costs
      if (cost > never) continue;
      const float odds = heat_bath_ ? 1 / (1 + std::exp(cost)) : cost < 0 ? 1 : cost == 0 ? 0.5F : std::exp(-cost);
      if (random_() >= odds) continue;
      const float now = chain.spin[i] = -chain.spin[i];
      for (std::uint32_t e = first_[i]; e < first_[i + 1]; ++e) chain.field[neighbour_[e]] += twice_[e] * now;
    }
  }

  std::vector<std::uint32_t> first_, neighbour_;
  std::vector<float> twice_;
  std::vector<Chain> chains_;
  bool heat_bath_;
  QuickRandom random_;
};

/// Wolff: a coin only where a bond is satisfied and leads out of the cluster.
class CarefulWolff {
 public:
  CarefulWolff(const Graph& graph, std::vector<double> beta)
      : first_(graph.first().begin(), graph.first().end()),
        neighbour_(graph.neighbour().begin(), graph.neighbour().end()),
        inside_(graph.sites()) {
    for (const double J : graph.coupling()) J_.push_back(static_cast<float>(J));
    for (const double h : graph.fields()) h_.push_back(static_cast<float>(h));
    const auto odds = [](double b, double strength) { return static_cast<float>(-std::expm1(-2 * b * strength)); };
    for (const double b : beta) {
      Chain& chain = chains_.emplace_back(Chain{std::vector<float>(graph.sites(), 1), {}, {}});
      for (const float J : J_) chain.joins.push_back(odds(b, std::abs(J)));
      for (const float h : h_) chain.holds.push_back(odds(b, std::abs(h)));
    }
  }

  /// Spins turned over by 64 clusters for each of `count`.
  double operator()(std::uint32_t count) {
    constexpr std::uint32_t clusters = 64;
    std::size_t turned = 0;
    for (Chain& chain : chains_)
      for (std::uint32_t k = 0; k < clusters * count; ++k) turned += grow(chain);
    return static_cast<double>(turned);
  }

 private:
  struct Chain {
    std::vector<float> spin, joins, holds;
  };

  std::size_t grow(Chain& chain) {
    cluster_.assign(1, static_cast<std::uint32_t>(random_() * static_cast<float>(inside_.size())));
    inside_[cluster_[0]] = 1;
    bool held = false;  // by the ghost
    for (std::size_t at = 0; at < cluster_.size() && !held; ++at) {
      const std::uint32_t i = cluster_[at];
      const float s = chain.spin[i];
      held = h_[i] * s > 0 && random_() < chain.holds[i];
      for (std::uint32_t e = first_[i]; e < first_[i + 1] && !held; ++e) {
        const std::uint32_t j = neighbour_[e];
        if (inside_[j] != 0 || J_[e] * s * chain.spin[j] <= 0 || random_() >= chain.joins[e]) continue;
        inside_[j] = 1;
        cluster_.push_back(j);
      }
    }
    for (const std::uint32_t i : cluster_) {
      inside_[i] = 0;
      if (!held) chain.spin[i] = -chain.spin[i];
    }
    return held ? 0 : cluster_.size();
  }

  std::vector<std::uint32_t> first_, neighbour_, cluster_;
  std::vector<float> J_, h_;
  std::vector<std::uint8_t> inside_;
  std::vector<Chain> chains_;
  QuickRandom random_;
};

}  // namespace

std::function<double(std::uint32_t)> careful_loop(const Graph& graph, SamplerKind sampler, std::vector<double> beta) {
  if (sampler == SamplerKind::wolff) return CarefulWolff(graph, std::move(beta));
  return CarefulLoop(graph, sampler == SamplerKind::heat_bath, std::move(beta));
}

}  // namespace gibbsite
