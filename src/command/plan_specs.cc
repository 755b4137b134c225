#include "command/plan_specs.h"

#include <fmt/format.h>

#include <set>
#include <string>

#include "command/request_checks.h"
#include "domain/reasons.h"
#include "store/database_store.h"
#include "store/sheet_store.h"

namespace argus::command {
namespace {

Error Missing(std::string field, std::string message) {
  return Error(Code::kInvalidArgument, reasons::kMissingField, std::move(message)).WithField(std::move(field), "required");
}

Status AtField(Status status, std::string field) {
  if (status.ok()) return status;
  return std::move(status).error().WithField(std::move(field), "see the message");
}

template <typename T>
Status AtField(Result<T> result, std::string field) {
  return result.ok() ? Ok() : AtField(Status(std::move(result).error()), std::move(field));
}

Status CheckTargets(const v1::PlanSpec& spec, const std::string& field) {
  if (spec.targets().empty()) return Missing(field + ".targets", "Every spec needs at least one target database.");
  std::set<std::string_view> seen;
  for (int i = 0; i < spec.targets_size(); ++i) {
    const std::string at = fmt::format("{}.targets[{}]", field, i);
    ARGUS_RETURN_IF_ERROR(AtField(domain::DatabaseName::Parse(spec.targets(i)), at));
    if (!seen.insert(spec.targets(i)).second) return InvalidField(at, fmt::format("{} is named twice.", spec.targets(i)));
  }
  return Ok();
}

Status CheckSheetName(const v1::PlanSpec& spec, const std::string& field, const domain::ProjectName& project) {
  const std::string at = field + ".sheet";
  if (spec.sheet().empty()) return Missing(at, "Every spec needs a sheet.");
  const auto name = domain::SheetName::Parse(spec.sheet());
  if (!name.ok()) return AtField(Status(name.error()), at);
  if (name->Project() == project) return Ok();
  return InvalidField(at, fmt::format("The sheet must be one of {}.", project.ToString()));
}

Status CheckTarget(Work& work, const std::string& target, const domain::ProjectName& project) {
  ARGUS_ASSIGN(const auto name, domain::DatabaseName::Parse(target));
  ARGUS_ASSIGN(const auto database, store::GetDatabase(work.tx(), name));
  if (database.project() == project.ToString()) return Ok();
  if (!work.Allows("bb.databases.get", database.project())) return domain::NotFound(target);
  return Error(Code::kFailedPrecondition, reasons::kDatabaseNotInProject,
               fmt::format("{} does not belong to {}; transfer it first.", target, project.ToString()))
      .WithMetadata("database", target);
}

}  // namespace

void FillSpecIds(v1::Plan& plan) {
  std::set<std::string> taken;
  for (const auto& spec : plan.specs()) taken.insert(spec.id());
  int number = 0;
  for (auto& spec : *plan.mutable_specs()) {
    while (spec.id().empty()) {
      if (auto id = fmt::format("spec-{}", ++number); taken.insert(id).second) spec.set_id(std::move(id));
    }
  }
}

Status CheckSpecForms(const v1::Plan& plan, const domain::ProjectName& project) {
  if (plan.specs().empty()) return Missing("plan.specs", "A plan needs at least one spec: a sheet and its targets.");
  std::set<std::string_view> ids;
  std::size_t targets = 0;
  for (int i = 0; i < plan.specs_size(); ++i) {
    const auto& spec = plan.specs(i);
    const std::string field = fmt::format("plan.specs[{}]", i);
    ARGUS_RETURN_IF_ERROR(domain::CheckResourceId(spec.id(), field + ".id"));
    if (!ids.insert(spec.id()).second) return InvalidField(field + ".id", fmt::format("'{}' is used twice.", spec.id()));
    ARGUS_RETURN_IF_ERROR(CheckSheetName(spec, field, project));
    ARGUS_RETURN_IF_ERROR(CheckTargets(spec, field));
    targets += spec.targets_size();
  }
  if (targets <= kMaxTargets) return Ok();
  return InvalidField("plan.specs", fmt::format("A plan may have at most {} targets; this one has {}.", kMaxTargets, targets));
}

Status CheckSpecRows(Work& work, const v1::Plan& plan, const domain::ProjectName& project) {
  std::set<std::string_view> seen;
  for (int i = 0; i < plan.specs_size(); ++i) {
    const auto& spec = plan.specs(i);
    ARGUS_ASSIGN(const auto sheet, domain::SheetName::Parse(spec.sheet()));
    if (seen.insert(spec.sheet()).second) {
      ARGUS_RETURN_IF_ERROR(AtField(store::GetSheet(work.tx(), sheet), fmt::format("plan.specs[{}].sheet", i)));
    }
    for (int j = 0; j < spec.targets_size(); ++j) {
      if (!seen.insert(spec.targets(j)).second) continue;
      ARGUS_RETURN_IF_ERROR(
          AtField(CheckTarget(work, spec.targets(j), project), fmt::format("plan.specs[{}].targets[{}]", i, j)));
    }
  }
  return Ok();
}

}  // namespace argus::command
