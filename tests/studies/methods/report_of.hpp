/// The report on one task that has run to its end.
#pragma once

#include "studies/catalogue/catalogue.hpp"
#include "studies/methods/report.hpp"

namespace gibbsite::test {

inline Group report_of(const Study& study) {
  const auto system = make_system(study);
  const Key key(study.run.seed);
  const auto ensemble = make_ensemble(study, *system, key);
  const auto method = make_method(study, *system, *ensemble, key);
  while (!method->done()) method->advance();
  return report("run", method_entry(study), study, *system, *ensemble, *method);
}

}  // namespace gibbsite::test
