#include "studies/learning/thinking_keys.hpp"

namespace gibbsite {

bool learns_to_think(const Study& study) { return study.model.name == "ebt"; }

void add_thinking_keys(KeyTable& table) {
  const Condition thinks{R"(model.name = "ebt")", {"model.name"}, learns_to_think};
  Section<ThinkingKeys>(table, "model")
      .when(thinks)
      .real("descent_rate", &ThinkingKeys::rate, {.low = 0, .open = true}, "ebt: alpha of y - alpha dE/dy");
  const auto t = Section<ThinkingKeys>(table, "training").when(thinks);
  t.integer("thinking", &ThinkingKeys::steps, {1, 1000}, "ebt: steps down dE/dy that it learns through");
  t.flag("every_step", &ThinkingKeys::every,
         "ebt: learn from the answers after all steps with like weights, not the last alone");
  t.real("first_noise", &ThinkingKeys::start, {.low = 0},
         "ebt: standard deviation of y_0 as it learns; answers begin at 0");
}

}  // namespace gibbsite
