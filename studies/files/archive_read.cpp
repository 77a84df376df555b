/// Reading HDF5 files as records: ours exactly, others' as far as they hold numbers and strings.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <new>
#include <optional>
#include <set>

#include "studies/files/archive.hpp"
#include "studies/files/archive_values.hpp"
#include "studies/files/checksum_trailer.hpp"
#include "studies/files/child_reader.hpp"
#include "studies/files/memory.hpp"
#include "studies/files/whole_file.hpp"
#include "studies/text/utf8.hpp"

namespace gibbsite {
namespace fs = std::filesystem;

namespace {

using archive::read_column, archive::Source, hdf5::need;

/// A sound file that is not read, and why.
struct Refusal : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// ---- Attributes ----

using Value = std::variant<std::string, double, std::int64_t>;

std::optional<Value> read_value(hid_t attribute) {
  const Source source{attribute, true};
  if (need(H5Sget_simple_extent_npoints(source.space())) != 1) return std::nullopt;
  const std::optional<Column> column = read_column(source, 1);
  if (!column) return std::nullopt;
  if (const auto* numbers = std::get_if<std::vector<std::int8_t>>(&*column)) return std::int64_t{numbers->front()};
  if (const auto* numbers = std::get_if<std::vector<std::int64_t>>(&*column)) return numbers->front();
  if (const auto* numbers = std::get_if<std::vector<double>>(&*column)) return numbers->front();
  return std::get<std::vector<std::string>>(*column).front();
}

std::string read_text_attribute(hid_t object, const char* name, std::string otherwise) {
  if (need(H5Aexists(object, name)) == 0) return otherwise;
  const std::optional<Value> value = read_value(hdf5::Attribute(H5Aopen(object, name, H5P_DEFAULT)));
  return value && std::holds_alternative<std::string>(*value) ? std::get<std::string>(*value) : otherwise;
}

/// The name that `ask(buffer, room)` gives: it returns the length, and fills the buffer if there is one.
template <class Ask>
std::string read_name(Ask ask) {
  std::string name(static_cast<std::size_t>(need(ask(nullptr, 0))), '\0');
  need(ask(name.data(), name.size() + 1));
  return name;
}

// ---- Variables ----

/// What was met in the file so far, by where it lies; what is wanted of it, and what it may still promise.
struct Seen {
  const Wanted& wanted;
  archive::Allowance allowance;
  std::set<haddr_t> groups = {};                 // links of others' files can go in circles
  std::map<haddr_t, std::string> datasets = {};  // H5Iget_name would search the whole file for the name of each scale
  std::vector<Unread> unread = {};
};

/// Name of the scale of an axis, or "" if it has none in this group or one above.
std::string axis_name(hid_t dataset, unsigned axis, const Seen& seen) {
  haddr_t scale = HADDR_UNDEF;
  const H5DS_iterate_t take_first = [](hid_t, unsigned, hid_t found, void* out) -> herr_t {
    H5O_info_t about;
    if (H5Oget_info2(found, &about, H5O_INFO_BASIC) < 0) return -1;
    *static_cast<haddr_t*>(out) = about.addr;
    return 1;
  };
  if (H5DSget_num_scales(dataset, axis) > 0) need(H5DSiterate_scales(dataset, axis, nullptr, take_first, &scale));
  const auto known = seen.datasets.find(scale);
  return known == seen.datasets.end() ? "" : known->second;
}

/// The first filter of a dataset that this library has not, with the name that the file gives it; "" if it has all.
std::string missing_filter(hid_t dataset) {
  const hdf5::Properties properties(H5Dget_create_plist(dataset));
  const int filters = H5Pget_nfilters(properties);
  for (int k = 0; k < filters; ++k) {
    unsigned flags = 0, about = 0;
    std::size_t values = 0;
    char name[32] = {};
    const H5Z_filter_t filter =
        H5Pget_filter2(properties, static_cast<unsigned>(k), &flags, &values, nullptr, sizeof name, name, &about);
    if (need(filter) > 0 && H5Zfilter_avail(filter) <= 0)
      return name[0] == 0 ? "number " + std::to_string(filter)
                          : valid_utf8(std::string(name, strnlen(name, sizeof name)));
  }
  return "";
}

/// Where the numbers of a dataset are, if they are in other files, which may be anything; "" if they are in this one.
std::string elsewhere(hid_t dataset) {
  const hdf5::Properties properties(H5Dget_create_plist(dataset));
  if (H5Pget_layout(properties) == H5D_VIRTUAL)
    return "is a virtual dataset, put together from other files, which are not opened; make one file of them "
           "(h5repack, or in Python)";
  if (need(H5Pget_external_count(properties)) == 0) return "";
  char name[256] = {};
  need(H5Pget_external(properties, 0, sizeof name - 1, name, nullptr, nullptr));
  return "has its numbers in another file (" + printable(name) + "), which is not opened; copy them into this one";
}

/// Why a dataset is not read; "" if it is.
std::string why_unread(hid_t dataset, const std::string& path, const Seen& seen) {
  if (std::string where = elsewhere(dataset); !where.empty()) return where;
  if (seen.wanted && !seen.wanted(path)) return not_wanted;
  if (const std::string filter = missing_filter(dataset); !filter.empty())
    return "is packed by the HDF5 filter " + filter +
           ", which is not here; write it without a filter, or by gzip (h5repack)";
  return "";
}

std::optional<Variable> read_variable(hid_t dataset, const std::string& name, Seen& seen) {
  const Source source{dataset, false};
  const hdf5::Space space = source.space();
  if (H5Sget_simple_extent_type(space) == H5S_NULL) return std::nullopt;
  std::vector<hsize_t> shape(static_cast<std::size_t>(need(H5Sget_simple_extent_ndims(space))));
  need(H5Sget_simple_extent_dims(space, shape.data(), nullptr));
  auto column =
      read_column(source, static_cast<std::size_t>(need(H5Sget_simple_extent_npoints(space))), &seen.allowance);
  if (!column) return std::nullopt;

  std::vector<std::string> dims;
  for (unsigned axis = 0; axis < shape.size(); ++axis) dims.push_back(axis_name(dataset, axis, seen));
  if (shape.size() == 1 && H5DSis_scale(dataset) > 0) dims = {name};
  if (std::ranges::all_of(dims, &std::string::empty)) dims.clear();
  return Variable{name,
                  dims,
                  {shape.begin(), shape.end()},
                  std::move(*column),
                  read_text_attribute(dataset, "units", "1"),
                  read_text_attribute(dataset, "long_name", "")};
}

// ---- The tree ----

/// In the order of creation where the file knows it.
template <class Ask>
H5_index_t order(hid_t group, Ask ask) {
  const hdf5::Properties properties(H5Gget_create_plist(group));
  unsigned flags = 0;
  need(ask(properties, &flags));
  return (flags & H5P_CRT_ORDER_TRACKED) != 0 ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME;
}

Group read_group(hid_t place, const std::string& name, const std::string& path, Seen& seen) {
  constexpr auto deepest = 64;
  if (std::ranges::count(path, '/') > deepest)
    throw Refusal("its groups go deeper than " + std::to_string(deepest) +
                  " levels; copy what you need into a new file");
  Group group{name, {}, {}, {}};
  H5O_info_t about;
  need(H5Oget_info2(place, &about, H5O_INFO_BASIC | H5O_INFO_NUM_ATTRS));
  seen.groups.insert(about.addr);
  const H5_index_t by = order(place, H5Pget_attr_creation_order);
  for (hsize_t i = 0; i < about.num_attrs; ++i) {
    const hdf5::Attribute attribute(H5Aopen_by_idx(place, ".", by, H5_ITER_INC, i, H5P_DEFAULT, H5P_DEFAULT));
    if (auto value = read_value(attribute))
      group.attributes.emplace_back(
          read_name([&](char* to, std::size_t room) { return H5Aget_name(attribute, to == nullptr ? 0 : room, to); }),
          std::move(*value));
  }

  H5G_info_t inside;
  need(H5Gget_info(place, &inside));
  const H5_index_t along = order(place, H5Pget_link_creation_order);
  std::vector<std::string> variables, groups;
  for (hsize_t i = 0; i < inside.nlinks; ++i) {
    const std::string link = read_name([&](char* to, std::size_t room) {
      return H5Lget_name_by_idx(place, ".", along, H5_ITER_INC, i, to, room, H5P_DEFAULT);
    });
    H5L_info_t kind;
    need(H5Lget_info(place, link.c_str(), &kind, H5P_DEFAULT));
    if (kind.type != H5L_TYPE_HARD) continue;  // a soft or external link may lead nowhere
    need(H5Oget_info_by_name2(place, link.c_str(), &about, H5O_INFO_BASIC, H5P_DEFAULT));
    if (about.type == H5O_TYPE_DATASET) {
      variables.push_back(link);
      seen.datasets.emplace(about.addr, link);
    } else if (about.type == H5O_TYPE_GROUP) {
      groups.push_back(link);
    }
  }
  for (const std::string& link : variables) {
    const hdf5::Object dataset(H5Oopen(place, link.c_str(), H5P_DEFAULT));
    if (const std::string why = why_unread(dataset, path + link, seen); !why.empty())
      seen.unread.push_back({path + link, why});
    else if (auto variable = read_variable(dataset, link, seen))
      group.variables.push_back(std::move(*variable));
  }
  for (const std::string& link : groups) {
    const hdf5::Object child(H5Oopen(place, link.c_str(), H5P_DEFAULT));
    need(H5Oget_info2(child, &about, H5O_INFO_BASIC));
    if (!seen.groups.contains(about.addr)) group.groups.push_back(read_group(child, link, path + link + '/', seen));
  }
  return group;
}

constexpr const char* cure = "; restore it from a copy, or make it again";

/// The file, by this process. Throws std::runtime_error without the file's name.
ReadApart read_here(const fs::path& path, const Wanted& wanted) {
  const hdf5::Session session;
  need(H5PLset_loading_state(0));  // no file decides what code runs
  if (H5Fis_hdf5(path.c_str()) <= 0) throw Refusal("it is not an HDF5 file, or its start is damaged; check its name");
  try {
    const hdf5::Properties access(H5Pcreate(H5P_FILE_ACCESS));
    need(H5Pset_file_locking(access, false, true));  // files appear whole, and many network file systems have no locks
    const hdf5::File file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access));
    const hdf5::Object top(H5Gopen2(file, "/", H5P_DEFAULT));
    Seen seen{.wanted = wanted, .allowance = archive::Allowance(fs::file_size(path), memory_free_now())};
    Group root = read_group(top, "", "", seen);
    return {std::move(root), std::move(seen.unread)};
  } catch (const hdf5::Error& error) {
    throw Refusal(std::string("the file is damaged or cut short (") + error.what() + ")" + cure);
  } catch (const std::bad_alloc&) {
    throw Refusal("it does not fit into memory; use a larger machine");
  } catch (const std::length_error&) {
    throw Refusal("it does not fit into memory; use a larger machine");
  }
}

[[noreturn]] void cannot_read(const fs::path& path, const std::string& what) {
  throw std::runtime_error(path.string() + ": " + what);
}

}  // namespace

Group read_archive(const fs::path& path) {
  std::vector<Unread> unread;
  Group root = read_archive(path, unread);
  if (!unread.empty()) cannot_read(path, unread.front().name + " " + unread.front().why);
  return root;
}

Group read_archive(const fs::path& path, std::vector<Unread>& unread, const Wanted& wanted) {
  check_readable_file(path);
  const Trailer seal = trailer_in(path);
  if (seal == Trailer::wrong) cannot_read(path, std::string("the file is damaged (its checksum is wrong)") + cure);
  ReadApart found;
  try {
    found = seal == Trailer::right ? read_here(path, wanted)
                                   : read_apart([&] { return read_here(path, wanted); }, fs::file_size(path));
  } catch (const std::runtime_error& error) {
    cannot_read(path, error.what());
  }
  unread = std::move(found.unread);
  return std::move(found.root);
}

}  // namespace gibbsite
