#include "command/setting_command.h"

#include <fmt/format.h>
#include <google/protobuf/util/field_mask_util.h>

#include <algorithm>
#include <set>

#include "command/refusals.h"
#include "command/request_checks.h"
#include "command/settings.h"
#include "command/work.h"
#include "domain/reasons.h"
#include "domain/resource_name.h"
#include "domain/setting.h"
#include "store/etag.h"
#include "store/instance_store.h"
#include "store/setting_store.h"

namespace argus::command {
namespace {

using google::protobuf::util::FieldMaskUtil;
using Ids = std::set<std::string>;

// The name of the field that holds the setting's kind of value: "workspace_profile".
std::string ValueField(const v1::Setting& setting) {
  const auto* oneof = v1::Setting::descriptor()->FindOneofByName("value");
  return setting.GetReflection()->GetOneofFieldDescriptor(setting, oneof)->name();
}

Error BadPath(const std::string& path, const std::string& value_field) {
  return Error(Code::kInvalidArgument, reasons::kUnknownField, fmt::format("updateMask: there is no '{}' here.", path))
      .WithField("updateMask", fmt::format("paths within {}", value_field));
}

Status CheckPaths(const google::protobuf::FieldMask& mask, const std::string& value_field) {
  for (const auto& path : mask.paths()) {
    const bool inside = path == value_field || path.starts_with(value_field + ".");
    if (!inside || !FieldMaskUtil::IsValidPath<v1::Setting>(path)) return BadPath(path, value_field);
  }
  return Ok();
}

bool ReplacesAll(const google::protobuf::FieldMask& mask) {
  return mask.paths().empty() || (mask.paths_size() == 1 && mask.paths(0) == "*");
}

// `current` with the value, or the parts of it, that the request brings. Both are of the same kind.
Result<v1::Setting> Merge(v1::Setting current, const v1::UpdateSettingRequest& request) {
  google::protobuf::FieldMask mask;
  const auto field = ValueField(current);
  if (ReplacesAll(request.update_mask())) {
    mask.add_paths(field);
  } else {
    mask = request.update_mask();
    ARGUS_RETURN_IF_ERROR(CheckPaths(mask, field));
  }
  FieldMaskUtil::MergeOptions options;
  options.set_replace_message_fields(true);
  options.set_replace_repeated_fields(true);
  FieldMaskUtil::MergeMessageTo(request.setting(), mask, options, &current);
  return current;
}

// Token lifetimes that were left out keep their defaults.
void FillDurations(v1::Setting& setting) {
  if (!setting.has_workspace_profile()) return;
  const auto& fallback = domain::FindDefaultSetting(domain::setting::kWorkspaceProfile)->workspace_profile();
  auto& profile = *setting.mutable_workspace_profile();
  if (!profile.has_access_token_duration()) *profile.mutable_access_token_duration() = fallback.access_token_duration();
  if (!profile.has_refresh_token_duration()) {
    *profile.mutable_refresh_token_duration() = fallback.refresh_token_duration();
  }
}

Ids EnvironmentIds(const v1::Setting& setting) {
  Ids ids;
  for (const auto& environment : setting.environment().environments()) ids.insert(environment.id());
  return ids;
}

Ids Without(const Ids& all, const Ids& removed) {
  Ids rest;
  std::set_difference(all.begin(), all.end(), removed.begin(), removed.end(), std::inserter(rest, rest.end()));
  return rest;
}

Status CheckUnused(store::Reader& reader, const std::string& id) {
  const std::string name = domain::EnvironmentName{id}.ToString();
  store::ListQuery query;
  query.page_size = 1;
  query.filter = fmt::format("environment = \"{}\"", name);
  ARGUS_ASSIGN(const auto instances, store::ListInstances(reader, query));
  return instances.items.empty() ? Ok() : InUse(name, instances.items[0].name());
}

void RecordEnvironments(Work& work, std::string action, const Ids& ids) {
  for (const auto& id : ids) {
    work.Record({domain::EnvironmentName{id}.ToString(), v1::AuditLog::NOTICE, {}, action});
  }
}

Status RecordEnvironmentChange(Work& work, const v1::Setting& before, const v1::Setting& after) {
  const Ids removed = Without(EnvironmentIds(before), EnvironmentIds(after));
  for (const auto& id : removed) ARGUS_RETURN_IF_ERROR(CheckUnused(work.tx(), id));
  RecordEnvironments(work, "bb.environment.create", Without(EnvironmentIds(after), EnvironmentIds(before)));
  RecordEnvironments(work, "bb.environment.delete", removed);
  work.Record({after.name(), v1::AuditLog::NOTICE, {}, "bb.environment.update"});
  return Ok();
}

v1::AuditLog::Severity SeverityOf(const v1::Setting& setting) {
  return setting.emergency_pause().paused() ? v1::AuditLog::WARNING : v1::AuditLog::NOTICE;
}

Status RecordChange(Work& work, const v1::Setting& before, const v1::Setting& after) {
  if (after.has_environment()) return RecordEnvironmentChange(work, before, after);
  work.Record({after.name(), SeverityOf(after), {}, {}});
  return Ok();
}

}  // namespace

Result<v1::Setting> SettingCommands::Update(const RequestContext& ctx, const v1::UpdateSettingRequest& request) {
  ARGUS_ASSIGN(const auto name, domain::SettingName::Parse(request.setting().name()));
  return Run<v1::Setting>(metastore_, ctx, request, [&](Work& work) -> Result<v1::Setting> {
    ARGUS_RETURN_IF_ERROR(work.Require("", name.ToString()));
    ARGUS_ASSIGN(const auto current, EffectiveSetting(work.tx(), name));
    ARGUS_RETURN_IF_ERROR(store::CheckEtag(current.etag(), request.setting().etag()));
    if (request.setting().value_case() != current.value_case()) {
      return InvalidField("setting", fmt::format("{} holds a value of kind {}.", name.ToString(), ValueField(current)));
    }
    ARGUS_ASSIGN(auto setting, Merge(current, request));
    FillDurations(setting);
    ARGUS_RETURN_IF_ERROR(domain::CheckSetting(setting));
    ARGUS_ASSIGN(setting, store::PutSetting(work.tx(), std::move(setting)));
    ARGUS_RETURN_IF_ERROR(RecordChange(work, current, setting));
    return setting;
  });
}

}  // namespace argus::command
