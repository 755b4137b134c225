// What became of a run whose end nobody saw.
#pragma once

#include "target/driver.h"
#include "target/postgres/session.h"

namespace argus::target::postgres {

// On a session of its own: ends the backend of `query`, waits until it is gone, reads the marker or the transaction's
// status.
Result<Proof> ProbeOutcome(const RequestContext& ctx, Session& session, const ProofQuery& query);

}  // namespace argus::target::postgres
