/// Files of the Python package `rbms`. Names, shapes and energies are those of its source (GitHub, DsysDML/rbms:
/// rbms/io.py, rbms/map_model.py at 9e2d697 and */classes.py, */implement.py at 35881d5, ca41146 and 095d627):
///
///   /model_type                 a text: BBRBM, PBRBM, IIRBM, BGRBM, IGRBM (and BEBM, CEBM, whose energies are neural)
///   /update_N/params/vbias, hbias, weight_matrix   after N updates; older files: also directly in /update_N
///   /hyperparameters, /parallel_chains             of the training; not read
///
///   BBRBM  v, h in {0, 1}       E = -vbias.v - hbias.h - v' weight_matrix h,  weight_matrix (visible, hidden)
///   IIRBM  v, h in {-1, +1}     the same
///   PBRBM  v of q states, h in {0, 1}: the same with v one-hot; vbias (visible, q), weight_matrix (visible, q, hidden)
///   BGRBM  v in {0, 1}, h real  the same, + (visible / 2) h.h
///   IGRBM  v in {-1, +1}        as BGRBM
///
/// Of the last two the energies are what counts here; in the source read, _sample_hiddens of either draws h around
/// hbias + v weight_matrix, without the 1 / visible that its energy has.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "studies/models/import.hpp"
#include "studies/models/model_group.hpp"
#include "studies/text/errors.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

constexpr std::string_view prefix = "update_";

std::vector<std::size_t> updates_of(const Group& root) {
  std::vector<std::size_t> updates;
  for (const Group& group : root.groups)
    if (group.name.starts_with(prefix))
      if (const auto number = read_number<std::size_t>(std::string_view(group.name).substr(prefix.size())))
        updates.push_back(*number);
  std::sort(updates.begin(), updates.end());
  return updates;
}

std::size_t update_asked_for(const Group& root, const ImportKeys& keys, const std::string& where) {
  const std::vector<std::size_t> updates = updates_of(root);
  const auto asked = keys.find("update");
  if (asked == keys.end()) return updates.back();
  const auto number = read_number<std::size_t>(asked->second);
  if (number && std::binary_search(updates.begin(), updates.end(), *number)) return *number;
  throw RequestError(
      fmt::format("{}: there is no update `{}`; there are: {}", where, asked->second, fmt::join(updates, ", ")));
}

/// An RBM of discrete units; `kinds` of the visible and the hidden ones.
std::shared_ptr<const Network> layered(const Place& params, UnitKind visible, UnitKind hidden) {
  const Shape v = params.shape("vbias"), h = params.shape("hbias");
  const bool categorical = visible == UnitKind::categorical;
  if (v.size() != (categorical ? 2 : 1) || h.size() != 1)
    params.refuse(fmt::format("vbias and hbias have the shapes {} and {}, expected ({}) and (hidden)", shape_text(v),
                              shape_text(h), categorical ? "visible, states" : "visible"));
  Shape w = v;
  w.push_back(h[0]);
  const auto weights =
      params.matrix("weight_matrix", w, categorical ? "(visible, states, hidden)" : "(visible, hidden)");
  return std::make_shared<const Network>(
      std::vector<Layer>{{visible, v[0], categorical ? v[1] : 1, params.numbers("vbias", v, ""), {}},
                         {hidden, h[0], 1, params.numbers("hbias", h, ""), {}}},
      std::vector<Matrix>{weights});
}

WithoutHidden with_gaussian_hidden(const Place& params, UnitKind kind) {
  const Shape v = params.shape("vbias"), h = params.shape("hbias");
  if (v.size() != 1 || h.size() != 1 || v[0] == 0 || h[0] == 0)
    params.refuse(fmt::format("vbias and hbias have the shapes {} and {}, expected (visible) and (hidden)",
                              shape_text(v), shape_text(h)));
  return integrate_hidden(kind, params.matrix("weight_matrix", {v[0], h[0]}, "(visible, hidden)"),
                          params.numbers("vbias", v, ""), params.numbers("hbias", h, ""), static_cast<double>(v[0]));
}

}  // namespace

WithoutHidden integrate_hidden(UnitKind kind, const Matrix& weights, const std::vector<double>& visible_bias,
                               const std::vector<double>& hidden_bias, double precision) {
  // The integral over h is exp(sum_a t_a^2 / (2 precision)) (2 pi / precision)^(hidden / 2), t = c + W'v; its v_i v_j
  // are bonds, its v_i^2 = v_i biases of binary units, its v_i^2 = 1 of spins a constant.
  const auto w = eigen(weights);
  const auto c = eigen(hidden_bias);
  Eigen::MatrixXd bonds = w * w.transpose() / precision;
  const Eigen::VectorXd own = bonds.diagonal(), pull = w * c / precision;
  bonds.diagonal().setZero();
  bonds = (0.5 * (bonds + bonds.transpose())).eval();
  std::vector<double> bias = visible_bias;
  for (std::size_t i = 0; i < bias.size(); ++i) {
    const auto at = static_cast<Eigen::Index>(i);
    bias[i] += pull[at] + (kind == UnitKind::binary ? own[at] / 2 : 0);
  }
  const double shift = c.squaredNorm() / (2 * precision) +
                       0.5 * static_cast<double>(weights.columns()) * std::log(2 * std::numbers::pi / precision) +
                       (kind == UnitKind::spin ? own.sum() / 2 : 0);
  const std::size_t units = bias.size();
  return {std::make_shared<const BoltzmannMachine>(kind, units, matrix(bonds), std::move(bias)), shift};
}

bool is_rbms(const Group& root) { return root.find("model_type") != nullptr && !updates_of(root).empty(); }

ModelFile model_from_rbms(const Group& root, const ImportKeys& keys, const std::string& where) {
  for (const auto& [key, value] : keys)
    if (key != "update")
      throw RequestError(
          fmt::format("{}: a file of the package rbms says itself what it holds; leave out --{}", where, key));
  const std::size_t update = update_asked_for(root, keys, where);
  const Place after = Place(root, where).child(fmt::format("{}{}", prefix, update));
  const Place params = after.has("params") ? after.child("params") : after;
  const std::string type = Place(root, where).word("model_type");
  ModelFile file;
  file.note = fmt::format("{} of the Python package rbms after {} updates", type, update);
  try {
    using enum UnitKind;
    if (type == "BBRBM")
      file.model = layered(params, binary, binary);
    else if (type == "IIRBM")
      file.model = layered(params, spin, spin);
    else if (type == "PBRBM")
      file.model = layered(params, categorical, binary);
    else if (type == "BGRBM" || type == "IGRBM") {
      const WithoutHidden all = with_gaussian_hidden(params, type == "BGRBM" ? binary : spin);
      file.model = all.machine;
      file.note += fmt::format(
          "; its Gaussian hidden units are integrated out, which leaves ln Z of the original "
          "larger by {:.15g}",
          all.log_z_shift);
    } else {
      throw RequestError(
          fmt::format("{}: models of the type `{}` cannot be imported; those of the types BBRBM, PBRBM, "
                      "IIRBM, BGRBM and IGRBM can",
                      where, type));
    }
  } catch (const std::invalid_argument& error) {
    params.refuse(error.what());
  }
  file.kind = kind_of(file.model);
  return file;
}

}  // namespace gibbsite
