#include "physics/matrices/float_products.hpp"

#include <dlfcn.h>
#include <omp.h>
#include <oneapi/dnnl/dnnl.h>

#include <stdexcept>

namespace gibbsite {
namespace {

using Sgemm = decltype(&dnnl_sgemm);

Sgemm sgemm() {
  static const Sgemm found = [] {
    void* library = dlopen(GIBBSITE_DNNL, RTLD_NOW | RTLD_LOCAL);
    return library == nullptr ? nullptr : reinterpret_cast<Sgemm>(dlsym(library, "dnnl_sgemm"));
  }();
  return found;
}

}  // namespace

bool float_products_available() { return sgemm() != nullptr; }

void multiply(const FloatProduct& p) {
  if (sgemm() == nullptr) throw std::runtime_error(GIBBSITE_DNNL " is missing: apt-get install libdnnl2");
  const auto dim = [](std::size_t n) { return static_cast<dnnl_dim_t>(n); };
  const int threads = omp_in_parallel() ? 1 : omp_get_max_threads();  // in a team it makes no other
  if (threads > 1) omp_set_num_threads(1);
  const dnnl_status_t status =
      sgemm()(p.a_transposed ? 'T' : 'N', p.b_transposed ? 'T' : 'N', dim(p.rows), dim(p.columns), dim(p.inner),
              p.alpha, p.a, dim(p.a_stride), p.b, dim(p.b_stride), p.beta, p.c, dim(p.c_stride));
  if (threads > 1) omp_set_num_threads(threads);
  if (status != dnnl_success) throw std::runtime_error("a dense product in single precision failed");
}

}  // namespace gibbsite
