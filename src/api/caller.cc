#include "api/caller.h"

#include <set>
#include <utility>
#include <vector>

#include "domain/actor.h"
#include "domain/reasons.h"
#include "store/iam_policy_store.h"
#include "store/role_store.h"

namespace argus::api {

store::VisibleProjects Caller::ProjectsAllowing(std::string_view permission) const {
  if (Allows(permission, "")) return std::nullopt;
  std::set<domain::ProjectName> allowing;
  for (const auto& held : subject.assignments) {
    const auto project = domain::ProjectName::Parse(held.project);
    if (project.ok() && Allows(permission, held.project)) allowing.insert(*project);
  }
  return std::vector<domain::ProjectName>(allowing.begin(), allowing.end());
}

Result<Caller> LoadCaller(store::Reader& reader, const RequestContext& ctx) {
  const auto user = domain::UserOf(ctx.actor);
  if (!user) return Error(Code::kUnauthenticated, reasons::kUnauthenticated, "Sign in first.");
  ARGUS_ASSIGN(auto subject, store::LoadSubject(reader, *user));
  ARGUS_ASSIGN(const auto custom_roles, store::AllCustomRoles(reader));
  return Caller{std::move(subject), domain::RoleTable(custom_roles)};
}

}  // namespace argus::api
