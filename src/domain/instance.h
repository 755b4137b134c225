// What an instance may look like. Pure, thread-safe.
#pragma once

#include "contract/contract.h"
#include "platform/base/result.h"

namespace argus::domain {

// Engine, address, TLS and folder as the engine asks for them; at most one of password and password_ref.
// INVALID_ARGUMENT naming the field ("instance.host"). Whether the environment exists is the caller's to know.
Status CheckInstance(const v1::Instance& instance);

}  // namespace argus::domain
