/// Arrays of numbers as people's files hold them: HDF5, and IDX, .npy, .npz, .safetensors and CSV plain or in gzip,
/// each told by its content. Whatever is wrong with a file is a RequestError that says what, where and what to do; no
/// size in a damaged header is believed beyond what the file can hold.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gibbsite {

struct NumberArray {
  std::string name = {};                ///< in the file ("samples", "group/samples"); empty: the format has no names
  std::vector<std::size_t> shape = {};  ///< empty: one number
  std::vector<double> values = {};      ///< row-major
  std::string unread = {};              ///< why there are no values: "has numpy's type <U5, ...; save it as ..."
  std::string note = {};            ///< how it was understood, where that is a guess: "line 1 was taken for a header"
  std::optional<double> beta = {};  ///< at which a result's configurations were drawn
  std::vector<double> betas = {};   ///< of configurations at all of them, rows in the order (snapshot, chain, beta)
  std::size_t chains = 0;           ///< of these
  bool by_columns = false;          ///< the columns that were asked for are all it holds
};

/// "784 x 500"; "a single number" without axes.
std::string shape_text(const std::vector<std::size_t>& shape);

bool is_hdf5(const std::filesystem::path& file);

/// The bytes of a file, of gzip what is in it. Throws RequestError.
std::string read_unpacked(const std::filesystem::path& file);

/// Every array of a file. Throws RequestError.
std::vector<NumberArray> read_arrays(const std::filesystem::path& file);
/// The paths of all arrays of an HDF5 file. Throws RequestError.
std::vector<std::string> names_in(const std::filesystem::path& file);

/// The array of that name ("/samples" is "samples"); without a name the only one, or "samples" where there are more.
/// Throws RequestError, naming those there are. `columns`: those of its rows that are wanted, as columns_of
/// (studies/data/columns.hpp) takes them; of CSV the others need not be numbers.
NumberArray read_array(const std::filesystem::path& file, const std::string& name, const std::string& columns = {});

// The formats, each from a file's bytes. `where` is what messages begin with.

/// IDX (Y. LeCun's MNIST page): 0 0 TYPE AXES, the lengths as 32-bit numbers, then the values, all high byte first.
bool is_idx(std::string_view bytes);
NumberArray read_idx(std::string_view bytes, const std::string& where);

/// numpy's .npy, versions 1 to 3 (numpy.lib.format): floats of 2, 4 and 8 bytes, whole numbers of 1 to 8, bool, either
/// byte order, C or Fortran order.
bool is_npy(std::string_view bytes);
NumberArray read_npy(std::string_view bytes, const std::string& where);

/// numpy's .npz: a ZIP archive of .npy files.
bool is_zip(std::string_view bytes);
std::vector<NumberArray> read_npz(std::string_view bytes, const std::string& where);
/// The Python that makes an .npz file of a state dict in PyTorch's own file.
std::string torch_to_numpy(const std::string& file);

/// safetensors: every array of the file, also of half floats and bfloat16.
bool is_safetensors(std::string_view bytes);
std::vector<NumberArray> read_safetensors(std::string_view bytes, const std::string& where);

/// Numbers in lines, between commas, semicolons, tabs or blanks; `#` starts a comment; a first line without any number
/// is a header, and so is one of 0, 1, ..., n - 1 above numbers that are all smaller than n - 1. With columns asked
/// for, a first line is a header where it has no number in a place where the second has one.
NumberArray read_csv(std::string_view bytes, const std::string& where, const std::string& columns = {});

/// Aligned sequences as states: [sequence][column], 0 for the first letter of the alphabet. protein:
/// -ACDEFGHIKLMNPQRSTVWY; rna: -ACGU; dna: -ACGT, small letters alike and letters that stand for several as gaps; or
/// letters of one's own.
bool is_fasta(std::string_view bytes);
NumberArray read_fasta(std::string_view bytes, const std::string& alphabet, const std::string& where);
/// Its letters in the order of states, and how many they are. Throws RequestError where it is no alphabet.
std::string alphabet_letters(const std::string& alphabet);
std::size_t letters_in(const std::string& alphabet);

}  // namespace gibbsite
