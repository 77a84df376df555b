/// `gibbsite loglik`, `predict` and `embed`, each MODEL.h5 --data FILE.
#pragma once

#include "studies/files/record.hpp"
#include "studies/study/command.hpp"

namespace gibbsite {

const Command& loglik_command();
const Command& predict_command();
const Command& embed_command();

/// Whether a record is of `gibbsite embed`, and what `gibbsite show` says of it; the same of `gibbsite predict`.
bool is_embedding(const Group& root);
void print_embedding(const Group& root, const std::string& path);
std::string embedding_as_json(const Group& root);
bool is_prediction(const Group& root);
void print_prediction(const Group& root, const std::string& path);
std::string prediction_as_json(const Group& root);

}  // namespace gibbsite
