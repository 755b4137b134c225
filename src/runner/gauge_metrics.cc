#include "runner/gauge_metrics.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace argus::runner {
namespace {

constexpr v1::TaskRun::State kRunStates[] = {v1::TaskRun::PENDING, v1::TaskRun::RUNNING, v1::TaskRun::UNKNOWN};
constexpr v1::Rollout::State kRolloutStates[] = {v1::Rollout::NOT_STARTED, v1::Rollout::RUNNING, v1::Rollout::PAUSED,
                                                 v1::Rollout::FAILED};
constexpr v1::Approval::Status kApprovalStatuses[] = {v1::Approval::CHECKING, v1::Approval::PENDING,
                                                      v1::Approval::APPROVED, v1::Approval::REJECTED,
                                                      v1::Approval::SKIPPED};

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}
std::string Label(v1::TaskRun::State state) { return Lower(v1::TaskRun::State_Name(state)); }
std::string Label(v1::Rollout::State state) { return Lower(v1::Rollout::State_Name(state)); }
std::string Label(v1::Approval::Status status) { return Lower(v1::Approval::Status_Name(status)); }

double UnixSeconds(std::optional<Timestamp> time) { return time ? static_cast<double>(ToMicros(*time)) / 1e6 : 0; }

// States that are not counted have none.
template <typename States, typename Counts>
void SetAll(metrics::Registry& registry, const metrics::Family& family, const States& states, const Counts& counts) {
  for (const auto state : states) {
    const auto found =
        std::find_if(counts.begin(), counts.end(), [&](const auto& count) { return count.state == state; });
    registry.GetGauge(family, {Label(state)}).Set(found == counts.end() ? 0 : static_cast<double>(found->count));
  }
}

}  // namespace

GaugeMetrics::GaugeMetrics(metrics::Registry& registry) : registry_(registry), up_(registry.GetGauge(kMetastoreUp)) {
  for (const auto* family : {&kMetastoreLag, &kRefreshed, &kFreeBytes}) registry.GetGauge(*family);
  TaskRuns({});
  OldestRunningRun({});
  Rollouts({});
  OpenIssues({});
  OldestPendingApproval({});
  LastAuditEntry({});
  Standbys({});
  CertificatesEnd({}, {});
}

void GaugeMetrics::MetastoreAnswered(std::chrono::nanoseconds round_trip) {
  up_.Set(1);
  registry_.GetGauge(kMetastoreLag).Set(std::chrono::duration<double>(round_trip).count());
}

void GaugeMetrics::Refreshed(Timestamp now) { registry_.GetGauge(kRefreshed).Set(UnixSeconds(now)); }

void GaugeMetrics::TaskRuns(const std::vector<store::RunCount>& counts) {
  SetAll(registry_, kTaskRunsNow, kRunStates, counts);
}

void GaugeMetrics::OldestRunningRun(std::optional<Timestamp> start) {
  registry_.GetGauge(kOldestRunningRun).Set(UnixSeconds(start));
}

void GaugeMetrics::Rollouts(const std::vector<store::StateCount<v1::Rollout::State>>& counts) {
  SetAll(registry_, kRolloutsNow, kRolloutStates, counts);
}

void GaugeMetrics::OpenIssues(const std::vector<store::StateCount<v1::Approval::Status>>& counts) {
  SetAll(registry_, kOpenIssues, kApprovalStatuses, counts);
}

void GaugeMetrics::OldestPendingApproval(std::optional<Timestamp> since) {
  registry_.GetGauge(kOldestPendingApproval).Set(UnixSeconds(since));
}

void GaugeMetrics::LastAuditEntry(std::optional<Timestamp> time) {
  registry_.GetGauge(kLastAuditEntry).Set(UnixSeconds(time));
}

void GaugeMetrics::Standbys(const store::Standbys& standbys) {
  registry_.GetGauge(kStandbys).Set(static_cast<double>(standbys.connected));
  if (standbys.replay_lag) {
    registry_.GetGauge(kReplayLag).Set(std::chrono::duration<double>(*standbys.replay_lag).count());
  }
}

void GaugeMetrics::CertificatesEnd(std::optional<Timestamp> client, std::optional<Timestamp> authority) {
  registry_.GetGauge(kCertificateExpiry, {"client"}).Set(UnixSeconds(client));
  registry_.GetGauge(kCertificateExpiry, {"authority"}).Set(UnixSeconds(authority));
}

void GaugeMetrics::FreeBytes(double bytes) { registry_.GetGauge(kFreeBytes).Set(bytes); }

}  // namespace argus::runner
