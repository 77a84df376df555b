/// The files that commands of the table name: graphs and machines made for the calibration, in a folder that goes with
/// this object. While it lives the current folder is that folder.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace gibbsite::calibration {

inline constexpr std::string_view empty_study = "empty.toml";

class Systems {
 public:
  Systems();
  ~Systems();
  Systems(const Systems&) = delete;
  Systems& operator=(const Systems&) = delete;

 private:
  std::filesystem::path before_, folder_;
};

/// The transition of first order in temperature: 60 spins, all bonded with J = 1.4/60, each in the field -0.37; 60
/// more, each in the field 0.6 and bonded to every one of the first with J = 0.6/60; then a random gauge. Of the
/// magnetisation M of the first:
///   Z = sum_M C(60, (60 + M)/2) exp(-beta (-1.4 (M^2 - 60)/120 + 0.37 M)) [2 cosh(beta (0.6 + 0.6 M/60))]^60.
std::map<std::string, double> first_order_answers(double beta);
/// Blocks of units that are not bonded to one another, each summed by itself.
std::map<std::string, double> wide_blocks_answers(double beta);

}  // namespace gibbsite::calibration
