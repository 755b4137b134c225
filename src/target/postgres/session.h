// One libpq connection, driven without blocking so that deadline and cancel always count.
#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "target/driver.h"

namespace argus::target::postgres {

// What the server said against a statement (PostgreSQL protocol, ErrorResponse).
struct ServerError {
  std::string sqlstate;
  std::string message;
  std::string detail;
  std::string hint;
  std::size_t position = 0;  // In code points of the text that was sent, one-based; 0: none.
};

using Cells = std::vector<std::optional<std::string>>;

struct Reply {
  enum class Kind {
    kDone,
    kRefused,  // `error` came from the server; the connection lives.
    kLost,     // The connection is gone: what the server did with the statement is not known.
  };
  Kind kind = Kind::kDone;
  ServerError error;
  std::string tag;  // The last command tag, "COMMIT", "UPDATE 3"; may stand beside kLost.
  std::int64_t rows_affected = 0;
  std::vector<Cells> rows;

  bool done() const { return kind == Kind::kDone; }
};

// Not thread-safe but for Cancel.
class Session {
 public:
  static Result<std::unique_ptr<Session>> Connect(const RequestContext& ctx, const ConnectionSpec& spec);

  // One or more statements without parameters whose text is our own. Stops at the first that fails.
  Reply Send(const RequestContext& ctx, const std::string& sql);
  // Our own query with text parameters; rows are kept.
  Reply Query(const RequestContext& ctx, const std::string& sql, const std::vector<std::string>& params = {});
  // Foreign text: by the extended protocol, so that the server refuses more than one statement. Rows are counted and
  // dropped.
  Reply Execute(const RequestContext& ctx, const std::string& sql);
  // COMMIT or ROLLBACK, not interrupted by anybody; waits at most `patience`.
  Reply EndTransaction(const char* command, std::chrono::milliseconds patience);

  // Asks the server to interrupt what runs now, and lets nothing that can be interrupted run any more. Thread-safe; may
  // block for a connection set-up.
  void Cancel();

  bool in_transaction() const { return PQtransactionStatus(connection_.get()) == PQTRANS_INTRANS; }
  bool idle() const { return PQtransactionStatus(connection_.get()) == PQTRANS_IDLE; }
  bool alive() const { return PQstatus(connection_.get()) == CONNECTION_OK; }
  int pid() const { return PQbackendPID(connection_.get()); }
  // 'text', quoted as a literal for our own SQL.
  std::string Literal(std::string_view text) const;

 private:
  struct Finish {
    void operator()(PGconn* c) const { PQfinish(c); }
  };
  struct FreeCancel {
    void operator()(PGcancel* c) const { PQfreeCancel(c); }
  };
  enum class OnExpiry { kCancelStatement, kGiveUp };
  enum class Rows { kKeep, kDrop };

  Session() = default;
  Status Establish(const RequestContext& ctx, std::chrono::milliseconds timeout);
  Reply Await(const RequestContext& ctx, int sent, OnExpiry on_expiry, Rows rows);
  bool ReadyForResult();
  bool WaitForSocket(short events, MonotonicTime until, const CancelToken* cancel);
  void CancelRunning();
  void Absorb(PGresult* result, Rows rows, Reply& reply);
  // Also drops the connection: whatever the server still does, it cannot tell us any more.
  Reply Lost(Reply reply, std::string_view why);

  std::unique_ptr<PGconn, Finish> connection_;
  std::unique_ptr<PGcancel, FreeCancel> cancel_;
  CancelToken canceled_;
};

// STATEMENT_FAILED for kRefused, INTERRUPTED for kLost; for our own queries outside of a run.
Error QueryError(const Reply& reply);

}  // namespace argus::target::postgres
