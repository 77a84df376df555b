/// Exact values of everything a case estimates: from the house's exact routes, and from routes of the calibration's own
/// where those leave something out (overlaps, magnetisations of larger graphs, averages over disorder, peaks).
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "studies/study/request.hpp"
#include "studies/systems/system.hpp"
#include "tests/calibration/case.hpp"
#include "tests/calibration/numbers.hpp"

namespace gibbsite::calibration {

class Truth {
 public:
  /// `request` is what the case's command asks for; `beta`: where it is reweighted to, if it is.
  Truth(const Case& what, const Request& request, std::vector<double> beta);

  /// unknown where nothing is known. Any thread may ask.
  double of(const Number& number);

 private:
  struct At {
    std::map<std::string, double> values;
    std::vector<double> overlap;  ///< P(q = (2k - N)/N)
  };
  At compute(const System& system, double beta) const;
  const At& at(std::size_t task, double beta);
  double value(std::size_t task, const std::string& name, double beta);
  double peak(std::size_t task, const std::string& quantity, bool height);
  double crossing(bool height);
  double averaged(const std::string& name, double beta);

  const Case& case_;
  Study study_;
  std::vector<std::shared_ptr<const System>> systems_;
  std::vector<double> beta_;
  std::map<std::pair<std::size_t, double>, At> known_;
  std::map<std::pair<std::string, double>, double> other_;
  std::mutex mutex_, slow_;
};

}  // namespace gibbsite::calibration
