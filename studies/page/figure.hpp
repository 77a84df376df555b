/// A figure as numbers: curves over one axis, from which a page has a plot, and a table with the same numbers behind
/// it.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "estimators/estimate.hpp"

namespace gibbsite {

/// How a curve is drawn.
enum class Mark { points, line, bars };

struct CurvePoint {
  double value = unknown, error = unknown;
  double exact = unknown, z = unknown;  ///< of estimates that have an exact answer
};

struct Curve {
  std::string name;
  std::size_t colour = 0;  ///< an index into the page's colours
  Mark mark = Mark::points;
  std::map<double, CurvePoint> points = {};  ///< by their place on the axis
  bool estimates = false;                    ///< numbers with errors: where one is not known, the page says so
};

enum class Scale { linear, logarithmic };

struct Figure {
  std::string title, caption;
  std::string x, y;  ///< what stands on the axes, with units
  Scale scale = Scale::linear;
  std::vector<Curve> curves = {};
  std::string collapse = {};  ///< of a data collapse, curves "L = 16": T_c, 1/nu and bend of its x axis, with blanks

  bool empty() const;  ///< no finite number in it
};

/// A <figure>: the plot, beneath it a panel of z where there are exact answers, caption, and the table that holds every
/// number drawn, from which the page's script draws.
std::string html_of(const Figure& figure);

/// No more curves than can be told apart: the first ones, and a word in the caption.
void keep_few(Figure& figure);

}  // namespace gibbsite
