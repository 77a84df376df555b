#include "studies/systems/lattice_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "physics/couplings_file.hpp"
#include "studies/text/errors.hpp"

namespace gibbsite {
namespace {

constexpr double most_sites = 1e9;

const LatticeKind& kind_named(const std::string& name) {
  const auto kinds = lattice_kinds();
  return *std::find_if(kinds.begin(), kinds.end(), [&](const LatticeKind& kind) { return kind.name == name; });
}

/// Sides of the lattice, all of them.
std::vector<std::int64_t> sides_of(const LatticeKeys& keys) {
  if (keys.size.size() > 1) return keys.size;
  const std::size_t wanted = kind_named(keys.lattice).sides;
  return std::vector(wanted != 0 ? wanted : static_cast<std::size_t>(keys.dimension), keys.size.front());
}

double sites_of(const LatticeKeys& keys) {
  auto sites = static_cast<double>(kind_named(keys.lattice).cell);
  for (const std::int64_t side : sides_of(keys)) sites *= static_cast<double>(side);
  return sites;
}

bool on_a_lattice(const Study& s) { return s.keys<LatticeKeys>().couplings.empty(); }
bool on_a_graph(const Study& s) { return !on_a_lattice(s); }
bool is_hypercubic(const Study& s) {
  const auto& keys = s.keys<LatticeKeys>();
  return on_a_lattice(s) && kind_named(keys.lattice).sides == 0 && keys.size.size() == 1;
}
bool is_disordered(const Study& s) { return on_a_lattice(s) && s.keys<LatticeKeys>().disorder != "none"; }
bool has_scan(const Study& s) { return s.sampler.entry().visits(); }
bool always(const Study&) { return true; }

/// The samplers that visit sites in some order.
std::vector<std::string> with_scan() {
  std::vector<std::string> names;
  for (const SamplerEntry& entry : sampler_entries())
    if (entry.visits()) names.push_back(entry.name);
  return names;
}

Graph scaled(const Graph& graph, double factor) {
  std::vector<Bond> bonds(graph.bonds().begin(), graph.bonds().end());
  for (Bond& bond : bonds) bond.J *= factor;
  return {std::move(bonds), {graph.fields().begin(), graph.fields().end()}};
}

Disorder disorder_named(const std::string& name) {
  return name == "bimodal" ? Disorder::bimodal : name == "gaussian" ? Disorder::gaussian : Disorder::none;
}

}  // namespace

void add_interaction_keys(KeyTable& table, const Condition& coupling, const Condition& seed, const Condition& field) {
  const Section<InteractionKeys> model(table, "model");
  model.when(coupling).real("coupling", &InteractionKeys::coupling, {},
                            "J: strength of the bonds, scale of random ones, factor of those in a couplings file");
  model.when(seed).seed("disorder_seed", &InteractionKeys::disorder_seed, "which random bonds, weights or patterns");
  model.when(field).real("field", &InteractionKeys::field, {}, "h: field on every site, bias of every unit");
}

void add_lattice_keys(KeyTable& table) {
  const std::vector<std::string> selectors = {"model.couplings"};
  const Condition lattice{"a lattice, not with model.couplings", selectors, on_a_lattice};
  const Section<LatticeKeys> model(table, "model");
  std::vector<std::string> names;
  for (const LatticeKind& kind : lattice_kinds()) names.emplace_back(kind.name);
  model.when(lattice).choice("lattice", &LatticeKeys::lattice, std::move(names), "graph of the bonds");
  model.when(lattice).add(
      "size", "integer >= 1 or a list", "sites along each side (honeycomb: cells); one number: all sides",
      [](LatticeKeys& keys, const Value& value) { keys.size = read_sides(value); },
      [](const LatticeKeys& keys) { return one_or_list(keys.size); });
  model
      .when({R"(model.lattice = "hypercubic" and a size of one number)",
             {"model.lattice", "model.size", "model.couplings"},
             is_hypercubic})
      .integer("dimension", &LatticeKeys::dimension, {1, 16}, "hypercubic: how many sides, where size is one number");
  model.when(lattice).choice("boundary", &LatticeKeys::boundary, {"periodic", "open"}, "how the sides end");
  add_interaction_keys(
      table,
      {"a lattice, a couplings file or a network with random weights, not with model.file or hopfield", {}, always},
      {R"(model.disorder = "bimodal" or "gaussian", or a network with random weights)",
       {"model.disorder", "model.couplings"},
       is_disordered},
      {"a lattice or a network with random weights, not with files of them", selectors, on_a_lattice});
  model.when(lattice)
      .before("model.disorder_seed")
      .choice("disorder", &LatticeKeys::disorder, {"none", "bimodal", "gaussian"}, "random bonds (bimodal: +J or -J)");
  StudyKey& couplings = model.add(
      "couplings", "text file of lines i j J or i i h", "a graph instead of a lattice",
      [](LatticeKeys& keys, const Value& value) { keys.couplings = read_path(value); },
      optional_text(&LatticeKeys::couplings));
  couplings.text = couplings.file = true;
  model.when({"model.couplings", selectors, on_a_graph})
      .integer("index_base", &LatticeKeys::index_base, {0, 1}, "first index in the couplings file");
  Section<Study::Sampler>(table, "sampler", &Study::sampler)
      .when({fmt::format("sampler.name = \"{}\" on a lattice or graph", fmt::join(with_scan(), "\" or \"")),
             {"sampler.name"},
             has_scan})
      .choice("scan", &Study::Sampler::scan, {"default", "sequential", "checkerboard", "random"},
              fmt::format("order in which {} visit the sites; default: what the layout does best",
                          fmt::join(with_scan(), " and "))
                  .c_str());
}

void add_balance_key(KeyTable& table) {
  Section<Study::Sampler>(table, "sampler", &Study::sampler)
      .when({fmt::format("sampler.name = \"{}\"", sampler_entry(SamplerKind::locally_balanced).name),
             {"sampler.name"},
             [](const Study& s) { return s.sampler.entry().by_flips; }})
      .choice("balance", &Study::Sampler::balance, {"sqrt", "barker"},
              "how units are chosen by t = p after / p before their flip: as sqrt(t), or t / (1 + t)");
}

Balance balance_of(const Study& study) { return study.sampler.balance == "barker" ? Balance::barker : Balance::root; }

void check_lattice(const Study& study) {
  const auto& keys = study.keys<LatticeKeys>();
  if (!keys.couplings.empty()) return;
  const LatticeKind& kind = kind_named(keys.lattice);
  const std::size_t given = keys.size.size(), wanted = sides_of(keys).size();
  if (given != 1 && kind.sides != 0 && given != kind.sides)
    throw RequestError(
        fmt::format("model.size has {} sides, but model.lattice = \"{}\" has {}", given, keys.lattice, kind.sides));
  for (std::size_t d = 0; d < wanted; ++d)
    if (keys.size[given == 1 ? 0 : d] == 1 && keys.boundary == "periodic" && kind.geometry != Geometry::complete)
      throw RequestError(
          "model.size has a periodic side of 1, which would bond sites to themselves; allowed: sides of 2 or more, "
          "or model.boundary = \"open\"");
  if (const double sites = sites_of(keys); sites > most_sites)
    throw RequestError(fmt::format("model.size makes {:g} sites; allowed: at most {:g}", sites, most_sites));
}

SystemSize size_of_lattice(const Study& study) {
  const auto& keys = study.keys<LatticeKeys>();
  if (!keys.couplings.empty()) return {};
  const double sites = sites_of(keys), per_site = kind_named(keys.lattice).bonds_per_site;
  const double bonds = sites * (per_site < 0    ? (sites - 1) / 2
                                : per_site == 0 ? static_cast<double>(sides_of(keys).size())
                                                : per_site);
  // Graph: a bond and its coupling, and at either end neighbour and coupling; a site's field and row.
  return {sites,
          {40 * bonds + 12 * sites, fmt::format("{:.3g} sites and {:.3g} bonds", sites, bonds), "model.size"},
          "model.size"};
}

Lattice lattice_of(const Study& study) {
  const auto& keys = study.keys<LatticeKeys>();
  const auto& interaction = study.keys<InteractionKeys>();
  Lattice lattice;
  lattice.geometry = Geometry::graph;
  lattice.size.clear();
  if (!keys.couplings.empty()) return lattice;
  lattice.geometry = kind_named(keys.lattice).geometry;
  for (const std::int64_t side : sides_of(keys)) lattice.size.push_back(static_cast<std::size_t>(side));
  lattice.boundary = keys.boundary == "open" ? Boundary::open : Boundary::periodic;
  lattice.coupling = interaction.coupling;
  lattice.disorder = disorder_named(keys.disorder);
  lattice.disorder_seed = interaction.disorder_seed;
  lattice.field = interaction.field;
  return lattice;
}

GraphOfStudy build_graph(const Study& study) {
  const auto& keys = study.keys<LatticeKeys>();
  Lattice lattice = lattice_of(study);
  try {
    if (keys.couplings.empty()) {
      Graph graph = build(lattice);
      return {std::move(lattice), std::move(graph)};
    }
    CouplingsFile file = read_couplings_file(keys.couplings, static_cast<int>(keys.index_base));
    Graph graph = scaled(file.graph, study.keys<InteractionKeys>().coupling);
    lattice.size = {graph.sites()};
    return {std::move(lattice), std::move(graph), std::move(file.doubts)};
  } catch (const std::invalid_argument& e) {
    throw RequestError(keys.couplings.empty() ? fmt::format("[model]: {}", e.what()) : std::string(e.what()));
  }
}

std::string describe_lattice(const Study& study, const Graph& graph) {
  const auto& keys = study.keys<LatticeKeys>();
  const auto& interaction = study.keys<InteractionKeys>();
  if (!keys.couplings.empty())
    return fmt::format("graph of {} sites and {} bonds{}", graph.sites(), graph.bond_count(),
                       interaction.coupling == 1 ? "" : fmt::format(", J of the file times {}", interaction.coupling));
  const bool complete = kind_named(keys.lattice).geometry == Geometry::complete;
  const std::string couplings = keys.disorder == "none" ? fmt::format("J = {}", interaction.coupling)
                                                        : fmt::format("{} J (scale {}, seed {})", keys.disorder,
                                                                      interaction.coupling, interaction.disorder_seed);
  return fmt::format("{} {}{}, {}{}", keys.lattice, fmt::join(sides_of(keys), " x "),
                     complete ? "" : ", " + keys.boundary, couplings,
                     interaction.field == 0 ? "" : fmt::format(", h = {}", interaction.field));
}

}  // namespace gibbsite
