#include "api/metrics.h"

#include <string>

namespace argus::api {

void HttpMetrics::Answered(const Answer& answer, std::chrono::nanoseconds duration) {
  Ended(answer);
  registry_.GetHistogram(kHttpRequestDuration, {answer.method, answer.route})
      .Observe(std::chrono::duration<double>(duration).count());
}

void HttpMetrics::Ended(const Answer& answer) {
  registry_.GetCounter(kHttpRequests, {answer.method, answer.route, std::to_string(answer.status), answer.protocol})
      .Increment();
}

}  // namespace argus::api
