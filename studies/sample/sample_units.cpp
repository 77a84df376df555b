#include "studies/sample/sample_units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "physics/network.hpp"
#include "studies/systems/clamp.hpp"
#include "studies/systems/continuous.hpp"
#include "studies/systems/network.hpp"

namespace gibbsite {
namespace {

const NetworkSystem* network_in(const System& system) { return dynamic_cast<const NetworkSystem*>(&system); }

/// A layer as it stands in a state.
struct StoredLayer {
  UnitKind kind = UnitKind::binary;
  std::size_t units = 0, states = 1, labels = 0;
  std::size_t width() const { return units * states + labels; }
};

/// The layers that move, in the order of a state: of a belief network those of its top.
std::vector<StoredLayer> stored_layers(const ModelFile& file) {
  std::vector<StoredLayer> out;
  const auto add = [&](std::span<const Layer> layers) {
    for (const Layer& layer : layers) out.push_back({layer.kind, layer.units, layer.states, layer.labels});
  };
  if (const auto* network = std::get_if<std::shared_ptr<const Network>>(&file.model)) {
    add((*network)->layers());
  } else if (const auto* belief = std::get_if<std::shared_ptr<const BeliefNetwork>>(&file.model)) {
    add((*belief)->top()->layers());
  } else {
    const BoltzmannMachine& machine = *std::get<std::shared_ptr<const BoltzmannMachine>>(file.model);
    out.push_back({machine.kind(), machine.visible(), machine.states()});
    if (machine.hidden() > 0) out.push_back({machine.hidden_kind(), machine.hidden()});
  }
  return out;
}

const BeliefNetwork* belief_in(const NetworkSystem& network) {
  const auto* belief = std::get_if<std::shared_ptr<const BeliefNetwork>>(&network.model().model);
  return belief == nullptr ? nullptr : belief->get();
}

std::vector<double> numbers_of_state(std::span<const std::byte> bytes, const Layout& layout) {
  std::vector<double> x(layout.units);
  if (layout.unit_type == UnitType::float64)
    std::memcpy(x.data(), bytes.data(), layout.state_bytes());
  else
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<std::int8_t>(bytes[i]);
  return x;
}

/// The layers below a belief network's top, from the data upwards, drawn downwards from the top's visible units.
std::vector<std::vector<double>> drawn_down(const BeliefNetwork& belief, std::span<const double> top, Key key,
                                            std::size_t number) {
  std::vector<std::vector<double>> layers(belief.below().size());
  Matrix upper(top.size(), 1, top);
  for (std::size_t l = layers.size(); l-- > 0;) {
    upper = belief.below()[l].down(upper);
    Stream stream(key, Purpose::data, number, l);
    for (double& x : upper.numbers()) x = stream.next32() * 0x1p-32 < logistic(x) ? 1 : 0;
    layers[l].assign(upper.numbers().begin(), upper.numbers().end());
  }
  return layers;
}

/// A number per unit: of a categorical one which of its states is on.
void append_units(std::vector<double>& out, std::span<const double> x, const StoredLayer& layer) {
  const auto state_of = [](std::span<const double> unit) {
    return static_cast<double>(std::max_element(unit.begin(), unit.end()) - unit.begin());
  };
  const std::size_t own = layer.units * layer.states;
  if (layer.kind != UnitKind::categorical)
    out.insert(out.end(), x.begin(), x.begin() + static_cast<std::ptrdiff_t>(own));
  else
    for (std::size_t i = 0; i < layer.units; ++i) out.push_back(state_of(x.subspan(i * layer.states, layer.states)));
  if (layer.labels > 0) out.push_back(state_of(x.subspan(own)));
}

}  // namespace

SampledUnits::SampledUnits(const System& system, const Layout& layout, bool hidden, Key key)
    : system_(system), layout_(layout), hidden_(hidden), key_(key) {
  if (const auto* energy = dynamic_cast<const ContinuousSystem*>(&system)) treatment_ = energy->treatment();
  const NetworkSystem* network = network_in(system);
  const Clamping* clamping = system.clamping();
  if (network == nullptr) {
    width_ = clamping == nullptr ? layout.units : clamping->units;
    const auto& values = system.unit_states().values;
    const bool negative = std::any_of(values.begin(), values.end(), [](double v) { return v < 0; });
    type_ = layout.unit_type == UnitType::float64 ? SampleType::float32
            : negative                            ? SampleType::int8
                                                  : SampleType::uint8;
    return;
  }
  bool negative = false, real = false;
  std::vector<StoredLayer> layers = stored_layers(network->model());
  if (const BeliefNetwork* belief = belief_in(*network)) {
    std::vector<StoredLayer> below;
    for (const SigmoidLayer& layer : belief->below()) below.push_back({UnitKind::binary, layer.bias.size()});
    layers.insert(layers.begin(), below.begin(), below.end());
  }
  if (!hidden) layers.resize(1);
  for (const StoredLayer& layer : layers) {
    width_ += layer.units + (layer.labels > 0 ? 1 : 0);
    negative = negative || layer.kind == UnitKind::spin;
    real = real || layer.kind == UnitKind::gaussian;
  }
  if (clamping != nullptr) width_ += clamping->clamped.size();
  type_ = real ? SampleType::float32 : negative ? SampleType::int8 : SampleType::uint8;
}

std::vector<double> SampledUnits::of_network(std::span<const double> x, std::size_t number) const {
  const NetworkSystem& network = *network_in(system_);
  std::vector<double> out;
  if (const BeliefNetwork* belief = belief_in(network); belief != nullptr && !belief->below().empty()) {
    const auto below = drawn_down(*belief, x.first(belief->top()->layers()[0].units), key_, number);
    for (std::size_t l = 0; l < (hidden_ ? below.size() : 1); ++l)
      out.insert(out.end(), below[l].begin(), below[l].end());
    if (hidden_) out.insert(out.end(), x.begin(), x.end());
    return out;
  }
  std::size_t at = 0;
  for (const StoredLayer& layer : stored_layers(network.model())) {
    const std::size_t width = layer.width();
    append_units(out, x.subspan(at, width), layer);
    at += width;
    if (const Clamping* clamping = system_.clamping(); clamping != nullptr && at == width)
      out = with_clamped(*clamping, out);
    if (!hidden_) break;
  }
  return out;
}

std::vector<double> SampledUnits::row(std::span<const std::byte> state, std::size_t number) const {
  std::vector<double> x = numbers_of_state(state, layout_);
  undo_treatment(treatment_, x.size(), x);
  if (network_in(system_) != nullptr) return of_network(x, number);
  return system_.clamping() == nullptr ? x : with_clamped(*system_.clamping(), x);
}

std::vector<std::byte> npy_of(std::span<const double> values, std::size_t width, SampleType type) {
  const char* code = type == SampleType::float32 ? "<f4" : type == SampleType::int8 ? "|i1" : "|u1";
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}, {}), }}", code, values.size() / width, width);
  constexpr std::size_t before = 10, aligned = 64;
  header.append((2 * aligned - (before + header.size() + 1) % aligned) % aligned, ' ');
  header += '\n';
  std::string start = "\x93NUMPY";
  start += {'\1', '\0', static_cast<char>(header.size() & 0xFF), static_cast<char>(header.size() >> 8)};
  start += header;
  std::vector<std::byte> out(start.size());
  std::memcpy(out.data(), start.data(), start.size());
  out.reserve(start.size() + values.size() * (type == SampleType::float32 ? 4 : 1));
  for (const double v : values) {
    if (type != SampleType::float32) {
      out.push_back(static_cast<std::byte>(static_cast<std::int8_t>(v)));
      continue;
    }
    const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(v));
    for (int k = 0; k < 4; ++k) out.push_back(static_cast<std::byte>(bits >> 8 * k & 0xFF));
  }
  return out;
}

Column column_of(std::vector<double> values, SampleType type) {
  if (type == SampleType::float32) return values;
  return std::vector<std::int8_t>(values.begin(), values.end());
}

}  // namespace gibbsite
