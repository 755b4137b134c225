// The parsing of one script, statement by statement, whatever becomes of the children that do it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "review/parser.h"
#include "review/parser_pool.h"
#include "review/reviewer.h"

namespace argus::review {

sql::Engine ToSqlEngine(v1::Engine engine);

// Not thread-safe; all that it is given must outlive it.
class Session {
 public:
  Session(ParserPool& pool, const RequestContext& ctx, const Script& script);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // kTooComplex for a statement that ended the child or took too long, and for all statements once that has happened
  // too often or the script's own time is over.
  Result<Parse> Judge(const sql::SqlStatement& statement);

 private:
  Status Interrupted() const;
  bool Exhausted() const;
  Status Open();
  std::optional<std::string> Ask(std::string_view request);
  bool Prepare(std::unique_ptr<WorkerProcess> process);
  std::string OpenMessage() const;
  void Remember(const sql::SqlStatement& statement, const Parse& parse);

  ParserPool& pool_;
  const RequestContext& ctx_;
  const Script& script_;
  const MonotonicTime deadline_;
  std::unique_ptr<WorkerProcess> process_;
  std::vector<std::string_view> definitions_;  // SQLite: what a new child must be told again
  int failures_ = 0;
};

}  // namespace argus::review
