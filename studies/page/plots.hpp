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
/// the first key's value. between: rows that add to the curves of these where they have the same names, no places of
/// the axis.
Figure figure_over(const Group& root, const std::vector<ResultRow>& rows, const std::string& title,
                   const std::string& y, const std::vector<ResultRow>& between = {});

/// A result of one system as itself, of a grid each task, with the words that tell them apart ("size = 16").
struct PagePart {
  std::string name;
  const Group* group;
};

/// Every quantity of /estimates, over disorder where the grid has averages, beside exact answers at the same betas and
/// `between` them; how well chains mixed.
FigureGroup figures_of_estimates(const Group& root, const std::vector<ResultRow>& between = {});
/// Of a grid over disorder, how samples spread about the average.
FigureGroup figures_of_disorder(const Group& root);
FigureGroup figures_of_mixing(const Group& root);
/// ln Z by every estimator, and by how much it is off what is exact, or off all of them together.
FigureGroup figures_of_free_energies(const Group& root);
/// The chains at the beta where they were slowest: their energies in time, and how often each was seen.
FigureGroup figures_of_series(const std::vector<PagePart>& parts);
/// Crossings, peaks and collapse of several sizes: of a file of `gibbsite scaling`, or a grid over sizes.
FigureGroup figures_of_scaling(const Group& root);
/// The series of a model that `gibbsite train` made.
FigureGroup figures_of_training(const Group& root);
/// Overlaps of two replicas.
FigureGroup figures_of_overlaps(const Group& root);
/// Exchanges of ladders: rates, the barrier that they add up to, the walk of a replica.
FigureGroup figures_of_ladders(const std::vector<PagePart>& parts);
/// Annealing: weights there and back, their effective number along the path beside the threshold below which they are
/// resampled (nan: none), the schedule.
FigureGroup figures_of_annealing(const std::vector<PagePart>& parts, double threshold);
/// ln Z route by route and ln p(sample) of `gibbsite loglik`.
FigureGroup figures_of_likelihood(const Group& root);
/// Of a model file of an energy of one or two real numbers, or the group of one in a result: its density, and samples of
/// it. Throws RequestError.
FigureGroup figures_of_energy(const Group& root, const std::string& path);
/// Weights of each hidden unit, or stored patterns, as images where visible units make one: a square, or what was asked
/// for. Throws RequestError where they do not make that.
using ImageSides = std::optional<std::pair<std::size_t, std::size_t>>;  ///< width, height
FigureGroup images_of(const Group& model, ImageSides sides, const std::string& path);
/// Rows of the group's variable `samples`, on one scale; of each the first `pixels` numbers where that is given, those
/// before a label.
FigureGroup images_of_samples(const Group& group, const char* source, ImageSides sides, const std::string& path,
                              std::size_t pixels = 0);
/// Visible units of a model with weights, labels not among them; 0 where there are none.
std::size_t pixels_of(const Group& model);
/// What several of these ask: numbers of either kind; a beta in words; one variable of /diagnostics of every part over
/// its only dimension (values of `x`, or their number), a curve each.
std::vector<double> numbers_of(const Group& group, const std::string& name);
std::string at_beta(const Group& group, std::size_t b);
Figure of_parts(const std::vector<PagePart>& parts, const std::string& variable, const std::string& x, Mark mark,
                Figure figure);
/// Whether images_of() has something to draw.
bool has_weights(const Group& model);

/// How often values were seen, in bins as wide as their steps, or a multiple of that.
Figure histogram_of(const std::vector<double>& values, const std::string& title, const std::string& x);

}  // namespace gibbsite
