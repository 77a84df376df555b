/// Files of RestrictedBoltzmannMachines.jl, as RestrictedBoltzmannMachinesHDF5.jl writes them (GitHub, cossio: its
/// src/rbm.jl, src/layers.jl and src/std.jl at 54db8a4, a30249d and 0cb0f1d; the energies of src/layers/ and
/// src/standardized.jl of the former at 047f247 and 006441c):
///
///   /rbm_hdf5_file_format_version   "1.0.0"
///   /rbm_type                       "RBM" or "StandardizedRBM"
///   /visible_type, /hidden_type     "Binary", "Spin", "Potts", "Gaussian", "xReLU", ...
///   /visible_par, /hidden_par       (parameter, units...), Potts (parameter, state, units...): theta; Gaussian: theta,
///   gamma /weights                        (visible..., hidden...) /offset_v, offset_h, scale_v, scale_h
///   StandardizedRBM
///
/// in Julia's order of axes, which HDF5 reverses. Then
///
///   E = sum_visible e(v) + sum_hidden e(h) - v~' w h~,   v~ = (v - offset_v) / scale_v, h~ alike; else v~ = v
///   e(x) = -theta x, Gaussian |gamma| x^2 / 2 - theta x.
#include <fmt/format.h>

#include <cmath>

#include "physics/matrices/eigen.hpp"
#include "studies/models/import.hpp"
#include "studies/models/model_group.hpp"
#include "studies/models/unit_names.hpp"
#include "studies/text/words.hpp"

namespace gibbsite {
namespace {

/// A layer as such files have it.
struct JuliaLayer {
  UnitKind kind;
  Shape shape;  ///< of its units, with states last
  std::size_t states = 1;
  Eigen::VectorXd theta, gamma;  ///< [width]; gamma of Gaussian units, positive

  std::size_t width() const { return static_cast<std::size_t>(theta.size()); }
};

JuliaLayer read_julia_layer(const Place& root, const std::string& side) {
  const std::string type = root.word(side + "_type"), name = side + "_par";
  const std::pair<std::string_view, UnitKind> kinds[] = {{"Binary", UnitKind::binary},
                                                         {"Spin", UnitKind::spin},
                                                         {"Potts", UnitKind::categorical},
                                                         {"PottsGumbel", UnitKind::categorical},
                                                         {"Gaussian", UnitKind::gaussian}};
  JuliaLayer layer{};
  const auto found =
      std::find_if(std::begin(kinds), std::end(kinds), [&](const auto& one) { return one.first == type; });
  if (found == std::end(kinds) || (side == "hidden" && found->second == UnitKind::categorical))
    root.refuse(
        fmt::format("{} units of the type `{}` cannot be imported; {} can", side, type,
                    side == "visible" ? "Binary, Spin, Potts and Gaussian ones" : "Binary, Spin and Gaussian ones"));
  layer.kind = found->second;
  layer.shape = root.shape(name);
  const std::size_t parameters = layer.kind == UnitKind::gaussian ? 2 : 1,
                    least = layer.kind == UnitKind::categorical ? 3 : 2;
  if (layer.shape.size() < least || layer.shape.back() != parameters)
    root.refuse(fmt::format("{} has the shape {}, expected ({}{})", name, shape_text(layer.shape),
                            layer.kind == UnitKind::categorical ? "units, states, " : "units, ", parameters));
  const std::vector<double> par = root.numbers(name, layer.shape, "");
  layer.shape.pop_back();
  if (layer.kind == UnitKind::categorical) layer.states = layer.shape.back();
  const auto width = static_cast<Eigen::Index>(par.size() / parameters);
  if (width == 0) root.refuse(fmt::format("{} is empty", name));
  layer.theta.resize(width);
  layer.gamma.setOnes(width);
  for (Eigen::Index i = 0; i < width; ++i) {
    const double* unit = &par[static_cast<std::size_t>(i) * parameters];
    layer.theta[i] = unit[0];
    if (parameters == 2) layer.gamma[i] = std::abs(unit[1]);
    if (!(layer.gamma[i] > 0))
      root.refuse(fmt::format("{} has a gamma of {}; it must not be zero", name, layer.gamma[i]));
  }
  return layer;
}

/// What such a file holds, standardized ones unfolded.
struct JuliaRbm {
  JuliaLayer visible, hidden;
  Eigen::MatrixXd weights;  ///< [visible][hidden]
  double constant = 0;
};

JuliaRbm read_julia_rbm(const Place& root) {
  JuliaRbm rbm{read_julia_layer(root, "visible"), read_julia_layer(root, "hidden"), {}, 0};
  Shape shape = rbm.hidden.shape;
  shape.insert(shape.end(), rbm.visible.shape.begin(), rbm.visible.shape.end());
  const Matrix reversed =
      Matrix::from_rows(rbm.hidden.width(), rbm.visible.width(), root.numbers("weights", shape, "(hidden, visible)"));
  rbm.weights = eigen(reversed).transpose();
  const std::string type = root.word("rbm_type");
  if (type != "RBM" && type != "StandardizedRBM")
    root.refuse(fmt::format("an rbm_type `{}` cannot be imported; RBM and StandardizedRBM can", type));
  if (type == "RBM") return rbm;
  const auto of_units = [&](const char* name, const JuliaLayer& layer) {
    const std::vector<double> values = root.numbers(name, layer.shape, "one per unit");
    return Eigen::VectorXd(eigen(std::span(values)));
  };
  const Eigen::VectorXd ov = of_units("offset_v", rbm.visible), oh = of_units("offset_h", rbm.hidden),
                        sv = of_units("scale_v", rbm.visible), sh = of_units("scale_h", rbm.hidden);
  if (!(sv.array().abs() > 0).all() || !(sh.array().abs() > 0).all())
    root.refuse("scale_v or scale_h holds zeros or numbers that are not finite");
  rbm.weights = (sv.cwiseInverse().asDiagonal() * rbm.weights * sh.cwiseInverse().asDiagonal()).eval();
  const Eigen::VectorXd pull = rbm.weights * oh;
  rbm.visible.theta -= pull;
  rbm.hidden.theta -= rbm.weights.transpose() * ov;
  rbm.constant = -ov.dot(pull);
  return rbm;
}

/// Gaussian units as (x - b)^2 / (2 s^2) - (x / s^2) W h: s^2 = 1 / gamma, b = theta / gamma, W = w / gamma, and
/// -theta^2 / (2 gamma) for each in the constant.
std::shared_ptr<const Network> network_of(JuliaRbm rbm) {
  Layer below{rbm.visible.kind, rbm.visible.width() / rbm.visible.states, rbm.visible.states, {}, {}};
  if (below.kind == UnitKind::gaussian) {
    const Eigen::VectorXd variance = rbm.visible.gamma.cwiseInverse();
    rbm.constant -= 0.5 * rbm.visible.theta.cwiseAbs2().dot(variance);
    rbm.visible.theta = rbm.visible.theta.cwiseProduct(variance).eval();
    rbm.weights = (variance.asDiagonal() * rbm.weights).eval();
    below.variance = numbers(variance);
  }
  below.bias = numbers(rbm.visible.theta);
  return std::make_shared<const Network>(
      std::vector<Layer>{below, {rbm.hidden.kind, rbm.hidden.width(), 1, numbers(rbm.hidden.theta), {}}},
      std::vector<Matrix>{matrix(rbm.weights)}, rbm.constant);
}

/// Gaussian hidden units, in units of their own width, integrated out; and by how much ln Z of the original is larger.
WithoutHidden machine_of(const JuliaRbm& rbm) {
  const Eigen::VectorXd width = rbm.hidden.gamma.cwiseSqrt().cwiseInverse();
  WithoutHidden all = integrate_hidden(rbm.visible.kind, matrix(Eigen::MatrixXd(rbm.weights * width.asDiagonal())),
                                       numbers(rbm.visible.theta), numbers(rbm.hidden.theta.cwiseProduct(width)), 1);
  all.log_z_shift += width.array().log().sum() - rbm.constant;
  return all;
}

}  // namespace

bool is_julia_rbm(const Group& root) { return root.find("rbm_hdf5_file_format_version") != nullptr; }

ModelFile model_from_julia_rbm(const Group& root, const ImportKeys& keys, const std::string& where) {
  const Place place(root, where);
  for (const auto& [key, value] : keys)
    place.refuse(
        fmt::format("a file of RestrictedBoltzmannMachines.jl says itself what it holds; leave out --{}", key));
  if (const std::string version = place.word("rbm_hdf5_file_format_version"); !version.starts_with("1."))
    place.refuse(fmt::format("its rbm_hdf5_file_format_version is `{}`; version 1 can be imported", version));
  const JuliaRbm rbm = read_julia_rbm(place);
  ModelFile file;
  file.note = fmt::format("of RestrictedBoltzmannMachines.jl, {} and {} units", place.word("visible_type"),
                          place.word("hidden_type"));
  try {
    if (rbm.hidden.kind != UnitKind::gaussian) {
      file.model = network_of(rbm);
    } else if (rbm.visible.kind == UnitKind::binary || rbm.visible.kind == UnitKind::spin) {
      const WithoutHidden all = machine_of(rbm);
      file.model = all.machine;
      file.note += fmt::format(
          "; its Gaussian hidden units are integrated out, which leaves ln Z of the original larger by {:.15g}",
          all.log_z_shift);
    } else {
      place.refuse(fmt::format("{} visible beside Gaussian hidden units cannot be imported; Binary and Spin ones can",
                               place.word("visible_type")));
    }
  } catch (const std::invalid_argument& error) {
    place.refuse(error.what());
  }
  file.kind = kind_of(file.model);
  return file;
}

}  // namespace gibbsite
