#include "studies/bench_kernels.hpp"

namespace gibbsite {
namespace {

void add(std::vector<KernelCase>& cases, const KernelCase& c) {
  cases.push_back(c);
  cases.back().study.model.disorder = "gaussian";
}

}  // namespace

std::vector<KernelCase> bench_glass_gaussian(bool quick) {
  std::vector<KernelCase> cases;
  for (const char* sampler : {"heat-bath", "metropolis"})
    for (const std::int64_t replicas : quick ? std::vector<std::int64_t>{64} : std::vector<std::int64_t>{16, 64, 512})
      for (const int threads : {1, 2}) {
        if (threads == 1) add(cases, kernel_case("glass-gaussian", sampler, "plain", "cubic", 8, 0.9, replicas, 1));
        add(cases, kernel_case("glass-gaussian", sampler, "fastest", "cubic", 8, 0.9, replicas, threads));
      }
  return cases;
}

std::vector<KernelCase> bench_sk(bool quick) {
  std::vector<KernelCase> cases;
  for (const std::int64_t size : quick ? std::vector<std::int64_t>{256} : std::vector<std::int64_t>{256, 1000})
    for (const int threads : {1, 2}) {
      if (threads == 1) add(cases, kernel_case("sk", "heat-bath", "plain", "complete", size, 1.0, 64, 1));
      add(cases, kernel_case("sk", "heat-bath", "fastest", "complete", size, 1.0, 64, threads));
    }
  return cases;
}

}  // namespace gibbsite
