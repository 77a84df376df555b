#include "samplers/ensembles/continuous_ensemble.hpp"

#include "samplers/ensembles/continuous_ensemble_template.hpp"

namespace gibbsite {

std::unique_ptr<Ensemble> make_continuous_ensemble(std::shared_ptr<const ContinuousEnergy> model,
                                                   ContinuousReference reference, HamiltonianOptions options, Key key,
                                                   Slice slice, SignMoves signs) {
  return std::make_unique<ContinuousEnsemble<Metropolised>>(std::move(model), reference, options, key, slice, signs);
}

}  // namespace gibbsite
