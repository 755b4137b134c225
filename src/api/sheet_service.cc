#include "api/sheet_service.h"

#include <utility>

#include "api/binder.h"
#include "api/field_path.h"
#include "domain/reasons.h"
#include "store/sheet_store.h"

namespace argus::api {
namespace {

constexpr std::size_t kMaxShown = 4 << 20;
// JSON holds bytes in base64, a third longer; the rest is for what stands around it.
constexpr std::size_t kCreateSheetBody = kMaxShown / 3 * 4 + (64 << 10);

Error TooLargeForRaw() {
  return Error(Code::kFailedPrecondition, reasons::kInvalidField,
               "The sheet is larger than 4 MiB; ask for it without `raw`.")
      .WithField("raw", "only for sheets of at most 4 MiB");
}

}  // namespace

void SheetService::Register(rpc::Dispatcher& dispatcher) {
  Binder(dispatcher, "argus.v1.SheetService", this)
      .Read("GetSheet", &SheetService::GetSheet)
      .Write("CreateSheet", commands_, &command::SheetCommands::Create);
  dispatcher.SetBodyLimit("argus.v1.SheetService.CreateSheet", kCreateSheetBody);
}

Result<v1::Sheet> SheetService::GetSheet(RequestContext& ctx, const v1::GetSheetRequest& request) {
  ARGUS_ASSIGN(const auto name, ParseName<domain::SheetName>(request.name()));
  auto reader = metastore_.Read(ctx);
  ARGUS_ASSIGN(auto sheet, store::GetSheet(reader, name));
  if (request.raw() && sheet.content_size() > static_cast<std::int64_t>(kMaxShown)) return TooLargeForRaw();
  ARGUS_ASSIGN(*sheet.mutable_content(), store::ReadSheet(reader, name, kMaxShown));
  return sheet;
}

}  // namespace argus::api
