// SQL texts.
#pragma once

#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::command {

inline constexpr std::size_t kMaxSheetBytes = 4 << 20;

// Thread-safe. `metastore` must outlive it.
class SheetCommands {
 public:
  explicit SheetCommands(store::Metastore& metastore) : metastore_(metastore) {}

  // The same text gives the same sheet. INVALID_ARGUMENT: INVALID_SHEET (not UTF-8), MISSING_FIELD (empty), INVALID_FIELD
  // (over kMaxSheetBytes). The answer has no content.
  Result<v1::Sheet> Create(const RequestContext& ctx, const v1::CreateSheetRequest& request);

 private:
  store::Metastore& metastore_;
};

}  // namespace argus::command
