/// Joint embedding by a net: what two views of each sample come to (embeddings.hpp), through a head that learns along
/// and is no part of the model.
///
///   two views          both views of a sample are drawn (views.hpp), embedded by the net, and by the head, a projector
///                      of embeddings; the loss is of what the projector makes of them (Chen et al., ICML 2020; Bardes,
///                      Ponce & LeCun, ICLR 2022)
///   joint prediction   one patch of the sample is hidden: the net embeds the rest, and the patch by itself; the head
///                      predicts the second from the first and from which patch it is, a latent variable that is known
///                      (LeCun, "A path towards autonomous machine intelligence" (2022), fig. 12; Assran et al., CVPR
///                      2023, with vicreg in place of a slow copy of the net): vicreg's likeness of prediction and
///                      patch, and its variances and covariances of the embeddings of both, not of the prediction.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "estimators/learning/nets/embeddings.hpp"
#include "estimators/learning/nets/net_objective.hpp"
#include "estimators/learning/nets/views.hpp"

namespace gibbsite {

struct ViewOptions {
  NeuralShape shape;  ///< of samples
  std::vector<Augmentation> augmentations;
  std::size_t patches = 0;  ///< joint prediction: patches along each side
};

/// head: of embeddings, or of joint prediction of [embedding, patches^2 numbers of which one is 1] to an embedding;
/// none: the loss is of embeddings themselves. Its parameters begin as a pure function of the key. Throws
/// std::invalid_argument for a head that does not fit, and augmentations that are not for such samples.
template <class Real>
std::unique_ptr<NetObjective<Real>> make_two_view_objective(EmbeddingOptions loss, ViewOptions views,
                                                            std::optional<NeuralNet> head, std::size_t embedding,
                                                            Key key);
template <class Real>
std::unique_ptr<NetObjective<Real>> make_joint_prediction_objective(EmbeddingOptions loss, ViewOptions views,
                                                                    NeuralNet head, std::size_t embedding, Key key);

}  // namespace gibbsite
