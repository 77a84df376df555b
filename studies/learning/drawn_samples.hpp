/// What a trained model dreams of: states of it in the model file, to be looked at beside the data.
#pragma once

#include "samplers/ensemble.hpp"
#include "studies/files/record.hpp"
#include "studies/models/model_file.hpp"
#include "studies/study/study.hpp"
#include "studies/systems/system.hpp"

namespace gibbsite {

/// The group "samples": states of visible units, (sample, unit), of chains each of its own, annealed from the data's
/// base rates and swept as `gibbsite sample` does. Nothing is in it for count = 0. A pure function of model and seed.
/// training: what was learned, [width][sample]; belief networks recognise the base rates of their top from it.
Group drawn_samples(const ModelFile& model, const Study& study, const Matrix& training, std::size_t count);

/// The group "samples" itself: one state of each replica of a new ensemble of the system, annealed by so many sweeps
/// and swept as often. below: key of the layers below a belief network's top; meaning: what the states are, for the
/// file.
Group states_drawn(Ensemble& ensemble, const System& system, std::uint64_t sweeps, Key below,
                   const std::string& meaning);

}  // namespace gibbsite
