/// One case at one seed: the study through the house's own calls, from the words of the command line to the record that
/// would be written, all in memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "studies/study/request.hpp"
#include "tests/calibration/case.hpp"
#include "tests/calibration/numbers.hpp"
#include "tests/calibration/truth.hpp"

namespace gibbsite {
class Judged;
}

namespace gibbsite::calibration {

struct Judged {
  Number number;
  double exact = unknown, z = unknown;
};

struct Outcome {
  std::vector<Judged> numbers;  ///< those whose exact value is known
  std::vector<std::string>
      warnings;  ///< but those that compare with exact answers, which no user of a larger system has
};

class Runner {
 public:
  /// Reads and checks the case; throws what the program would say.
  /// errors: what every error is multiplied by, 1 but in a test of the calibration itself.
  Runner(const Case& what, double errors);
  ~Runner();

  /// Any thread; depends on nothing but the seed.
  Outcome run(std::uint64_t seed);

 private:
  Request request_of(std::uint64_t seed) const;
  Group likelihood(const Request& request) const;
  Outcome judged(std::vector<Number> numbers, std::vector<std::string> warnings) const;

  const Case& case_;
  double errors_;
  std::vector<double> beta_;                        ///< reweight: where to
  std::unique_ptr<const gibbsite::Judged> judged_;  ///< by loglik
  double exact_ = unknown;                          ///< ln Z of an energy of real numbers that is judged
  std::unique_ptr<Truth> truth_;                    ///< null where numbers come with their exact values
};

}  // namespace gibbsite::calibration
