#include "studies/models/snapshots.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "studies/files/archive.hpp"
#include "studies/models/model_file.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

using Machine = std::shared_ptr<const Network>;

double distance(const Network& a, const Network& b) {
  double sum = 0;
  const auto add = [&](std::span<const double> x, std::span<const double> y) {
    for (std::size_t i = 0; i < x.size(); ++i) sum += (x[i] - y[i]) * (x[i] - y[i]);
  };
  add(a.weights()[0].numbers(), b.weights()[0].numbers());
  for (std::size_t l = 0; l < 2; ++l) add(a.layers()[l].bias, b.layers()[l].bias);
  return sum;
}

Machine without_bonds(const Network& network) {
  const Matrix& w = network.weights()[0];
  return std::make_shared<const Network>(std::vector<Layer>(network.layers().begin(), network.layers().end()),
                                         std::vector<Matrix>{Matrix(w.rows(), w.columns())}, network.constant());
}

}  // namespace

std::vector<std::shared_ptr<const Network>> read_trajectory(const std::filesystem::path& path) {
  const ModelFile last = read_model(path);
  const auto* whole = std::get_if<Machine>(&last.model);
  if (whole == nullptr || !(*whole)->restricted()) return {};
  std::vector<Unread> unread;
  const Group root = read_archive(path, unread);
  const Group* snapshots = root.child("snapshots");
  if (snapshots == nullptr || snapshots->groups.empty()) return {};
  std::vector<Machine> nodes;
  for (const Group& group : snapshots->groups) {
    const std::string where = fmt::format("{}: snapshots/{}", path.string(), group.name);
    const ModelFile file = model_from(group, where);
    const auto* network = std::get_if<Machine>(&file.model);
    const auto fits = [&](std::size_t l) {
      const Layer &a = (*network)->layers()[l], &b = (*whole)->layers()[l];
      return a.kind == b.kind && a.units == b.units && a.states == b.states;
    };
    if (network == nullptr || !(*network)->restricted() || !fits(0) || !fits(1))
      throw RequestError(fmt::format("{} is of another shape than the model", where));
    nodes.push_back(*network);
  }
  // Where training went on beyond the best model, the rest leads away from it.
  const auto nearest = std::min_element(nodes.begin(), nodes.end(), [&](const Machine& a, const Machine& b) {
    return distance(*a, **whole) < distance(*b, **whole);
  });
  const bool there = distance(**nearest, **whole) == 0;
  nodes.erase(nearest + 1, nodes.end());
  nodes.front() = without_bonds(*nodes.front());
  if (there && nodes.size() > 1)
    nodes.back() = *whole;
  else
    nodes.push_back(*whole);
  return nodes;
}

}  // namespace gibbsite
