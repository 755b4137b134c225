#include "platform/base/error.h"

#include <fmt/format.h>

namespace argus {

std::string_view CodeName(Code code) {
  switch (code) {
    case Code::kCancelled:
      return "CANCELLED";
    case Code::kUnknown:
      return "UNKNOWN";
    case Code::kInvalidArgument:
      return "INVALID_ARGUMENT";
    case Code::kDeadlineExceeded:
      return "DEADLINE_EXCEEDED";
    case Code::kNotFound:
      return "NOT_FOUND";
    case Code::kAlreadyExists:
      return "ALREADY_EXISTS";
    case Code::kPermissionDenied:
      return "PERMISSION_DENIED";
    case Code::kResourceExhausted:
      return "RESOURCE_EXHAUSTED";
    case Code::kFailedPrecondition:
      return "FAILED_PRECONDITION";
    case Code::kAborted:
      return "ABORTED";
    case Code::kOutOfRange:
      return "OUT_OF_RANGE";
    case Code::kUnimplemented:
      return "UNIMPLEMENTED";
    case Code::kInternal:
      return "INTERNAL";
    case Code::kUnavailable:
      return "UNAVAILABLE";
    case Code::kDataLoss:
      return "DATA_LOSS";
    case Code::kUnauthenticated:
      return "UNAUTHENTICATED";
  }
  return "UNKNOWN";
}

std::shared_ptr<const StackTrace> Error::MakeStack() { return std::make_shared<const StackTrace>(StackTrace::Capture()); }

Error&& Error::WithCause(std::string cause) && {
  cause_ = std::move(cause);
  return std::move(*this);
}

Error&& Error::WithField(std::string field, std::string description) && {
  fields_.push_back({std::move(field), std::move(description)});
  return std::move(*this);
}

Error&& Error::WithMetadata(std::string key, std::string value) && {
  metadata_.emplace_back(std::move(key), std::move(value));
  return std::move(*this);
}

Error&& Error::WithRetryAfter(std::chrono::milliseconds wait) && {
  retry_after_ = wait;
  return std::move(*this);
}

std::string Error::ToString() const {
  std::string text = fmt::format("{} [{}] {}", CodeName(code_), reason_.name, message_);
  for (const auto& violation : fields_) text += fmt::format("; {}: {}", violation.field, violation.description);
  if (!cause_.empty()) text += fmt::format(" ({})", cause_);
  return text;
}

}  // namespace argus
