#include "platform/rpc/foreign_log.h"

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>

#include <string>
#include <utility>

namespace argus::rpc {
namespace {

// The libraries take plain function pointers, so the target stands here; never destroyed, since they log to the end.
std::function<void(std::string_view, std::string_view)>& Target() {
  static auto& target = *new std::function<void(std::string_view, std::string_view)>();
  return target;
}

void FromProtobuf(google::protobuf::LogLevel, const char*, int, const std::string& line) {
  if (Target()) Target()("protobuf", line);
}

void FromGrpc(gpr_log_func_args* args) {
  if (Target()) Target()("grpc", args->message);
}

}  // namespace

void RouteForeignLogs(std::function<void(std::string_view, std::string_view)> write) {
  Target() = std::move(write);
  google::protobuf::SetLogHandler(&FromProtobuf);
  gpr_set_log_function(&FromGrpc);
}

}  // namespace argus::rpc
