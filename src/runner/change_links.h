// The spans that a task run goes back to.
#pragma once

#include <vector>

#include "domain/resource_name.h"
#include "platform/telemetry/trace/span.h"
#include "store/metastore.h"

namespace argus::runner {

// To the requests that wrote the plan's specs ("plan") and that approved the change ("approval"), as far as they were
// traced. Best effort: none where they cannot be read.
std::vector<trace::Link> ChangeLinks(store::Metastore& metastore, const RequestContext& ctx,
                                     const domain::TaskRunName& run);

}  // namespace argus::runner
