// A grid written as arrays holds what its tasks hold: it comes apart into them again, and is shown and reweighted
// alike. What version 1 wrote is read.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "studies/command_line/show.hpp"
#include "studies/files/variables.hpp"
#include "studies/results/grid_arrays.hpp"
#include "studies/results/result_rows.hpp"
#include "studies/reweight/reweighted.hpp"
#include "studies/runs/whole_result.hpp"
#include "tests/studies/options_fixture.hpp"
#include "tests/studies/program.hpp"

using namespace gibbsite;
using namespace gibbsite::test;

namespace {

Group result_of(const std::string& text, const std::string& most_tasks) {
  const Request request = read(text, {{"run.tasks_in_file", most_tasks}});
  ProgressMeter meter(std::vector<double>(request.tasks.size(), 1.0), std::vector<double>(request.tasks.size(), 1.0),
                      true);
  std::vector<std::unique_ptr<TaskRun>> tasks;
  for (std::size_t k = 0; k < request.tasks.size(); ++k) {
    tasks.push_back(std::make_unique<TaskRun>(request.tasks[k], k));
    tasks.back()->advance([] { return false; }, meter);
  }
  Group root = whole_result(request, tasks, "a command", 1.5);
  const Scratch folder;
  write_archive(folder / "out.h5", root);
  return read_archive(folder / "out.h5");
}

/// All variables of a task but its sentences, and what is known of none.
void collect(const Group& group, const std::string& path, std::map<std::string, const Variable*>& all) {
  for (const Variable& v : group.variables)
    if (!v.name.starts_with("warning") && !v.name.starts_with("note")) all[path + "/" + v.name] = &v;
  for (const Group& inner : group.groups) collect(inner, path + "/" + inner.name, all);
}
std::map<std::string, const Variable*> variables_of(const Group& task) {
  std::map<std::string, const Variable*> all;
  collect(task, "", all);
  return all;
}

std::string as_text(const std::variant<std::string, double, std::int64_t>& value) {
  return std::visit([](const auto& v) { return fmt::format("{}", v); }, value);
}

bool same_numbers(const Column& a, const Column& b) {
  if (const auto* x = std::get_if<std::vector<double>>(&a)) {
    const auto& y = std::get<std::vector<double>>(b);
    return std::equal(x->begin(), x->end(), y.begin(), y.end(),
                      [](double u, double v) { return u == v || (std::isnan(u) && std::isnan(v)); });
  }
  return a == b;
}

void check_both(const std::string& text, bool all_in_arrays) {
  const Group with_tasks = result_of(text, "1000"), arrays = result_of(text, "0");
  CHECK((arrays.child("tasks") == nullptr) == all_in_arrays);
  const std::vector<Group> before = tasks_of(with_tasks), after = tasks_of(arrays);
  REQUIRE(before.size() == after.size());
  for (std::size_t t = 0; t < before.size(); ++t) {
    INFO("task " << t);
    for (const auto& attribute : before[t].attributes)
      CHECK(std::find(after[t].attributes.begin(), after[t].attributes.end(), attribute) != after[t].attributes.end());
    for (const auto& attribute : before[t].child("model")->attributes) {
      INFO(attribute.first);
      const auto& all = after[t].child("model")->attributes;
      const auto same = std::find_if(all.begin(), all.end(), [&](const auto& a) { return a.first == attribute.first; });
      REQUIRE(same != all.end());
      CHECK(as_text(same->second) == as_text(attribute.second));
    }
    const auto expected = variables_of(before[t]), found = variables_of(after[t]);
    for (const auto& [name, v] : expected) {
      INFO(name);
      REQUIRE(found.contains(name));
      CHECK(found.at(name)->dims == v->dims);
      CHECK(found.at(name)->shape == v->shape);
      CHECK(found.at(name)->units == v->units);
      CHECK(same_numbers(found.at(name)->data, v->data));
    }
  }
  CHECK(warnings_of(arrays) == warnings_of(with_tasks));
  const auto rows = [](const Group& root) {
    std::vector<std::pair<std::string, double>> all;
    for (const ResultRow& row : estimates_of(root)) all.emplace_back(row.name, row.value);
    return all;
  };
  CHECK(rows(arrays).size() == rows(with_tasks).size());
}

}  // namespace

TEST_CASE("a grid over disorder is arrays, and comes apart into its tasks") {
  check_both(
      "[model]\nsize = 4\ndisorder = \"bimodal\"\n[method]\nbeta = [0.2, 0.4]\nthermalization = 4\nsweeps = 16\nevery "
      "= 2\nchains = 2\nsnapshots = 2\n[grid]\n\"model.disorder_seed\" = \"1:3\"\n\"model.field\" = [0, 0.5]\n",
      true);
}
TEST_CASE("ladders that move differ from task to task") {
  check_both(
      "[model]\nsize = 4\ndisorder = \"gaussian\"\n[method]\nname = \"tempering\"\nbeta = \"0:1:4\"\nladder = "
      "\"adaptive\"\nthermalization = 40\nsweeps = 12\nchains = 2\n[grid]\n\"model.disorder_seed\" = \"1:3\"\n",
      true);
}
TEST_CASE("of systems of different sizes, what does not fit stays with its task") {
  check_both(
      "[model]\ndisorder = \"bimodal\"\n[method]\nbeta = [0.2, 0.4]\nthermalization = 4\nsweeps = 12\nchains = "
      "2\n[grid]\n\"model.size\" = [2, [3, 2], 4]\n",
      false);
}
TEST_CASE("annealings and networks are arrays too") {
  check_both(
      "[model]\nsize = 4\n[method]\nname = \"annealing\"\nbeta = [0.2, 0.4]\nparticles = 10\ntemperatures = "
      "6\nthermalization = 4\n[grid]\n\"model.field\" = [0, 0.1]\n",
      false);  // schedules differ
  check_both(
      "[model]\nname = \"rbm\"\nlayers = [4, 3]\n[method]\nbeta = [0, 0.5, 1]\nthermalization = 4\nsweeps = "
      "12\nchains = 2\n[grid]\n\"model.disorder_seed\" = [1, 2]\n",
      true);
}

TEST_CASE("curves are those of the tasks") {
  const std::string text =
      "[model]\nsize = 4\n[method]\nbeta = \"0.1:0.4:4\"\nsweeps = 200\nchains = 2\n[grid]\n\"model.size\" = [2, 4]\n";
  const auto one = curves_of(result_of(text, "64"), "out.h5"), other = curves_of(result_of(text, "0"), "out.h5");
  REQUIRE(one.size() == 2);
  REQUIRE(other.size() == 2);
  for (std::size_t k = 0; k < 2; ++k) {
    CHECK(one[k].label == other[k].label);
    CHECK(one[k].at == other[k].at);
    CHECK(one[k].sites == other[k].sites);
  }
}

TEST_CASE("program: what version 1 wrote is shown, reweighted and gone on with") {
  const fs::path data = fs::path(GIBBSITE_SOURCE_DIR) / "tests/data/version_1";
  const Scratch folder;
  fs::copy(data, folder.path(), fs::copy_options::recursive);
  const Ended shown = test::run({"show", "grid.h5"}, folder.path());
  CHECK(shown.code == 0);
  CHECK(shown.err.empty());
  CHECK(shown.out.find("2 ladders x 40 sweeps at 3 betas") != std::string::npos);
  CHECK(shown.out.find("overlap_squared") != std::string::npos);
  const Ended curves = test::run({"reweight", "grid.h5", "--beta", "0.1:0.4:3", "-o", "curves.h5"}, folder.path());
  CHECK(curves.code == 0);
  // 3000 sweeps with a draw of each, of which version 1 had drawn some hundreds.
  const Ended resumed = test::run({"run", "begun.toml", "--resume", "--quiet"}, folder.path());
  CHECK(resumed.code == 0);
  CHECK(resumed.err.find("begun by version") != std::string::npos);
  const Group root = read_archive(folder / "begun.h5");
  CHECK(attribute_of(root, "state") == "complete");
  const Variable* energy = root.child("series")->find("energy");
  REQUIRE(energy != nullptr);
  CHECK(energy->shape == std::vector<std::size_t>{2, 3000, 1});
  // The same draws as by this version from the start: the walk is the same.
  const Ended anew = test::run({"run", "begun.toml", "--quiet", "--method.every", "1", "-o", "anew.h5"}, folder.path());
  REQUIRE(anew.code == 0);
  CHECK(read_archive(folder / "anew.h5").child("series")->find("energy")->data == energy->data);
}
