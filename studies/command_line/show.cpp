#include "studies/command_line/show.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "studies/command_line/commands.hpp"
#include "studies/files/archive.hpp"
#include "studies/files/json.hpp"
#include "studies/files/version.hpp"
#include "studies/likelihood/likelihood.hpp"
#include "studies/models/model_file.hpp"
#include "studies/results/print_result.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/say.hpp"

namespace gibbsite {
namespace {

/// Throws std::invalid_argument unless every dimension that has a name and a coordinate has its length, on which all
/// that prints results relies.
void check_shapes(const Group& group) {
  for (const Variable& variable : group.variables) {
    if (!variable.dims.empty() && variable.dims.size() != variable.shape.size())
      throw std::invalid_argument(variable.name + " does not name each of its dimensions");
    for (std::size_t axis = 0; axis < variable.dims.size(); ++axis) {
      const std::string& dim = variable.dims[axis];
      const Variable* coordinate = group.find(dim);
      const bool known = coordinate != nullptr && coordinate->shape.size() == 1;
      if (known ? coordinate->shape[0] != variable.shape[axis] : coordinate != nullptr || dim == "estimator")
        throw std::invalid_argument(variable.name + " does not have the length of its dimension " + dim);
    }
  }
  for (const Group& child : group.groups) check_shapes(child);
}

/// Throws std::logic_error for a record that does not have the shape of a result.
void check_result(const Group& root) {
  check_shapes(root);
  if (root.child("likelihood") == nullptr) return;
  const Group* routes = root.child("free_energy");
  if (routes == nullptr || routes->find("estimator") == nullptr || routes->find("trusted") == nullptr)
    throw std::invalid_argument("it has likelihoods, but no routes to ln Z");
}

}  // namespace

std::string shown_as_json(const Group& root) {
  check_result(root);
  return root.child("likelihood") != nullptr
             ? likelihood_as_json(root)
             : result_as_json(root).dump();
}

namespace {

int show(const Request& request, const std::string&) {
  const std::string& path = request.arguments.front();
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    const bool begun = std::filesystem::exists(path + ".parts", ignored);
    throw RequestError(
        fmt::format("{} is not there{}", path,
                    begun ? "; an unfinished run stands beside it: continue it with `gibbsite run ... --resume`" : ""));
  }
  Group root;
  try {
    std::vector<Unread> unread;  // nothing that is shown
    root = read_archive(path, unread);
  } catch (const std::runtime_error& e) {
    throw RequestError(e.what());
  }
  if (is_model(root)) {
    if (request.json)
      fmt::print("{}\n", model_as_json(root, path));
    else
      print_model(root, path);
    return 0;
  }
  const auto ours = [](const auto& a) { return a.first == "program" && a.second == decltype(a.second)("gibbsite"); };
  if (root.child("curves") != nullptr)
    throw RequestError(fmt::format(
        "{} holds curves that `gibbsite reweight` made; open its groups curves, peaks and crossings in xarray", path));
  if (std::none_of(root.attributes.begin(), root.attributes.end(), ours))  // stopped at once, it may have no groups yet
    throw RequestError(fmt::format("{} is an HDF5 file, but neither a result nor a model of gibbsite", path));
  note_format(root, path);
  try {
    check_result(root);
    if (request.json)
      fmt::print("{}\n", shown_as_json(root));
    else if (root.child("likelihood") != nullptr)
      print_likelihood(root, path);
    else
      print_result(root, path);
  } catch (const std::bad_variant_access&) {
    throw RequestError(
        fmt::format("{} is no result as gibbsite writes them: what should be numbers or texts is not", path));
  } catch (const std::logic_error& error) {
    throw RequestError(fmt::format("{} is no result as gibbsite writes them: {}", path, error.what()));
  }
  return 0;
}

}  // namespace

const Command& show_command() {
  static const Command command{
      .name = "show",
      .arguments = "FILE.h5",
      .summary = "print what a result or model file holds",
      .details = "Of a result, estimates with errors, next to exact values and z-scores where there are any; free "
                 "energies; warnings. Of a model, its units and the ranges of its parameters.",
      .least = 1,
      .most = 1,
      .options = {json_option, help_option},
      .examples = {"gibbsite show onsager.h5", "gibbsite show onsager.h5 --json | jq .warnings"},
      .run = show};
  return command;
}

}  // namespace gibbsite
