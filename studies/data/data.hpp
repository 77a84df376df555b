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

namespace gibbsite {

struct DataRequest {
  std::string file = {};          ///< or a generated set: "bars-and-stripes:SIDE", "shifter:BITS", "two-clusters:BITS"
  std::string dataset = {};       ///< the array in an .npz or HDF5 file; empty: the only one, or "samples"
  std::string binarize = "none";  ///< or "stochastic", or a threshold as a number ("0.5"); see below
  std::string rows = {};          ///< "begin:end", from 0 and without the end, either may be missing; empty: all
  std::uint64_t seed = 1;         ///< of stochastic binarisation
  double maximum = 0;             ///< what the numbers are divided by before; 0: as they tell
  std::string columns = {};       ///< "0:784", "1:", or names of a CSV's header; empty: all (studies/data/columns.hpp)
  std::string alphabet = {};      ///< of FASTA: protein, rna, dna, or letters in the order of states
  std::optional<double> beta = {};  ///< of a result's configurations: those at this beta
  std::string labels = {};          ///< a file, one number a sample, or "column:WHICH" of the data; empty: none
};

/// A threshold gives 1 to what is above it, else 0. Stochastic: a pixel is 1 with probability its intensity
/// (Salakhutdinov & Murray, ICML 2008, sec. 6), a pure function of seed, row in the file and column. Intensities are
/// the numbers over `maximum`. Without one they are the numbers themselves where none is above 1 or some are negative,
/// and bytes, whole numbers up to 255 with some above 127, over 255; anything else may be either and is refused. A
/// threshold of 1 or more is in the file's own numbers.
struct Data {
  std::size_t samples = 0, width = 0;
  std::vector<double> values = {};       ///< row-major, [samples][width]
  std::string source = {};               ///< file and dataset, for messages and records
  std::size_t first_row = 0;             ///< of these samples in the source
  std::string treatment = {};            ///< what was done to the numbers: "divided by 255, then 1 above 0.5, else 0"
  double divisor = 1;                    ///< by which they were divided
  std::size_t states = 0;                ///< of an alphabet; 0: not known
  std::optional<double> beta = {};       ///< of a result's configurations
  std::vector<std::size_t> labels = {};  ///< [sample]; empty: none, or one-hot among the values already
  std::size_t label_states = 0;          ///< one more than the largest label in the source

  /// Samples begin .. begin + count - 1, [number][sample].
  Matrix batch(std::size_t begin, std::size_t count) const {
    return {width, count, std::span(values).subspan(begin * width, count * width)};
  }
};

/// One line for tables and records: "digits.npy, 1797 samples of 64 numbers; divided by 16, then 1 above 0.5, else 0".
std::string description(const Data& data);

/// Arrays of more than two axes are flattened to rows; one axis gives rows of one number. Of a result file without a
/// dataset the samples are the snapshots in /configurations, of all chains at one beta. Throws RequestError.
Data read_data(const DataRequest& request);

/// All distinct pictures of side x side pixels whose rows or whose columns are each all on or all off, side <= 12:
/// 2 * 2^side - 2 of them (MacKay, Information Theory, Inference, and Learning Algorithms (2003), ch. 43).
Data bars_and_stripes(std::size_t side);
/// N bits, the same bits shifted left, not, or right (cyclically), and three units of which one tells which: all 3 *
/// 2^N cases, N <= 12 (Hinton & Sejnowski, in Parallel Distributed Processing 1 (1986), ch. 7; MacKay (2003), ch. 43).
Data shifter(std::size_t bits);
/// Two clusters of unequal weight: a quarter of the 8 N samples have all N bits on, three quarters off, but for one bit
/// in every second of them; N <= 12.
Data two_clusters(std::size_t bits);

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
