// argus.v1.ActuatorService: facts about the running server, and its log level.
#pragma once

#include <string>

#include "contract/contract.h"
#include "platform/base/clock.h"
#include "platform/base/result.h"
#include "platform/rpc/dispatcher.h"
#include "platform/runtime/context.h"
#include "platform/telemetry/log/logger.h"
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
  ActuatorService(store::Metastore& metastore, log::Logger& logger, ServerFacts facts)
      : metastore_(metastore), logger_(logger), facts_(std::move(facts)) {}
  void Register(rpc::Dispatcher& dispatcher);

 private:
  Result<v1::ActuatorInfo> GetActuatorInfo(RequestContext& ctx, const v1::GetActuatorInfoRequest& request);
  Result<v1::ActuatorInfo> SetLogLevel(RequestContext& ctx, const v1::SetLogLevelRequest& request);

  store::Metastore& metastore_;
  log::Logger& logger_;
  const ServerFacts facts_;
};

}  // namespace argus::api
