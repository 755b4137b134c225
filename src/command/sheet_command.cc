#include "command/sheet_command.h"

#include <fmt/format.h>

#include "command/request_checks.h"
#include "command/work.h"
#include "domain/reasons.h"
#include "platform/base/encoding.h"
#include "store/sheet_store.h"

namespace argus::command {
namespace {

constexpr auto kField = "sheet.content";

Status CheckContent(const std::string& content) {
  if (content.empty()) {
    return Error(Code::kInvalidArgument, reasons::kMissingField, "A sheet needs content.").WithField(kField, "required");
  }
  if (content.size() > kMaxSheetBytes) {
    return InvalidField(kField, fmt::format("A sheet may hold at most {} bytes here; this one has {}.", kMaxSheetBytes,
                                            content.size()));
  }
  if (IsValidUtf8(content)) return Ok();
  return Error(Code::kInvalidArgument, reasons::kInvalidSheet, "The sheet is not valid UTF-8 text.")
      .WithField(kField, "UTF-8 text");
}

}  // namespace

Result<v1::Sheet> SheetCommands::Create(const RequestContext& ctx, const v1::CreateSheetRequest& request) {
  ARGUS_ASSIGN(const auto parent, domain::ProjectName::Parse(request.parent()));
  ARGUS_RETURN_IF_ERROR(CheckContent(request.sheet().content()));
  return Run<v1::Sheet>(metastore_, ctx, request, [&](Work& work) -> Result<v1::Sheet> {
    ARGUS_RETURN_IF_ERROR(work.Require(request.parent(), request.parent()));
    ARGUS_RETURN_IF_ERROR(ActiveProject(work.tx(), parent));
    ARGUS_ASSIGN(auto sheet, store::PutSheet(work.tx(), parent, request.sheet().content(), work.caller().user));
    work.Record({.resource = sheet.name()});
    return sheet;
  });
}

}  // namespace argus::command
