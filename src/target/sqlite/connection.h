#pragma once

#include <memory>

#include "target/driver.h"
#include "target/interrupt.h"
#include "target/sqlite/handle.h"

namespace argus::target::sqlite {

class SqliteConnection final : public Connection {
 public:
  SqliteConnection(ConnectionSpec spec, std::unique_ptr<Handle> handle)
      : spec_(std::move(spec)), handle_(std::move(handle)) {}

  Result<ServerInfo> Inspect(const RequestContext& ctx) override;
  Result<v1::DatabaseSchema> SyncSchema(const RequestContext& ctx) override;
  RunResult Run(const RequestContext& ctx, const ScriptRun& run, RunObserver& observer) override;
  void Cancel() override;
  // Opens the file anew: nothing else takes away temporary objects.
  Status Reset(const RequestContext& ctx) override;

 private:
  const ConnectionSpec spec_;
  std::unique_ptr<Handle> handle_;
  Interrupt interrupt_;
};

}  // namespace argus::target::sqlite
