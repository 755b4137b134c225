// Field masks of update requests (AIP-134, AIP-161).
#pragma once

#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.h"

namespace argus::command {

// The top-level fields that an update changes: those of `mask`; with an empty mask, those of `allowed` that `source` has
// set; with "*", all of `allowed`. INVALID_ARGUMENT / UNKNOWN_FIELD for a path that is not one of `allowed`.
Result<std::vector<std::string>> UpdatePaths(const google::protobuf::FieldMask& mask,
                                             const google::protobuf::Message& source,
                                             std::initializer_list<std::string_view> allowed);
// Copies the fields of `paths` from `source` into `into`, a message of the same type; unset ones are cleared.
void CopyFields(const std::vector<std::string>& paths, const google::protobuf::Message& source,
                google::protobuf::Message& into);

}  // namespace argus::command
