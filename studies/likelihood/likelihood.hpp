/// What probability a network gives to data, but for ln Z: ln p*(v) = ln p(v) + ln Z, sample by sample; or a bound on
/// it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "estimators/estimate.hpp"
#include "studies/runs/progress.hpp"
#include "studies/study/request.hpp"
#include "studies/systems/network.hpp"

namespace gibbsite {

struct Unnormalized {
  std::vector<double> log_weight;  ///< ln p*(v), [sample]
  bool bound = false;              ///< each is a lower bound, or an estimate of one
  std::string meaning;             ///< for people: "exact given ln Z", "variational lower bound"
  std::vector<double> noise = {};  ///< [sample] standard error of log_weight by draws; empty: nothing was drawn
  double degrees = unknown;        ///< of freedom of each noise
};

struct BoundEffort {
  double most_states = 4096;  ///< hidden states summed per sample; of a belief network, of each layer
  std::size_t draws = 16;     ///< from a recognition model, per sample
};

/// Restricted machines and Boltzmann machines without bonds among hidden units: -F(v), exactly. Other Boltzmann
/// machines and deep ones: the sum over hidden states where they are few, else the bound of mean field
/// (physics/mean_field.hpp). Deep belief networks: the same sum (physics/exact/belief.hpp), else the variational bound
///   <ln p(v | h_1) + ... + ln p*_top(h_top) - ln q(h | v)>_q   by draws from the recognition model
/// (Salakhutdinov & Murray, ICML 2008, eq. 16; Hinton, Osindero & Teh 2006): an estimate of a bound, which may lie
/// above ln p(v) by its noise. Two draws' worth of each sample's noise is taken from the mean over samples. The noise
/// is also part of the spread over samples.
Unnormalized unnormalized(const ModelFile& model, const Data& data, Key key, const BoundEffort& effort = {});

/// The conservative estimate of ln p(v) by reverse annealing from each of the first `samples` samples
/// (samplers/methods/raise.hpp), [sample]: ln of the mean over the draws of the study's ways back. Hidden units that
/// annealing keeps are drawn from mean field or recognition, q, and ln p(v | h) - ln q(h | v) added. Task 2 of `meter`.
std::vector<double> raise_log_likelihoods(const NetworkSystem& system, const Data& data, const Study& study,
                                          std::size_t samples, ProgressMeter& meter);

class Judged;
/// What `gibbsite loglik` finds, as the root of its record: ln Z by every route, likelihoods, what there is to doubt.
/// `command`: the command line.
Group likelihood_record(const Judged& judged, const Study& study, const Request& request, const std::string& command);

/// Whether no route to ln Z can be believed, routes differ, or there is another warning.
bool likelihood_doubted(const Group& root);

/// The record of `gibbsite loglik`, printed, and as its --json promises (numbers that are not known are null).
void print_likelihood(const Group& root, const std::string& path);
std::string likelihood_as_json(const Group& root);

}  // namespace gibbsite
