#include "physics/chance.hpp"

#include <boost/random/normal_distribution.hpp>

namespace gibbsite {

double Chance::normal() { return boost::random::normal_distribution<double>{}(stream_); }

}  // namespace gibbsite
