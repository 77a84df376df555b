/// The program: words in, exit code out.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <stdexcept>

#include "studies/command_line/execute.hpp"
#include "studies/files/signals.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/say.hpp"
#include "studies/text/utf8.hpp"

namespace {

bool ended = false;

/// OpenMP ends the program where it gets no thread, with a line of its own.
void tell_of_threads() {
  if (!ended)
    gibbsite::say(
        "a thread could not be started; what was checkpointed is kept: go on with fewer --run.threads and "
        "--resume");
}

int main_code(int argc, char** argv) {
  using namespace gibbsite;
  constexpr int failed = 1, wrong_request = 2;
  try {
    const int code = execute({argv + 1, argv + argc});
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
      throw std::runtime_error("the output could not be written to standard output");
    return code;
  } catch (const RequestError& e) {
    say(printable(e.what()));
    return wrong_request;
  } catch (const std::bad_alloc&) {
    say("not enough memory for this study; what was checkpointed is kept");
    return failed;
  } catch (const std::exception& e) {
    say(printable(e.what()));
    return failed;
  }
}

}  // namespace

int main(int argc, char** argv) {
  gibbsite::listen_for_stop();
  gibbsite::keep_standard_files();
  std::atexit(tell_of_threads);
  const int code = main_code(argc, argv);
  ended = true;
  return code;
}
