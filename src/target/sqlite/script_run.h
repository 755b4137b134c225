// One script in one transaction on SQLite, with the proof that it happened.
#pragma once

#include <string>

#include "target/driver.h"
#include "target/interrupt.h"
#include "target/sqlite/handle.h"

namespace argus::target::sqlite {

// Made for one run. The transaction is: marker, script, the marker's check, COMMIT. It is IMMEDIATE, so that a second
// attempt at the task waits at its beginning for the first one's end.
class ScriptRunner {
 public:
  ScriptRunner(Handle& handle, Interrupt& interrupt, const RequestContext& ctx, const ScriptRun& run,
               RunObserver& observer)
      : handle_(handle), interrupt_(interrupt), ctx_(ctx), run_(run), observer_(observer) {}

  RunResult Run();

 private:
  // The steps in order. Each returns false after having set result_.
  bool Announce();
  bool Begin();
  bool ExecuteStatements();
  bool ExecuteStatement(std::size_t index);
  bool CheckProof();
  void Commit();

  void Limit(std::chrono::milliseconds statement_timeout, std::chrono::milliseconds lock_timeout);
  bool Expired() const;
  bool StillWanted();
  void ExplainRefusedMarker(const SqliteError& error);
  bool FailWith(RunResult result);
  bool FailWith(const SqliteError& error);
  v1::TaskRunError ToRunError(const SqliteError& error) const;
  v1::TaskRunError StatementError(std::size_t index, const SqliteError& error) const;

  Handle& handle_;
  Interrupt& interrupt_;
  const RequestContext& ctx_;
  const ScriptRun& run_;
  RunObserver& observer_;
  RunResult result_;
};

}  // namespace argus::target::sqlite
