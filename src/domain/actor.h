// Who acts, as audit entries, logs and contexts spell it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/resource_name.h"

namespace argus::domain {

inline constexpr std::string_view kUserActorPrefix = "user/login_id=";

// "user/login_id=alice".
inline std::string ActorOf(const UserName& user) { return std::string(kUserActorPrefix) + user.login_id; }
// "system/task_run": background work of the named runner.
inline std::string SystemActor(std::string_view runner) { return "system/" + std::string(runner); }
// nullopt for background work and before authentication.
inline std::optional<UserName> UserOf(std::string_view actor) {
  if (!actor.starts_with(kUserActorPrefix)) return std::nullopt;
  return UserName{std::string(actor.substr(kUserActorPrefix.size()))};
}

}  // namespace argus::domain
