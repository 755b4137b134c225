// PostgreSQL 13 and newer.
#pragma once

#include "target/driver.h"

namespace argus::target::postgres {

class PostgresDriver final : public Driver {
 public:
  Result<std::unique_ptr<Connection>> Connect(const RequestContext& ctx, const ConnectionSpec& spec) const override;
  Result<std::vector<std::string>> ListDatabases(const RequestContext& ctx, const ConnectionSpec& spec) const override;
  Result<ServerInfo> Inspect(const RequestContext& ctx, const ConnectionSpec& spec) const override;
  Result<Proof> Probe(const RequestContext& ctx, const ConnectionSpec& spec, const ProofQuery& query) const override;
};

}  // namespace argus::target::postgres
