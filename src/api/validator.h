// What holds for every request, whatever the method; commands check the rest.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "contract/contract.h"
#include "platform/base/result.h"

namespace argus::api {

// Immutable after construction, thread-safe.
class Validator {
 public:
  static constexpr std::size_t kMaxStringBytes = 1 << 20;
  static constexpr std::size_t kMaxRequestIdLength = 64;

  // Reads the routes of all methods of the contract.
  Validator();

  // INVALID_ARGUMENT naming every wrong field (up to 16): a name that all of the method's REST routes have in their
  // path is empty, a page size is negative, a requestId is not [A-Za-z0-9_-]{1,64}, a string exceeds 1 MiB or holds
  // U+0000.
  Status Check(const google::protobuf::Message& request) const;

 private:
  // Request message -> paths of fields that must not be empty, as the proto has them.
  std::map<const google::protobuf::Descriptor*, std::vector<std::string>> required_;
};

}  // namespace argus::api
