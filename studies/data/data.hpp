/// Data that a Boltzmann machine learned, or is to be judged by: samples as rows of numbers, from files in the formats
/// of studies/data/arrays.hpp or generated.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "physics/matrices/matrix.hpp"
#include "physics/units.hpp"
#include "studies/data/treatment.hpp"

namespace gibbsite {

struct DataRequest {
  std::string file = {};          ///< or a generated set: "bars-and-stripes:SIDE", "two-moons:SAMPLES" (data_sets.hpp)
  std::string dataset = {};       ///< the array in an .npz or HDF5 file; empty: the only one, or "samples"
  std::string binarize = "none";  ///< or "stochastic", or a threshold as a number ("0.5"); see below
  std::string rows = {};          ///< "begin:end", from 0 and without the end, either may be missing; empty: all
  std::uint64_t seed = 1;         ///< of stochastic binarisation, noise and generated points
  double maximum = 0;             ///< what the numbers are divided by before; 0: as they tell
  std::string columns = {};       ///< "0:784", "1:", or names of a CSV's header; empty: all (studies/data/columns.hpp)
  std::string alphabet = {};      ///< of FASTA: protein, rna, dna, or letters in the order of states
  std::optional<double> beta = {};  ///< of a result's configurations: those at this beta
  /// A file, one number a sample, "column:WHICH" of the data, or what stands beside them: "part", "beta", "next";
  /// empty: none.
  std::string labels = {};
  std::int64_t window = 0;  ///< of text: bytes in a sample (studies/data/sequences.hpp); 0: the file is an array
  std::string shrink = {};  ///< "28x28:8x8": rows are images, whose pixels become means over areas; empty: no
  // Real numbers (studies/data/treatment.hpp), not with binarize:
  bool dequantize = false;   ///< noise within a grey level, a pure function of seed, row in the file and column
  double logit = 0;          ///< its alpha, below 1/2; 0: none
  bool standardize = false;  ///< mean 0 and deviation 1 of each number
};

/// Words of labels that stand beside the samples: parts of the density of generated points, and of a result's
/// configurations, then of all betas, which beta they were drawn at; the symbol that follows a sequence.
inline constexpr std::string_view labels_of_parts = "part", labels_of_beta = "beta", labels_of_sequences = "next";
/// Whether labels are in a file of their own.
inline bool labels_in_a_file(const std::string& labels) {
  return !labels.empty() && !labels.starts_with("column:") && labels != labels_of_parts && labels != labels_of_beta &&
         labels != labels_of_sequences;
}

/// A threshold gives 1 to what is above it, else 0. Stochastic: a pixel is 1 with probability its intensity
/// (Salakhutdinov & Murray, ICML 2008, sec. 6), a pure function of seed, row in the file and column. Intensities are
/// the numbers over `maximum`. Without one they are the numbers themselves where none is above 1 or some are negative,
/// and bytes, whole numbers up to 255 with some above 127, over 255; anything else may be either and is refused. A
/// threshold of 1 or more is in the file's own numbers.
struct Data {
  std::size_t samples = 0, width = 0;
  std::vector<double> values = {};  ///< row-major, [samples][width]
  std::string source = {};          ///< file and dataset, for messages and records
  std::size_t first_row = 0;        ///< of these samples in the source
  std::string treatment = {};       ///< what was done to the numbers: "divided by 255, then 1 above 0.5, else 0"
  double divisor = 1;               ///< by which they were divided
  std::size_t states = 0;           ///< of an alphabet; 0: not known
  std::size_t symbols = 0;          ///< of sequences (studies/data/sequences.hpp); 0: not known
  std::optional<double> beta = {};  ///< of a result's configurations
  /// Of a result's configurations at all betas (labels = "beta"), in the order (snapshot, chain, beta): the betas, and
  /// how many chains there are.
  std::vector<double> betas = {};
  std::size_t chains = 0;
  std::vector<std::size_t> labels = {};   ///< [sample]; empty: none, or one-hot among the values already
  std::size_t label_states = 0;           ///< one more than the largest label in the source
  Treatment treated = {};                 ///< what was done to real numbers, apart from binarize
  std::vector<double> log_jacobian = {};  ///< [sample] sum of ln |dy/dv| of what was done; empty: nothing

  /// Samples begin .. begin + count - 1, [number][sample].
  Matrix batch(std::size_t begin, std::size_t count) const {
    return {width, count, std::span(values).subspan(begin * width, count * width)};
  }
};

/// One line for tables and records: "digits.npy, 1797 samples of 64 numbers; divided by 16, then 1 above 0.5, else 0".
std::string description(const Data& data);

/// Arrays of more than two axes are flattened to rows; one axis gives rows of one number. Of a result file without a
/// dataset the samples are the snapshots in /configurations, of all chains at one beta. Throws RequestError.
/// as: what was done to the data that a model learned from, to be done to these; then the request asks for nothing of
/// the kind itself.
Data read_data(const DataRequest& request, const Treatment* as = nullptr);

/// Some of the samples, in this order, with what belongs to each.
Data pick_samples(const Data& data, std::span<const std::size_t> which);

/// The data as states of `visible`. Binary units take 0 and 1. Spins take -1 and +1; data of 0 and 1 alone are taken
/// for them. Categorical units take one column per unit, of whole numbers 0 to q - 1, or one-hot rows. Gaussian units
/// take any finite numbers. Where the layer has a label, those of the data are set behind the rest, one-hot. Throws
/// RequestError with row and column of what no unit can be, for another width, or for labels that are not there or not
/// the layer's.
[[nodiscard]] Data check_data(Data data, const Layer& visible);

/// 1/n of each sample, n the samples (itself among them) that are in the same state in `identity` of their units or
/// more, from 0 to 1 (Morcos et al., PNAS 108, E1293 (2011)); labels apart. data: as check_data gives them; discrete
/// units of 255 states at most. Cost: samples^2 units / 2 comparisons of bytes, over all threads. Throws RequestError.
std::vector<double> weights_of_similar(const Data& data, const Layer& visible, double identity);

/// Mean of each number of a state; of gaussian units also the variance.
struct BaseRates {
  std::vector<double> mean;           ///< [width]
  std::vector<double> variance = {};  ///< gaussian: [units]; of a unit that never varies, the layer's own
  std::size_t samples = 0;
  std::string data = {};  ///< which data, and what was done to them
};

/// Of data as check_data gives them; weight: of the samples, any sum, or empty.
BaseRates base_rates(const Data& data, const Layer& visible, std::span<const double> weight = {});

}  // namespace gibbsite
