/// Models made elsewhere: from numpy's arrays, from files of the Python package `rbms`, and of
/// RestrictedBoltzmannMachines.jl.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "studies/data/arrays.hpp"
#include "studies/models/model_file.hpp"

namespace gibbsite {

/// The keys of `gibbsite import` as they were given: name -> value.
using ImportKeys = std::map<std::string, std::string>;

/// Arrays by their names; see the README, "Importing".
///   rbm:        W (visible x hidden), b, c; or scikit-learn's components_ (hidden x visible), intercept_visible_,
///               intercept_hidden_. Gaussian: variance or sigma (visible). Categorical: W (visible x states x hidden)
///               and b (visible x states), or flat (visible * states) with the key states
///   dbm, dbn:   W_0, W_1, ..., b_0, b_1, ...; dbn also V_0, ... and r_0, ... of the way up (r_0: biases of layer 1)
///   boltzmann:  W (units x units), b
///   hopfield:   xi (patterns x units), and W or the key rule
/// Other names as import_names.hpp knows them; with the key transpose the weights of layers are upper x lower.
/// Throws RequestError.
ModelFile model_from_arrays(const std::vector<NumberArray>& arrays, const ImportKeys& keys, const std::string& where);

/// Whether a file is one of `rbms`, and the model after its last update, or after the one asked for.
bool is_rbms(const Group& root);
ModelFile model_from_rbms(const Group& root, const ImportKeys& keys, const std::string& where);

/// Whether a file is one of RestrictedBoltzmannMachines.jl, and its model.
bool is_julia_rbm(const Group& root);
ModelFile model_from_julia_rbm(const Group& root, const ImportKeys& keys, const std::string& where);

/// Gaussian hidden units h of E = -b.v - c.h - v'Wh + (precision/2) h.h, integrated out: a Boltzmann machine of the
/// visible units alone whose energy is the free energy of v but for a constant.
struct WithoutHidden {
  std::shared_ptr<const BoltzmannMachine> machine;
  double log_z_shift;  ///< ln Z of the original, minus ln Z of the machine
};
WithoutHidden integrate_hidden(UnitKind kind, const Matrix& weights, const std::vector<double>& visible_bias,
                               const std::vector<double>& hidden_bias, double precision);

}  // namespace gibbsite
