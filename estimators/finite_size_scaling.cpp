#include "estimators/finite_size_scaling.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "estimators/curve_numbers.hpp"
#include "estimators/scaling_fits.hpp"

namespace gibbsite {
namespace {

using enum Quantity;

void check_systems(std::span<const SizedCurves> systems, std::span<const double> beta) {
  const auto refuse = [](const char* what) { throw std::invalid_argument(std::string("scaling: ") + what); };
  if (systems.size() < 2) refuse("at least two sizes are needed");
  for (std::size_t k = 0; k < systems.size(); ++k) {
    if (!(systems[k].size > 1) || (k > 0 && !(systems[k].size > systems[k - 1].size)))
      refuse("linear sizes must ascend from above 1");
    const auto& has = systems[k].curves->quantities();
    if (std::find(has.begin(), has.end(), binder_cumulant) == has.end()) refuse("a system has no magnetisations");
  }
  if (beta.size() < 3 || !std::is_sorted(beta.begin(), beta.end())) refuse("at least three ascending betas are needed");
}

/// What is to be estimated, with the place where the estimate goes.
class Numbers {
 public:
  void want(CurveNumber number, Estimate& into) {
    if (!std::isfinite(number.value)) return;
    numbers_.push_back(std::move(number));
    into_.push_back(&into);
  }
  void estimate(const CurveFamily& family) {
    const auto found = family.estimates(numbers_);
    for (std::size_t n = 0; n < found.size(); ++n) *into_[n] = found[n];
  }

 private:
  std::vector<CurveNumber> numbers_;
  std::vector<Estimate*> into_;
};

CurveNumber fixed(double value) { return {value, {}}; }

/// The numbers of a set before they have errors.
class SetOfSizes {
 public:
  struct Named {
    std::string name;
    CurveNumber number;
    double chi2 = unknown;
    double degrees = 0;
  };

  SetOfSizes(std::span<const SizedCurves> systems, std::span<const CurveTable> tables, const CurveFamily& family,
             std::size_t first)
      : systems_(systems), tables_(tables), family_(family) {
    set.first = first;
    cross();
    look_for_peaks();
    if (!std::isfinite(beta_c_.value)) return;
    read_at_critical();
    fit_powers();
    std::vector<double> slopes;
    for (const Top& top : peaks_) slopes.push_back(top.slope.value);
    const auto found = collapse_binder(systems_, tables_, family_, {set.first, beta_c_.value, slopes, start_of_nu()});
    set.collapse = found.collapse;
    if (!found.collapse.fit.found()) return;
    const Collapse& fit = found.collapse.fit;
    numbers.push_back({"critical_temperature_collapse", found.temperature, fit.chi2, fit.degrees});
    numbers.push_back({"one_over_nu_collapse", found.one_over_nu, fit.chi2, fit.degrees});
  }

  ScalingSet set;
  std::vector<Named> numbers;

  void want(Numbers& wanted) {
    for (std::size_t k = 0; k < crossings_.size(); ++k) {
      SizeCrossing& c = set.crossings[k];
      wanted.want(crossings_[k].beta, c.beta);
      wanted.want(inverse(crossings_[k].beta), c.temperature);
      wanted.want(crossings_[k].value, c.value);
      wanted.want(crossings_[k].one_over_nu, c.one_over_nu);
    }
    for (std::size_t k = 0; k < set.peaks.size(); ++k) {
      SizePeak& p = set.peaks[k];
      wanted.want(peaks_[k].beta, p.beta);
      wanted.want(inverse(peaks_[k].beta), p.temperature);
      wanted.want(peaks_[k].height, p.height);
      if (!std::isfinite(beta_c_.value)) continue;
      wanted.want(peaks_[k].binder, p.binder);
      wanted.want(peaks_[k].slope, p.binder_slope);
      wanted.want(peaks_[k].chi, p.susceptibility);
      wanted.want(peaks_[k].abs_m, p.abs_magnetization);
    }
    set.fits.clear();
    for (const Named& n : numbers) set.fits.push_back({n.name, {}, n.chi2, n.degrees});
    for (std::size_t k = 0; k < numbers.size(); ++k) wanted.want(numbers[k].number, set.fits[k].value);
  }

 private:
  struct Cross {
    CurveNumber beta, value, one_over_nu;
  };
  struct Top {
    CurveNumber beta, height, binder, slope, chi, abs_m;
  };

  std::span<const SizedCurves> systems_;
  std::span<const CurveTable> tables_;
  const CurveFamily& family_;
  CurveNumber beta_c_;
  std::vector<Cross> crossings_;
  std::vector<Top> peaks_;

  void cross() {
    std::vector<CurveNumber> neighbours;
    for (std::size_t a = set.first; a < systems_.size(); ++a)
      for (std::size_t b = a + 1; b < systems_.size(); ++b) {
        const auto found =
            find_crossings(*systems_[a].curves, tables_[a], *systems_[b].curves, tables_[b], binder_cumulant);
        for (const Crossing& at : found) {
          const CurveNumber beta = family_.crossing(a, b, binder_cumulant, at.beta.value);
          const CurveNumber ratio =
              family_.derivative(b, binder_cumulant, beta) / family_.derivative(a, binder_cumulant, beta);
          crossings_.push_back({beta, family_.value(a, binder_cumulant, beta),
                                1 / std::log(systems_[b].size / systems_[a].size) * log(ratio)});
          set.crossings.push_back({a, b, {}, {}, {}, {}});
        }
        if (found.size() == 1 && b == a + 1) neighbours.push_back(crossings_.back().beta);
      }
    const auto errors = family_.estimates(neighbours);
    double sum = 0;
    CurveNumber mean = fixed(0);
    for (std::size_t k = 0; k < neighbours.size(); ++k) {
      const double weight = 1 / (errors[k].error * errors[k].error);
      if (!(weight > 0) || !std::isfinite(weight)) continue;
      mean += weight * neighbours[k];
      sum += weight;
    }
    if (!(sum > 0)) return;
    beta_c_ = 1 / sum * mean;
    numbers.push_back({"critical_temperature", inverse(beta_c_)});
    numbers.push_back({"critical_beta", beta_c_});
  }

  void look_for_peaks() {
    for (std::size_t k = set.first; k < systems_.size(); ++k) {
      Top& top = peaks_.emplace_back();
      SizePeak& peak = set.peaks.emplace_back();
      peak.curve = k;
      const PeakSearch found = search_peak(*systems_[k].curves, tables_[k], susceptibility_abs);
      peak.outside_low = found.at_low_end;
      peak.outside_high = found.at_high_end;
      if (!found.peak) continue;
      top.beta = family_.peak(k, susceptibility_abs, found.peak->beta.value);
      top.height = family_.value(k, susceptibility_abs, fixed(found.peak->beta.value));  // flat there
    }
  }

  void read_at_critical() {
    for (std::size_t k = 0; k < peaks_.size(); ++k) {
      const std::size_t c = set.first + k;
      peaks_[k].binder = family_.value(c, binder_cumulant, beta_c_);
      peaks_[k].slope = family_.derivative(c, binder_cumulant, beta_c_);
      peaks_[k].chi = family_.value(c, susceptibility, beta_c_);
      peaks_[k].abs_m = family_.value(c, abs_magnetization_density, beta_c_);
    }
  }

  double start_of_nu() const {
    for (const Named& n : numbers)
      if (n.name == "one_over_nu" && n.number.value > 0) return n.number.value;
    return 1;
  }

  void fit_powers() {
    std::vector<double> sizes;
    std::vector<CurveNumber> alone;  // at a T_c that is taken as known
    for (std::size_t k = 0; k < peaks_.size(); ++k) sizes.push_back(systems_[set.first + k].size);
    const CurveNumber at = fixed(beta_c_.value);
    for (std::size_t k = 0; k < peaks_.size(); ++k) {
      const std::size_t c = set.first + k;
      alone.push_back(family_.derivative(c, binder_cumulant, at));
      alone.push_back(peaks_[k].height);
      alone.push_back(family_.value(c, susceptibility, at));
      alone.push_back(family_.value(c, abs_magnetization_density, at));
    }
    const auto errors = family_.estimates(alone);
    const auto fit = [&](const std::string& name, CurveNumber Top::*which, std::size_t column, double sign) {
      std::vector<CurveNumber> y;
      std::vector<Estimate> own;
      for (std::size_t k = 0; k < peaks_.size(); ++k) {
        y.push_back(peaks_[k].*which);
        own.push_back(errors[4 * k + column]);
      }
      const PowerLaw law = power_law(sizes, y, own);
      numbers.push_back({name, sign * law.exponent, law.chi2, law.degrees});
    };
    fit("one_over_nu", &Top::slope, 0, 1);
    fit("gamma_over_nu_peaks", &Top::height, 1, 1);
    fit("gamma_over_nu", &Top::chi, 2, 1);
    fit("beta_over_nu", &Top::abs_m, 3, -1);
  }
};

}  // namespace

const ScalingFit* ScalingSet::find(const std::string& name) const {
  const auto found = std::find_if(fits.begin(), fits.end(), [&](const ScalingFit& f) { return f.name == name; });
  return found == fits.end() ? nullptr : &*found;
}

FiniteSizeScaling finite_size_scaling(std::span<const SizedCurves> systems, std::span<const double> beta) {
  check_systems(systems, beta);
  std::vector<CurveTable> tables;
  std::vector<const TemperatureCurves*> curves;
  for (const SizedCurves& system : systems) {
    curves.push_back(system.curves);
    tables.push_back(tabulate(*system.curves, beta));
  }
  const CurveFamily family(curves);
  SetOfSizes all(systems, tables, family, 0);
  Numbers wanted;
  all.want(wanted);
  std::optional<SetOfSizes> fewer;
  if (systems.size() > 2) {
    fewer.emplace(systems, tables, family, 1);
    fewer->want(wanted);
  }
  FiniteSizeScaling result;
  std::vector<CurveNumber> differences;
  if (fewer)
    for (const auto& a : all.numbers)
      for (const auto& b : fewer->numbers)
        if (a.name == b.name) {
          differences.push_back(a.number - b.number);
          result.shifts.push_back({a.name, {}});
        }
  for (std::size_t k = 0; k < differences.size(); ++k) wanted.want(differences[k], result.shifts[k].value);
  wanted.estimate(family);
  result.all = std::move(all.set);
  if (fewer) result.without_smallest = std::move(fewer->set);
  return result;
}

}  // namespace gibbsite
