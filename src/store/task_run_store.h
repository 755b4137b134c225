// Attempts at tasks: claim, lease, intent, log and end. A run is claimed by one UPDATE that checks its state and writes
// owner, lease and a new attempt token; every later write of that attempt names the token (fencing), so that whoever
// lost its lease cannot write any more. The database refuses a second RUNNING or UNKNOWN run on one target.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "contract/contract.h"
#include "domain/resource_name.h"
#include "store/origin.h"
#include "store/page.h"
#include "store/plan_check_run_store.h"
#include "store/transaction.h"

namespace argus::store {

// A new PENDING attempt at the task, not before the task's run_after, with the context's correlation id and trace. Of
// `run` creator and override_freeze_reason are read.
Result<v1::TaskRun> InsertTaskRun(Transaction& tx, const v1::Task& task, v1::TaskRun run);
// NOT_FOUND, also when an id on the way belongs elsewhere.
Result<v1::TaskRun> GetTaskRun(Reader& reader, const domain::TaskRunName& name);
// Newest attempt first.
Result<Page<v1::TaskRun>> ListTaskRuns(Reader& reader, const domain::TaskName& task, const ListQuery& query);
// Those of the rollout that are PENDING, RUNNING or UNKNOWN.
Result<std::vector<v1::TaskRun>> ActiveTaskRuns(Reader& reader, const domain::RolloutName& rollout);
// State, error, resolver, resolve_reason, evidence and end_time, decided by someone who does not hold the run (a
// waiting run is cancelled, an unknown one resolved). The etag is the version that it replaces (Guard::kVersion).
Result<v1::TaskRun> UpdateTaskRun(Transaction& tx, v1::TaskRun run);
// Asks the holder to stop: announces it on Topic::kTaskRun. The etag is the version (Guard::kVersion).
Result<v1::TaskRun> RequestCancel(Transaction& tx, v1::TaskRun run);

// What was written down before SQL reached the target, to find the session and the outcome again after a crash.
struct Intent {
  std::int64_t backend_pid = 0;
  std::string backend_start;
  std::string system_identifier;
  std::string timeline;
  v1::TaskRun::Proof proof = v1::TaskRun::PROOF_UNSPECIFIED;
  std::string transaction_id;  // Empty until it is about to be committed.
  std::int32_t statements_total = 0;
};

struct ClaimedRun {
  domain::TaskRunName name;
  v1::TaskRun run;  // RUNNING
  RunToken token;
  domain::SheetName sheet;
  domain::DatabaseName target;
  std::string environment;  // "environments/dev"
  Origin origin;
  Intent intent;  // Of the former holder, where the run was taken over.
};

struct ClaimRequest {
  std::string owner;
  Timestamp lease_until;  // By tx.lease_now().
  // Ids of runs that a gate holds back, as the caller found out.
  std::vector<std::int64_t> except;
};
// PENDING -> RUNNING for the oldest run that is due (run_after <= tx.now()) on a target where none is RUNNING or
// UNKNOWN and whose rollout is not PAUSED; nullopt when there is none. Gates are the caller's to judge, in the same
// transaction: an error from there undoes the claim.
Result<std::optional<ClaimedRun>> ClaimNext(Transaction& tx, const ClaimRequest& request);
// When the next waiting run becomes due; nullopt when none waits. May be in the past.
Result<std::optional<Timestamp>> NextRunAfter(Reader& reader);

// The rest names the token (Guard::kOwner).
void RecordIntent(Transaction& tx, const RunToken& token, const Intent& intent);
void RecordTransactionId(Transaction& tx, const RunToken& token, const std::string& transaction_id);
void RenewLease(Transaction& tx, const RunToken& token, Timestamp lease_until);
// One entry a statement; those without an error are added to the run's counters of rows and statements.
void AppendLog(Transaction& tx, const RunToken& token, std::span<const v1::TaskRunLog::Entry> entries);
// `outcome` is the claimed run with its state, error, evidence, rows_affected and statements_done as they ended; gives
// up owner, lease and token. end_time is tx.now() unless the state is UNKNOWN.
Result<v1::TaskRun> FinishTaskRun(Transaction& tx, const RunToken& token, v1::TaskRun outcome);

// RUNNING ones whose lease expired before tx.lease_now() (or before `time`): to be reconciled, never executed again.
Result<std::vector<domain::TaskRunName>> ListExpired(Reader& reader, Timestamp time);
// Makes the caller the holder of an expired run, under a new token; nullopt when somebody else was faster.
Result<std::optional<ClaimedRun>> TakeOver(Transaction& tx, const domain::TaskRunName& name, const std::string& owner,
                                           Timestamp lease_until);

// NOT_FOUND.
Result<v1::TaskRunLog> GetTaskRunLog(Reader& reader, const domain::TaskRunName& name);

struct RunCount {
  v1::TaskRun::State state;
  std::int64_t count;
};
// PENDING, RUNNING and UNKNOWN ones: for metrics.
Result<std::vector<RunCount>> CountActiveTaskRuns(Reader& reader);

}  // namespace argus::store
