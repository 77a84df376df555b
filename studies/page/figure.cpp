#include "studies/page/figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "studies/page/html.hpp"

namespace gibbsite {
namespace {

/// Which columns a curve has beside its values.
struct CurveColumns {
  bool error = false, exact = false, z = false;
};

CurveColumns columns_of(const Curve& curve) {
  CurveColumns has{.error = curve.estimates};
  for (const auto& [x, p] : curve.points) {
    has.error = has.error || !std::isnan(p.error);
    has.exact = has.exact || std::isfinite(p.exact);
    has.z = has.z || std::isfinite(p.z);
  }
  return has;
}

const char* word_of(Mark mark) {
  switch (mark) {
    case Mark::points:
      return "points";
    case Mark::line:
      return "line";
    case Mark::bars:
      return "bars";
  }
  return "";
}

/// End tags of cells and rows may be left out in HTML: they would be a third of a page.
std::string table_of(const Figure& figure) {
  std::set<double> places;
  std::string out =
      fmt::format("<table><caption>{}</caption><thead><tr><th scope=col>{}", escaped(figure.title), escaped(figure.x));
  std::vector<CurveColumns> columns;
  for (const Curve& curve : figure.curves) {
    const CurveColumns has = columns.emplace_back(columns_of(curve));
    out += fmt::format("<th scope=col data-role=value data-colour={} data-mark={}>{}", curve.colour,
                       word_of(curve.mark), escaped(curve.name));
    if (has.error) out += "<th scope=col data-role=error>error";
    if (has.exact) out += "<th scope=col data-role=exact>exact";
    if (has.z) out += "<th scope=col data-role=z>z";
    for (const auto& [x, point] : curve.points) places.insert(x);
  }
  out += "</thead><tbody>";
  for (const double x : places) {
    out += "\n<tr><td>" + digits(x);
    for (std::size_t c = 0; c < figure.curves.size(); ++c) {
      const auto found = figure.curves[c].points.find(x);
      const CurvePoint p = found == figure.curves[c].points.end() ? CurvePoint{} : found->second;
      out += "<td>" + digits(p.value);
      if (columns[c].error)
        out += "<td>" + (std::isfinite(p.error) ? fmt::format("{:.3g}", p.error) : std::isnan(p.value) ? "" : "?");
      if (columns[c].exact) out += "<td>" + digits(p.exact);
      if (columns[c].z) out += "<td>" + (std::isfinite(p.z) ? fmt::format("{:.2f}", p.z) : "");
    }
  }
  return out + "</tbody></table>";
}

}  // namespace

bool Figure::empty() const {
  return std::none_of(curves.begin(), curves.end(), [](const Curve& curve) {
    return std::any_of(curve.points.begin(), curve.points.end(),
                       [](const auto& point) { return std::isfinite(point.second.value); });
  });
}

void keep_few(Figure& figure) {
  constexpr std::size_t most = 12;
  const std::size_t all = figure.curves.size();
  if (all <= most) return;
  figure.curves.resize(most);
  figure.caption += fmt::format(" The first {} of {} curves; the file has all of them.", most, all);
}

std::string html_of(const Figure& figure) {
  bool exact = false, z = false, hollow = false;
  for (const Curve& curve : figure.curves) {
    hollow = hollow || std::any_of(curve.points.begin(), curve.points.end(), [&](const auto& point) {
               return curve.estimates && !std::isnan(point.second.value) && !std::isfinite(point.second.error);
             });
    const CurveColumns has = columns_of(curve);
    exact = exact || has.exact;
    z = z || has.z;
  }
  const std::string about = escaped(fmt::format("{}: {} against {}.", figure.title, figure.y, figure.x));
  std::string out =
      fmt::format("<figure class=figure data-x=\"{}\" data-y=\"{}\"{}{}><h4>{}</h4>", escaped(figure.x),
                  escaped(figure.y), figure.scale == Scale::logarithmic ? " data-log" : "",
                  figure.collapse.empty() ? "" : fmt::format(" data-collapse=\"{}\"", escaped(figure.collapse)),
                  escaped(figure.title));
  out += fmt::format("<div class=legend></div><div class=plot role=img tabindex=0 aria-label=\"{}\"></div>", about);
  if (z)
    out += fmt::format(
        "<div class=panel role=img aria-label=\"z of {}: deviations from exact answers in standard "
        "errors.\"></div>",
        escaped(figure.title));
  out += "<p class=readout aria-live=polite></p><figcaption>" + escaped(figure.caption) +
         (exact ? " Dashed: exact." : "") + (hollow ? " Hollow: the error is not known." : "") +
         (z ? " Beneath: z = (estimate - exact) / error, with a band of two." : "") + "</figcaption>";
  return out + "<details><summary>Numbers</summary><div class=scroll tabindex=0 role=region aria-label=\"numbers of " +
         escaped(figure.title) + "\">" + table_of(figure) + "</div></details></figure>\n";
}

}  // namespace gibbsite
