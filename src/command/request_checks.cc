#include "command/request_checks.h"

#include <fmt/format.h>

#include "domain/reasons.h"
#include "store/project_store.h"

namespace argus::command {

Error InvalidField(std::string field, std::string message) {
  Error error(Code::kInvalidArgument, reasons::kInvalidField, message);
  return std::move(error).WithField(std::move(field), std::move(message));
}

Status CheckText(std::string_view field, std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return Ok();
  return InvalidField(std::string(field), fmt::format("{} may hold at most {} bytes.", field, limit));
}

Status RequireText(std::string_view field, std::string_view text, std::size_t limit) {
  if (text.find_first_not_of(" \t\r\n") != std::string_view::npos) return CheckText(field, text, limit);
  return Error(Code::kInvalidArgument, reasons::kMissingField, fmt::format("{} is required.", field))
      .WithField(std::string(field), "required");
}

Result<v1::Project> ActiveProject(store::Reader& reader, const domain::ProjectName& name) {
  ARGUS_ASSIGN(auto project, store::GetProject(reader, name));
  if (project.state() == v1::ACTIVE) return project;
  return Error(Code::kFailedPrecondition, reasons::kResourceDeleted,
               fmt::format("{} is deleted; undelete it first.", name.ToString()));
}

}  // namespace argus::command
