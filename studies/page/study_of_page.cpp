#include "studies/page/study_of_page.hpp"

#include <algorithm>
#include <cmath>
#include <exception>

#include "studies/catalogue/catalogue.hpp"
#include "studies/files/variables.hpp"
#include "studies/methods/annealing_keys.hpp"
#include "studies/study/study_file.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t most_places = 200;

/// Places between neighbours, as many in every gap.
std::vector<double> between(const std::vector<double>& beta) {
  std::vector<double> out;
  const std::size_t gaps = beta.size() - 1, steps = std::clamp<std::size_t>(most_places / gaps, 1, 6);
  for (std::size_t k = 0; k < gaps; ++k)
    for (std::size_t s = 1; s < steps; ++s) {
      const double share = static_cast<double>(s) / static_cast<double>(steps);
      const double a = beta[k], b = beta[k + 1];
      out.push_back(a > 0 ? 1 / ((1 - share) / a + share / b) : (1 - share) * a + share * b);
    }
  return out;
}

/// Keys of the grid as rows of results name them: without their section, in digits for people.
std::vector<std::pair<std::string, std::string>> coordinates_of(const Task& task) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [key, value] : task.coordinates) out.emplace_back(key.substr(key.rfind('.') + 1), readable(value));
  return out;
}

}  // namespace

std::vector<Task> tasks_of_study(const Group& root) {
  const std::string study = text_attribute(root, "study");
  if (study.empty() || root.child("estimates") == nullptr) return {};
  try {
    const Schema& schema = study_schema();
    return assemble(entries_of_text(study, "study", schema), {}, "study", schema).tasks;
  } catch (const std::exception&) {
    return {};  // of another version, or its files are gone: a page does without
  }
}

std::vector<ResultRow> exact_between(const Group& root, const std::vector<Task>& tasks) {
  std::vector<ResultRow> rows;
  if (root.child("exact") == nullptr || tasks.size() > 12) return rows;
  for (const Task& task : tasks) {
    const std::vector<double>& beta = task.study.method.beta;
    if (beta.size() < 3) continue;
    try {
      const std::vector<double> places = between(beta);
      const auto answers = make_system(task.study)->exact(places, Effort::beside_a_run);
      const auto* known = std::get_if<ExactAnswers>(&answers);
      if (known == nullptr) continue;
      for (std::size_t b = 0; b < places.size(); ++b)
        for (const auto& [name, value] : known->at[b].values)
          rows.push_back(
              {.name = name, .estimator = "", .at = coordinates_of(task), .beta = places[b], .exact = value});
    } catch (const std::exception&) {
      return {};
    }
  }
  return rows;
}

double resampling_threshold(const std::vector<Task>& tasks) {
  if (tasks.empty() || tasks.front().study.method.name != "annealing") return unknown;
  return tasks.front().study.keys<AnnealingKeys>().resample;
}

}  // namespace gibbsite
