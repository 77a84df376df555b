// The page of `gibbsite report`: what it holds of results, likelihoods and models, and that nothing in a file is
// markup.
#include <fmt/format.h>

#include <cmath>
#include <fstream>

#include "studies/files/variables.hpp"
#include "studies/page/html.hpp"
#include "studies/page/page.hpp"
#include "studies/results/result_rows.hpp"
#include "studies/text/errors.hpp"
#include "tests/studies/program.hpp"
#include "tests/studies/program_studies.hpp"
#include "tests/studies/sample_models.hpp"

using namespace gibbsite;
using namespace gibbsite::test;

namespace {

constexpr const char* torus = R"(
[model]
size = [4, 6]
[sampler]
name = "wolff"
[method]
temperature = "2.0:2.6:4"
sweeps = 2000
)";

struct Reported : Scratch {
  explicit Reported(const std::string& study, const Words& more = {}) {
    write_bytes(*this / "study.toml", study);
    const Ended ended = run(Words{"run", "study.toml", "-o", "out.h5"} + more, path());
    INFO(ended.err);
    REQUIRE(ended.code == 0);
    root = read_archive(*this / "out.h5");
    page = page_of({{"out.h5", root}});
  }
  Group root;
  std::string page;
};

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

/// A figure by its title, from <figure to </figure>.
std::string figure_titled(const std::string& page, const std::string& title) {
  const std::size_t at = page.find("<h4>" + title + "</h4>");
  INFO(title);
  REQUIRE(at != page.npos);
  return page.substr(page.rfind("<figure", at), page.find("</figure>", at) - page.rfind("<figure", at));
}

/// The numbers in the body of a table, row by row; nan where a cell is empty.
std::vector<std::vector<double>> numbers_in(const std::string& figure) {
  std::vector<std::vector<double>> rows;
  const std::string body =
      figure.substr(figure.find("<tbody>") + 7, figure.find("</tbody>") - figure.find("<tbody>") - 7);
  for (std::size_t at = body.find("<tr>"); at != body.npos;) {
    const std::size_t end = body.find("<tr>", at + 1);
    std::string row = body.substr(at + 4, end == body.npos ? body.npos : end - at - 4);
    std::vector<double> cells;
    for (std::size_t cell = row.find("<td>"); cell != row.npos;) {
      const std::size_t next = row.find("<td>", cell + 1);
      const std::string text = row.substr(cell + 4, next == row.npos ? row.npos : next - cell - 4);
      cells.push_back(text.find_first_of("0123456789") == text.npos ? unknown : std::stod(text));
      cell = next;
    }
    rows.push_back(std::move(cells));
    at = end;
  }
  return rows;
}

void check_whole(const std::string& page) {
  CHECK(contains(page,
                 "content=\"default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src "
                 "data:\""));
  CHECK(page.size() < 300000);
  CHECK(count_of(page, "<script") == 2);
  CHECK(count_of(page, "</script") == 2);
  CHECK(count_of(page, "<figure class=figure data-x=") == count_of(page, "<div class=plot "));
  CHECK(count_of(page, "<figure") == count_of(page, "</figure>"));
  CHECK(count_of(page, "<figure") == count_of(page, "<summary>Numbers</summary>"));
  CHECK(count_of(page, "<section") == count_of(page, "</section>"));
  CHECK(count_of(page, "<div") == count_of(page, "</div>"));
  CHECK(contains(page, "THE SOFTWARE IS PROVIDED &quot;AS IS&quot;"));  // the licence of what draws
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
  std::size_t figures = 0;
  for (const Variable& v : estimates.variables) {
    if (estimates.find(v.name + "_error") == nullptr) continue;
    ++figures;
    std::string title = v.name;
    std::replace(title.begin(), title.end(), '_', ' ');
    const std::string figure = figure_titled(made.page, title);
    CHECK(contains(figure, "data-x=\"temperature T (J)\""));  // as asked
    const auto rows = numbers_in(figure);
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
  // Beside them tau, R-hat, the trace and the histogram.
  CHECK(count_of(made.page, "<figure class=figure data-x=") == figures + 4);
  for (const char* title : {"autocorrelation times", "R-hat", "energy in time", "histogram of the energy"})
    (void)figure_titled(made.page, title);
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
  for (const auto& [x, point] : histogram_of({0, 1, 1.37, 2.9}, "E", "E").curves[0].points) irregular += point.value;
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

TEST_CASE("a page has the figures of every method, and of grids a colour for each value of the first key") {
  const Words few = {"--method.thermalization", "100"};
  SECTION("tempering") {
    const Reported made(small_study("tempering"), few + Words{"--method.sweeps", "2000"});
    check_whole(made.page);
    for (const char* title : {"distribution of the overlap", "exchanges", "ln Z"})
      (void)figure_titled(made.page, title);
    const auto rows = numbers_in(figure_titled(made.page, "exchanges"));
    const auto rates = doubles(*made.root.child("diagnostics"), "swap_rate");
    REQUIRE(rows.size() == rates.size());
    for (std::size_t k = 0; k < rates.size(); ++k) CHECK(rows[k][1] == Approx(rates[k]).epsilon(1e-6));
  }
  SECTION("annealing") {
    const Reported made(small_study("reverse"), few + Words{"--method.temperatures", "200"});
    check_whole(made.page);
    const std::string off = figure_titled(made.page, "ln Z - exact ln Z");
    CHECK(contains(off, ">ais_reverse"));
    const Group& found = *made.root.child("free_energy");
    const auto rows = numbers_in(off);
    REQUIRE(rows.size() == 2);
    CHECK(rows[0][1] ==
          Approx(doubles(found, "log_z")[0] - doubles(*made.root.child("exact"), "log_z")[0]).margin(1e-6));
    (void)figure_titled(made.page, "schedule");
  }
  SECTION("families that survive") {
    const Reported made(small_study("resample"), few + Words{"--method.temperatures", "200"});
    check_whole(made.page);
    CHECK(contains(figure_titled(made.page, "weights"), "families that survive"));
    (void)figure_titled(made.page, "ln Z - consensus");
  }
  SECTION("a grid, in a group for each task and as arrays") {
    for (const char* groups : {"64", "1"}) {
      const Reported made(small_study("grid"), few + Words{"--method.sweeps", "500", "--run.tasks_in_file", groups});
      check_whole(made.page);
      const std::string one = figure_titled(made.page, "energy density");  // averages over disorder
      CHECK(count_of(one, "data-role=value") == 2);
      CHECK(contains(one, "data-colour=1 data-mark=points>size = 5"));
      CHECK(contains(one, "<td>?"));  // three samples have no error
      CHECK(contains(one, "the error is not known"));
      const auto averages = doubles(*made.root.child("estimates"), "energy_density_disorder_average");
      const auto rows = numbers_in(one);
      REQUIRE(rows.size() == 2);
      REQUIRE(averages.size() == 4);
      for (std::size_t b = 0; b < 2; ++b) {
        CHECK(rows[b][1] == Approx(averages[b]).epsilon(1e-6));
        CHECK(rows[b][3] == Approx(averages[2 + b]).epsilon(1e-6));
      }
      CHECK(contains(figure_titled(made.page, "energy in time"), "size = "));
      CHECK(contains(made.page, escaped(verdict_on(made.root))));
    }
  }
  SECTION("two keys") {
    const Reported made(torus, {"--grid.model.size", "[4, 6]", "--grid.model.coupling", "[0.5, 1]"});
    check_whole(made.page);
    const std::string one = figure_titled(made.page, "energy density");
    CHECK(count_of(one, "data-role=value") == 4);
    CHECK(count_of(one, "data-colour=0 ") == 2);
    CHECK(count_of(one, "data-colour=1 ") == 2);
    CHECK(contains(one, ">size = 6, coupling = 0.5<"));
  }
  SECTION("one beta: over the grid's key") {
    const Reported made(torus, {"--method.beta", "0.4", "--grid.model.size", "[4, 6, 8]"});
    check_whole(made.page);
    const auto rows = numbers_in(figure_titled(made.page, "energy density"));
    REQUIRE(rows.size() == 3);
    CHECK(rows[2][0] == 8);
  }
}

TEST_CASE("models and likelihoods have pages, with weights as images where visible units make one") {
  Scratch folder;
  write_model(folder / "model.h5", model_file(sample_network({UnitKind::binary, UnitKind::binary})), "test");
  {
    std::ofstream out(folder / "all.csv");
    for (int k = 0; k < 16; ++k)
      out << (k & 1) << ',' << (k >> 1 & 1) << ',' << (k >> 2 & 1) << ',' << (k >> 3) << '\n';
  }
  const Ended judged =
      run({"loglik", "model.h5", "--data", "all.csv", "-o", "out.h5", "--quiet", "--ais.temperatures", "50"},
          folder.path());
  INFO(judged.err);
  REQUIRE(judged.code == 0);
  const PageFile model{"model.h5", read_archive(folder / "model.h5")},
      likelihood{"out.h5", read_archive(folder / "out.h5")};

  const std::string one = page_of({model});
  check_whole(one);
  CHECK(contains(one, "rbm: 4 binary visible units, 3 binary hidden units"));
  CHECK(contains(one, "data-count=3 data-width=2 data-height=2"));

  const std::string page = page_of({model, likelihood}, std::pair<std::size_t, std::size_t>(4, 1));
  check_whole(page);
  CHECK(count_of(page, "<section class=file") == 2);
  CHECK(count_of(page, "data-width=4 data-height=1") == 2);
  CHECK(contains(page, escaped(text_attribute(likelihood.root, "verdict"))));
  const auto* routes =
      std::get_if<std::vector<std::string>>(&likelihood.root.child("free_energy")->find("estimator")->data);
  REQUIRE(routes != nullptr);
  for (const std::string& route : *routes) CHECK(contains(page, "<th scope=row>" + route));
  const auto rows = numbers_in(figure_titled(page, "ln p of each sample"));
  double share = 0;
  for (const auto& row : rows) share += row[1];
  CHECK(share == Approx(1));
  CHECK_THROWS_AS(page_of({model}, std::pair<std::size_t, std::size_t>(28, 28)), RequestError);
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
