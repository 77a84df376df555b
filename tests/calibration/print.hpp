/// The calibration as text, to be read and kept, and as JSON.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/calibration/verdict.hpp"

namespace gibbsite::calibration {

/// Begins with the column names.
std::string table_header();
/// The rows of one case: those worth reading (`all`: every one).
std::string table_of(const Found& found, bool all);
std::string verdict_text(const Verdict& verdict, const std::vector<Found>& all);
/// Everything as Markdown with the command, commit and date: what RESULTS.md is.
void write_table(const std::filesystem::path& file, const std::string& command, const std::vector<Found>& all,
                 const Verdict& verdict);
void write_json(const std::filesystem::path& file, const std::string& command, const std::vector<Found>& all,
                const Verdict& verdict);

}  // namespace gibbsite::calibration
