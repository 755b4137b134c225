// What a run writes down while it is under way: intent, statement log, transaction id.
#pragma once

#include <string>
#include <vector>

#include "command/task_run_progress.h"
#include "contract/contract.h"
#include "platform/lang/sql/lexer.h"
#include "platform/lang/sql/splitter.h"
#include "runner/active_run.h"
#include "runner/run_services.h"
#include "target/driver.h"

namespace argus::runner {

// Called on the thread that runs the script. The references must outlive it.
class RunRecorder final : public target::RunObserver {
 public:
  RunRecorder(const RunServices& services, const ActiveRun& run, const RequestContext& ctx,
              const std::vector<sql::SqlStatement>& statements, sql::Engine engine);

  // The intent is committed before this returns.
  Status OnBackend(const target::Backend& backend) override;
  void BeforeStatement(std::size_t index) override;
  void AfterStatement(const target::StatementReport& report) override;
  // Refuses once the run was stopped or its lease is no longer certain.
  Status BeforeCommit(const std::string& transaction_id) override;

  const store::Intent& intent() const { return intent_; }
  // Log entries that were not written yet.
  std::vector<v1::TaskRunLog::Entry> TakeRest() { return std::move(pending_); }

 private:
  v1::TaskRunLog::Entry ToEntry(const target::StatementReport& report) const;
  void FlushIfDue();
  Status CheckStillOurs() const;

  const RunServices& services_;
  command::TaskRunProgress progress_;
  const ActiveRun& run_;
  const RequestContext& ctx_;
  const std::vector<sql::SqlStatement>& statements_;
  const sql::Engine engine_;
  store::Intent intent_;
  Timestamp statement_start_;
  std::vector<v1::TaskRunLog::Entry> pending_;
  MonotonicTime last_flush_;
};

// The first line of a statement without its literals, at most 200 characters.
std::string Summarize(std::string_view statement, sql::Engine engine);

}  // namespace argus::runner
