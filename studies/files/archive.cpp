/// Writing records as HDF5 that is also netCDF-4. Why things are as they are:
///
/// - The file is made in memory (hdf5.hpp says why), or on disk where it is too large for that, and put in its place by
///   write_whole_file.
/// - The format is that of HDF5 1.10: it checksums most metadata, and needs no 2 kB B-tree per chunked dataset. A seal
///   behind the file's end (checksum_trailer.hpp) covers what it leaves out.
/// - Links and attributes are in creation order, without which netCDF-C opens no file for changes; there are no time
///   stamps, so that the same record gives the same bytes.
/// - Strings are variable-length without filters: filters would pack pointers, not text; arrays of fixed-length strings
///   crash netCDF-C before 4.9.1; and a fill value on strings crashes netCDF-C with HDF5 1.10 when a file is opened
///   twice.
/// - Every axis has a scale in its own group: without one the netCDF-C engine makes up names (phony_dim_0), and
///   h5netcdf refuses the group.
#include "studies/files/archive.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <limits>
#include <span>

#include "studies/files/hdf5.hpp"
#include "studies/files/whole_file.hpp"
#include "studies/text/utf8.hpp"

namespace gibbsite {
namespace {

using hdf5::need;

// ---- Groups, attributes, strings ----

hdf5::Properties creation(hid_t kind) {
  hdf5::Properties properties(H5Pcreate(kind));
  constexpr unsigned ordered = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
  need(H5Pset_attr_creation_order(properties, ordered));
  need(H5Pset_obj_track_times(properties, false));
  if (kind != H5P_DATASET_CREATE) need(H5Pset_link_creation_order(properties, ordered));
  return properties;
}

hdf5::Type text_type() {
  hdf5::Type type(H5Tcopy(H5T_C_S1));
  need(H5Tset_size(type, H5T_VARIABLE));
  need(H5Tset_cset(type, H5T_CSET_UTF8));
  return type;
}

void write_attribute(hid_t object, const std::string& name, hid_t file_type, hid_t memory_type, const void* value) {
  const hdf5::Space scalar(H5Screate(H5S_SCALAR));
  const hdf5::Attribute attribute(H5Acreate2(object, name.c_str(), file_type, scalar, H5P_DEFAULT, H5P_DEFAULT));
  need(H5Awrite(attribute, memory_type, value));
}

void write(hid_t object, const std::string& name, const std::string& text) {
  const std::string valid = valid_utf8(text);
  const char* start = valid.c_str();
  const hdf5::Type type = text_type();
  write_attribute(object, name, type, type, &start);
}
void write(hid_t object, const std::string& name, double value) {
  write_attribute(object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value);
}
void write(hid_t object, const std::string& name, std::int64_t value) {
  write_attribute(object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, &value);
}

// ---- Variables ----

hdf5::Type file_type(const std::vector<double>&) { return hdf5::Type(H5Tcopy(H5T_IEEE_F64LE)); }
hdf5::Type file_type(const std::vector<std::int64_t>&) { return hdf5::Type(H5Tcopy(H5T_STD_I64LE)); }
hdf5::Type file_type(const std::vector<std::int8_t>&) { return hdf5::Type(H5Tcopy(H5T_STD_I8LE)); }
hdf5::Type file_type(const std::vector<std::string>&) { return text_type(); }

void write_data(hid_t dataset, hid_t memory_type, const void* data) {
  need(H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data));
}
void write_data(hid_t dataset, const std::vector<double>& data) { write_data(dataset, H5T_NATIVE_DOUBLE, data.data()); }
void write_data(hid_t dataset, const std::vector<std::int64_t>& data) {
  write_data(dataset, H5T_NATIVE_INT64, data.data());
}
void write_data(hid_t dataset, const std::vector<std::int8_t>& data) {
  write_data(dataset, H5T_NATIVE_INT8, data.data());
}
void write_data(hid_t dataset, const std::vector<std::string>& data) {
  std::vector<std::string> valid;
  std::ranges::transform(data, std::back_inserter(valid), valid_utf8);
  std::vector<const char*> starts;
  for (const std::string& text : valid) starts.push_back(text.c_str());
  write_data(dataset, text_type(), starts.data());
}

/// Chunks run along the longest axis, which is the one of draws, so that one series of (chain, draw, beta) lies in a
/// few chunks of its own. Other axes join, last first, until a chunk holds 64 KiB; none is above 1 MiB.
std::vector<hsize_t> chunk_shape(std::span<const hsize_t> shape, std::size_t item_bytes) {
  std::vector<hsize_t> chunk(shape.size(), 1);
  const auto grow = [&](std::size_t axis, hsize_t most) {  // to equal parts, so that the last chunk is not half empty
    const hsize_t parts = (shape[axis] + most - 1) / most;
    chunk[axis] = (shape[axis] + parts - 1) / parts;
  };
  const std::size_t longest = static_cast<std::size_t>(std::ranges::max_element(shape) - shape.begin());
  grow(longest, (1 << 20) / item_bytes);
  hsize_t bytes = chunk[longest] * item_bytes;
  for (std::size_t axis = shape.size(); axis-- > 0 && bytes < (1 << 16);)
    if (axis != longest) {
      grow(axis, std::max<hsize_t>(1, (1 << 16) / bytes));
      bytes *= chunk[axis];
    }
  return chunk;
}

hdf5::Properties storage(const Variable& variable, std::span<const hsize_t> shape, Packing packing) {
  hdf5::Properties properties = creation(H5P_DATASET_CREATE);
  const bool numbers = !std::holds_alternative<std::vector<std::string>>(variable.data);
  if (std::holds_alternative<std::vector<double>>(variable.data)) {
    const double blank = std::numeric_limits<double>::quiet_NaN();
    need(H5Pset_fill_value(properties, H5T_NATIVE_DOUBLE, &blank));
  }
  if (shape.empty()) {
    need(H5Pset_layout(properties, H5D_COMPACT));  // inside the header, under its checksum
  } else if (numbers && packing == Packing::compressed) {
    const std::size_t item_bytes = std::holds_alternative<std::vector<std::int8_t>>(variable.data) ? 1 : 8;
    const std::vector<hsize_t> chunk = chunk_shape(shape, item_bytes);
    need(H5Pset_chunk(properties, static_cast<int>(chunk.size()), chunk.data()));
    need(H5Pset_shuffle(properties));
    need(H5Pset_deflate(properties, 1));  // 4 takes 1.5 times as long, and leaves draws as long within 2 %
    need(H5Pset_fletcher32(properties));
  }
  return properties;
}

hdf5::Object write_variable(hid_t group, const Variable& variable, Packing packing) {
  const std::vector<hsize_t> shape(variable.shape.begin(), variable.shape.end());
  const hdf5::Space space(shape.empty() ? H5Screate(H5S_SCALAR)
                                        : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr));
  const hdf5::Type type = std::visit([](const auto& data) { return file_type(data); }, variable.data);
  hdf5::Object dataset(H5Dcreate2(group, variable.name.c_str(), type, space, H5P_DEFAULT,
                                  storage(variable, shape, packing), H5P_DEFAULT));
  std::visit([&](const auto& data) { write_data(dataset, data); }, variable.data);
  return dataset;
}

// ---- The tree ----

void attach_scales(const std::vector<Variable>& variables, const std::vector<hdf5::Object>& datasets) {
  for (std::size_t v = 0; v < variables.size(); ++v)
    if (is_coordinate(variables[v])) need(H5DSset_scale(datasets[v], variables[v].name.c_str()));
  for (std::size_t v = 0; v < variables.size(); ++v) {
    if (is_coordinate(variables[v])) continue;
    for (std::size_t axis = 0; axis < variables[v].dims.size(); ++axis) {
      const auto scale = std::ranges::find(variables, variables[v].dims[axis], &Variable::name);
      need(H5DSattach_scale(datasets[v], datasets[static_cast<std::size_t>(scale - variables.begin())],
                            static_cast<unsigned>(axis)));
    }
  }
}

void write_group(hid_t place, const Group& group, Packing packing) {
  for (const auto& [name, value] : group.attributes)
    std::visit([&, &key = name](const auto& v) { write(place, key, v); }, value);
  std::vector<hdf5::Object> datasets;
  for (const Variable& variable : group.variables) {
    datasets.push_back(write_variable(place, variable, packing));
    if (packing == Packing::plain) continue;
    write(datasets.back(), "units", variable.units);
    write(datasets.back(), "long_name", variable.long_name);
  }
  if (packing == Packing::compressed) attach_scales(group.variables, datasets);
  for (const Group& child : group.groups) {
    const hdf5::Object made(
        H5Gcreate2(place, child.name.c_str(), H5P_DEFAULT, creation(H5P_GROUP_CREATE), H5P_DEFAULT));
    if (child.elsewhere)
      child.elsewhere([&](const Group& whole) {
        check_arrays(whole);
        if (packing == Packing::compressed) check_dimensions(whole);
        write_group(made, whole, packing);
      });
    else
      write_group(made, child, packing);
  }
}

/// Makes the file and closes it.
void make_file(const char* name, const Group& root, Packing packing, hid_t access) {
  hdf5::File file(H5Fcreate(name, H5F_ACC_TRUNC, creation(H5P_FILE_CREATE), access));
  {
    const hdf5::Object top(H5Gopen2(file, "/", H5P_DEFAULT));
    write_group(top, root, packing);
  }
  need(H5Fflush(file, H5F_SCOPE_GLOBAL));  // gives an image its full length; closing alone would not
  file.close();
}

/// Makes the file on disk, with its seal. Where the disk is full, the library does not let go of the file until the
/// program ends; nobody needs the name again.
void make_on_disk(const std::filesystem::path& path, const Group& root, Packing packing) {
  const hdf5::Session session;
  hdf5::Properties access(H5Pcreate(H5P_FILE_ACCESS));
  need(H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110));
  need(H5Pset_file_locking(access, false, true));  // it is locked already
  make_file(path.c_str(), root, packing, access);
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  std::array<std::byte, 36> superblock{};
  file.read(reinterpret_cast<char*>(superblock.data()), superblock.size());
  const std::size_t end = hdf5::end_of_file(superblock);
  std::filesystem::resize_file(path, end);
  const std::string seal = checksum_trailer(path, end);
  file.seekp(static_cast<std::streamoff>(end));
  file.write(seal.data(), static_cast<std::streamsize>(seal.size()));
  file.close();
  if (!file) throw hdf5::Error("its end cannot be written");
}

}  // namespace

void write_archive(const std::filesystem::path& path, const Group& root, Packing packing, Made made) {
  check_arrays(root);
  if (packing == Packing::compressed) check_dimensions(root);
  const Link link = packing == Packing::plain ? Link::replaced : Link::followed;
  hdf5::Image image;
  try {
    if (made == Made::on_disk)
      return write_whole_file(
          path, [&](const std::filesystem::path& name) { make_on_disk(name, root, packing); }, link);
    const hdf5::Session session;
    make_file("record", root, packing, hdf5::in_memory(image));
  } catch (const hdf5::Error& error) {
    throw std::runtime_error("cannot write " + path.string() + ": " + error.what());
  }
  image.seal();
  write_whole_file(path, image.bytes(), link);
}

std::size_t archive_size(const Group& root, Packing packing) {
  hdf5::Image image;
  const hdf5::Session session;
  make_file("record", root, packing, hdf5::in_memory(image));
  return image.bytes().size();
}

}  // namespace gibbsite
