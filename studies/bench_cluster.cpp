#include "studies/bench_kernels.hpp"

namespace gibbsite {

std::vector<KernelCase> bench_cluster(bool quick) {
  constexpr double critical = 0.44068679350977;
  std::vector<KernelCase> cases;
  for (const std::int64_t size : quick ? std::vector<std::int64_t>{64, 256} : std::vector<std::int64_t>{64, 256, 1024})
    for (const char* sampler : {"swendsen-wang", "wolff"}) {
      for (const char* layout : {"plain", "fastest"})
        cases.push_back(kernel_case("cluster", sampler, layout, "square", size, critical, 1, 1));
      if (cases.back().study.sampler.name == "swendsen-wang")
        cases.push_back(kernel_case("cluster", sampler, "fastest", "square", size, critical, 1, 2));
    }
  return cases;
}

}  // namespace gibbsite
