// The frame of every write: one transaction of the metastore in which the caller's permission is checked on the rows that
// are loaded, the domain is asked, and the change commits together with its audit entries.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/entry.h"
#include "contract/contract.h"
#include "domain/iam.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::command {

// What happened, for the audit log. Actor, address, correlation id and time are filled in by the commit.
struct Fact {
  std::string resource;
  v1::AuditLog::Severity severity = v1::AuditLog::INFO;
  google::protobuf::Struct extra;
  // Empty: the action that the method declares.
  std::string action;
};

// One attempt at a write. Made anew, with all that the body captured untouched, each time the transaction is run again; so a
// body must not leave traces outside of `Work`. Not thread-safe.
class Work {
 public:
  // For a request: `caller` is whom ctx.actor names.
  Work(store::Transaction& tx, domain::Subject caller, domain::RoleTable roles, const google::protobuf::Message& request);
  // For background work, which nobody's permission limits.
  explicit Work(store::Transaction& tx);

  store::Transaction& tx() { return tx_; }
  Timestamp now() const { return tx_.now(); }
  // Empty user for background work and before sign-in.
  const domain::Subject& caller() const { return caller_; }

  // `project` is "projects/play", or empty for the workspace.
  bool Allows(std::string_view permission, std::string_view project) const;
  // The permission that the method declares, on `resource` of `project`. PERMISSION_DENIED, or NOT_FOUND for whom even the
  // project is hidden from.
  Status Require(std::string_view project, std::string_view resource) const;
  Status Require(std::string_view permission, std::string_view project, std::string_view resource) const;

  // Adds an audit entry that commits with the change. At least one is needed.
  void Record(Fact fact);
  const std::vector<audit::Entry>& entries() const { return entries_; }

 private:
  store::Transaction& tx_;
  const domain::Subject caller_;
  const domain::RoleTable roles_;
  const google::protobuf::Message* const request_ = nullptr;
  std::vector<audit::Entry> entries_;
};

namespace internal {
Result<Work> Begin(store::Transaction& tx, const google::protobuf::Message& request);
// True, with `response` filled, when this request was carried out before (AIP-155).
Result<bool> Replay(Work& work, const google::protobuf::Message& request, google::protobuf::Message& response);
Status Finish(Work& work, const google::protobuf::Message& request, const google::protobuf::Message& response);
}  // namespace internal

// Runs `body` (Work& -> Result<Response>) for `request`, a request message of the contract, and commits. A request with a
// requestId that was carried out before is answered with its first response.
template <typename Response, typename Request, typename Body>
Result<Response> Run(store::Metastore& metastore, const RequestContext& ctx, const Request& request, Body&& body) {
  return metastore.Write(ctx, [&](store::Transaction& tx) -> Result<Response> {
    ARGUS_ASSIGN(Work work, internal::Begin(tx, request));
    Response replayed;
    ARGUS_ASSIGN(const bool done, internal::Replay(work, request, replayed));
    if (done) return replayed;
    Result<Response> response = body(work);
    if (!response.ok()) return response;
    ARGUS_RETURN_IF_ERROR(internal::Finish(work, request, *response));
    return response;
  });
}

// Runs `body` (Work& -> Result<T>) for background work and commits with the facts that it recorded.
template <typename Body>
auto RunSystem(store::Metastore& metastore, const RequestContext& ctx, Body&& body) -> std::invoke_result_t<Body&, Work&> {
  using Outcome = std::invoke_result_t<Body&, Work&>;
  return metastore.Write(ctx, [&](store::Transaction& tx) -> Outcome {
    Work work(tx);
    Outcome outcome = body(work);
    if (outcome.ok()) ARGUS_RETURN_IF_ERROR(tx.Commit(work.entries()));
    return outcome;
  });
}

// Records that a call was denied or failed; for the interceptor. Nothing but the entry is written.
Status RecordFailure(store::Metastore& metastore, const RequestContext& ctx, const google::protobuf::Message& request,
                     const v1::MethodPolicy& policy, const Error& error);

// "key: value" facts of an entry's `extra`.
google::protobuf::Struct Extra(std::initializer_list<std::pair<std::string_view, std::string>> facts);

}  // namespace argus::command
