/// What `gibbsite train` can train. Each kind of model says how it is made for a study and its data, what learns it,
/// how good it is and as which model file it stands; the task that trains (training.hpp) knows none of them.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "estimators/learning/learner.hpp"
#include "physics/parametric_machine.hpp"
#include "physics/random.hpp"
#include "studies/data/data.hpp"
#include "studies/learning/judge.hpp"
#include "studies/models/model_file.hpp"
#include "studies/study/study.hpp"

namespace gibbsite {

class Trainable {
 public:
  virtual ~Trainable() = default;
  Trainable() = default;
  Trainable(const Trainable&) = delete;
  Trainable& operator=(const Trainable&) = delete;

  /// The units that data are for; biases do not count.
  virtual const Layer& visible() const = 0;
  /// For people: "16 visible + 10 hidden units".
  virtual std::string shape() const = 0;
  /// How its parameters stand one behind the other.
  virtual std::span<const ParameterBlock> blocks() const = 0;
  /// What learns it from the beginning. data: [width][sample], as check_data gives them; they must outlive it. Throws
  /// RequestError for what the study asks and this kind cannot.
  virtual std::unique_ptr<Learner> learner(const Study& study, const Matrix& data, Key key) = 0;
  /// Whether ln Z is summed at every evaluation; else it is annealed, and judged less often.
  virtual bool sums_log_z() const { return false; }
  /// From now on samples weigh so much while they are learned, with mean 1; `weight` must outlive it. Throws
  /// RequestError for kinds that do not know weights.
  virtual void weigh(std::span<const double> weight);
  /// As a model file says it, without base rates.
  virtual ModelFile model(std::span<const double> theta) const = 0;
  /// file: model(theta), with base rates.
  virtual Judgement judge(std::span<const double> theta, const ModelFile& file, const Samples& samples,
                          const Study& study) const = 0;
};

/// An entry of [model] name.
struct TrainableKind {
  const char* name;
  /// data: as they were read. Throws RequestError where they do not fit.
  std::unique_ptr<Trainable> (*make)(const Study& study, const Data& data);
};
std::span<const TrainableKind> trainable_kinds();
/// Of the kind that the study names.
std::unique_ptr<Trainable> make_trainable(const Study& study, const Data& data);

/// The kinds, each in a file of its own.
std::unique_ptr<Trainable> make_shallow(const Study& study, const Data& data);          ///< rbm, boltzmann
std::unique_ptr<Trainable> make_deep_boltzmann(const Study& study, const Data& data);   ///< dbm
std::unique_ptr<Trainable> make_deep_belief(const Study& study, const Data& data);      ///< dbn
std::unique_ptr<Trainable> make_stores_patterns(const Study& study, const Data& data);  ///< hopfield

}  // namespace gibbsite
