// argus.v1.CorrelationService: what one request caused.
#pragma once

#include "contract/contract.h"
#include "platform/base/result.h"
#include "platform/rpc/dispatcher.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::api {

// Thread-safe. The metastore must outlive it, and it the dispatcher's last call.
class CorrelationService {
 public:
  explicit CorrelationService(store::Metastore& metastore) : metastore_(metastore) {}
  void Register(rpc::Dispatcher& dispatcher);

 private:
  Result<v1::Correlation> GetCorrelation(RequestContext& ctx, const v1::GetCorrelationRequest& request);

  store::Metastore& metastore_;
};

}  // namespace argus::api
