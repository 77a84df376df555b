/// Parameters of pairwise Potts machines as the adabmDCA tools keep them (`params.dat`): lines
///   J i j a b VALUE   a coupling of unit i in state a with unit j in state b, each pair of units one way round
///   h i a VALUE       a field
/// with units counted from 0. States are letters of an alphabet (adabmDCApy, adabmDCA.jl, adabmDCAc) or numbers from 0
/// (the C++ version, github.com/anna-pa-m/adabmDCA). E = -sum J - sum h, as here.
#pragma once

#include <string>
#include <string_view>

#include "studies/models/model_file.hpp"

namespace gibbsite {

bool is_potts_params(std::string_view bytes);

/// alphabet: of letters, as read_fasta takes it; empty: found out (numbers, or protein, rna or dna by the letters that
/// there are). All fields must be there; couplings that are not are 0. Throws RequestError with the line.
ModelFile read_potts_params(std::string_view bytes, const std::string& alphabet, const std::string& where);

/// The same way back, numbers with all their digits; letters of `letters` as states, or numbers where that is empty.
/// Throws RequestError for models that are no Potts machines, or letters that are not as many as states.
std::string potts_params(const ModelFile& model, const std::string& letters);

}  // namespace gibbsite
