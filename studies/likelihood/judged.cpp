#include "studies/likelihood/judged.hpp"

#include "studies/models/snapshots.hpp"
#include "studies/systems/network_keys.hpp"

namespace gibbsite {
namespace {

class JudgedNetwork final : public Judged {
 public:
  JudgedNetwork(const Study& study, const NetworkSource& source)
      : Judged(*source.data),
        learned_log_z_(source.model.learned_log_z),
        system_(study, source),
        visible_(visible_layer(system_.model().model)) {}

  const System& system() const override { return system_; }
  std::size_t visible_units() const override { return visible_.units + (visible_.labels > 0 ? 1 : 0); }
  bool labelled() const override { return visible_.labels > 0; }
  Unnormalized unnormalized(Key key) const override { return gibbsite::unnormalized(system_.model(), data(), key); }
  double learned_log_z() const override { return learned_log_z_; }
  std::optional<Reconstruction> reconstruction() const override { return system_.reconstruction(); }
  bool raises() const override { return true; }
  std::vector<double> raise(const Study& study, std::size_t samples, ProgressMeter& meter) const override {
    return raise_log_likelihoods(system_, data(), study, samples, meter);
  }

 private:
  double learned_log_z_;
  NetworkSystem system_;
  Layer visible_;
};

}  // namespace

std::unique_ptr<const Judged> judge_network(const Study& study) {
  NetworkSource source = read_network(study, false);
  source.trajectory = read_trajectory(study.keys<NetworkKeys>().file);
  return std::make_unique<JudgedNetwork>(study, source);
}

std::unique_ptr<const Judged> judge_file(Study& study) {
  if (auto energy = judge_energy(study)) return energy;
  return judge_network(study);
}

}  // namespace gibbsite
