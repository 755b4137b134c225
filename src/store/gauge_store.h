// What stands in the metastore right now, counted: cheap, indexed reads for gauges.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "contract/contract.h"
#include "platform/base/clock.h"
#include "store/metastore.h"
#include "store/reader.h"

namespace argus::store {

template <typename State>
struct StateCount {
  State state;
  std::int64_t count;
};

// Those that can still go on: NOT_STARTED, RUNNING, PAUSED, FAILED. States without a rollout are left out; so below.
Result<std::vector<StateCount<v1::Rollout::State>>> CountOpenRollouts(Reader& reader);
Result<std::vector<StateCount<v1::Approval::Status>>> CountOpenIssues(Reader& reader);

// nullopt: there is none.
Result<std::optional<Timestamp>> OldestRunningSince(Reader& reader);
// When the approval that waits longest was asked for; of more than a thousand that wait, among the oldest issues.
Result<std::optional<Timestamp>> OldestApprovalPendingSince(Reader& reader);
Result<std::optional<Timestamp>> LastAuditEntryTime(Reader& reader);

// Of the instances that are not deleted; without private keys.
Result<std::vector<v1::TlsConfig>> InstanceTlsConfigs(Reader& reader);

struct Standbys {
  std::int64_t connected = 0;
  // The longest; nullopt where the user may not read it (it takes pg_monitor) or no standby is connected.
  std::optional<std::chrono::microseconds> replay_lag;
};
// None on SQLite.
Result<Standbys> ReadStandbys(Metastore& metastore, const RequestContext& ctx);

}  // namespace argus::store
