// The contract's services and what their methods declare about themselves.
#pragma once

#include <vector>

#include "contract/contract.h"

namespace argus::contract {

// Every service of argus.v1, in the order of the documentation. The descriptors live as long as the program.
const std::vector<const google::protobuf::ServiceDescriptor*>& Services();

const v1::MethodPolicy& PolicyOf(const google::protobuf::MethodDescriptor& method);

// The one method that takes this request message, or null. (Every method has a request message of its own.)
const google::protobuf::MethodDescriptor* MethodOf(const google::protobuf::Descriptor& request);

}  // namespace argus::contract
