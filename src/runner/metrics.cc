#include "runner/metrics.h"

#include <algorithm>
#include <cctype>

namespace argus::runner {
namespace {

constexpr std::size_t kMaxEnvironments = 20;
constexpr std::string_view kEnvironmentPrefix = "environments/";

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

double Seconds(std::chrono::nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

std::string StatusOf(const v1::PlanCheckRun& run) {
  if (run.state() != v1::PlanCheckRun::DONE) return Lower(v1::PlanCheckRun::State_Name(run.state()));
  return Lower(v1::PlanCheckRun::Verdict_Name(run.verdict()));
}

}  // namespace

void RunMetrics::TaskRunEnded(v1::TaskRun::State state, v1::Engine engine, std::string_view environment,
                              std::chrono::nanoseconds duration) {
  const std::string state_label = Lower(v1::TaskRun::State_Name(state));
  const std::string engine_label = Lower(v1::Engine_Name(engine));
  registry_.GetCounter(kTaskRuns, {state_label, engine_label, EnvironmentLabel(environment)}).Increment();
  registry_.GetHistogram(kTaskRunDuration, {state_label, engine_label}).Observe(Seconds(duration));
}

void RunMetrics::PlanCheckEnded(const v1::PlanCheckRun& run, std::chrono::nanoseconds duration) {
  const std::string type = Lower(v1::PlanCheckRun::Type_Name(run.type()));
  registry_.GetCounter(kPlanCheckRuns, {type, StatusOf(run)}).Increment();
  registry_.GetHistogram(kPlanCheckRunDuration, {type}).Observe(Seconds(duration));
}

std::string RunMetrics::EnvironmentLabel(std::string_view environment) {
  if (environment.starts_with(kEnvironmentPrefix)) environment.remove_prefix(kEnvironmentPrefix.size());
  const std::lock_guard lock(mutex_);
  if (environments_.contains(environment)) return std::string(environment);
  if (environments_.size() >= kMaxEnvironments) return "other";
  return *environments_.emplace(environment).first;
}

}  // namespace argus::runner
