// The page of `gibbsite report`: what it holds of a result, and that nothing in a file is markup.
#include <cmath>

#include "studies/files/variables.hpp"
#include "studies/results/result_rows.hpp"
#include "tests/studies/page/read_page.hpp"

using namespace gibbsite;
using namespace gibbsite::test;

namespace {

/// ln Z of a periodic lattice of Ising spins by its transfer matrix, J = 1.
double log_z_of_torus(unsigned width, unsigned height, double beta) {
  const unsigned states = 1U << width;
  const auto bonds = [&](unsigned a, unsigned b) {  // within row a and from it to row b
    int sum = 0;
    for (unsigned k = 0; k < width; ++k) {
      const int s = a >> k & 1U ? 1 : -1;
      sum += s * (a >> (k + 1) % width & 1U ? 1 : -1) + s * (b >> k & 1U ? 1 : -1);
    }
    return sum;
  };
  double z = 0;
  for (unsigned first = 0; first < states; ++first) {
    std::vector<double> weight(states, 0);
    weight[first] = 1;
    for (unsigned row = 0; row < height; ++row) {
      std::vector<double> next(states, 0);
      for (unsigned a = 0; a < states; ++a)
        for (unsigned b = 0; b < states; ++b) next[b] += weight[a] * std::exp(beta * bonds(a, b));
      weight = next;
    }
    z += weight[first];
  }
  return std::log(z);
}

}  // namespace

TEST_CASE("a page holds the verdict, one figure per quantity and the numbers of the file") {
  const Reported made(torus);
  check_whole(made.page);
  CHECK(warnings_of(made.root).empty());
  CHECK(contains(verdict_on(made.root), "Nothing to doubt"));
  CHECK(contains(made.page, escaped(verdict_on(made.root))));
  CHECK(contains(made.page, "E = -sum J_ij s_i s_j - sum h_i s_i"));
  CHECK(contains(made.page, "square 4 x 6"));
  CHECK(contains(made.page, "[sampler]"));
  const Group& estimates = *made.root.child("estimates");
  const Group& exact = *made.root.child("exact");
  const auto beta = doubles(estimates, "beta");
  const auto exact_at = [](double temperature) {
    const double b = 1 / temperature, h = 1e-4;
    return -(log_z_of_torus(4, 6, b + h) - log_z_of_torus(4, 6, b - h)) / (2 * h) / 24;
  };
  std::size_t figures = 0, finer = 0;
  for (const Variable& v : estimates.variables) {
    if (estimates.find(v.name + "_error") == nullptr) continue;
    ++figures;
    std::string title = v.name;
    std::replace(title.begin(), title.end(), '_', ' ');
    const std::string figure = figure_titled(made.page, title);
    CHECK(contains(figure, "data-x=\"temperature T (J)\""));  // as asked
    auto rows = numbers_in(figure);
    const auto between = [](const std::vector<double>& row) { return std::isnan(row[1]); };
    for (const auto& row : rows)
      if (between(row)) {  // exact answers alone, those of Kaufman's solution there
        ++finer;
        REQUIRE(row.size() == 5);
        CHECK(std::isnan(row[2] + row[4]));
        const double at = 1 / row[0], low = 1 / 2.6, high = 1 / 2.0;
        CHECK((at > low && at < high));
        if (v.name == "energy_density" && std::abs(row[0] - 2.1) < 1e-4)
          CHECK(row[3] == Approx(exact_at(2.1)).epsilon(1e-6));
      }
    std::erase_if(rows, between);
    REQUIRE(rows.size() == beta.size());
    const auto values = doubles(estimates, v.name), errors = doubles(estimates, v.name + "_error"),
               truth = doubles(exact, v.name);
    CHECK(contains(figure, "class=panel") == !truth.empty());
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const std::size_t b = beta.size() - 1 - row;  // from the lowest temperature
      CHECK(rows[row][0] == Approx(1 / beta[b]).epsilon(1e-6));
      CHECK(rows[row][1] == Approx(values[b]).epsilon(1e-6));
      CHECK(rows[row][2] == Approx(errors[b]).epsilon(1e-2));
      if (truth.empty()) continue;
      CHECK(rows[row][3] == Approx(truth[b]).epsilon(1e-6));
      CHECK(rows[row][4] == Approx((values[b] - truth[b]) / errors[b]).margin(0.006));
    }
  }
  CHECK(finer >= 3 * 15);  // energy, energy density, specific heat: five places in each of three gaps
  // Beside them tau, R-hat, the trace, the autocorrelation and the histogram.
  CHECK(count_of(made.page, "<figure class=figure data-x=") == figures + 5);
  for (const char* title : {"autocorrelation times", "R-hat", "energy in time", "histogram of the energy"})
    (void)figure_titled(made.page, title);
  const auto rho = numbers_in(figure_titled(made.page, "autocorrelation"));
  CHECK(rho[0][0] == 0);
  CHECK(rho[0][1] == Approx(1));
  CHECK(std::abs(rho[1][1]) < 1);
}

TEST_CASE("the histogram of a page has bins as wide as the steps of its values") {
  std::vector<double> values;
  for (int k = 0; k < 100; ++k) values.push_back(-40 + 4 * (k % 10));
  const Figure figure = histogram_of(values, "E", "E");
  REQUIRE(figure.curves.size() == 1);
  REQUIRE(figure.curves[0].points.size() == 10);
  for (const auto& [x, point] : figure.curves[0].points) {
    CHECK(std::fmod(x, 4) == Approx(0).margin(1e-9));
    CHECK(point.value == Approx(0.1));
  }
  std::vector<double> wide;  // more steps than bins: whole multiples of them, so that none is fuller by chance
  for (int k = 0; k < 1000; ++k) wide.push_back(0.5 * k);
  const Figure joined = histogram_of(wide, "E", "E");
  double sum = 0;
  for (const auto& [x, point] : joined.curves[0].points) sum += point.value;
  CHECK(sum == Approx(1));
  CHECK(std::next(joined.curves[0].points.begin())->second.value == Approx(0.017));  // 17 steps of 1000
  CHECK(histogram_of({}, "E", "E").empty());
  CHECK(histogram_of({3, 3}, "E", "E").curves[0].points.size() == 1);
  double irregular = 0;
  const Figure of_four = histogram_of({0, 1, 1.37, 2.9}, "E", "E");
  for (const auto& [x, point] : of_four.curves[0].points) irregular += point.value;
  CHECK(irregular == Approx(1));
}

TEST_CASE("nothing that stands in a file is markup on its page") {
  Reported made(torus);
  const std::string evil = "</script><script>alert(1)</script><img src=x onerror=\"alert('2')\">&amp;";
  for (auto& [name, value] : made.root.attributes)
    if (name == "study" || name == "system" || name == "command") value = evil + "\nsecond line";
  for (Group& group : made.root.groups)
    if (group.name == "estimates")
      for (Variable& v : group.variables) v.long_name += evil, v.units = evil;
  Group* diagnostics = nullptr;
  for (Group& group : made.root.groups)
    if (group.name == "diagnostics") diagnostics = &group;
  REQUIRE(diagnostics != nullptr);
  add_warnings(*diagnostics, {evil, std::string("\x1b[31m red \xff")});
  const std::string page = page_of({{"\"><bdo>.h5", made.root}});
  check_whole(page);
  CHECK_FALSE(contains(page, "<img"));
  CHECK_FALSE(contains(page, "<bdo>"));
  CHECK_FALSE(contains(page, "alert('2')"));
  CHECK_FALSE(contains(page, "\x1b"));
  CHECK(contains(page, "&lt;/script&gt;&lt;script&gt;alert(1)"));
  CHECK(contains(page, "second line"));
  CHECK(contains(verdict_on(made.root), "To doubt: 2 warnings"));
  CHECK(escaped("a<b>&\"'\n") == "a&lt;b&gt;&amp;&quot;&#39;\n");
}

TEST_CASE("report writes a whole file or says in one message why not") {
  const Reported made(torus);
  const auto refused = [&](const Words& words, const std::string& why) {
    const Ended ended = run(Words{"report"} + words, made.path());
    INFO(ended.err);
    CHECK(ended.code == 2);
    CHECK(is_one_message(ended.err));
    CHECK(contains(ended.err, why));
  };
  const Ended done = run({"report", "out.h5", "-o", "page.html"}, made.path());
  CHECK(done.code == 0);
  CHECK(done.out + done.err == "");
  CHECK(read_bytes(made / "page.html") == made.page);
  refused({"out.h5", "-o", "page.html"}, "page.html exists");
  CHECK(run({"report", "out.h5", "-o", "page.html", "--force"}, made.path()).code == 0);
  refused({"out.h5"}, "needs -o");
  refused({"-o", "new.html"}, "needs an argument");
  refused({"out.h5", "out.h5", "-o", "new.html"}, "given twice");
  refused({"none.h5", "-o", "new.html"}, "none.h5 is not there");
  refused({"study.toml", "-o", "new.html"}, "study.toml");
  refused({"out.h5", "-o", "out.h5", "--force"}, "would overwrite");
  refused({"out.h5", "-o", "nowhere/new.html"}, "there is no folder");
  refused({"out.h5", "-o", "new.html", "--image", "28"}, "28x28");
  refused({"out.h5", "-o", "new.html", "--image", "2x2"}, "none of these does");
  CHECK_FALSE(fs::exists(made / "new.html"));
}
