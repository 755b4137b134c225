// Registers a service: reads are its own member functions, writes are the commands' themselves.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <string>
#include <string_view>

#include "platform/rpc/dispatcher.h"

namespace argus::api {

//   Binder(dispatcher, "argus.v1.PlanService", this)
//       .Read("GetPlan", &PlanService::GetPlan)
//       .Write("CreatePlan", commands_, &command::PlanCommands::Create);
// Service and commands must outlive the dispatcher's last call.
template <typename S>
class Binder {
 public:
  Binder(rpc::Dispatcher& dispatcher, std::string_view name, S* service)
      : dispatcher_(dispatcher), name_(name), typed_(dispatcher, name, service) {}

  template <typename Req, typename Resp>
  Binder& Read(std::string_view method, Result<Resp> (S::*function)(RequestContext&, const Req&)) {
    typed_.Unary(method, function);
    return *this;
  }
  // For what needs the call itself: its session.
  template <typename Req, typename Resp>
  Binder& Handle(std::string_view method, Result<Resp> (S::*function)(rpc::Call&, const Req&)) {
    typed_.Unary(method, function);
    return *this;
  }
  template <typename C, typename Req, typename Resp>
  Binder& Write(std::string_view method, C& commands, Result<Resp> (C::*function)(const RequestContext&, const Req&)) {
    dispatcher_.AddUnary<Req, Resp>(
        fmt::format("{}.{}", name_, method),
        [&commands, function](RequestContext& ctx, const Req& request) { return (commands.*function)(ctx, request); });
    return *this;
  }
  template <typename Req>
  Binder& Watch(std::string_view method,
                Result<std::unique_ptr<rpc::Subscription>> (S::*function)(RequestContext&, const Req&)) {
    typed_.ServerStream(method, function);
    return *this;
  }

 private:
  rpc::Dispatcher& dispatcher_;
  const std::string name_;
  rpc::ServiceBinder<S> typed_;
};

}  // namespace argus::api
