// What the pipeline keeps with a call for those further in or out.
#pragma once

#include <any>
#include <string>

#include "platform/rpc/call.h"

namespace argus::api {

struct CallState {
  // The id of the session that the call was authenticated with.
  std::string session;
  // The command writes audit entries for its failures itself.
  bool records_failures = false;
};

inline CallState& StateOf(rpc::Call& call) {
  if (!call.state().has_value()) call.state() = CallState();
  return *std::any_cast<CallState>(&call.state());
}

}  // namespace argus::api
