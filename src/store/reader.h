// What every store function that only reads takes: a transaction, or a snapshot outside of one.
#pragma once

#include <string_view>

#include "platform/db/database.h"

namespace argus::store {

// Not thread-safe. Lives no longer than the request that it serves.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual Result<db::Rows> Query(const db::Statement& statement, const db::Params& params) = 0;
  // 32 bytes that all replicas share: what page tokens are authenticated with.
  virtual std::string_view server_key() const = 0;
};

// Every query is a read of its own (autocommit): two queries may see two states.
class Snapshot final : public Reader {
 public:
  // All three must outlive it.
  Snapshot(const RequestContext& ctx, db::Database& database, std::string_view server_key)
      : ctx_(ctx), database_(database), server_key_(server_key) {}

  Result<db::Rows> Query(const db::Statement& statement, const db::Params& params) override {
    return database_.Query(ctx_, statement, params);
  }
  std::string_view server_key() const override { return server_key_; }

 private:
  const RequestContext& ctx_;
  db::Database& database_;
  std::string_view server_key_;
};

}  // namespace argus::store
