// Target databases: what Argus changes. One interface, one implementation an engine (target/postgres, target/sqlite).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/contract.h"
#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "platform/lang/sql/splitter.h"
#include "platform/runtime/context.h"

namespace argus::target {

// How to reach one database. Holds secrets in the clear: never log it.
struct ConnectionSpec {
  std::string host;  // PostgreSQL: name, address or folder of the Unix socket; empty means 127.0.0.1.
  int port = 0;      // PostgreSQL: 0 means 5432.
  std::string username;
  std::string password;         // Resolved: not a reference.
  std::string database;         // PostgreSQL: empty means "postgres". SQLite: the file's name without ".db".
  v1::TlsConfig tls;            // PostgreSQL; client_key resolved.
  std::string data_dir;         // SQLite: the folder of the database files.
  bool create_missing = false;  // SQLite: make the file where it does not exist.
  std::chrono::milliseconds connect_timeout{10000};
};

struct ServerInfo {
  std::string version;            // "15.14", "3.40.1"
  std::string system_identifier;  // Names the cluster (pg_control_system) or the file; empty where it may not be read.
  Timestamp server_time;
  bool in_recovery = false;  // A standby, or a server that has not caught up yet.
  bool read_only = false;    // In recovery, or transactions are read-only by default, or the file cannot be written.
  bool superuser = false;
  // How the outcome of a run could be proven here.
  v1::TaskRun::Proof proof = v1::TaskRun::PROOF_UNSPECIFIED;
};

// The session that a run uses, as much of it as finds it again after a crash of Argus. All parts are opaque outside of
// the driver that made them.
struct Backend {
  std::int64_t pid = 0;
  std::string start;
  std::string system_identifier;
  std::string timeline;
  v1::TaskRun::Proof proof = v1::TaskRun::PROOF_UNSPECIFIED;
};

// Says who applied a task; a row in the target database, keyed by the task, written in the transaction of the change.
struct Marker {
  std::string task;           // "projects/{p}/rollouts/{n}/tasks/{n}"
  std::string task_run;       // "…/taskRuns/{n}"
  std::string attempt_token;  // The fencing token of the claim.
  std::string content_hash;   // SHA-256 of the script, hex.
};

// One script, to be executed in one transaction. The statements are views: the script must outlive the run.
struct ScriptRun {
  Marker marker;
  const std::vector<sql::SqlStatement>* statements = nullptr;
  std::chrono::milliseconds lock_timeout{0};       // Zero: none. The wait for an earlier attempt is not counted.
  std::chrono::milliseconds statement_timeout{0};  // Zero: none.
};

struct StatementReport {
  std::size_t index = 0;  // zero-based
  std::int64_t rows_affected = 0;
  std::chrono::microseconds duration{0};
  const v1::TaskRunError* error = nullptr;  // Null on success.
};

// Called on the thread that runs the script. A failure returned from a callback ends the run as not applied.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  // Before the transaction begins: whoever must be able to find the backend again writes it down now.
  virtual Status OnBackend(const Backend& backend) = 0;
  virtual void BeforeStatement(std::size_t index) = 0;
  virtual void AfterStatement(const StatementReport& report) = 0;
  // After the last statement: the last chance to say no. `transaction_id` must be written down before this returns
  // where it is the proof (Backend::proof is TRANSACTION_ID); otherwise it is empty.
  virtual Status BeforeCommit(const std::string& transaction_id) = 0;
};

enum class Outcome {
  kCommitted,       // The server said COMMIT, durably.
  kNotApplied,      // Nothing of the script stays; `error` says why.
  kAlreadyApplied,  // Another attempt at the task was committed before; `applied_by` says which. Nothing was run.
  kUnknown,         // COMMIT was sent and its answer lost; `evidence` says what is known. Ask Driver::Probe.
};

struct RunResult {
  Outcome outcome = Outcome::kNotApplied;
  v1::TaskRunError error;  // kNotApplied. `statement` is one-based, 0 where no statement is to blame.
  Marker applied_by;       // kAlreadyApplied
  std::string evidence;    // kUnknown
  std::int64_t rows_affected = 0;
  std::size_t statements_done = 0;
};

// One session on one database. Not thread-safe but for Cancel.
class Connection {
 public:
  virtual ~Connection() = default;

  virtual Result<ServerInfo> Inspect(const RequestContext& ctx) = 0;
  // Tables, views, routines and so on, everything ordered by name, with fingerprint; `name` and `sync_time` stay empty.
  // System objects and the marker are left out.
  virtual Result<v1::DatabaseSchema> SyncSchema(const RequestContext& ctx) = 0;
  // Executes the script and the marker in one transaction. The context's deadline and cancel token interrupt it until
  // COMMIT is sent, never afterwards. Refuses, before anything is sent, what CheckTransactional refuses.
  virtual RunResult Run(const RequestContext& ctx, const ScriptRun& run, RunObserver& observer) = 0;
  // From any thread: interrupts the statement that is running, unless COMMIT has been sent. The connection is spent.
  virtual void Cancel() = 0;
  // Makes the session as new, for the next user. After an error the connection is to be thrown away.
  virtual Status Reset(const RequestContext& ctx) = 0;
};

// What was written down about a run whose end nobody saw.
struct ProofQuery {
  std::string task;
  Backend backend;
  std::string transaction_id;  // Empty if BeforeCommit had not returned.
  // How long to wait for the old backend to end.
  std::chrono::milliseconds patience{30000};
};

struct Proof {
  enum class Verdict { kApplied, kNotApplied, kUndecided };
  Verdict verdict = Verdict::kUndecided;
  std::string task_run;       // kApplied by marker: the run that did it, which need not be the one asked about.
  std::string attempt_token;  // kApplied by marker
  std::string evidence;       // What was looked at, in a sentence for a person.
};

// Stateless and thread-safe. Errors never hold a password or key.
//   UNAVAILABLE/CONNECTION_FAILED when the server cannot be reached, FAILED_PRECONDITION/CONNECTION_FAILED when it
//   refuses the user or has no such database, FAILED_PRECONDITION/TLS_FAILED when its certificate is not the expected,
//   FAILED_PRECONDITION/STATEMENT_FAILED when it refuses a query of ours, INVALID_ARGUMENT/INVALID_FIELD for a spec
//   that cannot be right, DEADLINE_EXCEEDED and CANCELLED by the context.
class Driver {
 public:
  virtual ~Driver() = default;
  virtual Result<std::unique_ptr<Connection>> Connect(const RequestContext& ctx, const ConnectionSpec& spec) const = 0;
  // Names of the databases of the server (of the folder), in order; `spec.database` is only where to connect first.
  virtual Result<std::vector<std::string>> ListDatabases(const RequestContext& ctx,
                                                         const ConnectionSpec& spec) const = 0;
  // The server alone, without a database of ours.
  virtual Result<ServerInfo> Inspect(const RequestContext& ctx, const ConnectionSpec& spec) const = 0;
  // Ends the backend of `query` if it still exists, waits until it is gone, then reads the proof. An error means that
  // the target could not be asked: ask again later.
  virtual Result<Proof> Probe(const RequestContext& ctx, const ConnectionSpec& spec, const ProofQuery& query) const = 0;
};

}  // namespace argus::target
