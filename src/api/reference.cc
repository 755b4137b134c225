#include "api/reference.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "contract/services.h"
#include "domain/iam.h"
#include "domain/reasons.h"
#include "platform/rpc/method.h"

namespace argus::api {
namespace {

using google::protobuf::MethodDescriptor;

std::string Title(std::string_view page, std::string_view title) {
  return fmt::format("<!-- Made by `argus reference {}`; do not edit. -->\n# {}\n\n", page, title);
}

template <typename Visit>
void ForEachMethod(Visit visit) {
  for (const auto* service : contract::Services()) {
    for (int i = 0; i < service->method_count(); ++i) visit(*service->method(i));
  }
}

std::string Join(const std::vector<std::string>& items, std::string_view separator) {
  return fmt::format("{}", fmt::join(items, separator));
}

std::string Code(std::string_view text) { return fmt::format("`{}`", text); }

std::map<std::string, std::vector<std::string>> MethodsByPermission() {
  std::map<std::string, std::vector<std::string>> methods;
  ForEachMethod([&](const MethodDescriptor& method) {
    methods[contract::PolicyOf(method).permission()].push_back(method.service()->name() + "." + method.name());
  });
  return methods;
}

std::string HoldersOf(const std::string& permission) {
  std::vector<std::string> holders;
  for (const auto& role : domain::BuiltInRoles()) {
    const auto& held = role.permissions();
    if (std::find(held.begin(), held.end(), permission) != held.end()) holders.push_back(role.name().substr(6));
  }
  return Join(holders, ", ");
}

std::string AccessText(const v1::MethodPolicy& policy) {
  switch (policy.access()) {
    case v1::PUBLIC:
      return "anyone";
    case v1::AUTHENTICATED:
      return "any signed-in user";
    default:
      return Code(policy.permission());
  }
}

std::string RestText(const MethodDescriptor& descriptor) {
  std::vector<std::string> routes;
  const rpc::Method method(&descriptor);
  for (const auto& binding : method.bindings()) routes.push_back(Code(binding.http_method + " " + binding.pattern));
  return routes.empty() ? "—" : Join(routes, "<br>");
}

std::string NoteText(const MethodDescriptor& method) {
  std::vector<std::string> notes;
  if (method.server_streaming()) notes.emplace_back("Server stream: Connect and gRPC only.");
  if (method.client_streaming()) notes.emplace_back("Client stream: gRPC only.");
  if (const auto& why = contract::PolicyOf(method).unimplemented(); !why.empty()) notes.push_back(why);
  return Join(notes, " ");
}

std::string MethodRow(const MethodDescriptor& method) {
  const auto& policy = contract::PolicyOf(method);
  const std::string action = policy.audit_action().empty() ? "—" : Code(policy.audit_action());
  return fmt::format("| {} | {} | {} | {} | {} |\n", Code(method.name()), RestText(method), AccessText(policy), action,
                     NoteText(method));
}

#define ARGUS_REASON_ROW(id, name, help) out += fmt::format("| `{}` | {} |\n", name, help);

}  // namespace

const std::vector<ReferencePage>& ReferencePages() {
  static const std::vector<ReferencePage> pages = {
      {"permissions", PermissionsReference}, {"errors", ErrorsReference}, {"api", ApiReference}};
  return pages;
}

std::string PermissionsReference() {
  const auto methods = MethodsByPermission();
  std::string out = Title("permissions", "Permissions");
  out +=
      "Roles are sets of permissions; a binding gives a role to users and groups, in a project or in the whole "
      "workspace.\n\n";
  out += "| permission | asked for by | held by the built-in roles |\n|---|---|---|\n";
  for (const auto& permission : domain::AllPermissions()) {
    const auto found = methods.find(permission);
    const std::string elsewhere = permission == domain::kPermissionProfile ? "/debug/pprof" : "commands";
    const std::string asked = found == methods.end() ? elsewhere : Join(found->second, ", ");
    out += fmt::format("| `{}` | {} | {} |\n", permission, asked, HoldersOf(permission));
  }
  return out;
}

std::string ErrorsReference() {
  std::string out = Title("errors", "Error reasons");
  out +=
      "Every error has a canonical code (gRPC's), one of these reasons in `google.rpc.ErrorInfo`, and a message that "
      "says what "
      "to do. Reasons never change their meaning.\n\n## Of the product\n\n| reason | meaning |\n|---|---|\n";
  ARGUS_DOMAIN_REASONS(ARGUS_REASON_ROW)
  out += "\n## Of the platform\n\n| reason | meaning |\n|---|---|\n";
  ARGUS_PLATFORM_REASONS(ARGUS_REASON_ROW)
  return out;
}

std::string ApiReference() {
  std::string out = Title("api", "API methods");
  out += "Each method is served as Connect and gRPC under `/<service>/<method>`, and as REST under the paths given.\n";
  for (const auto* service : contract::Services()) {
    out += fmt::format("\n## {}\n\n| method | REST | needs | audit action | notes |\n|---|---|---|---|---|\n",
                       service->full_name());
    for (int i = 0; i < service->method_count(); ++i) out += MethodRow(*service->method(i));
  }
  return out;
}

}  // namespace argus::api
