#pragma once

#include <memory>

#include "target/driver.h"
#include "target/interrupt.h"
#include "target/postgres/session.h"

namespace argus::target::postgres {

class PostgresConnection final : public Connection {
 public:
  explicit PostgresConnection(std::unique_ptr<Session> session) : session_(std::move(session)) {}

  Result<ServerInfo> Inspect(const RequestContext& ctx) override;
  Result<v1::DatabaseSchema> SyncSchema(const RequestContext& ctx) override;
  RunResult Run(const RequestContext& ctx, const ScriptRun& run, RunObserver& observer) override;
  void Cancel() override;
  Status Reset(const RequestContext& ctx) override;

 private:
  std::unique_ptr<Session> session_;
  Interrupt interrupt_;
};

}  // namespace argus::target::postgres
