// The error vocabulary of the whole program: gRPC's canonical codes, a stable reason, a message that is safe to show,
// and a private cause that only the log sees (AIP-193, google.rpc.Status).
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/base/stack_trace.h"

namespace argus {

// google.rpc.Code, without OK: an Error is always a failure.
enum class Code {
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
};

// "INVALID_ARGUMENT"; the google.rpc.Code name.
std::string_view CodeName(Code code);

// A stable, documented UPPER_SNAKE_CASE reason. Every value stands in one of the closed lists (platform/base/reasons.h,
// domain/reasons.h), from which docs/reference/errors.md is generated. Compared by name; `name` has static storage.
struct Reason {
  std::string_view name;
  std::string_view help;  // What happened and what the caller can do about it, one sentence.
  friend bool operator==(const Reason& a, const Reason& b) { return a.name == b.name; }
};

// One wrong input: `field` is the path in lowerCamelCase, e.g. "plan.specs[0].sheet".
struct FieldViolation {
  std::string field;
  std::string description;
};

// A value type; cheap to move. The With* calls build it up and return *this for chaining.
class Error {
 public:
  Error(Code code, Reason reason, std::string message)
      : code_(code), reason_(reason), message_(std::move(message)), stack_(MakeStack()) {}

  Code code() const { return code_; }
  Reason reason() const { return reason_; }
  // Safe for any caller: names what is wrong and how to mend it, holds no secret and no internal detail.
  const std::string& message() const { return message_; }
  // For the log only; never leaves the process. May hold driver messages.
  const std::string& cause() const { return cause_; }
  const std::vector<FieldViolation>& fields() const { return fields_; }
  const std::vector<std::pair<std::string, std::string>>& metadata() const { return metadata_; }
  // Where it was made; for the log only.
  const StackTrace& stack() const { return *stack_; }
  // Zero: the caller need not wait.
  std::chrono::milliseconds retry_after() const { return retry_after_; }

  Error&& WithCause(std::string cause) &&;
  Error&& WithField(std::string field, std::string description) &&;
  // Extra facts for google.rpc.ErrorInfo.metadata; keys are lowerCamelCase.
  Error&& WithMetadata(std::string key, std::string value) &&;
  Error&& WithRetryAfter(std::chrono::milliseconds wait) &&;

  // "NOT_FOUND [RESOURCE_NOT_FOUND] message (cause)": for logs and test failures.
  std::string ToString() const;

 private:
  static std::shared_ptr<const StackTrace> MakeStack();

  Code code_;
  Reason reason_;
  std::string message_;
  std::string cause_;
  std::vector<FieldViolation> fields_;
  std::vector<std::pair<std::string, std::string>> metadata_;
  std::chrono::milliseconds retry_after_{0};
  std::shared_ptr<const StackTrace> stack_;  // Shared by the copies; never null.
};

}  // namespace argus
