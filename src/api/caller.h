// Who calls, with everything that they may do.
#pragma once

#include <string>
#include <string_view>

#include "domain/iam.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "store/project_store.h"
#include "store/reader.h"

namespace argus::api {

struct Caller {
  domain::Subject subject;
  domain::RoleTable roles;

  // `project` is "projects/play", or empty for the workspace.
  bool Allows(std::string_view permission, std::string_view project) const {
    return roles.Allows(subject, permission, project);
  }
  // Where the permission holds: in all projects, or in those named.
  store::VisibleProjects ProjectsAllowing(std::string_view permission) const;
};

// Reads bindings and roles anew, so that what was taken away holds at once. UNAUTHENTICATED without a user in
// ctx.actor.
Result<Caller> LoadCaller(store::Reader& reader, const RequestContext& ctx);

}  // namespace argus::api
