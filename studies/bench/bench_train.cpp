// Epochs of learning, 784 x 500 in batches of 100, beside a careful loop of products in single precision.
#include <cmath>

#include "estimators/learning/dense_learner.hpp"
#include "estimators/learning/sparse_learner.hpp"
#include "physics/matrices/eigen.hpp"
#include "studies/bench/bench_case.hpp"

namespace gibbsite {
namespace {

constexpr std::size_t pen_side = 28, train_visible = pen_side * pen_side, train_hidden = 500, train_batch = 100;
constexpr std::size_t train_samples = 6000, updates_of_an_epoch = 600;  // of 60,000 samples

/// Pictures as sparse as handwriting: a pen of 3 x 3 pixels wanders from the middle until 100 pixels are on.
Matrix pen_strokes() {
  Matrix out(train_visible, train_samples);
  for (std::size_t n = 0; n < train_samples; ++n) {
    Chance chance(Stream(Key(1), Purpose::data, 0, n));
    int on = 0;
    for (double x = 14, y = 14, angle = 6.28 * chance.uniform(); on < 100;) {
      angle += 0.6 * chance.normal();
      x = std::clamp(x + std::cos(angle), 5.0, 23.0), y = std::clamp(y + std::sin(angle), 5.0, 23.0);
      for (int dx = -1; dx <= 1; ++dx)
        for (int dy = -1; dy <= 1; ++dy) {
          double& pixel = out(static_cast<std::size_t>(static_cast<int>(y) + dy) * pen_side +
                                  static_cast<std::size_t>(static_cast<int>(x) + dx),
                              n);
          on += pixel == 0 ? 1 : 0;
          pixel = 1;
        }
    }
  }
  return out;
}

/// The same pictures smeared and with noise of unit variance around them.
Matrix noisy(const Matrix& pictures) {
  Matrix out = pictures;
  for (std::size_t n = 0; n < out.columns(); ++n) {
    Chance chance(Stream(Key(2), Purpose::data, 0, n));
    for (double& x : out.column(n)) x = 2 * x + chance.normal();
  }
  return out;
}

/// The same steps as careful people write them: four products of a batch in single precision, loops over units, no
/// copies of weights.
class TrainingLoop {
 public:
  TrainingLoop(std::shared_ptr<const Matrix> data, std::span<const double> theta, bool persistent, bool gaussian,
               float rate)
      : data_(std::move(data)),
        persistent_(persistent),
        gaussian_(gaussian),
        rate_(rate),
        order_(Key(1), train_samples, train_batch) {
    b_ = eigen(theta.first(train_visible)).cast<float>();
    c_ = eigen(theta.subspan(train_visible, train_hidden)).cast<float>();
    w_ = Eigen::Map<const Eigen::Matrix<double, -1, -1, Eigen::RowMajor>>(theta.data() + train_visible + train_hidden,
                                                                          train_visible, train_hidden)
             .cast<float>();
    dw_ = Floats::Zero(train_visible, train_hidden);
    db_ = Row::Zero(train_visible), dc_ = Row::Zero(train_hidden), nu_ = Row::Zero(train_hidden);
    mu_ = eigen(*data_).rowwise().mean().transpose().cast<float>();
    v_ = chain_ = Floats::Zero(train_batch, train_visible);
    draw(chain_, Floats::Zero(train_batch, train_visible));
  }

  void update() {
    const auto samples = order_.of(time_);
    for (std::size_t n = 0; n < train_batch; ++n)
      v_.row(static_cast<Eigen::Index>(n)) = eigen(data_->column(samples[n])).transpose().cast<float>();
    means(v_, positive_);
    if (!persistent_) chain_ = v_;
    field_.noalias() = chain_ * w_;
    field_.rowwise() += c_;
    h_.resize(train_batch, train_hidden);
    draw(h_, field_);
    field_.noalias() = h_ * w_.transpose();
    field_.rowwise() += b_;
    gaussian_ ? draw_around(chain_, field_) : draw(chain_, field_);
    means(chain_, negative_);
    const float n = train_batch, rate = rate_, momentum = 0.5F;
    nu_ += 0.01F * (positive_.colwise().mean() - nu_);
    const Row db = v_.colwise().mean() - chain_.colwise().mean();
    const Row dc = positive_.colwise().mean() - negative_.colwise().mean();
    dw_ *= momentum;
    dw_.noalias() += rate / n * v_.transpose() * positive_;
    dw_.noalias() -= rate / n * chain_.transpose() * negative_;
    dw_.noalias() -= rate * mu_.transpose() * dc;
    dw_.noalias() -= rate * db.transpose() * nu_;
    w_ += dw_;
    db_ = momentum * db_ + rate * db, dc_ = momentum * dc_ + rate * dc;
    b_ += db_ - (dw_ * nu_.transpose()).transpose();
    c_ += dc_ - mu_ * dw_;
    ++time_;
  }

 private:
  using Floats = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using Row = Eigen::RowVectorXf;

  void means(const Floats& v, Floats& out) {
    out.noalias() = v * w_;
    out.rowwise() += c_;
    out = (1 + (-out.array()).exp()).inverse().matrix();
  }
  void draw(Floats& x, const Floats& field) {
    for (Eigen::Index r = 0; r < x.rows(); ++r) {
      Stream stream(Key(1), Purpose::sweep, 2 * time_ + (x.cols() == train_hidden ? 1 : 0),
                    static_cast<std::uint64_t>(r));
      for (Eigen::Index u = 0; u < x.cols(); ++u)
        x(r, u) = static_cast<float>(stream.next32()) * (1 + std::exp(-field(r, u))) < 0x1p32F ? 1.0F : 0.0F;
    }
  }

  /// By Box & Muller, two at a time.
  void draw_around(Floats& x, const Floats& mean) {
    for (Eigen::Index r = 0; r < x.rows(); ++r) {
      Stream stream(Key(1), Purpose::sweep, 2 * time_, static_cast<std::uint64_t>(r));
      for (Eigen::Index u = 0; u + 1 < x.cols(); u += 2) {
        const float radius = std::sqrt(-2 * std::log((static_cast<float>(stream.next32()) + 1) * 0x1p-32F));
        const float angle = 6.2831853F * 0x1p-32F * static_cast<float>(stream.next32());
        x(r, u) = mean(r, u) + radius * std::cos(angle);
        x(r, u + 1) = mean(r, u + 1) + radius * std::sin(angle);
      }
    }
  }

  std::shared_ptr<const Matrix> data_;
  bool persistent_, gaussian_;
  float rate_;
  BatchOrder order_;
  Floats w_, dw_, v_, chain_, h_, field_, positive_, negative_;
  Row b_, c_, db_, dc_, mu_, nu_;
  std::uint64_t time_ = 0;
};

BenchCase training_case(const char* system, const char* move, const std::string& layout, int threads,
                        std::function<void()> update) {
  BenchCase c;
  c.system = system;
  c.move = move;
  c.layout = layout;
  c.size = train_visible + train_hidden;
  c.replicas = train_batch;
  c.threads = threads;
  c.unit = "s";
  c.work = [update = std::move(update)](std::uint32_t count) {
    for (std::uint32_t k = 0; k < count; ++k) update();
    return 1e9 * count / updates_of_an_epoch;
  };
  return c;
}

void add_training_cases(std::vector<BenchCase>& cases, UnitKind kind, const std::shared_ptr<const Matrix>& data) {
  const bool gaussian = kind == UnitKind::gaussian;
  const char* system = gaussian ? "dense gaussian" : "sparse binary";
  const double rate = gaussian ? 0.001 : 0.05;
  const auto machine = std::make_shared<const ParametricMachine>(Layer{.kind = kind, .units = train_visible},
                                                                 Layer{.units = train_hidden}, false);
  const TrainingOptions options{.batch = train_batch, .updates = 1'000'000'000, .first_rate = rate, .last_rate = rate};
  std::vector<double> theta(machine->parameters(), 0);  // gaussian units: of unit variance
  Chance chance(Stream(Key(1), Purpose::start, 0, 0));
  const ParameterBlock& w = *machine->block("weights");
  for (std::size_t k = 0; k < w.size(); ++k) theta[w.offset + k] = 0.01 * chance.normal();
  for (const bool persistent : {false, true}) {
    const char* move = persistent ? "pcd-1" : "cd-1";
    const auto loop = std::make_shared<TrainingLoop>(data, theta, persistent, gaussian, static_cast<float>(rate));
    cases.push_back(training_case(system, move, "plain loop, products in float", 1, [loop] { loop->update(); }));
    const FloatChains chains{persistent, 1, train_batch};
    for (const int threads : {1, 2}) {
      std::shared_ptr<Learner> learner;
      if (dense_learner_supported(*machine, chains, options))
        learner = std::make_shared<DenseLearner>(machine, *data, theta, chains, options, Key(1));
      else if (sparse_learner_supported(*machine, chains, options))
        learner = std::make_shared<SparseLearner>(machine, *data, theta, chains, options, Key(1));
      else
        continue;
      cases.push_back(training_case(system, move, learner->layout(), threads, [learner, data] { learner->advance(); }));
    }
  }
}

}  // namespace

std::vector<BenchCase> bench_train(bool) {
  const auto pictures = std::make_shared<const Matrix>(pen_strokes());
  std::vector<BenchCase> cases;
  add_training_cases(cases, UnitKind::binary, pictures);
  add_training_cases(cases, UnitKind::gaussian, std::make_shared<const Matrix>(noisy(*pictures)));
  return cases;
}

}  // namespace gibbsite
