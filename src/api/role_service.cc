#include "api/role_service.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "api/binder.h"
#include "api/field_path.h"
#include "api/paging.h"
#include "domain/iam.h"
#include "store/role_store.h"

namespace argus::api {
namespace {

constexpr std::string_view kBuiltInToken = "built-in-";

// Where among the built-in roles a page begins; nullopt: among the custom ones.
std::optional<std::size_t> BuiltInOffset(std::string_view page_token) {
  if (page_token.empty()) return 0;
  if (!page_token.starts_with(kBuiltInToken)) return std::nullopt;
  page_token.remove_prefix(kBuiltInToken.size());
  std::size_t offset = 0;
  const auto [end, error] = std::from_chars(page_token.data(), page_token.data() + page_token.size(), offset);
  const bool valid = error == std::errc() && end == page_token.data() + page_token.size() && !page_token.empty();
  return valid && offset <= domain::BuiltInRoles().size() ? std::optional(offset) : std::nullopt;
}

std::size_t PageSize(const v1::ListRolesRequest& request) {
  const auto size = request.page_size() == 0 ? store::kDefaultPageSize : request.page_size();
  return static_cast<std::size_t>(std::min(size, store::kMaxPageSize));
}

// Built-in roles from `offset` on, then custom ones as far as there is room.
Result<store::Page<v1::Role>> PageFromBuiltIns(store::Reader& reader, std::size_t offset, std::size_t size) {
  const auto& built_in = domain::BuiltInRoles();
  const std::size_t end = std::min(offset + size, built_in.size());
  store::Page<v1::Role> page;
  page.items.assign(built_in.begin() + static_cast<std::ptrdiff_t>(offset),
                    built_in.begin() + static_cast<std::ptrdiff_t>(end));
  if (page.items.size() == size) {
    page.next_page_token = std::string(kBuiltInToken) + std::to_string(end);
    return page;
  }
  store::ListQuery query;
  query.page_size = static_cast<std::int32_t>(size - page.items.size());
  ARGUS_ASSIGN(auto custom, store::ListRoles(reader, query));
  std::move(custom.items.begin(), custom.items.end(), std::back_inserter(page.items));
  page.next_page_token = std::move(custom.next_page_token);
  return page;
}

}  // namespace

void RoleService::Register(rpc::Dispatcher& dispatcher) {
  Binder(dispatcher, "argus.v1.RoleService", this)
      .Read("GetRole", &RoleService::GetRole)
      .Read("ListRoles", &RoleService::ListRoles)
      .Write("CreateRole", commands_, &command::RoleCommands::Create)
      .Write("UpdateRole", commands_, &command::RoleCommands::Update)
      .Write("DeleteRole", commands_, &command::RoleCommands::Delete);
}

Result<v1::Role> RoleService::GetRole(RequestContext& ctx, const v1::GetRoleRequest& request) {
  ARGUS_ASSIGN(const auto name, ParseName<domain::RoleName>(request.name()));
  if (const auto* built_in = domain::FindBuiltInRole(request.name())) return *built_in;
  auto reader = metastore_.Read(ctx);
  return store::GetRole(reader, name);
}

Result<v1::ListRolesResponse> RoleService::ListRoles(RequestContext& ctx, const v1::ListRolesRequest& request) {
  auto reader = metastore_.Read(ctx);
  const auto offset = BuiltInOffset(request.page_token());
  ARGUS_ASSIGN(auto page, offset ? PageFromBuiltIns(reader, *offset, PageSize(request))
                                 : store::ListRoles(reader, store::ToListQuery(request)));
  return ToResponse(std::move(page), &v1::ListRolesResponse::mutable_roles);
}

}  // namespace argus::api
