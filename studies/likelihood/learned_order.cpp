#include "studies/likelihood/learned_order.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "estimators/order_parameter.hpp"
#include "studies/files/archive.hpp"
#include "studies/files/variables.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {

std::vector<Estimate> LearnedOrder::squared() const {
  std::vector<Estimate> out;
  for (const auto& chains_at : curve.squares) out.push_back(average_over_samples(chains_at));
  return out;
}

std::vector<Estimate> LearnedOrder::binder() const {
  std::vector<Estimate> out;
  for (std::size_t b = 0; b < beta.size(); ++b) out.push_back(binder_over_samples(curve.squares[b], curve.binders[b]));
  return out;
}

LearnedOrder learned_order(std::span<const double> z, std::size_t numbers, std::vector<double> beta,
                           std::size_t chains) {
  LearnedOrder out{.beta = std::move(beta),
                   .chains = chains,
                   .m = along_principal_direction(z, numbers),
                   .identity = {},
                   .curve = {}};
  const std::size_t betas = out.beta.size();
  out.curve = order_curve(out.m, chains, betas);
  for (std::size_t b = 0; b < betas; ++b) {
    double mean = 0;
    const std::size_t rows = out.m.size() / betas;
    for (std::size_t r = 0; r < rows; ++r) mean += out.m[r * betas + b] / static_cast<double>(rows);
    for (std::size_t r = 0; r < rows; ++r) out.m[r * betas + b] -= mean;
  }
  return out;
}

Group order_group(const LearnedOrder& order, const std::vector<GlassCrossing>& crossings, const std::string& other) {
  Group group{.name = "order"};
  const std::size_t betas = order.beta.size(), snapshots = order.m.size() / (betas * order.chains);
  add_index(group, "snapshot", snapshots, "snapshot of a chain");
  add_index(group, "chain", order.chains, "independent chain");
  add_beta(group, order.beta);
  add(group, "order_parameter", {"snapshot", "chain", "beta"}, {snapshots, order.chains, betas}, order.m, "1",
      "embedding along the direction of largest variance, less its mean at each beta");
  add_estimates(group, "order_parameter_squared", {"beta"}, {betas}, order.squared(), "1", "mean of its square");
  add_estimates(group, "binder_cumulant", {"beta"}, {betas}, order.binder(), "1", "1 - <m^4> / (3 <m^2>^2) of it");
  if (other.empty()) return group;
  group.attributes.emplace_back("against", other);
  std::vector<Estimate> at, value;
  for (const GlassCrossing& one : crossings) at.push_back(one.beta), value.push_back(one.value);
  if (crossings.empty()) return group;
  add_index(group, "crossing", crossings.size(), "crossing of Binder cumulants with those of the other file");
  add_estimates(group, "crossing_beta", {"crossing"}, {at.size()}, at, "1/J", "inverse temperature where they cross");
  add_estimates(group, "crossing_binder", {"crossing"}, {at.size()}, value, "1", "Binder cumulant of both there");
  return group;
}

LearnedOrder read_order(const std::string& file) {
  Group root;
  try {
    std::vector<Unread> unread;
    root = read_archive(file, unread);
  } catch (const std::runtime_error& error) {
    throw RequestError(error.what());
  }
  const Group* group = root.child("order");
  const Variable* m = group == nullptr ? nullptr : group->find("order_parameter");
  if (m == nullptr || m->shape.size() != 3)
    throw RequestError(fmt::format(
        "{}: it holds no order parameter; write one by gibbsite embed ENCODER.h5 --data RESULT.h5 --labels beta -o {}",
        file, file));
  const auto numbers = doubles(*group, "order_parameter"), beta = doubles(*group, "beta");
  LearnedOrder out = learned_order(numbers, 1, {beta.begin(), beta.end()}, m->shape[1]);
  out.identity = text_attribute(root, "model_identity");
  return out;
}

std::vector<GlassCrossing> order_crossings(const LearnedOrder& a, const LearnedOrder& b, const std::string& file) {
  if (a.beta != b.beta)
    throw RequestError(fmt::format("{}: its order parameter is at other betas; run both sizes at the same ones", file));
  return glass_crossings(a.beta, a.curve, b.curve);
}

}  // namespace gibbsite
