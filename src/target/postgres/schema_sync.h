#pragma once

#include "target/driver.h"
#include "target/postgres/session.h"

namespace argus::target::postgres {

// The schema in one consistent snapshot. Left out: the system's schemas, members of extensions, and the marker table.
Result<v1::DatabaseSchema> ReadSchema(const RequestContext& ctx, Session& session);

}  // namespace argus::target::postgres
