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

}  // namespace

std::function<double(std::uint32_t)> careful_loop(const Graph& graph, SamplerKind sampler, std::vector<double> beta) {
  return CarefulLoop(graph, sampler == SamplerKind::heat_bath, std::move(beta));
}

}  // namespace gibbsite
