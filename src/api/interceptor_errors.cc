#include <exception>

#include "api/interceptors.h"
#include "api/log_events.h"
#include "platform/base/reasons.h"

namespace argus::api {
namespace {

Error Failure(std::string cause) {
  return Error(Code::kInternal, reasons::kInternal,
               "The server failed to answer; its log holds the cause under the correlation id.")
      .WithCause(std::move(cause));
}

// The adapter to whatever the interceptors within call: nothing thrown may end the process.
Result<rpc::MessagePtr> Guarded(rpc::Call& call, const rpc::Next& next) {
  try {
    return next(call);
  } catch (const std::exception& e) {
    return Failure(e.what());
  } catch (...) {
    return Failure("an exception of unknown type");
  }
}

bool IsServerFault(const Error& error) {
  return error.code() == Code::kInternal || error.code() == Code::kUnknown || error.code() == Code::kDataLoss ||
         (error.code() == Code::kUnavailable && error.reason() != reasons::kOverloaded);
}

}  // namespace

rpc::Interceptor MapErrors(log::Logger& logger) {
  return [&logger](rpc::Call& call, const rpc::Next& next) {
    auto result = Guarded(call, next);
    if (!result.ok() && IsServerFault(result.error())) {
      logger.Log(call.context(), events::kRequestFailed, result.error(), {{"rpc", call.method().full_name()}});
    }
    return result;
  };
}

}  // namespace argus::api
