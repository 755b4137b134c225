// The reasons that platform code itself can give. The product's own stand in domain/reasons.h.
#pragma once

#include "platform/base/error.h"

namespace argus::reasons {

#define ARGUS_PLATFORM_REASONS(X)                                                                                     \
  X(kInternal, "INTERNAL", "The server failed; the log holds the cause under the correlation id.")                    \
  X(kOverloaded, "OVERLOADED", "The server is busy; retry after the time given.")                                     \
  X(kDraining, "DRAINING", "The server is shutting down; retry on another replica or after the restart.")             \
  X(kDeadlineExceeded, "DEADLINE_EXCEEDED", "The request took longer than its deadline.")                             \
  X(kCancelled, "CANCELLED", "The caller went away or cancelled the request.")                                        \
  X(kInvalidJson, "INVALID_JSON", "The body is not valid JSON (RFC 8259); the message gives line and column.")        \
  X(kInvalidBody, "INVALID_BODY", "The body cannot be decoded in the announced content type.")                        \
  X(kInvalidField, "INVALID_FIELD", "A field has a wrong type, form or value; fieldViolations names it.")             \
  X(kUnknownField, "UNKNOWN_FIELD", "A field that the message does not have; fieldViolations names it.")              \
  X(kMissingField, "MISSING_FIELD", "A required field is absent; fieldViolations names it.")                          \
  X(kInvalidFilter, "INVALID_FILTER", "The filter does not parse or names an unknown field (AIP-160).")               \
  X(kInvalidExpression, "INVALID_EXPRESSION", "The CEL expression does not parse or names an unknown variable.")      \
  X(kInvalidPageToken, "INVALID_PAGE_TOKEN", "The page token was not made by this server for this query.")            \
  X(kBodyTooLarge, "BODY_TOO_LARGE", "The body exceeds the limit for this method.")                                   \
  X(kHeaderTooLarge, "HEADER_TOO_LARGE", "The request header exceeds the limit.")                                     \
  X(kMalformedRequest, "MALFORMED_REQUEST", "The bytes received are not an HTTP/1.1 request (RFC 9112).")             \
  X(kUnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", "The content type or encoding is not one the method speaks.")    \
  X(kRouteNotFound, "ROUTE_NOT_FOUND", "No method is served under this path.")                                        \
  X(kMethodNotAllowed, "METHOD_NOT_ALLOWED", "The path exists, but not for this HTTP method.")                        \
  X(kServiceUnknown, "SERVICE_UNKNOWN", "No service of that name is served.")                                         \
  X(kDatabaseUnavailable, "DATABASE_UNAVAILABLE", "The metastore cannot be reached; retry later.")                    \
  X(kDatabaseConflict, "DATABASE_CONFLICT", "Concurrent writes kept colliding; retry.")                               \
  X(kDatabaseConstraint, "DATABASE_CONSTRAINT", "The write violates a uniqueness or reference rule.")                 \
  X(kDatabaseError, "DATABASE_ERROR", "The metastore refused a statement; the log holds the cause.")                  \
  X(kSchemaTooNew, "SCHEMA_TOO_NEW", "The metastore was migrated by a newer Argus; upgrade this binary.")             \
  X(kSchemaMismatch, "SCHEMA_MISMATCH", "An applied migration differs from the one in this binary.")                  \
  X(kSqlUnterminated, "SQL_UNTERMINATED", "A string, comment, parenthesis or body in the SQL script is never closed.")  \
  X(kSqlNotSupported, "SQL_NOT_SUPPORTED", "The script holds what is not SQL, such as a command of psql or sqlite3.")   \
  X(kSecretUnreadable, "SECRET_UNREADABLE", "A stored secret cannot be decrypted with this server's key file.")        \
  X(kFileError, "FILE_ERROR", "A file cannot be read or written.")                                                    \
  X(kNetworkError, "NETWORK_ERROR", "A peer cannot be reached.")                                                      \
  X(kInvalidConfiguration, "INVALID_CONFIGURATION", "A command-line flag, variable or file has a wrong value.")

#define ARGUS_DEFINE_REASON(id, name, help) inline constexpr Reason id{name, help};
ARGUS_PLATFORM_REASONS(ARGUS_DEFINE_REASON)

}  // namespace argus::reasons
