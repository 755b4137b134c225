#include "api/authorizer.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "api/field_path.h"
#include "domain/reasons.h"
#include "domain/resource_name.h"
#include "store/database_store.h"

namespace argus::api {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The first `count` segments: "projects/p" of "projects/p/plans/1".
std::string_view Head(std::string_view name, int count) {
  std::size_t end = 0;
  for (; count > 0 && end != name.npos; --count) end = name.find('/', end == 0 ? 0 : end + 1);
  return name.substr(0, end);
}

Result<Place> PlaceOfDatabase(store::Reader& reader, std::string_view resource) {
  ARGUS_ASSIGN(const auto name, domain::DatabaseName::Parse(Head(resource, 4)));
  const auto database = store::GetDatabase(reader, name);
  if (database.ok()) return PlaceOf(*database);
  return database.error().code() == Code::kNotFound ? domain::NotFound(resource) : database.error();
}

// The last field of `path` and the message that holds it; null where a message on the way is not set.
std::pair<const Message*, const FieldDescriptor*> Descend(const Message& request, std::string_view path) {
  const Message* message = &request;
  for (;;) {
    const auto dot = path.find('.');
    const auto* field = message->GetDescriptor()->FindFieldByName(std::string(path.substr(0, dot)));
    if (field == nullptr || dot == path.npos) return {message, field};
    if (!message->GetReflection()->HasField(*message, field)) return {message, nullptr};
    message = &message->GetReflection()->GetMessage(*message, field);
    path.remove_prefix(dot + 1);
  }
}

void AddValues(const Message& message, const FieldDescriptor& field, const std::string& path,
               std::vector<NamedResource>& out) {
  const auto* reflection = message.GetReflection();
  if (!field.is_repeated()) {
    out.push_back({path, reflection->GetString(message, &field)});
    return;
  }
  for (int i = 0; i < reflection->FieldSize(message, &field); ++i) {
    out.push_back({fmt::format("{}[{}]", path, i), reflection->GetRepeatedString(message, &field, i)});
  }
}

Error NoResourceNamed(const v1::MethodPolicy& policy) {
  const std::string field = JsonPath(policy.resource_fields(0));
  return Error(Code::kInvalidArgument, reasons::kMissingField, field + " is required.").WithField(field, "required");
}

// Asks for the permission on one resource, unless it was granted in the same place before.
Status AuthorizeOne(store::Reader& reader, const Caller& caller, const std::string& permission,
                    const NamedResource& resource, std::set<std::string>& granted) {
  auto place = PlaceOf(reader, resource.name);
  if (!place.ok()) return InField(std::move(place).error(), resource.field);
  if (granted.contains(place->project)) return Ok();
  ARGUS_RETURN_IF_ERROR(RequireAt(caller, permission, *place, resource.name));
  granted.insert(place->project);
  return Ok();
}

}  // namespace

Place PlaceOf(const v1::Database& database) { return {database.project(), "bb.databases.get"}; }

Result<Place> PlaceOf(store::Reader& reader, std::string_view resource) {
  if (resource.starts_with("instances/") && Head(resource, 3).ends_with("/databases")) {
    return PlaceOfDatabase(reader, resource);
  }
  if (!resource.starts_with("projects/") || Head(resource, 2) == "projects/-") return Place{};
  ARGUS_ASSIGN(const auto project, domain::ProjectName::Parse(Head(resource, 2)));
  return Place{project.ToString(), "bb.projects.get"};
}

std::vector<NamedResource> ResourcesOf(const Message& request,
                                       const google::protobuf::RepeatedPtrField<std::string>& paths) {
  std::vector<NamedResource> resources;
  for (const auto& path : paths) {
    const auto [message, field] = Descend(request, path);
    if (field != nullptr) AddValues(*message, *field, JsonPath(path), resources);
  }
  std::erase_if(resources, [](const NamedResource& resource) { return resource.name.empty(); });
  return resources;
}

Status RequireAt(const Caller& caller, std::string_view permission, const Place& place, std::string_view resource) {
  if (caller.Allows(permission, place.project)) return Ok();
  if (!place.visible_by.empty() && !caller.Allows(place.visible_by, place.project)) return domain::NotFound(resource);
  return domain::PermissionDenied(permission, resource);
}

Status AuthorizeRequest(store::Reader& reader, const RequestContext& ctx, const v1::MethodPolicy& policy,
                        const Message& request) {
  ARGUS_ASSIGN(const Caller caller, LoadCaller(reader, ctx));
  if (policy.resource_fields().empty()) return RequireAt(caller, policy.permission(), {}, "");
  const auto resources = ResourcesOf(request, policy.resource_fields());
  if (resources.empty()) return NoResourceNamed(policy);
  std::set<std::string> granted;
  for (const auto& resource : resources) {
    ARGUS_RETURN_IF_ERROR(AuthorizeOne(reader, caller, policy.permission(), resource, granted));
  }
  return Ok();
}

}  // namespace argus::api
