#include "studies/page/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "studies/catalogue/catalogue.hpp"
#include "studies/files/variables.hpp"
#include "studies/models/model_file.hpp"
#include "studies/page/assets.hpp"
#include "studies/page/html.hpp"
#include "studies/page/study_of_page.hpp"
#include "studies/results/grid_arrays.hpp"
#include "studies/results/print_result.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

std::string paragraph(const std::string& text, const char* kind = "") {
  if (text.empty()) return "";
  return fmt::format("<p{}>{}</p>\n", *kind == 0 ? "" : fmt::format(" class={}", kind), escaped(text));
}

/// A kind of model's line of `gibbsite list models`, which says its energy.
std::string meaning_of(const std::string& system) {
  const std::string name = system.substr(0, system.find(','));
  for (const Listing& listing : listings("models"))
    if (listing.name == name) return listing.name + ": " + listing.meaning + ".";
  return "";
}

std::string list_of(const std::vector<std::string>& sentences) {
  std::string out = "<ul>";
  for (const std::string& sentence : sentences) out += "\n<li>" + escaped(sentence);
  return out + "</ul>\n";
}

/// The first ones, others behind a click; of very many, those that a page can hold.
std::string warnings_section(const std::vector<std::string>& warnings) {
  if (warnings.empty()) return "";
  const auto begin = warnings.begin();
  const auto count = static_cast<std::ptrdiff_t>(warnings.size());
  const std::ptrdiff_t shown = std::min<std::ptrdiff_t>(count, 12), listed = std::min<std::ptrdiff_t>(count, 200);
  std::string out = "<h3>Warnings</h3>\n" + list_of({begin, begin + shown});
  if (count > shown)
    out += fmt::format("<details><summary>{} more</summary>{}{}</details>\n", count - shown,
                       list_of({begin + shown, begin + listed}),
                       count > listed ? paragraph(fmt::format("and {} more, in the file", count - listed)) : "");
  return out;
}

std::string layout_in(const Group& root) {
  if (const Group* d = root.child("diagnostics"))
    if (const std::string text = text_attribute(*d, "layout"); !text.empty()) return text;
  const Group* tasks = root.child("tasks");
  return tasks == nullptr || tasks->groups.empty() ? "" : layout_in(tasks->groups.front());
}

/// What there is to say of a file in words and values.
std::string facts_section(const Group& root) {
  std::vector<std::pair<std::string, std::string>> facts = {
      {"plan", text_attribute(root, "plan")}, {"layout", layout_in(root)}, {"data", data_text(root)}};
  const Group* exact = root.child("exact");
  if (exact != nullptr) facts.emplace_back("exact answers", text_attribute(*exact, "source"));
  if (const Group* c = root.child("configurations"); c != nullptr && !on_grid(*c))
    for (const double energy :
         doubles(*c, "lowest_energy").first(std::min<std::size_t>(1, doubles(*c, "lowest_energy").size()))) {
      const auto ground = exact == nullptr ? std::span<const double>() : doubles(*exact, "ground_energy");
      facts.emplace_back(
          "lowest energy seen",
          digits(energy) +
              (ground.empty() || std::isnan(ground[0]) ? "" : " (exact ground energy: " + digits(ground[0]) + ")"));
    }
  if (const Group* found = root.child("likelihood")) {
    const auto mean = doubles(*found, "mean");
    if (!mean.empty())
      facts.emplace_back("mean log-likelihood", digits(mean[0]) + " nats, " + text_attribute(*found, "meaning"));
  }
  std::string out = "<dl>";
  const auto add = [&](const std::string& name, const std::string& value) {
    if (!value.empty()) out += fmt::format("\n<dt>{}<dd>{}", escaped(name), escaped(value));
  };
  for (const auto& [name, value] : facts) add(name, value);
  out += "</dl>\n<details><summary>Provenance</summary><dl>";
  for (const char* name : {"program", "version", "git_commit", "format_version", "created_at", "command", "seed",
                           "threads", "wall_seconds", "state"})
    add(name, text_attribute(root, name));
  out += "</dl></details>\n";
  if (const std::string study = text_attribute(root, "study"); !study.empty())
    out += "<details><summary>Study</summary><pre>" + escaped(study) + "</pre></details>\n";
  return out;
}

std::string html_of(const FigureGroup& group) {
  if (group.figures.empty() && group.html.empty()) return "";
  std::string out = "<h3>" + escaped(group.heading) + "</h3>\n<div class=figures>\n" + group.html;
  for (const Figure& figure : group.figures) out += html_of(figure);
  return out + "</div>\n";
}

/// What a training has to doubt.
std::vector<std::string> warnings_of_training(const Group& training) {
  const Variable* v = training.find("warnings");
  const auto* sentences = v == nullptr ? nullptr : std::get_if<std::vector<std::string>>(&v->data);
  return sentences == nullptr ? std::vector<std::string>() : *sentences;
}

/// Of a training without ln p.
std::string said_of_labels(const Group& training) {
  const auto accuracy = doubles(training, "accuracy"), held = doubles(training, "validation_accuracy");
  std::string out = fmt::format("Trained by {}", text_attribute(training, "method"));
  if (!accuracy.empty()) out += fmt::format(": {:.2f} % of training labels told", 100 * accuracy.back());
  if (!held.empty()) out += fmt::format(", {:.2f} % of validation labels", 100 * held.back());
  return out + ".";
}

std::string model_section(const PageFile& file, ImageSides sides) {
  const ModelSummary summary = summary_of(file.root, file.path);
  const Group* training = file.root.child("training");
  const auto likelihood = training == nullptr ? std::span<const double>() : doubles(*training, "log_likelihood");
  const std::vector<std::string> doubts =
      training == nullptr ? std::vector<std::string>() : warnings_of_training(*training);
  std::string out =
      paragraph(likelihood.empty() && training != nullptr ? said_of_labels(*training)
                : likelihood.empty()
                    ? "A model: parameters, of which nothing was estimated."
                    : fmt::format("Trained by {}: mean ln p of a training sample {:.6g}, from {:.6g}; ln Z by {}.",
                                  text_attribute(*training, "method"), likelihood.back(), likelihood.front(),
                                  text_attribute(*training, "route")),
                doubts.empty() ? "verdict" : "doubt");
  out += warnings_section(doubts);
  out += paragraph(summary.sentence) + list_of(summary.remarks);
  std::string table;
  for (const auto& row : summary.rows) {
    const bool head = &row == &summary.rows.front();
    table += "\n<tr>";
    for (const std::string& cell : row)
      table += (head ? "<th scope=col>" : &cell == &row.front() ? "<th scope=row>" : "<td>") + escaped(cell);
  }
  out += "<div class=scroll tabindex=0 role=region aria-label=parameters><table><caption>parameters</caption>" + table +
         "</table></div>\n";
  out += facts_section(file.root) + html_of(figures_of_energy(file.root, file.path));
  out += html_of(figures_of_training(file.root));
  if (const Group* samples = training == nullptr ? nullptr : training->child("samples"))
    out += html_of(images_of_samples(*samples, "training/samples", sides, file.path, pixels_of(file.root)));
  return out + html_of(images_of(file.root, sides, file.path));
}

/// The system itself, or every task of a grid.
std::vector<PagePart> parts_of(const Group& root, const std::vector<Group>& tasks) {
  if (tasks.empty()) return {{"", &root}};
  std::vector<PagePart> parts;
  for (const Group& task : tasks) {
    std::vector<std::string> words;
    for (const auto& [key, value] : task.attributes)
      if (key.find('.') != std::string::npos)
        words.push_back(key.substr(key.rfind('.') + 1) + " = " + text_attribute(task, key));
    parts.push_back({join(words, ", "), &task});
  }
  return parts;
}

std::string result_section(const PageFile& file, ImageSides sides) {
  const Group& root = file.root;
  const std::string system = text_attribute(root, "system");
  const std::string verdict = verdict_on(root);
  const bool doubtful = verdict.starts_with("To doubt") || verdict.starts_with("Not finished");
  std::string out = paragraph(verdict, doubtful ? "doubt" : "verdict");
  if (root.child("likelihood") != nullptr) out += paragraph(text_attribute(root, "verdict"));
  out += paragraph(system) + paragraph(meaning_of(system), "energy");
  out += warnings_section(warnings_of(root));
  if (const auto notes = notes_of(root); !notes.empty()) out += paragraph("Note: " + notes.front());
  out += facts_section(root);
  const std::vector<Group> tasks = tasks_of(root);
  const std::vector<PagePart> parts = parts_of(root, tasks);
  out += html_of(figures_of_likelihood(root));
  const std::vector<Task> asked = tasks_of_study(root);
  out += html_of(figures_of_estimates(root, exact_between(root, asked))) + html_of(figures_of_disorder(root));
  out += html_of(figures_of_scaling(root));
  out += html_of(figures_of_overlaps(root)) + html_of(figures_of_free_energies(root));
  out += html_of(figures_of_annealing(parts, resampling_threshold(asked)));
  out += html_of(figures_of_ladders(parts));
  out += html_of(figures_of_mixing(root)) + html_of(figures_of_series(parts));
  out += html_of(images_of_samples(root, "samples", sides, file.path));
  if (const Group* model = root.child("model"); model != nullptr && tasks.empty())
    out += html_of(figures_of_energy(*model, file.path)) + html_of(images_of(*model, sides, file.path));
  return out;
}

}  // namespace

std::string verdict_on(const Group& root) {
  const Doubts doubts = doubts_of(root, estimates_of(root), free_energies_of(root));
  const std::size_t warnings = doubts.warnings.size();
  std::string compared;
  if (doubts.off.comparisons > 0)
    compared = fmt::format(
        "; the largest of {} deviations from exact answers is {:.2f} errors, where chance exceeds {:.2f} once in 1000 "
        "studies",
        doubts.off.comparisons, std::abs(doubts.off.z), doubts.off.threshold);
  const std::string counted = warnings == 0   ? "no warnings"
                              : warnings == 1 ? "one warning, below"
                                              : fmt::format("{} warnings, below", warnings);
  if (text_attribute(root, "state") == "partial")
    return fmt::format("Not finished: the run was stopped, and these are its draws so far; {}{}.", counted, compared);
  if (doubts.none()) return "Nothing to doubt: " + counted + compared + ".";
  if (warnings > 0) return "To doubt: " + counted + compared + ".";
  if (doubts.off.exceeds) return "To doubt: exact answers are missed" + compared + ".";
  return "No estimates: fewer than two draws.";
}

std::string page_of(const std::vector<PageFile>& files, ImageSides sides) {
  std::string title = "gibbsite report";
  for (const PageFile& file : files) title += (&file == &files.front() ? ": " : ", ") + file.path;
  std::string out =
      "<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8>\n<meta http-equiv=\"Content-Security-Policy\" "
      "content=\""
      "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:\">\n<meta "
      "name=viewport "
      "content=\"width=device-width, initial-scale=1\">\n<meta name=color-scheme content=\"light dark\">\n<link "
      "rel=icon "
      "href=\"data:,\">\n<title>" +
      escaped(title) + "</title>\n<style>\n" + dygraphs_style() + page_style() + "</style></head>\n<body>\n<main>\n";
  out +=
      "<h1>Gibbsite report</h1>\n<noscript><p>Plots need JavaScript; their numbers stand in the "
      "tables.</p></noscript>\n";
  out +=
      "<p class=keys>Drag across a plot to zoom, double click to see all of it; of a plot in focus the keys + - 0 and "
      "arrows do the same. Names above a plot hide and show its curves.</p>\n<div class=files>\n";
  for (const PageFile& file : files) {
    const std::string name = escaped(file.path);
    out += fmt::format("<section class=file aria-label=\"{}\">\n<h2>{}</h2>\n", name, name);
    out += is_model(file.root) ? model_section(file, sides) : result_section(file, sides);
    out += "</section>\n";
  }
  out += "</div>\n</main>\n<footer><details><summary>Licence of dygraphs, which draws the plots</summary><pre>" +
         escaped(dygraphs_licence()) + "</pre></details></footer>\n";
  return out + "<script>\n" + dygraphs_script() + "\n</script>\n<script>\n" + page_script() +
         "</script>\n</body></html>\n";
}

}  // namespace gibbsite
