// What a served method declares about who may call it.
#pragma once

#include <string_view>

#include "contract/services.h"
#include "platform/base/result.h"

namespace argus::api {

// ACCESS_UNSPECIFIED, which nobody may call, for a method of the contract that declares nothing. gRPC's own services
// (health, reflection) are public.
v1::Access AccessOf(const google::protobuf::MethodDescriptor& method);

// INTERNAL naming each method of the contract whose declaration is missing or incomplete.
Status CheckDeclarations();

}  // namespace argus::api
