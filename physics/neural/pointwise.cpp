#include "physics/neural/pointwise.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "physics/neural/pointwise.cpp"
#include <hwy/foreach_target.h>

#include "physics/neural/pointwise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gibbsite::neural::HWY_NAMESPACE {

void float_forward(LayerKind kind, Jets<const float> x, Jets<float> y) { forward_by_kind(kind, x, y); }
void double_forward(LayerKind kind, Jets<const double> x, Jets<double> y) { forward_by_kind(kind, x, y); }
void float_reverse(LayerKind kind, Jets<const float> x, Jets<const float> ybar, Jets<float> xbar) {
  reverse_by_kind(kind, x, ybar, xbar);
}
void double_reverse(LayerKind kind, Jets<const double> x, Jets<const double> ybar, Jets<double> xbar) {
  reverse_by_kind(kind, x, ybar, xbar);
}

}  // namespace gibbsite::neural::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gibbsite {
namespace neural {
HWY_EXPORT(float_forward);
HWY_EXPORT(double_forward);
HWY_EXPORT(float_reverse);
HWY_EXPORT(double_reverse);
}  // namespace neural

void pointwise(LayerKind kind, Jets<const float> x, Jets<float> y) {
  using namespace neural;
  HWY_DYNAMIC_DISPATCH(float_forward)(kind, x, y);
}
void pointwise(LayerKind kind, Jets<const double> x, Jets<double> y) {
  using namespace neural;
  HWY_DYNAMIC_DISPATCH(double_forward)(kind, x, y);
}
void pointwise_reverse(LayerKind kind, Jets<const float> x, Jets<const float> ybar, Jets<float> xbar) {
  using namespace neural;
  HWY_DYNAMIC_DISPATCH(float_reverse)(kind, x, ybar, xbar);
}
void pointwise_reverse(LayerKind kind, Jets<const double> x, Jets<const double> ybar, Jets<double> xbar) {
  using namespace neural;
  HWY_DYNAMIC_DISPATCH(double_reverse)(kind, x, ybar, xbar);
}

}  // namespace gibbsite
#endif
