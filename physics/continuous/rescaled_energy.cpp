#include "physics/continuous/rescaled_energy.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace gibbsite {

RescaledEnergy::RescaledEnergy(std::shared_ptr<const ContinuousEnergy> model, std::vector<double> mean,
                               std::vector<double> scale)
    : ContinuousEnergy(model->units()), model_(std::move(model)), mean_(std::move(mean)), scale_(std::move(scale)) {
  const auto finite = [](double v) { return std::isfinite(v); };
  if (mean_.size() != units() || scale_.size() != units() || !std::all_of(mean_.begin(), mean_.end(), finite) ||
      !std::all_of(scale_.begin(), scale_.end(), [&](double s) { return finite(s) && s > 0; }))
    throw std::invalid_argument("units of coordinates need a finite mean and a scale above 0 for each");
  for (const double s : scale_) logs_ += std::log(s);
}

std::vector<double> RescaledEnergy::in_units_of_the_model(std::span<const double> y) const {
  std::vector<double> x(y.size());
  const std::size_t d = units();
  for (std::size_t from = 0; from < y.size(); from += d)
    for (std::size_t i = 0; i < d; ++i) x[from + i] = mean_[i] + scale_[i] * y[from + i];
  return x;
}

void RescaledEnergy::evaluate(std::span<const double> y, std::span<double> energy, std::span<double> gradient) const {
  model_->evaluate(in_units_of_the_model(y), energy, gradient);
  for (double& e : energy) e -= logs_;
  const std::size_t d = units();
  for (std::size_t from = 0; from < gradient.size(); from += d)
    for (std::size_t i = 0; i < d; ++i) gradient[from + i] *= scale_[i];
}

void RescaledEnergy::set_ordered(std::span<double> y) const {
  model_->set_ordered(y);
  for (std::size_t i = 0; i < units(); ++i) y[i] = (y[i] - mean_[i]) / scale_[i];
}

std::vector<Observable> RescaledEnergy::measured() const {
  std::vector<Observable> all = model_->observables();
  return {std::make_move_iterator(all.begin() + 2), std::make_move_iterator(all.end())};
}

void RescaledEnergy::measure(std::span<const double> y, std::span<double> out) const {
  std::vector<double> all(out.size() + 2);
  model_->observe(in_units_of_the_model(y), 0, all);
  std::copy(all.begin() + 2, all.end(), out.begin());
}

}  // namespace gibbsite
