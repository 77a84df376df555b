/// Training that begins at a model there is (training.start), in place of random weights.
#pragma once

#include <optional>
#include <vector>

#include "physics/deep_machine.hpp"
#include "physics/parametric_machine.hpp"
#include "studies/models/model_file.hpp"
#include "studies/study/study.hpp"

namespace gibbsite {

/// The model that a study starts from, where it names one; what [model] leaves out (layers, units, visible, states)
/// then is as in that file. Throws RequestError for a model of another kind.
std::optional<ModelFile> start_of(Study& study);

/// Its parameters. Throws RequestError where it is not such a machine.
std::vector<double> start_parameters(const ParametricMachine& machine, const ModelFile& file, const Study& study);
std::vector<double> start_parameters(const DeepMachine& machine, const ModelFile& file, const Study& study);

}  // namespace gibbsite
