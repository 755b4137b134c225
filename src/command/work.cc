#include "command/work.h"

#include <fmt/format.h>

#include "audit/canonical_json.h"
#include "audit/redact.h"
#include "contract/services.h"
#include "domain/actor.h"
#include "domain/reasons.h"
#include "platform/base/encoding.h"
#include "store/iam_policy_store.h"
#include "store/request_id_store.h"
#include "store/role_store.h"

namespace argus::command {
namespace {

// How long a requestId is remembered.
constexpr std::chrono::hours kRequestIdLifetime{24};

const v1::MethodPolicy& PolicyFor(const google::protobuf::Message& request) {
  return contract::PolicyOf(*contract::MethodOf(*request.GetDescriptor()));
}

std::string RequestIdOf(const google::protobuf::Message& request) {
  const auto* field = request.GetDescriptor()->FindFieldByName("request_id");
  return field == nullptr ? std::string() : request.GetReflection()->GetString(request, field);
}

store::RequestKey KeyOf(const Work& work, const google::protobuf::Message& request) {
  return {work.caller().user, contract::MethodOf(*request.GetDescriptor())->full_name(), RequestIdOf(request)};
}

// Over what the audit entry shows: of a password nothing is kept, not even a hash that could be guessed at.
std::string HashOf(const google::protobuf::Message& request) {
  std::string text;
  audit::AppendCanonical(audit::Redact(request), text);
  return Sha256Hex(text);
}

// The resource that a call names, as far as it can be told from the request alone.
std::string ResourceOf(const google::protobuf::Message& request) {
  for (const char* name : {"name", "parent", "resource"}) {
    const auto* field = request.GetDescriptor()->FindFieldByName(name);
    if (field != nullptr && field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_STRING && !field->is_repeated()) {
      return request.GetReflection()->GetString(request, field);
    }
  }
  return {};
}

bool IsDenial(const Error& error) {
  return error.code() == Code::kPermissionDenied || error.code() == Code::kUnauthenticated ||
         error.reason() == reasons::kResourceNotFound || error.reason() == reasons::kTooManyFailedLogins;
}

}  // namespace

Work::Work(store::Transaction& tx, domain::Subject caller, domain::RoleTable roles, const google::protobuf::Message& request)
    : tx_(tx), caller_(std::move(caller)), roles_(std::move(roles)), request_(&request) {}

Work::Work(store::Transaction& tx) : tx_(tx), roles_({}) {}

bool Work::Allows(std::string_view permission, std::string_view project) const {
  return request_ == nullptr || roles_.Allows(caller_, permission, project);
}

Status Work::Require(std::string_view project, std::string_view resource) const {
  return request_ == nullptr ? Ok() : Require(PolicyFor(*request_).permission(), project, resource);
}

Status Work::Require(std::string_view permission, std::string_view project, std::string_view resource) const {
  if (Allows(permission, project)) return Ok();
  if (!project.empty() && !Allows("bb.projects.get", project)) return domain::NotFound(resource);
  return domain::PermissionDenied(permission, resource);
}

void Work::Record(Fact fact) {
  audit::Entry entry;
  entry.action = !fact.action.empty() ? std::move(fact.action) : PolicyFor(*request_).audit_action();
  entry.resource = std::move(fact.resource);
  entry.resource_type = domain::ResourceType(entry.resource);
  entry.severity = fact.severity;
  entry.extra = std::move(fact.extra);
  if (request_ != nullptr) entry.request_payload = audit::Redact(*request_);
  entries_.push_back(std::move(entry));
}

namespace internal {

Result<Work> Begin(store::Transaction& tx, const google::protobuf::Message& request) {
  const auto user = domain::UserOf(tx.ctx().actor);
  if (!user) return Work(tx, {}, domain::RoleTable({}), request);
  ARGUS_ASSIGN(auto caller, store::LoadSubject(tx, *user));
  ARGUS_ASSIGN(const auto custom_roles, store::AllCustomRoles(tx));
  return Work(tx, std::move(caller), domain::RoleTable(custom_roles), request);
}

Result<bool> Replay(Work& work, const google::protobuf::Message& request, google::protobuf::Message& response) {
  if (RequestIdOf(request).empty()) return false;
  ARGUS_ASSIGN(const auto recorded, store::FindRequest(work.tx(), KeyOf(work, request)));
  if (!recorded) return false;
  if (recorded->request_hash != HashOf(request)) {
    return Error(Code::kInvalidArgument, reasons::kRequestIdReused, "This requestId was used before with another request.")
        .WithField("requestId", "a new one for each new request");
  }
  return response.ParseFromString(recorded->response);
}

Status Finish(Work& work, const google::protobuf::Message& request, const google::protobuf::Message& response) {
  if (!RequestIdOf(request).empty()) {
    store::RecordRequest(work.tx(), KeyOf(work, request), {HashOf(request), response.SerializeAsString()},
                         work.now() + kRequestIdLifetime);
  }
  return work.tx().Commit(work.entries());
}

}  // namespace internal

Status RecordFailure(store::Metastore& metastore, const RequestContext& ctx, const google::protobuf::Message& request,
                     const v1::MethodPolicy& policy, const Error& error) {
  audit::Entry entry;
  entry.action = policy.audit_action();
  entry.resource = ResourceOf(request);
  entry.resource_type = domain::ResourceType(entry.resource);
  entry.response_status = IsDenial(error) ? audit::ResponseStatus::kDenied : audit::ResponseStatus::kError;
  entry.severity = IsDenial(error) ? v1::AuditLog::WARNING : v1::AuditLog::INFO;
  entry.request_payload = audit::Redact(request);
  entry.extra = Extra({{"reason", std::string(error.reason().name)}, {"message", error.message()}});
  return metastore.Write(ctx, [&](store::Transaction& tx) -> Status { return tx.Commit(entry); });
}

google::protobuf::Struct Extra(std::initializer_list<std::pair<std::string_view, std::string>> facts) {
  google::protobuf::Struct extra;
  for (const auto& [key, value] : facts) (*extra.mutable_fields())[std::string(key)].set_string_value(value);
  return extra;
}

}  // namespace argus::command
