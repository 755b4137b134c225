// SQLite: an instance is a folder, a database is a file in it.
#pragma once

#include "target/driver.h"

namespace argus::target::sqlite {

class SqliteDriver final : public Driver {
 public:
  Result<std::unique_ptr<Connection>> Connect(const RequestContext& ctx, const ConnectionSpec& spec) const override;
  Result<std::vector<std::string>> ListDatabases(const RequestContext& ctx, const ConnectionSpec& spec) const override;
  Result<ServerInfo> Inspect(const RequestContext& ctx, const ConnectionSpec& spec) const override;
  // There is no backend to end: whoever holds the file's write lock is waited for.
  Result<Proof> Probe(const RequestContext& ctx, const ConnectionSpec& spec, const ProofQuery& query) const override;
};

}  // namespace argus::target::sqlite
