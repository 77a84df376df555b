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
  /// Labels that stand beside the numbers of samples, whole numbers below this; 0: there are none.
  virtual std::size_t answers() const { return 0; }
  /// Whether labels of samples stay beside their numbers: to be learned, or to judge by where there are some.
  virtual bool keeps_labels() const { return answers() > 0; }
  /// Whether samples may have weights.
  virtual bool weighs() const { return false; }
  /// Throws RequestError for data, as check_data gives them, that the model of this study can never have.
  virtual void check(const Study&, const Data&) const {}
  /// The data that are learned, as check_data gives them, labels beside them, and their weights, with mean 1, or none;
  /// called before all that follows.
  virtual void see(const Study&, const Data&, std::span<const double> /*weight*/) {}
  /// What learns it from the beginning. data: [width][sample], as check_data gives them; they must outlive it. Throws
  /// RequestError for what the study asks and this kind cannot.
  virtual std::unique_ptr<Learner> learner(const Study& study, const Matrix& data, Key key) = 0;
  /// Whether ln Z is summed at every evaluation, or there is none; else it is annealed, and judged less often.
  virtual bool sums_log_z() const { return false; }
  /// The root of a model file, or one of its snapshots, with these parameters: all that makes it a model, and a note.
  virtual Group record(std::span<const double> theta, const std::string& name, const std::string& note) const = 0;
  /// How good it is.
  virtual Judgement judge(std::span<const double> theta, const Samples& samples, const Study& study) const = 0;
  /// So many states of the model, as a group "samples". training: [width][sample].
  virtual Group draw(std::span<const double> theta, const Study& study, const Matrix& training,
                     std::size_t count) const = 0;
};

/// Boltzmann machines: what a model file holds is a ModelFile, with the base rates of the data.
class TrainableNetwork : public Trainable {
 public:
  void see(const Study& study, const Data& data, std::span<const double> weight) override;
  Group record(std::span<const double> theta, const std::string& name, const std::string& note) const override;
  Judgement judge(std::span<const double> theta, const Samples& samples, const Study& study) const override;
  Group draw(std::span<const double> theta, const Study& study, const Matrix& training,
             std::size_t count) const override;

 protected:
  /// Without base rates.
  virtual ModelFile model(std::span<const double> theta) const = 0;
  /// file: model(theta), with base rates.
  virtual Judgement judge_file(std::span<const double> theta, const ModelFile& file, const Samples& samples,
                               const Study& study) const;

 private:
  ModelFile file(std::span<const double> theta) const;

  BaseRates base_rates_;
  Treatment treatment_;
  std::string alphabet_;
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
std::unique_ptr<Trainable> make_learns_energy(const Study& study, const Data& data);    ///< energies of real numbers
std::unique_ptr<Trainable> make_classifier(const Study& study, const Data& data);       ///< energies of answers
std::unique_ptr<Trainable> make_encoder(const Study& study, const Data& data);          ///< embeddings
std::unique_ptr<Trainable> make_learns_codes(const Study& study, const Data& data);     ///< kmeans, sparse-coding
std::unique_ptr<Trainable> make_thinks(const Study& study, const Data& data);           ///< ebt

}  // namespace gibbsite
