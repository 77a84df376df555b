/// Losses of joint embedding against numpy, their slopes against differences, and what each needs in order not to
/// collapse.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "estimators/learning/nets/embedding_objective.hpp"
#include "estimators/learning/nets/net_learner.hpp"
#include "estimators/learning/nets/probes.hpp"
#include "physics/chance.hpp"

namespace gibbsite::test {
namespace {

/// sin(p + q i + r j + i j), row after row.
void append_sines(std::vector<double>& out, std::size_t rows, std::size_t columns, double p, double q, double r) {
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) {
      const auto a = static_cast<double>(i), b = static_cast<double>(j);
      out.push_back(std::sin(p + q * a + r * b + a * b));
    }
}

struct LossRow {
  EmbeddingOptions options;
  double value;
  std::vector<double> slope;  ///< empty: not known from elsewhere
};

std::vector<LossRow> numpy_rows() {
  return {
      {{.loss = EmbeddingLoss::vicreg},
       16.2876205161,
       {-4.15027709069, 5.66233487048,   -6.07387250428, 3.89790444003,   -6.1137295344,  0.844279844697,
        2.89699844941,  5.3265049339,    5.00737063498,  -2.55168959034,  -4.99663823128, -5.93642599398,
        -0.72631688023, -0.480506490873, 1.82895367494,  -2.84921513013,  0.94601965702,  6.37104562897,
        4.31947601946,  -1.38717272123,  -6.35469010333, -0.836880217503, 1.04318751638,  4.313338818}},
      {{.loss = EmbeddingLoss::vicreg, .per_number = true},
       7.23293837059,
       {-1.79801096526,  2.29509284624,    -2.26117390738, 1.35749784568,   -2.35488954243,   0.84344189241,
        1.58759144666,   1.99124139805,    1.44071613549,  -1.11609959094,  -1.9719540223,    -2.07586679338,
        -0.599288558759, 0.185487284907,   0.374336807244, -0.888096493993, -0.0163331218558, 2.56009683358,
        1.98275323885,   -0.0994429495942, -2.07075529356, -0.526346922231, -0.0292018930231, 1.1892043256}},
      {{.loss = EmbeddingLoss::simclr},
       0.561110118372,
       {0.0247242466743,   0.0471821983137,  0.0226836730754,  0.0989917342888, -0.00598959122556, 0.0100347314483,
        0.0577781281769,   0.0157435654449,  0.0983713329172,  0.0756698049182, -0.0652254457157,  -0.148844948188,
        -0.00933939776573, 0.0299325971918,  0.0390040750177,  0.0155772838688, 0.062226280833,    0.0733755971904,
        0.0519227796903,   -0.0603015056388, -0.0375649544296, -0.014881185138, -0.0497025563978,  0.0728725791982}},
      {{.loss = EmbeddingLoss::infonce},
       0.319955110049,
       {0.0153686744031,   0.0330428199594,  0.018378753898,   0.0453754384555,   -0.00131461114406, 0.00553975458968,
        0.0448083767888,   0.0142738003319,  0.0780163579746,  0.0427146820091,   -0.0401734679212,  -0.074617126234,
        -0.00457375445917, 0.0206997419792,  0.0251129333496,  0.0229087047092,   0.0371226927281,   0.0409553907053,
        0.0308667907383,   -0.0379923653904, -0.0388077398702, -0.00480827710776, -0.0365354787172,  0.0461871106147}},
      {{.loss = EmbeddingLoss::barlow},
       0.2845321572,
       {-0.0247857113008, -0.0113281376941, -0.102727869207, 0.0570648117779,  0.00566388211916,  0.0329625590675,
        -0.0210472045159, 0.0152192194423,  0.179845978752,  -0.0112318959612, -0.00955496386745, -0.110080668613,
        0.0158965102698,  0.00861120456235, 0.0342905635393, -0.0534067574027, -0.00286571195732, 0.0852927847615,
        0.0318983817662,  -0.0100787767829, -0.207244735439, 0.00561186536673, 0.00433328417791,  0.0876613871382}},
      {{.loss = EmbeddingLoss::barlow, .standardised_by_n = true}, 0.0376978, {}},
  };
}

}  // namespace

TEST_CASE("losses of joint embedding have numpy's values and gradients, and differences") {
  std::vector<double> z;
  append_sines(z, 4, 3, 1, 2, 3);
  append_sines(z, 4, 3, 1.4, 1.9, 3.2);
  for (const LossRow& row : numpy_rows()) {
    std::vector<double> slope(z.size());
    CHECK(embedding_loss(row.options, z, 3, slope) == Approx(row.value).epsilon(row.slope.empty() ? 1e-6 : 1e-10));
    for (std::size_t k = 0; k < row.slope.size(); ++k) CHECK(slope[k] == Approx(row.slope[k]).margin(1e-10));
    for (std::size_t k = 0; k < z.size(); ++k) {
      constexpr double h = 1e-6;
      std::vector<double> up = z, down = z, unused(z.size());
      up[k] += h, down[k] -= h;
      const double difference =
          (embedding_loss(row.options, up, 3, unused) - embedding_loss(row.options, down, 3, unused)) / (2 * h);
      CHECK(slope[k] == Approx(difference).margin(1e-7));
    }
  }
  std::vector<double> unused(6);
  CHECK_THROWS_AS(embedding_loss({}, std::span(z).first(6), 3, unused), std::invalid_argument);
}

TEST_CASE("objectives of embeddings have the slopes of their values, through net and head") {
  const NeuralNet net(parse_shape("4x4"), {parse_layer("dense 5"), parse_layer("tanh"), parse_layer("dense 3")}, {},
                      NetEnd::values);
  std::vector<double> x;
  append_sines(x, 6, 16, 0.3, 1.1, 0.7);
  const std::vector<std::uint32_t> which = {0, 1, 2, 3, 4, 5};
  const NetBatch<double> batch{x, which, 7};
  const ViewOptions views{.shape = net.input(),
                          .augmentations = {parse_augmentation("shift 1"), parse_augmentation("noise 0.3")},
                          .patches = 2};
  const auto head = [](const char* from) {
    return NeuralNet(parse_shape(from), {parse_layer("dense 4"), parse_layer("swish"), parse_layer("dense 3")}, {},
                     NetEnd::values);
  };
  const std::unique_ptr<NetObjective<double>> objectives[] = {
      make_two_view_objective<double>({.loss = EmbeddingLoss::simclr}, views, std::nullopt, 3, Key(1)),
      make_two_view_objective<double>({.loss = EmbeddingLoss::barlow}, views, head("3"), 3, Key(1)),
      make_joint_prediction_objective<double>({.loss = EmbeddingLoss::vicreg}, views, head("7"), 3, Key(1))};
  for (const auto& objective : objectives) {
    std::vector<double> theta = net.initial(Key(2));
    const std::size_t own = theta.size();
    const std::vector<double> extra = objective->first_extra(NetValues<double>(net, theta));
    theta.insert(theta.end(), extra.begin(), extra.end());
    const auto value = [&](const std::vector<double>& at, std::vector<double>& gradient) {
      gradient.assign(at.size(), 0);
      return objective->add_gradient(NetValues<double>(net, std::span(at).first(own)), std::span(at).subspan(own),
                                     batch, gradient);
    };
    std::vector<double> gradient, unused;
    value(theta, gradient);
    for (std::size_t k = 0; k < theta.size(); k += 3) {
      constexpr double h = 1e-5;
      std::vector<double> up = theta, down = theta;
      up[k] += h, down[k] -= h;
      CHECK(gradient[k] == Approx((value(up, unused) - value(down, unused)) / (2 * h)).epsilon(1e-6).margin(1e-7));
    }
  }
}

TEST_CASE("vicreg keeps embeddings varied, and without its term of variance they collapse") {
  Matrix data(6, 200);
  for (std::size_t s = 0; s < 200; ++s) {
    Chance chance(Stream(Key(4), Purpose::test, 0, s));
    for (double& v : data.column(s)) v = chance.normal();
  }
  const NeuralNet net(parse_shape("6"), {parse_layer("dense 8"), parse_layer("tanh"), parse_layer("dense 4")}, {},
                      NetEnd::values);
  const auto learned = [&](double variance) {
    const ViewOptions views{.shape = net.input(), .augmentations = {parse_augmentation("noise 0.3")}};
    GradientOptions options;
    options.steps.optimizer = Optimizer::adam;
    options.steps.batch = 50, options.steps.updates = 600;
    options.steps.first_rate = 0.01, options.steps.last_rate = 0.001, options.steps.momentum = 0.9;
    const std::vector<double> theta = net.initial(Key(5));
    const ParameterBlock all{"all", 0, 1, theta.size(), true};
    NetLearner<double> learner(NetValues<double>(net, theta), std::span(&all, 1),
                               make_two_view_objective<double>({.loss = EmbeddingLoss::vicreg, .variance = variance},
                                                               views, std::nullopt, 4, Key(6)),
                               data, theta, options, Key(6));
    while (!learner.done()) learner.advance();
    return embedding_spread(NetValues<double>(net, learner.parameters()).values(data.numbers()), 4);
  };
  const EmbeddingSpread kept = learned(25), lost = learned(0);
  CHECK(kept.least_deviation > 0.7);
  CHECK(kept.effective_rank > 2);
  CHECK(lost.mean_deviation < 0.05);
}

TEST_CASE("probes tell labels that embeddings hold, and no others") {
  std::vector<double> shown, asked, noise;
  std::vector<std::size_t> labels, asked_labels;
  for (std::size_t s = 0; s < 300; ++s) {
    Chance chance(Stream(Key(7), Purpose::test, 1, s));
    const std::size_t label = s % 3;
    auto& z = s < 200 ? shown : asked;
    (s < 200 ? labels : asked_labels).push_back(label);
    z.push_back(3 * std::cos(2.1 * static_cast<double>(label)) + 0.3 * chance.normal());
    z.push_back(3 * std::sin(2.1 * static_cast<double>(label)) + 0.3 * chance.normal());
    if (s >= 200) noise.push_back(chance.normal()), noise.push_back(chance.normal());
  }
  CHECK(neighbour_accuracy({shown, labels}, {asked, asked_labels}, 2) == 1);
  CHECK(linear_probe_accuracy({shown, labels}, {asked, asked_labels}, 2) == 1);
  CHECK(neighbour_accuracy({shown, labels}, {noise, asked_labels}, 2) < 0.6);  // a third is chance
  CHECK(linear_probe_accuracy({shown, labels}, {noise, asked_labels}, 2) < 0.6);
  CHECK(std::isnan(linear_probe_accuracy({{}, {}}, {asked, asked_labels}, 2)));
}

TEST_CASE("views do to images what they say, and are what their place makes them") {
  const NeuralShape shape = parse_shape("3x3");
  const std::vector<double> image = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  const auto seen = [&](const char* words, std::uint64_t place) {
    std::vector<double> x = image;
    const Augmentation one[] = {parse_augmentation(words)};
    check_augmentation(one[0], shape);
    Chance chance(Stream(Key(8), Purpose::test, 2, place));
    augment(one, shape, x, chance);
    return x;
  };
  for (std::uint64_t place = 0; place < 20; ++place) {
    for (const char* words : {"roll 1", "roll", "turn"}) {  // all pixels stay
      std::vector<double> x = seen(words, place);
      CHECK(x == seen(words, place));
      std::sort(x.begin(), x.end());
      CHECK(x == image);
    }
    const std::vector<double> erased = seen("erase 2", place), cropped = seen("crop 2", place),
                              brighter = seen("contrast 0.5", place);
    CHECK(std::count(erased.begin(), erased.end(), 0.0) == 4);
    CHECK(cropped[4] == Approx((cropped[0] + cropped[2] + cropped[6] + cropped[8]) / 4));
    CHECK(brighter[8] == Approx(9 * brighter[0]));
    CHECK((brighter[0] > 0.5 && brighter[0] < 1.5));
    CHECK(std::count(erased.begin(), erased.end(), 5.0) == 0);  // the middle is in every window of two
  }
  CHECK(seen("crop 3", 1) == image);
  std::vector<double> inside = image, outside = image;
  erase_inside({0, 1, 2, 2}, shape, inside);
  erase_outside({0, 1, 2, 2}, shape, outside);
  CHECK(inside == std::vector<double>{1, 0, 0, 4, 0, 0, 7, 8, 9});
  CHECK(outside == std::vector<double>{0, 2, 3, 0, 5, 6, 0, 0, 0});
  for (const char* words : {"blur 2", "shift", "shift 1.5", "noise -1", "contrast 2", "turn 3", "crop 0", ""})
    CHECK_THROWS_AS(parse_augmentation(words), std::invalid_argument);
  CHECK_THROWS_AS(check_augmentation(parse_augmentation("crop 4"), shape), std::invalid_argument);
  CHECK_THROWS_AS(check_augmentation(parse_augmentation("turn"), parse_shape("2x3")), std::invalid_argument);
  CHECK_THROWS_AS(check_augmentation(parse_augmentation("shift 1"), parse_shape("9")), std::invalid_argument);
}

}  // namespace gibbsite::test
