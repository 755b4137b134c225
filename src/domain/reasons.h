// The product's error reasons: the closed list beside platform/base/reasons.h.
#pragma once

#include "platform/base/reasons.h"

namespace argus::reasons {

#define ARGUS_DOMAIN_REASONS(X)                                                                                       \
  X(kUnauthenticated, "UNAUTHENTICATED", "No valid access token was sent; sign in at /v1/auth/login.")                \
  X(kInvalidCredentials, "INVALID_CREDENTIALS", "Login id or password is wrong, or the user is deactivated.")         \
  X(kTokenExpired, "TOKEN_EXPIRED", "The token has expired or was revoked; refresh it or sign in again.")             \
  X(kTooManyFailedLogins, "TOO_MANY_FAILED_LOGINS", "Too many failed sign-ins; wait for the time given.")             \
  X(kWeakPassword, "WEAK_PASSWORD", "The new password does not meet the rules; the message says which.")              \
  X(kPermissionDenied, "PERMISSION_DENIED", "The caller lacks a permission; the message names it.")                   \
  X(kResourceNotFound, "RESOURCE_NOT_FOUND", "The resource does not exist, or the caller may not see it.")            \
  X(kResourceAlreadyExists, "RESOURCE_ALREADY_EXISTS", "A resource of this name exists already.")                     \
  X(kResourceDeleted, "RESOURCE_DELETED", "The resource is soft-deleted; undelete it first.")                         \
  X(kResourceInUse, "RESOURCE_IN_USE", "Something still depends on the resource; the message names it.")              \
  X(kInvalidResourceName, "INVALID_RESOURCE_NAME", "A resource name does not have the form that the field asks for.") \
  X(kEtagMismatch, "ETAG_MISMATCH", "The resource changed since it was read; read it again and retry.")               \
  X(kRequestIdReused, "REQUEST_ID_REUSED", "The requestId was used before with another request.")                     \
  X(kTooManyStreams, "TOO_MANY_STREAMS", "The user has too many streams open; close one first.")                      \
  X(kNotBuiltYet, "NOT_BUILT_YET", "The method is part of the contract, but this version does not serve it yet.")     \
  X(kInvalidStateTransition, "INVALID_STATE_TRANSITION", "The resource's state does not allow this; the message names it.") \
  X(kLastAdmin, "LAST_ADMIN", "The change would leave the workspace without an active workspaceAdmin.")               \
  X(kBuiltInRole, "BUILT_IN_ROLE", "Built-in roles cannot be changed or deleted.")                                    \
  X(kUnknownPermission, "UNKNOWN_PERMISSION", "A permission that no method declares; see docs/reference/permissions.md.") \
  X(kUnknownSetting, "UNKNOWN_SETTING", "No setting has this name; ListSettings shows all.")                          \
  X(kPlanHasRollout, "PLAN_HAS_ROLLOUT", "The plan has a rollout; its specs are final. Create a new plan.")           \
  X(kPlanNotActive, "PLAN_NOT_ACTIVE", "The plan is canceled or still a draft without an issue.")                     \
  X(kPlanHasIssue, "PLAN_HAS_ISSUE", "The plan has an issue already.")                                                \
  X(kDatabaseNotInProject, "DATABASE_NOT_IN_PROJECT", "A target database does not belong to the plan's project; transfer it first.") \
  X(kDatabaseWithoutEnvironment, "DATABASE_WITHOUT_ENVIRONMENT", "A target database belongs to no environment; set one on its instance.") \
  X(kGateClosed, "GATE_CLOSED", "A gate stands in the way; the message lists every reason.")                          \
  X(kNotAnApprover, "NOT_AN_APPROVER", "The current approval step does not name the caller.")                         \
  X(kSelfApproval, "SELF_APPROVAL", "The author cannot approve their own change in this project.")                    \
  X(kAlreadyDecided, "ALREADY_DECIDED", "The caller has decided this step already.")                                  \
  X(kContentChanged, "CONTENT_CHANGED", "The plan changed since it was read; look again before deciding.")            \
  X(kTaskRunUnknown, "TASK_RUN_UNKNOWN", "The task's last outcome is UNKNOWN; resolve it first.")                     \
  X(kLeaseLost, "LEASE_LOST", "The run belongs to another owner by now; its result was not written.")                 \
  X(kStatementFailed, "STATEMENT_FAILED", "The target refused a statement; the error says which and why.")            \
  X(kConnectionFailed, "CONNECTION_FAILED", "The target server cannot be reached or refused the credentials.")        \
  X(kTlsFailed, "TLS_FAILED", "The target's certificate could not be verified.")                                      \
  X(kSyntaxError, "SYNTAX_ERROR", "The SQL does not parse; the message gives line and column.")                       \
  X(kUnsupportedStatement, "UNSUPPORTED_STATEMENT", "The script holds a statement that a task run cannot execute.")   \
  X(kAlreadyApplied, "ALREADY_APPLIED", "The target's marker says that this task was applied before.")                \
  X(kMarkerLost, "MARKER_LOST", "The script removed the marker that proves it; nothing was committed.")               \
  X(kInterrupted, "INTERRUPTED", "The run was cut off and is proven not applied; run it again.")                      \
  X(kShutdown, "SHUTDOWN", "The server shut down before the run could end; it is proven not applied.")                \
  X(kOutcomeUnknown, "OUTCOME_UNKNOWN", "Whether the change was committed cannot be proven; a person must look.")     \
  X(kTargetReadOnly, "TARGET_READ_ONLY", "The target accepts no writes.")                                             \
  X(kInvalidSheet, "INVALID_SHEET", "The sheet is not valid UTF-8 text.")                                             \
  X(kAuditWriteFailed, "AUDIT_WRITE_FAILED", "The audit entry could not be written, so nothing was done.")

ARGUS_DOMAIN_REASONS(ARGUS_DEFINE_REASON)

}  // namespace argus::reasons
