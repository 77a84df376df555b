/// What `gibbsite loglik` judges: a model, its system (for ln Z) and data, and what only its kind knows of them.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "studies/likelihood/likelihood.hpp"

namespace gibbsite {

class Judged {
 public:
  virtual ~Judged() = default;
  Judged(const Judged&) = delete;
  Judged& operator=(const Judged&) = delete;

  virtual const System& system() const = 0;
  /// The same on a path from another reference, for tempering; null: on that of system().
  virtual const System* tempered() const { return nullptr; }
  const Data& data() const noexcept { return data_; }
  /// Numbers of a sample as people count them: a label is one.
  virtual std::size_t visible_units() const = 0;
  virtual bool labelled() const { return false; }
  /// Whether p is a density of real numbers, not a probability.
  virtual bool real() const { return false; }
  /// ln p*(v) of the data. key: of draws, where it takes some.
  virtual Unnormalized unnormalized(Key key) const = 0;
  /// The constant that noise contrast learned in place of ln Z; nan: none.
  virtual double learned_log_z() const { return unknown; }
  /// How well it gives the data back; nothing where it does not.
  virtual std::optional<Reconstruction> reconstruction() const { return std::nullopt; }
  /// Whether raise() is there, and what it says of the first samples: raise_log_likelihoods() of likelihood.hpp.
  virtual bool raises() const { return false; }
  virtual std::vector<double> raise(const Study&, std::size_t, ProgressMeter&) const { return {}; }
  /// The group /model of the record.
  virtual Group record() const { return system().record(); }

 protected:
  explicit Judged(Data data) : data_(std::move(data)) {}

 private:
  Data data_;
};

/// The model file and data of a study, whatever kind of model it is; sets what the study leaves open for that kind.
/// Throws RequestError for files that cannot be read or do not fit each other.
std::unique_ptr<const Judged> judge_file(Study& study);

// By kind; the second gives null where the file holds no energy of real numbers.
std::unique_ptr<const Judged> judge_network(const Study& study);
std::unique_ptr<const Judged> judge_energy(Study& study);

}  // namespace gibbsite
