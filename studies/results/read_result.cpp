#include "studies/results/read_result.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "studies/files/archive.hpp"
#include "studies/files/version.hpp"
#include "studies/models/model_file.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

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

}  // namespace

Group read_file(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    const bool begun = std::filesystem::exists(path + ".parts", ignored);
    throw RequestError(fmt::format("{} is not there{}", path,
                                   begun ? fmt::format("; an unfinished run stands beside it: `gibbsite resume {}` (or "
                                                       "`gibbsite train ... --resume`) goes on",
                                                       path)
                                         : ""));
  }
  try {
    std::vector<Unread> unread;
    return read_archive(path, unread);
  } catch (const std::runtime_error& e) {
    throw RequestError(e.what());
  }
}

bool is_result(const Group& root) {
  const auto ours = [](const auto& a) { return a.first == "program" && a.second == decltype(a.second)("gibbsite"); };
  return std::any_of(root.attributes.begin(), root.attributes.end(), ours);
}

void check_result(const Group& root) {
  check_shapes(root);
  if (root.child("likelihood") == nullptr) return;
  const Group* routes = root.child("free_energy");
  if (routes == nullptr || routes->find("estimator") == nullptr || routes->find("trusted") == nullptr)
    throw std::invalid_argument("it has likelihoods, but no routes to ln Z");
}

Group read_result_or_model(const std::string& path) {
  Group root = read_file(path);
  if (is_model(root)) return root;
  if (root.child("curves") != nullptr)
    throw RequestError(fmt::format(
        "{} holds curves that `gibbsite reweight` made; open its groups curves, peaks and crossings in xarray", path));
  if (!text_attribute(root, "scaling_of").empty())
    throw RequestError(fmt::format(
        "{} holds what `gibbsite scaling` made of other results; open its groups sizes, exponents, ... in xarray",
        path));
  if (!is_result(root))  // stopped at once, it may have no groups yet
    throw RequestError(fmt::format("{} is an HDF5 file, but neither a result nor a model of gibbsite", path));
  note_format(root, path);
  show_result(path, [&] { check_result(root); });
  return root;
}

void show_result(const std::string& path, const std::function<void()>& show) {
  try {
    show();
  } catch (const std::bad_variant_access&) {
    throw RequestError(
        fmt::format("{} is no result as gibbsite writes them: what should be numbers or texts is not", path));
  } catch (const std::logic_error& error) {
    throw RequestError(fmt::format("{} is no result as gibbsite writes them: {}", path, error.what()));
  }
}

}  // namespace gibbsite
