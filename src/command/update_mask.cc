#include "command/update_mask.h"

#include <fmt/format.h>
#include <google/protobuf/util/field_mask_util.h>

#include <algorithm>

#include "domain/reasons.h"

namespace argus::command {
namespace {

using google::protobuf::FieldMask;
using google::protobuf::Message;

bool IsSet(const Message& message, std::string_view field_name) {
  const auto* field = message.GetDescriptor()->FindFieldByName(std::string(field_name));
  const auto* reflection = message.GetReflection();
  return field->is_repeated() ? reflection->FieldSize(message, field) > 0 : reflection->HasField(message, field);
}

Error UnknownPath(const std::string& path, std::initializer_list<std::string_view> allowed) {
  return Error(Code::kInvalidArgument, reasons::kUnknownField, fmt::format("updateMask: '{}' cannot be updated", path))
      .WithField("updateMask", fmt::format("of {}", fmt::join(allowed, ", ")));
}

}  // namespace

Result<std::vector<std::string>> UpdatePaths(const FieldMask& mask, const Message& source,
                                             std::initializer_list<std::string_view> allowed) {
  std::vector<std::string> paths;
  if (mask.paths().empty()) {
    for (const auto field : allowed) {
      if (IsSet(source, field)) paths.emplace_back(field);
    }
    return paths;
  }
  if (mask.paths_size() == 1 && mask.paths(0) == "*") return std::vector<std::string>(allowed.begin(), allowed.end());
  for (const auto& path : mask.paths()) {
    if (std::find(allowed.begin(), allowed.end(), path) == allowed.end()) return UnknownPath(path, allowed);
    paths.push_back(path);
  }
  return paths;
}

void CopyFields(const std::vector<std::string>& paths, const Message& source, Message& into) {
  if (paths.empty()) return;
  FieldMask mask;
  mask.mutable_paths()->Add(paths.begin(), paths.end());
  google::protobuf::util::FieldMaskUtil::MergeOptions options;
  options.set_replace_message_fields(true);
  options.set_replace_repeated_fields(true);
  google::protobuf::util::FieldMaskUtil::MergeMessageTo(source, mask, options, &into);
}

}  // namespace argus::command
