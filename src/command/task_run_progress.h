// How an attempt at a task gets ahead in the metastore: what the runner that carries it out may write.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "command/closed_gates.h"
#include "command/metrics.h"
#include "command/rollout_work.h"
#include "command/work.h"
#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"
#include "store/task_run_store.h"

namespace argus::command {

// Thread-safe. The references must outlive it. What names a claimed run is ABORTED / LEASE_LOST once the run is another's.
class TaskRunProgress {
 public:
  TaskRunProgress(store::Metastore& metastore, ChangeMetrics& metrics) : metastore_(metastore), metrics_(metrics) {}

  // PENDING -> RUNNING for the oldest run that is due and that every gate lets through, judged in the commit that claims it
  // and records its start; nullopt when there is none. Runs that a gate holds back join `held` and are passed over from then
  // on, until the caller empties it.
  Result<std::optional<store::ClaimedRun>> Claim(const RequestContext& ctx, const std::string& owner,
                                                 std::chrono::milliseconds lease, std::vector<std::int64_t>& held);
  // Makes `owner` the holder of a run whose lease is over; nullopt when somebody else was faster.
  Result<std::optional<store::ClaimedRun>> TakeOver(const RequestContext& ctx, const domain::TaskRunName& name,
                                                    const std::string& owner, std::chrono::milliseconds lease);
  // SQLite only: the runs and checks of a process that is gone need not wait for their leases.
  Status ExpireLeasesOfOthers(const RequestContext& ctx, const std::string& owner);

  Status RecordIntent(const RequestContext& ctx, const store::RunToken& token, const store::Intent& intent);
  Status RecordTransactionId(const RequestContext& ctx, const store::RunToken& token, const std::string& transaction_id);
  Status RenewLease(const RequestContext& ctx, const store::RunToken& token, std::chrono::milliseconds lease);
  Status AppendLog(const RequestContext& ctx, const store::RunToken& token,
                   std::span<const v1::TaskRunLog::Entry> entries);

  // Ends the run (DONE, FAILED, CANCELED) or gives it up (UNKNOWN), with the rest of its log and with all that follows for
  // task, database and rollout.
  Result<v1::TaskRun> Finish(const RequestContext& ctx, const store::ClaimedRun& claimed, const v1::TaskRun& outcome,
                             std::span<const v1::TaskRunLog::Entry> log_rest);

 private:
  // A run that gates hold back.
  struct Held {
    std::int64_t run;
    domain::Verdict verdict;
    std::optional<FrozenTask> frozen;
  };
  static Held HoldBack(std::int64_t run, domain::Verdict verdict, const LoadedFacts& facts, const v1::Task& task);
  static Result<std::vector<Held>> HeldBack(Work& work, RolloutWork& rollout, const LoadedFacts& facts,
                                            const domain::RolloutName& name);
  Result<std::optional<store::ClaimedRun>> TryClaim(const RequestContext& ctx, const store::ClaimRequest& request,
                                                    std::chrono::milliseconds lease, std::vector<Held>& closed);
  Status StartTask(Work& work, const store::ClaimedRun& claimed, std::vector<Held>& closed);
  void Report(const RequestContext& ctx, const std::vector<Held>& closed);

  store::Metastore& metastore_;
  ChangeMetrics& metrics_;
  std::mutex mutex_;
  std::set<std::string> blocked_;  // Tasks with their window, that were recorded by this.
};

}  // namespace argus::command
