/// Which figures a record gets. What a record does not have gives none.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "studies/files/record.hpp"
#include "studies/page/figure.hpp"
#include "studies/results/result_rows.hpp"

namespace gibbsite {

/// Figures that belong together, under a heading. html: what stands there beside them.
struct FigureGroup {
  std::string heading;
  std::vector<Figure> figures = {};
  std::string html = {};
};

/// Rows as curves over beta, temperature (where betas were asked for as temperatures), or where there is one beta, over
/// a key of the grid; a curve for each value of the other keys and, for ln Z, of the estimator. The colour is that of
/// the first key's value.
Figure figure_over(const Group& root, const std::vector<ResultRow>& rows, const std::string& title,
                   const std::string& y);

/// A result of one system as itself, of a grid each task, with the words that tell them apart ("size = 16").
struct PagePart {
  std::string name;
  const Group* group;
};

/// Every quantity of /estimates, over disorder where the grid has averages; how well chains mixed.
FigureGroup figures_of_estimates(const Group& root);
FigureGroup figures_of_mixing(const Group& root);
/// ln Z by every estimator, and by how much it is off what is exact, or off all of them together.
FigureGroup figures_of_free_energies(const Group& root);
/// The chains at the beta where they were slowest: their energies in time, and how often each was seen.
FigureGroup figures_of_series(const std::vector<PagePart>& parts);
/// Overlaps and exchanges of ladders, weights and schedules of annealing.
FigureGroup figures_of_overlaps(const Group& root);
FigureGroup figures_of_diagnostics(const std::vector<PagePart>& parts);
/// ln Z route by route and ln p(sample) of `gibbsite loglik`.
FigureGroup figures_of_likelihood(const Group& root);
/// Weights of each hidden unit, or stored patterns, as images where visible units make one: a square, or what was asked
/// for. Throws RequestError where they do not make that.
using ImageSides = std::optional<std::pair<std::size_t, std::size_t>>;  ///< width, height
FigureGroup images_of(const Group& model, ImageSides sides, const std::string& path);
/// Whether images_of() has something to draw.
bool has_weights(const Group& model);

/// How often values were seen, in bins as wide as their steps, or a multiple of that.
Figure histogram_of(const std::vector<double>& values, const std::string& title, const std::string& x);

}  // namespace gibbsite
