/// One maker for each layer; make_layer (layer.hpp) chooses. A file each: dense.cpp, convolution.cpp, pooling.cpp,
/// attention.cpp, simple_layers.cpp. All for float and double.
#pragma once

#include <memory>

#include "physics/neural/layer.hpp"

namespace gibbsite {

/// y = W x + b, W: [outputs][inputs]; b acts on coefficient 0 alone.
template <class Real>
std::unique_ptr<NeuralLayer<Real>> make_dense(const LayerSpec& spec, const NeuralShape& shape);
/// y_k = f(x)_k (pointwise.hpp).
template <class Real>
std::unique_ptr<NeuralLayer<Real>> make_pointwise(const LayerSpec& spec);
/// y = sum_i x_i.
template <class Real>
std::unique_ptr<NeuralLayer<Real>> make_sum();
/// y = -ln sum_i exp x_i, of width numbers.
template <class Real>
std::unique_ptr<NeuralLayer<Real>> make_logsumexp(std::size_t width);
/// Cross-correlation (convolution.cpp), average pooling (pooling.cpp), attention (attention.cpp).
template <class Real>
std::unique_ptr<NeuralLayer<Real>> make_convolution(const LayerSpec& spec, const NeuralShape& shape);
template <class Real>
std::unique_ptr<NeuralLayer<Real>> make_pooling(const LayerSpec& spec, const NeuralShape& shape);
template <class Real>
std::unique_ptr<NeuralLayer<Real>> make_attention(const LayerSpec& spec, const NeuralShape& shape);
/// From people's order to that in memory (NeuralShape), or back.
template <class Real>
std::unique_ptr<NeuralLayer<Real>> make_reorder(const NeuralShape& shape, bool to_memory);

}  // namespace gibbsite
