/// A study of learning in a folder of its own, and the files that `gibbsite train` makes of it.
#pragma once

#include <string>

#include "studies/files/archive.hpp"
#include "tests/studies/program.hpp"

namespace gibbsite::test {

struct TrainedStudy : Scratch {
  explicit TrainedStudy(const std::string& study) { write_bytes(*this / "study.toml", study); }
  Ended train(const Words& more = {}, const std::string& out = "model.h5") {
    return run(Words{"train", "study.toml", "--quiet", "-o", out} + more, path());
  }
  Group root(const std::string& name = "model.h5") { return read_archive(*this / name); }
};

}  // namespace gibbsite::test
