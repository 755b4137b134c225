// The context of work that nobody's request causes.
#pragma once

#include <string_view>

#include "domain/actor.h"
#include "platform/base/encoding.h"
#include "platform/runtime/context.h"

namespace argus::command {

// Acts as "system/<runner>" under a new correlation id.
inline RequestContext SystemContext(std::string_view runner) {
  RequestContext ctx;
  ctx.actor = domain::SystemActor(runner);
  ctx.correlation_id = RandomHex(16);
  return ctx;
}

}  // namespace argus::command
