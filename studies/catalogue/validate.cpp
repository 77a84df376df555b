/// What shows only in several keys together, or in a lattice and its sides.
#include "studies/catalogue/validate.hpp"

#include <fmt/format.h>

#include <map>

#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

constexpr double most_sites = 1e9, most_sweeps = 1e15;

template <class... Words>
[[noreturn]] void refuse(fmt::format_string<Words...> text, Words&&... words) {
  throw RequestError(fmt::format(text, std::forward<Words>(words)...));
}

void validate_lattice(const Study::Model& model) {
  static const std::map<std::string, std::size_t> sides = {{"chain", 1},    {"square", 2},     {"cubic", 3},
                                                           {"complete", 1}, {"triangular", 2}, {"honeycomb", 2}};
  const std::size_t given = model.size.size();
  const auto fixed = sides.find(model.lattice);
  const std::size_t wanted = fixed != sides.end() ? fixed->second
                             : given > 1          ? given
                                                  : static_cast<std::size_t>(model.dimension);
  if (given != 1 && given != wanted)
    refuse("model.size has {} sides, but model.lattice = \"{}\" has {}", given, model.lattice, wanted);
  double sites = model.lattice == "honeycomb" ? 2 : 1;
  for (std::size_t d = 0; d < wanted; ++d) {
    const std::int64_t side = model.size[given == 1 ? 0 : d];
    if (side == 1 && model.boundary == "periodic" && model.lattice != "complete")
      refuse(
          "model.size has a periodic side of 1, which would bond sites to themselves; allowed: sides of 2 or more, "
          "or model.boundary = \"open\"");
    sites *= static_cast<double>(side);
  }
  if (sites > most_sites) refuse("model.size makes {:g} sites; allowed: at most {:g}", sites, most_sites);
}

void validate_chains(const Study::Method& method) {
  if (static_cast<double>(method.sweeps) + static_cast<double>(method.thermalization) > most_sweeps)
    refuse("method.thermalization + method.sweeps is over {:g} sweeps", most_sweeps);
  if (method.name != "annealing" && method.every > method.sweeps)
    refuse("method.every = {} leaves no draw in method.sweeps = {}", method.every, method.sweeps);
  if (method.snapshots > method.sweeps / method.every)
    refuse("method.snapshots = {} is more than the {} draws of method.sweeps / method.every", method.snapshots,
           method.sweeps / method.every);
}

void validate_annealing(const Study::Method& method) {
  if (method.temperatures.size() > 1 && method.temperatures.back() != method.beta.back())
    refuse("method.temperatures ends at beta = {}, but method.beta at {}; the schedule must end where beta does",
           method.temperatures.back(), method.beta.back());
}

}  // namespace

void validate(const Study& study) {
  const Study::Method& method = study.method;
  if (method.beta.empty())
    refuse(
        "method.beta is missing: give inverse temperatures, for example beta = \"0.30:0.50:21\" under [method] or "
        "--method.beta 0.30:0.50:21, or method.temperature instead");
  if (study.model.couplings.empty()) validate_lattice(study.model);
  if (method.name == "annealing")
    validate_annealing(method);
  else
    validate_chains(method);
  if (method.name == "tempering" && method.beta.size() < 2)
    refuse("method.name = \"tempering\" needs at least 2 values in method.beta to exchange between");
}

}  // namespace gibbsite
