// One PostgreSQL connection in libpq's pipeline mode: statements are sent without waiting, and Sync collects the
// answers.
#pragma once

#include <libpq-fe.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "platform/base/result.h"
#include "platform/db/database.h"
#include "platform/db/params.h"
#include "platform/db/patience.h"
#include "platform/db/pg_errors.h"
#include "platform/db/pg_parameters.h"
#include "platform/db/pg_values.h"

namespace argus::db {

struct PgAnswer {
  Rows rows;
  std::int64_t affected = 0;
  std::string tag;        // "UPDATE 1", "COMMIT".
  MonotonicTime arrived;
};

// A failed transaction answers COMMIT with success too, and the tag ROLLBACK.
Status ConfirmCommit(const PgAnswer& answer);

// What came back for the statements of one pipeline: an answer each, in order, until the first that failed. The server
// skips the rest.
struct PgExchange {
  std::vector<PgAnswer> answers;
  std::optional<Error> failure;
  // The server may have carried out the last statement although no answer says so.
  bool last_in_doubt = false;
};

// Not thread-safe. A lost connection stays lost: every later call fails, and Healthy tells the pool.
class PgConnection {
 public:
  struct Limits {
    std::chrono::milliseconds connect{5000};
    std::chrono::milliseconds lock{10000};
  };

  // Tries the hosts in order, each with a fair share of the time.
  static Result<std::unique_ptr<PgConnection>> Open(const std::vector<PgKeywords>& hosts, const Limits& limits,
                                                    const Patience& patience);
  PgConnection(const PgConnection&) = delete;
  PgConnection& operator=(const PgConnection&) = delete;

  // Queues a statement; prepared on the server the first time its text is seen.
  void Send(const BoundSql& sql);
  void Send(std::string_view text) { Send(BoundSql{std::string(text), {}}); }
  // Asks the server to parse `text` only.
  void SendCheck(const std::string& text);
  // Waits for the answers to everything sent. When `patience` ends, the server is told to cancel and has some
  // seconds to say what became of it.
  PgExchange Sync(const Patience& patience);
  // Runs several statements without parameters. Nothing may be queued.
  Status RunScript(const std::string& script, const Patience& patience);

  // For the pool: alive, outside a transaction, and nothing unread that would announce the end.
  bool Healthy();
  bool InTransaction() const { return PQtransactionStatus(connection_.get()) != PQTRANS_IDLE; }
  // For waiting on notifications beside other descriptors; -1 when lost.
  int descriptor() const { return PQsocket(connection_.get()); }
  // The payloads that arrived from other sessions since the last call; nullopt when the connection is lost.
  std::optional<std::vector<std::string>> TakeNotifications();

 private:
  struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  using Handle = std::unique_ptr<PGconn, Finish>;
  // A server-side step of the pipeline.
  struct Step {
    bool prepares;     // Its answer is not one of a statement's.
    std::string text;  // Of the prepared statement.
  };
  struct Prepared {
    std::string name;
    bool confirmed = false;
  };
  struct Wait;

  explicit PgConnection(Handle connection);
  static Result<Handle> Connect(const PgKeywords& host, const Patience& patience);
  static void OnNotice(void* self, const PGresult* notice);
  Status SetUp(const Limits& limits, const Patience& patience);

  bool Alive();
  void Sent(int accepted, Step step);
  bool AwaitAnswer(Wait& wait);
  PgResult Next(Wait& wait);
  void SkipToEnd(Wait& wait);
  void Receive(const Step& step, bool last, Wait& wait, PgExchange& exchange);
  void Accept(const Step& step, const PGresult* result, PgExchange& exchange);
  void Refuse(const PGresult* result, bool last, const Wait& wait, PgExchange& exchange);
  void Cancel();

  Handle connection_;
  std::unordered_map<std::string, Prepared> prepared_;
  std::uint64_t names_ = 0;
  std::deque<Step> steps_;  // Sent since the last Sync.
  bool reusable_ = true;    // False after a cancel: it might strike the next statement.
  bool lost_ = false;
};

}  // namespace argus::db
