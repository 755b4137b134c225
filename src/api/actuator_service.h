// argus.v1.ActuatorService: facts about the running server.
#pragma once

#include <string>

#include "contract/contract.h"
#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "platform/rpc/dispatcher.h"
#include "platform/runtime/context.h"
#include "store/metastore.h"

namespace argus::api {

struct ServerFacts {
  std::string version;
  std::string git_commit;
  Timestamp start_time;
  std::string external_url;
  bool debug = false;
  bool demo = false;
};

// Thread-safe. What it is given must outlive it, and it the dispatcher's last call.
class ActuatorService {
 public:
  ActuatorService(store::Metastore& metastore, ServerFacts facts) : metastore_(metastore), facts_(std::move(facts)) {}
  void Register(rpc::Dispatcher& dispatcher);

 private:
  Result<v1::ActuatorInfo> GetActuatorInfo(RequestContext& ctx, const v1::GetActuatorInfoRequest& request);

  store::Metastore& metastore_;
  const ServerFacts facts_;
};

}  // namespace argus::api
