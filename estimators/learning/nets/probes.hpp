/// What embeddings know of labels that no one told them, by the two customary probes: labels of some samples are shown,
/// those of others are told from them. z: [sample][number].
#pragma once

#include <cstddef>
#include <span>

namespace gibbsite {

struct Labelled {
  std::span<const double> z;
  std::span<const std::size_t> labels;  ///< [sample]
};

/// Share of `asked` whose label is that of most of the `neighbours` nearest of `shown` by Euclidean distance, the
/// nearer label where as many have another (Cover & Hart, IEEE Trans. Inf. Theory 13, 21 (1967)). Cost: shown x asked x
/// numbers. nan where either is empty.
double neighbour_accuracy(Labelled shown, Labelled asked, std::size_t numbers, std::size_t neighbours = 5);
/// Share of `asked` whose label has the largest of the linear functions of z, and a constant, that come closest to 1
/// for the right label and 0 for others in the mean square, with a ridge of a thousandth of the mean variance of a
/// number: the linear probe, by a closed form (Hastie, Tibshirani & Friedman, The Elements of Statistical Learning,
/// sec. 4.2). nan where either is empty.
double linear_probe_accuracy(Labelled shown, Labelled asked, std::size_t numbers);

}  // namespace gibbsite
