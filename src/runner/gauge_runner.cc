#include "runner/gauge_runner.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <utility>

#include "command/settings.h"
#include "command/system_context.h"
#include "domain/setting.h"
#include "runner/certificate.h"
#include "runner/log_events.h"

namespace argus::runner {
namespace {

using Monotonic = std::chrono::steady_clock;

// For the probe, and for all reads together: a pass fits its interval.
constexpr std::chrono::milliseconds kProbePatience{2'000};
constexpr std::chrono::milliseconds kReadPatience{5'000};

void ReadFreeBytes(const std::string& folder, GaugeMetrics& gauges) {
  struct statvfs space {};
  if (statvfs(folder.c_str(), &space) == 0) {
    gauges.FreeBytes(static_cast<double>(space.f_bavail) * static_cast<double>(space.f_frsize));
  }
}

void Take(std::optional<Timestamp> end, std::optional<Timestamp>& earliest) {
  if (end) earliest = std::min(earliest.value_or(*end), *end);
}

Status ReadChanges(store::Reader& reader, GaugeMetrics& gauges) {
  ARGUS_ASSIGN(const auto runs, store::CountActiveTaskRuns(reader));
  gauges.TaskRuns(runs);
  ARGUS_ASSIGN(const auto running, store::OldestRunningSince(reader));
  gauges.OldestRunningRun(running);
  ARGUS_ASSIGN(const auto rollouts, store::CountOpenRollouts(reader));
  gauges.Rollouts(rollouts);
  ARGUS_ASSIGN(const auto issues, store::CountOpenIssues(reader));
  gauges.OpenIssues(issues);
  ARGUS_ASSIGN(const auto pending, store::OldestApprovalPendingSince(reader));
  gauges.OldestPendingApproval(pending);
  ARGUS_ASSIGN(const auto entry, store::LastAuditEntryTime(reader));
  gauges.LastAuditEntry(entry);
  return Ok();
}

Status ReadCertificates(store::Reader& reader, GaugeMetrics& gauges) {
  ARGUS_ASSIGN(const auto configs, store::InstanceTlsConfigs(reader));
  std::optional<Timestamp> client, authority;
  for (const auto& tls : configs) {
    Take(EarliestEnd(tls.client_certificate()), client);
    Take(EarliestEnd(tls.ca_certificate()), authority);
  }
  gauges.CertificatesEnd(client, authority);
  return Ok();
}

Status ReadEnvironments(store::Reader& reader, command::ChangeMetrics& changes) {
  ARGUS_ASSIGN(const auto setting, command::EffectiveSetting(reader, domain::setting::kEnvironment));
  for (const auto& environment : setting.environment().environments()) changes.KnowEnvironment(environment.id());
  return Ok();
}

}  // namespace

GaugeRunner::GaugeRunner(const GaugeServices& services, std::string data_dir, std::chrono::milliseconds interval)
    : services_(services), data_dir_(std::move(data_dir)), thread_("gauges", interval, [this] { Pass(); }) {}

GaugeRunner::~GaugeRunner() {
  stop_->Cancel();
  thread_.Stop();
}

void GaugeRunner::Pass() {
  ReadFreeBytes(data_dir_, services_.gauges);
  const Status refreshed = Refresh();
  services_.runs.PassEnded(Runner::kGauges, refreshed.ok());
  if (!refreshed.ok() && !failing_ && !stop_->cancelled()) {
    services_.logger.Log(command::SystemContext("gauges"), events::kPassFailed, refreshed.error());
  }
  failing_ = !refreshed.ok();
}

Status GaugeRunner::Refresh() {
  auto ctx = command::SystemContext("gauges");
  ctx.cancel = stop_;
  const trace::Scope scope(services_.tracer, ctx, {.name = "wake gauges"});
  ARGUS_RETURN_IF_ERROR(Probe());
  ctx.deadline = Monotonic::now() + kReadPatience;
  auto reader = services_.metastore.Read(ctx);
  ARGUS_RETURN_IF_ERROR(ReadEnvironments(reader, services_.changes));
  ARGUS_RETURN_IF_ERROR(ReadChanges(reader, services_.gauges));
  ARGUS_RETURN_IF_ERROR(ReadCertificates(reader, services_.gauges));
  ARGUS_ASSIGN(const auto standbys, store::ReadStandbys(services_.metastore, ctx));
  services_.gauges.Standbys(standbys);
  services_.gauges.Refreshed(services_.metastore.clock().Now());
  return Ok();
}

Status GaugeRunner::Probe() {
  const auto begin = Monotonic::now();
  auto answered = services_.metastore.Ping(kProbePatience);
  if (answered.ok()) {
    services_.gauges.MetastoreAnswered(Monotonic::now() - begin);
  } else {
    services_.gauges.MetastoreDown();
  }
  return answered;
}

}  // namespace argus::runner
