#include "estimators/learning/nets/embedding_objective.hpp"

#include <algorithm>
#include <stdexcept>

namespace gibbsite {
namespace {

/// Its draws differ from those that parameters of the net begin with.
constexpr std::uint64_t head_task = 1;

template <class Real>
std::vector<Real> in_precision(std::span<const double> x) {
  std::vector<Real> out(x.size());
  std::transform(x.begin(), x.end(), out.begin(), [](double v) { return static_cast<Real>(v); });
  return out;
}

/// What both objectives hold: how samples are changed, and a head with parameters behind those of the net.
template <class Real>
class EmbeddingObjective : public NetObjective<Real> {
 public:
  EmbeddingObjective(EmbeddingOptions loss, ViewOptions views, std::optional<NeuralNet> head, Key key)
      : loss_(loss), views_(std::move(views)), key_(key) {
    for (const Augmentation& one : views_.augmentations) check_augmentation(one, views_.shape);
    if (!head) return;
    first_ = head->initial(Key(key.value(), head_task));
    head_.emplace(std::move(*head), first_);
  }

  std::size_t extra_parameters() const override { return first_.size(); }
  std::vector<double> first_extra(const NetValues<Real>&) const override { return first_; }

 protected:
  std::size_t units() const noexcept { return views_.shape.size(); }
  /// A view of each sample, [sample][number]. which: of the views of an update.
  template <class After>
  void draw(const NetBatch<Real>& batch, std::uint64_t which, std::span<Real> out, After after) const {
    const std::size_t d = units(), n = batch.size();
#pragma omp parallel for schedule(static)
    for (std::size_t s = 0; s < n; ++s) {
      Chance chance(Stream(key_, Purpose::turn, 2 * batch.update + which, batch.samples[s]));
      std::vector<double> x(batch.x.begin() + static_cast<std::ptrdiff_t>(s * d),
                            batch.x.begin() + static_cast<std::ptrdiff_t>((s + 1) * d));
      augment(views_.augmentations, views_.shape, x, chance);
      after(s, x, chance);
      for (std::size_t i = 0; i < d; ++i) out[s * d + i] = static_cast<Real>(x[i]);
    }
  }

  EmbeddingOptions loss_;
  ViewOptions views_;
  Key key_;
  std::optional<NetValues<Real>> head_;
  std::vector<double> first_;
};

template <class Real>
class TwoViews final : public EmbeddingObjective<Real> {
 public:
  TwoViews(EmbeddingOptions loss, ViewOptions views, std::optional<NeuralNet> head, std::size_t embedding, Key key)
      : EmbeddingObjective<Real>(loss, std::move(views), std::move(head), key) {
    if (this->head_ && this->head_->units() != embedding)
      throw std::invalid_argument("the projector does not begin with the numbers of an embedding");
  }

  double add_gradient(const NetValues<Real>& net, std::span<const double> extra, const NetBatch<Real>& batch,
                      std::span<Real> gradient) override {
    const std::size_t n = batch.size(), d = this->units();
    std::vector<Real> x(2 * n * d);
    for (const std::uint64_t view : {0, 1})
      this->draw(batch, view, std::span(x).subspan(view * n * d, n * d),
                 [](std::size_t, std::vector<double>&, Chance&) {});
    const auto of_net = gradient.first(net.parameters());
    auto& head = this->head_;
    if (!head)
      return add_batch_loss<Real>(
          net, x,
          [&](std::span<const double> f, std::span<double> fbar) {
            return embedding_loss(this->loss_, f, net.outputs(), fbar);
          },
          of_net);
    head->set_parameters(extra);
    return add_batch_loss<Real>(
        net, x,
        [&](std::span<const double> f, std::span<double> fbar) {
          const std::vector<Real> embedded = in_precision<Real>(f);
          const std::vector<double> z = head->values(embedded);
          std::vector<double> zbar(z.size());
          const double value = embedding_loss(this->loss_, z, head->outputs(), zbar);
          std::vector<Real> back(f.size());
          head->add_gradient(embedded, zbar, gradient.subspan(net.parameters()), back);
          std::copy(back.begin(), back.end(), fbar.begin());
          return value;
        },
        of_net);
  }
};

template <class Real>
class JointPrediction final : public EmbeddingObjective<Real> {
 public:
  JointPrediction(EmbeddingOptions loss, ViewOptions views, NeuralNet head, std::size_t embedding, Key key)
      : EmbeddingObjective<Real>(loss, std::move(views), std::move(head), key) {
    const std::size_t side = this->views_.patches;
    const NeuralShape& shape = this->views_.shape;
    if (side < 2 || shape.tokens || shape.height < side || shape.width < side)
      throw std::invalid_argument(
          "joint prediction hides patches of an image: two or more along each side, which "
          "must not be more than its pixels");
    if (this->head_->units() != embedding + side * side || this->head_->outputs() != embedding)
      throw std::invalid_argument("the predictor does not lead from an embedding and a patch to an embedding");
  }

  double add_gradient(const NetValues<Real>& net, std::span<const double> extra, const NetBatch<Real>& batch,
                      std::span<Real> gradient) override {
    const std::size_t n = batch.size(), d = this->units(), side = this->views_.patches, places = side * side;
    const NeuralShape& shape = this->views_.shape;
    std::vector<Real> x(2 * n * d);
    std::vector<std::size_t> place(n);
    std::vector<Real> hidden(n * d);
    this->draw(batch, 0, std::span(x).first(n * d), [&](std::size_t s, std::vector<double>& image, Chance& chance) {
      place[s] = chance.pick(places);
      const std::size_t row = place[s] / side, column = place[s] % side;
      const std::size_t top = row * shape.height / side, left = column * shape.width / side;
      const PixelWindow patch{top, left, (row + 1) * shape.height / side - top,
                              (column + 1) * shape.width / side - left};
      std::vector<double> inside = image;
      erase_outside(patch, shape, inside);
      for (std::size_t i = 0; i < d; ++i) hidden[s * d + i] = static_cast<Real>(inside[i]);
      erase_inside(patch, shape, image);
    });
    std::copy(hidden.begin(), hidden.end(), x.begin() + static_cast<std::ptrdiff_t>(n * d));
    auto& head = *this->head_;
    head.set_parameters(extra);
    const std::size_t e = net.outputs(), asked = e + places;
    return add_batch_loss<Real>(
        net, x,
        [&](std::span<const double> f, std::span<double> fbar) {
          std::vector<Real> question(n * asked, 0), back(n * asked);
          for (std::size_t s = 0; s < n; ++s) {
            for (std::size_t k = 0; k < e; ++k) question[s * asked + k] = static_cast<Real>(f[s * e + k]);
            question[s * asked + e + place[s]] = 1;
          }
          const std::vector<double> predicted = head.values(question);
          std::vector<double> slope(n * e, 0);
          const auto rest = f.first(n * e), part = f.subspan(n * e);
          const auto restbar = fbar.first(n * e), partbar = fbar.subspan(n * e);
          const double value = add_likeness(this->loss_, predicted, part, e, slope, partbar) +
                               add_spread(this->loss_, rest, e, restbar) + add_spread(this->loss_, part, e, partbar);
          head.add_gradient(question, slope, gradient.subspan(net.parameters()), back);
          for (std::size_t s = 0; s < n; ++s)
            for (std::size_t k = 0; k < e; ++k) restbar[s * e + k] += static_cast<double>(back[s * asked + k]);
          return value;
        },
        gradient.first(net.parameters()));
  }
};

}  // namespace

template <class Real>
std::unique_ptr<NetObjective<Real>> make_two_view_objective(EmbeddingOptions loss, ViewOptions views,
                                                            std::optional<NeuralNet> head, std::size_t embedding,
                                                            Key key) {
  return std::make_unique<TwoViews<Real>>(loss, std::move(views), std::move(head), embedding, key);
}

template <class Real>
std::unique_ptr<NetObjective<Real>> make_joint_prediction_objective(EmbeddingOptions loss, ViewOptions views,
                                                                    NeuralNet head, std::size_t embedding, Key key) {
  return std::make_unique<JointPrediction<Real>>(loss, std::move(views), std::move(head), embedding, key);
}

#define GIBBSITE_EMBEDDINGS(Real)                                                                                   \
  template std::unique_ptr<NetObjective<Real>> make_two_view_objective(EmbeddingOptions, ViewOptions,               \
                                                                       std::optional<NeuralNet>, std::size_t, Key); \
  template std::unique_ptr<NetObjective<Real>> make_joint_prediction_objective(EmbeddingOptions, ViewOptions,       \
                                                                               NeuralNet, std::size_t, Key);
GIBBSITE_EMBEDDINGS(float)
GIBBSITE_EMBEDDINGS(double)
#undef GIBBSITE_EMBEDDINGS

}  // namespace gibbsite
