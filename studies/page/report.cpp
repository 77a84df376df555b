// `gibbsite report`: result, likelihood and model files as one page.
#include <fmt/format.h>

#include <filesystem>
#include <limits>

#include "studies/files/signals.hpp"
#include "studies/files/whole_file.hpp"
#include "studies/models/model_file.hpp"
#include "studies/page/command.hpp"
#include "studies/page/page.hpp"
#include "studies/results/read_result.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

ImageSides read_sides_of_image(const std::string& words) {
  const std::size_t mark = words.find('x');
  if (mark != words.npos) {
    const auto width = read_number<std::size_t>(std::string_view(words).substr(0, mark)),
               height = read_number<std::size_t>(std::string_view(words).substr(mark + 1));
    constexpr std::size_t most = 10000;
    if (width && height && *width > 0 && *height > 0 && *width <= most && *height <= most)
      return std::pair(*width, *height);
  }
  throw RequestError(fmt::format("--image {} is not WIDTHxHEIGHT in units, for example 28x28", words));
}

ImageSides sides_of(const Request& request) {
  ImageSides sides;
  for (const auto& [name, words] : request.settings) sides = read_sides_of_image(words);
  return sides;
}

void complete_report(Request& request) {
  (void)sides_of(request);
  if (request.out.empty())
    throw RequestError("`gibbsite report` needs -o, for example: gibbsite report onsager.h5 -o onsager.html");
  for (std::size_t k = 0; k < request.arguments.size(); ++k)
    for (std::size_t before = 0; before < k; ++before) {
      std::error_code ignored;
      if (request.arguments[k] == request.arguments[before] ||
          std::filesystem::equivalent(request.arguments[k], request.arguments[before], ignored))
        throw RequestError(fmt::format("{} is given twice; name each file once", request.arguments[k]));
    }
}

int report_page(const Request& request, const std::string&) {
  check_writable(request, "the page");
  if (const auto folder = request.out.parent_path(); !folder.empty() && !std::filesystem::is_directory(folder))
    throw RequestError(fmt::format("there is no folder {} to write {} into; make it, or choose another with -o",
                                   folder.string(), request.out.filename().string()));
  remove_leftovers(request.out);
  const ImageSides sides = sides_of(request);
  std::vector<PageFile> files;
  bool weights = false;
  for (const std::string& path : request.arguments) {
    files.push_back({path, read_result_or_model(path)});
    const Group& root = files.back().root;
    const Group* model = is_model(root) ? &root : root.child("model");
    const Group* training = root.child("training");
    weights = weights || (model != nullptr && has_weights(*model)) ||
              (training != nullptr && training->child("samples") != nullptr);
  }
  if (sides && !weights)
    throw RequestError("--image is for files that hold the weights of a model, or samples of one; none of these does");
  std::string page;
  const std::string names = join(request.arguments, ", ");
  show_result(names, [&] { page = page_of(files, sides); });
  stops_mean(Stop::soon_done);
  write_whole_file(request.out, std::as_bytes(std::span(page)));
  return 0;
}

}  // namespace

const Command& report_command() {
  static const Command command{
      .name = "report",
      .arguments = "FILE.h5 ... -o OUT.html",
      .summary = "one self-contained page with pictures of result and model files",
      .details =
          "Of a result or likelihood file, what there is to doubt, every estimate next to exact answers with its "
          "z-scores, how chains, ladders or particles moved, and ln Z by every route; of a model, its parameters, and "
          "its weights and samples as images where the visible units make a square; of an energy of one or two real "
          "numbers its density. Several files stand side by side. The page "
          "needs no network and no other file; behind each plot stands the table of its numbers.",
      .least = 1,
      .most = std::numeric_limits<std::size_t>::max(),
      .options = {{"out", 'o', "FILE", "the page to write; required"},
                  force_option,
                  {"image", 0, "WxH", "width and height of the images that visible units make: 28x28"},
                  help_option},
      .examples = {"gibbsite report onsager.h5 -o onsager.html",
                   "gibbsite report model.h5 likelihood.h5 --image 28x28 -o mnist.html"},
      .complete = complete_report,
      .run = report_page};
  return command;
}

}  // namespace gibbsite
