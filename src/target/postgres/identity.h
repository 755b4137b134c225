// Which server, which session.
#pragma once

#include "platform/base/result.h"
#include "target/driver.h"
#include "target/postgres/session.h"

namespace argus::target::postgres {

// Everything but `proof`. The system identifier is empty where the role may not read pg_control_system(), the timeline
// where the server is in recovery.
Result<Backend> ReadBackend(const RequestContext& ctx, Session& session);

// Everything but `proof`.
Result<ServerInfo> ReadServerInfo(const RequestContext& ctx, Session& session);

}  // namespace argus::target::postgres
