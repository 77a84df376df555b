#include "physics/neural/stages.hpp"

#include "physics/neural/layers.hpp"

namespace gibbsite {

template <class Real>
std::vector<NeuralStage<Real>> stages_of(const NeuralNet& net) {
  std::vector<NeuralStage<Real>> stages;
  NeuralShape shape = net.input();
  bool in_memory_order = !shape.permuted();
  std::size_t begin = 0;
  const auto reorder = [&](bool to_memory) {
    if (in_memory_order != to_memory && shape.permuted())
      stages.push_back({make_reorder<Real>(shape, to_memory), shape.size(), shape.size(), begin});
    in_memory_order = to_memory;
  };
  for (const LayerSpec& spec : net.layers()) {
    const bool in_space =
        spec.kind == LayerKind::conv || spec.kind == LayerKind::pool || spec.kind == LayerKind::attention;
    if (in_space) reorder(true);
    if (spec.kind == LayerKind::dense) reorder(false);
    const NeuralShape after = shape_after(spec, shape);
    stages.push_back({make_layer<Real>(spec, shape), shape.size(), after.size(), begin});
    for (const NeuralPart& part : stages.back().layer->parts()) begin += part.size();
    shape = after;
  }
  reorder(false);
  for (std::size_t s = 1; s < stages.size(); ++s)
    stages[s].prepared = stages[s - 1].prepared + stages[s - 1].layer->prepared();
  return stages;
}

template std::vector<NeuralStage<float>> stages_of(const NeuralNet&);
template std::vector<NeuralStage<double>> stages_of(const NeuralNet&);

}  // namespace gibbsite
