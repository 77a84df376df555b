/// Pages made in tests, and their parts: figures, tables, what every page has.
#pragma once

#include "studies/page/html.hpp"
#include "studies/page/page.hpp"
#include "tests/studies/program.hpp"

namespace gibbsite::test {

inline constexpr const char* torus = R"(
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

inline std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

/// A figure by its title, from <figure to </figure>.
inline std::string figure_titled(const std::string& page, const std::string& title) {
  const std::size_t at = page.find("<h4>" + title + "</h4>");
  INFO(title);
  REQUIRE(at != page.npos);
  return page.substr(page.rfind("<figure", at), page.find("</figure>", at) - page.rfind("<figure", at));
}

/// The numbers in the body of a table, row by row; nan where a cell is empty.
inline std::vector<std::vector<double>> numbers_in(const std::string& figure) {
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

inline void check_whole(const std::string& page) {
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

}  // namespace gibbsite::test
