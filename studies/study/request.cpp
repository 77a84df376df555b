#include "studies/study/request.hpp"

#include <fmt/format.h>

#include "studies/text/errors.hpp"

namespace gibbsite {

void check_writable(const Request& request, const std::string& what) {
  const std::string out = request.out.string();
  std::error_code ignored;
  if (std::filesystem::is_directory(request.out, ignored))
    throw RequestError(fmt::format("{} is a folder; give {} a file name with -o", out, what));
  if (!request.force && std::filesystem::exists(request.out, ignored))
    throw RequestError(fmt::format("{} exists; choose another name with -o, or replace it with --force", out));
}

}  // namespace gibbsite
