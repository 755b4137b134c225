#include "platform/db/errors.h"

#include <fmt/format.h>

#include <algorithm>

#include "platform/base/reasons.h"
#include "platform/db/database.h"

namespace argus::db {
namespace {

constexpr std::string_view kAffectedRows = "affectedRows";
constexpr std::string_view kCommitUnknown = "commitUnknown";
constexpr std::chrono::milliseconds kRetryAfter{1000};

bool HasMetadata(const Error& error, std::string_view key) {
  return std::any_of(error.metadata().begin(), error.metadata().end(), [&](const auto& m) { return m.first == key; });
}

}  // namespace

Error Unavailable(std::string cause) {
  return Error(Code::kUnavailable, reasons::kDatabaseUnavailable, "The database is not available; retry later.")
      .WithCause(std::move(cause))
      .WithRetryAfter(kRetryAfter);
}

Error SerializationConflict(std::string cause) {
  return Error(Code::kAborted, reasons::kDatabaseConflict, "Concurrent writes collided; retry.")
      .WithCause(std::move(cause));
}

Error UniqueViolation(std::string cause) {
  return Error(Code::kAlreadyExists, reasons::kDatabaseConstraint, "An object with the same key exists.")
      .WithCause(std::move(cause));
}

Error ConstraintViolation(std::string cause) {
  return Error(Code::kFailedPrecondition, reasons::kDatabaseConstraint, "The write violates a rule of the data.")
      .WithCause(std::move(cause));
}

Error StatementRefused(std::string cause) {
  return Error(Code::kInternal, reasons::kDatabaseError, "The database refused a statement.")
      .WithCause(std::move(cause));
}

Error InvalidText(std::string field) {
  return Error(Code::kInvalidArgument, reasons::kInvalidField, "Text must be UTF-8 without NUL characters.")
      .WithField(std::move(field), "is not UTF-8 or holds a NUL character");
}

Error UnexpectedRowCount(std::int64_t rows) {
  return Error(Code::kAborted, reasons::kDatabaseConflict, "The object changed meanwhile; read it again and retry.")
      .WithCause(fmt::format("{} rows affected instead of 1", rows))
      .WithMetadata(std::string(kAffectedRows), std::to_string(rows));
}

Error CommitUnknown(std::string cause) {
  return Error(Code::kUnavailable, reasons::kDatabaseUnavailable,
               "The database did not confirm the change; it may have happened.")
      .WithCause(std::move(cause))
      .WithMetadata(std::string(kCommitUnknown), "true");
}

bool IsSerializationConflict(const Error& error) {
  return error.code() == Code::kAborted && error.reason() == reasons::kDatabaseConflict && !IsUnexpectedRowCount(error);
}

bool IsUnexpectedRowCount(const Error& error) { return HasMetadata(error, kAffectedRows); }
bool IsCommitUnknown(const Error& error) { return HasMetadata(error, kCommitUnknown); }

Error InStatement(Error error, std::string_view statement) {
  std::string cause = fmt::format("{}: {}", statement, error.cause());
  return std::move(error).WithCause(std::move(cause));
}

}  // namespace argus::db
