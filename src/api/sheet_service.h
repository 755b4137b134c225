// argus.v1.SheetService: SQL texts.
#pragma once

#include "command/sheet_command.h"
#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/rpc/dispatcher.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::api {

// Thread-safe. What it is given must outlive it, and it the dispatcher's last call.
class SheetService {
 public:
  SheetService(store::Metastore& metastore, command::SheetCommands& commands)
      : metastore_(metastore), commands_(commands) {}
  void Register(rpc::Dispatcher& dispatcher);

 private:
  Result<v1::Sheet> GetSheet(RequestContext& ctx, const v1::GetSheetRequest& request);

  store::Metastore& metastore_;
  command::SheetCommands& commands_;
};

}  // namespace argus::api
