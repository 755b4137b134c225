// One script in one transaction on PostgreSQL, with the proof that it happened.
#pragma once

#include <chrono>
#include <string>

#include "target/driver.h"
#include "target/interrupt.h"
#include "target/postgres/session.h"

namespace argus::target::postgres {

// Made for one run. The transaction is: marker, script, deferred constraints under the script's role, the marker's
// check under the session's own role, COMMIT. Until COMMIT is sent, every failure, and a lost connection too, means
// "not applied": only COMMIT can make the transaction last, and the script cannot send one.
class ScriptRunner {
 public:
  ScriptRunner(Session& session, Interrupt& interrupt, const RequestContext& ctx, const ScriptRun& run,
               RunObserver& observer)
      : session_(session), interrupt_(interrupt), ctx_(ctx), run_(run), observer_(observer) {}

  RunResult Run();

 private:
  // The steps in order. Each returns false after having set result_.
  bool Announce();
  bool Begin();
  bool ExecuteStatements();
  bool ExecuteStatement(std::size_t index);
  bool CheckProof();
  bool ReadTransactionId();
  bool CheckMarker();
  void Commit();

  bool StillWanted();
  bool Send(const std::string& sql, Reply* reply = nullptr);
  void Report(std::size_t index, const Reply& reply, MonotonicTime start, const v1::TaskRunError* error);
  void ExplainRefusedMarker(const Reply& reply);
  bool FailWith(RunResult result);
  bool FailWith(const Reply& reply);
  v1::TaskRunError ToRunError(const Reply& reply) const;
  v1::TaskRunError StatementError(std::size_t index, const Reply& reply) const;
  void Unknown(std::string_view what);
  bool uses_marker() const { return backend_.proof == v1::TaskRun::MARKER; }

  Session& session_;
  Interrupt& interrupt_;
  const RequestContext& ctx_;
  const ScriptRun& run_;
  RunObserver& observer_;
  Backend backend_;
  std::string transaction_id_;
  RunResult result_;
};

}  // namespace argus::target::postgres
