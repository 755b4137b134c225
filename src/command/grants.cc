#include "command/grants.h"

#include <algorithm>

#include "store/iam_policy_store.h"

namespace argus::command {
namespace {

v1::Binding& BindingOf(v1::IamPolicy& policy, const std::string& role) {
  auto& bindings = *policy.mutable_bindings();
  const auto found =
      std::find_if(bindings.begin(), bindings.end(), [&](const v1::Binding& binding) { return binding.role() == role; });
  if (found != bindings.end()) return *found;
  auto& added = *policy.add_bindings();
  added.set_role(role);
  return added;
}

void AddMember(v1::Binding& binding, const std::string& member) {
  const auto& members = binding.members();
  if (std::find(members.begin(), members.end(), member) == members.end()) binding.add_members(member);
}

}  // namespace

Status AddGrants(store::Transaction& tx, std::string_view resource, std::initializer_list<Grant> grants) {
  ARGUS_ASSIGN(auto policy, store::GetIamPolicy(tx, resource));
  for (const auto& grant : grants) AddMember(BindingOf(policy, grant.role), grant.member);
  ARGUS_ASSIGN(policy, store::SetIamPolicy(tx, resource, std::move(policy)));
  return Ok();
}

}  // namespace argus::command
