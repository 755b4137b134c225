#include "api/validator.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "api/authorizer.h"
#include "api/field_path.h"
#include "contract/services.h"
#include "platform/base/reasons.h"
#include "platform/rpc/http_rule.h"
#include "platform/rpc/method.h"

namespace argus::api {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

constexpr std::size_t kMaxViolations = 16;
using Violations = std::vector<FieldViolation>;

std::set<std::string> PathFields(const rpc::HttpBinding& binding) {
  std::set<std::string> fields;
  const auto path = rpc::ParsePathTemplate(binding.pattern);
  if (!path.ok()) return fields;  // Refused where routes are built.
  for (const auto& variable : path->variables) fields.insert(variable.field);
  return fields;
}

// Without a route, what would stand in it.
std::vector<std::string> NamesOf(const MethodDescriptor& method) {
  std::vector<std::string> names;
  for (const char* field : {"name", "parent"}) {
    if (method.input_type()->FindFieldByName(field) != nullptr) names.emplace_back(field);
  }
  return names;
}

std::vector<std::string> RequiredFields(const MethodDescriptor& descriptor) {
  const rpc::Method method(&descriptor);
  if (method.bindings().empty()) return NamesOf(descriptor);
  std::set<std::string> common = PathFields(method.bindings().front());
  for (const auto& binding : method.bindings()) {
    const auto fields = PathFields(binding);
    std::erase_if(common, [&](const std::string& field) { return !fields.contains(field); });
  }
  return {common.begin(), common.end()};
}

void CheckRequired(const Message& request, const std::vector<std::string>& paths, Violations& out) {
  for (const auto& path : paths) {
    google::protobuf::RepeatedPtrField<std::string> one;
    one.Add(std::string(path));
    if (ResourcesOf(request, one).empty()) out.push_back({JsonPath(path), "required"});
  }
}

bool IsRequestId(const std::string& id) {
  return id.size() <= Validator::kMaxRequestIdLength &&
         std::all_of(id.begin(), id.end(), [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; });
}

void CheckString(const FieldDescriptor& field, const std::string& text, const std::string& path, Violations& out) {
  if (field.name() == "request_id" && !IsRequestId(text)) {
    out.push_back({path, fmt::format("at most {} of A-Z, a-z, 0-9, '-' and '_'", Validator::kMaxRequestIdLength)});
  } else if (text.size() > Validator::kMaxStringBytes) {
    out.push_back({path, fmt::format("at most {} bytes", Validator::kMaxStringBytes)});
  } else if (text.find('\0') != text.npos) {
    out.push_back({path, "must not hold the character U+0000"});
  }
}

void CheckFields(const Message& message, const std::string& prefix, Violations& out);

// `index` is -1 for a field that is not repeated.
void CheckValue(const Message& message, const FieldDescriptor& field, int index, const std::string& path,
                Violations& out) {
  const auto* reflection = message.GetReflection();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    CheckFields(
        index < 0 ? reflection->GetMessage(message, &field) : reflection->GetRepeatedMessage(message, &field, index),
        path + ".", out);
  } else if (field.type() == FieldDescriptor::TYPE_STRING) {
    CheckString(
        field,
        index < 0 ? reflection->GetString(message, &field) : reflection->GetRepeatedString(message, &field, index),
        path, out);
  } else if (field.name() == "page_size" && reflection->GetInt32(message, &field) < 0) {
    out.push_back({path, "must not be negative"});
  }
}

void CheckFields(const Message& message, const std::string& prefix, Violations& out) {
  std::vector<const FieldDescriptor*> set;
  message.GetReflection()->ListFields(message, &set);
  for (const FieldDescriptor* field : set) {
    const std::string path = prefix + field->json_name();
    if (!field->is_repeated()) CheckValue(message, *field, -1, path, out);
    const int count = field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 0;
    for (int i = 0; i < count && out.size() < kMaxViolations; ++i) {
      CheckValue(message, *field, i, fmt::format("{}[{}]", path, i), out);
    }
  }
}

}  // namespace

Validator::Validator() {
  for (const auto* service : contract::Services()) {
    for (int i = 0; i < service->method_count(); ++i) {
      required_.emplace(service->method(i)->input_type(), RequiredFields(*service->method(i)));
    }
  }
}

Status Validator::Check(const Message& request) const {
  Violations violations;
  const auto required = required_.find(request.GetDescriptor());
  if (required != required_.end()) CheckRequired(request, required->second, violations);
  const Reason reason = violations.empty() ? reasons::kInvalidField : reasons::kMissingField;
  CheckFields(request, "", violations);
  if (violations.empty()) return Ok();
  Error error(Code::kInvalidArgument, reason,
              fmt::format("{}: {}.", violations.front().field, violations.front().description));
  for (auto& [field, description] : violations) {
    std::move(error).WithField(std::move(field), std::move(description));  // In place.
  }
  return error;
}

}  // namespace argus::api
