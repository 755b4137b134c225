// Permission on every resource that a request names. Commands ask again, on the rows that they load.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/caller.h"
#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "store/reader.h"

namespace argus::api {

// Where a permission on a resource is asked for.
struct Place {
  std::string project;          // "projects/play"; empty: the workspace
  std::string_view visible_by;  // The permission without which the resource's existence is hidden; empty: never hidden.
};

// projects/p/… -> projects/p; instances/i/databases/d/… -> the database's project, or the workspace while it has none;
// projects/-, instances/… and the rest -> the workspace. INVALID_ARGUMENT / INVALID_RESOURCE_NAME for a malformed name,
// NOT_FOUND for an unknown database.
Result<Place> PlaceOf(store::Reader& reader, std::string_view resource);
Place PlaceOf(const v1::Database& database);

struct NamedResource {
  std::string field;  // in lowerCamelCase: "plan.name", "tasks[3]"
  std::string name;
};
// The resource names that the fields of `paths` ("name", "plan.name", "tasks") hold; empty ones are left out.
std::vector<NamedResource> ResourcesOf(const google::protobuf::Message& request,
                                       const google::protobuf::RepeatedPtrField<std::string>& paths);

// PERMISSION_DENIED, or NOT_FOUND where not even the existence of the resource may be known.
Status RequireAt(const Caller& caller, std::string_view permission, const Place& place, std::string_view resource);

// Asks for policy.permission() on all resources that the request names, or on the workspace when the policy names no
// field.
Status AuthorizeRequest(store::Reader& reader, const RequestContext& ctx, const v1::MethodPolicy& policy,
                        const google::protobuf::Message& request);

}  // namespace argus::api
