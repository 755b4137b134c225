// The typed forms of registration; included by dispatcher.h only.
#pragma once

#include <utility>

#include "platform/rpc/dispatcher.h"

namespace argus::rpc {

template <typename Resp>
Result<MessagePtr> Box(Result<Resp> result) {
  if (!result.ok()) return std::move(result).error();
  return MessagePtr(std::make_unique<Resp>(std::move(result).value()));
}

// AddHandler has checked the descriptors, so the downcasts hold.
template <typename Req, typename Resp>
void Dispatcher::AddUnary(std::string_view method, std::function<Result<Resp>(RequestContext&, const Req&)> handler) {
  AddHandler(method, MethodKind::kUnary, Req::descriptor(), Resp::descriptor(),
             [handler = std::move(handler)](Call& call, const google::protobuf::Message& request) {
               return Box(handler(call.context(), static_cast<const Req&>(request)));
             });
}

template <typename Req, typename Resp>
void Dispatcher::AddBidi(std::string_view method, std::function<Result<Resp>(RequestContext&, const Req&)> handler) {
  AddHandler(method, MethodKind::kBidi, Req::descriptor(), Resp::descriptor(),
             [handler = std::move(handler)](Call& call, const google::protobuf::Message& request) {
               return Box(handler(call.context(), static_cast<const Req&>(request)));
             });
}

template <typename Req>
void Dispatcher::AddServerStream(
    std::string_view method,
    std::function<Result<std::unique_ptr<Subscription>>(RequestContext&, const Req&)> handler) {
  AddHandler(method, MethodKind::kServerStream, Req::descriptor(), nullptr,
             [handler = std::move(handler)](Call& call, const google::protobuf::Message& request) -> Result<MessagePtr> {
               ARGUS_ASSIGN(call.subscription(), handler(call.context(), static_cast<const Req&>(request)));
               return MessagePtr();
             });
}

template <typename S>
template <typename Req, typename Resp>
ServiceBinder<S>& ServiceBinder<S>::Unary(std::string_view method,
                                          Result<Resp> (S::*function)(RequestContext&, const Req&)) {
  dispatcher_.AddUnary<Req, Resp>(
      Full(method), [service = service_, function](RequestContext& context, const Req& request) {
        return (service->*function)(context, request);
      });
  return *this;
}

template <typename S>
template <typename Req, typename Resp>
ServiceBinder<S>& ServiceBinder<S>::Unary(std::string_view method, Result<Resp> (S::*function)(Call&, const Req&)) {
  dispatcher_.AddHandler(Full(method), MethodKind::kUnary, Req::descriptor(), Resp::descriptor(),
                         [service = service_, function](Call& call, const google::protobuf::Message& request) {
                           return Box((service->*function)(call, static_cast<const Req&>(request)));
                         });
  return *this;
}

template <typename S>
template <typename Req>
ServiceBinder<S>& ServiceBinder<S>::ServerStream(
    std::string_view method, Result<std::unique_ptr<Subscription>> (S::*function)(RequestContext&, const Req&)) {
  dispatcher_.AddServerStream<Req>(Full(method),
                                   [service = service_, function](RequestContext& context, const Req& request) {
                                     return (service->*function)(context, request);
                                   });
  return *this;
}

template <typename S>
ServiceBinder<S>& ServiceBinder<S>::Refused(std::string_view method, Reason reason, std::string message) {
  dispatcher_.AddRefused(Full(method), reason, std::move(message));
  return *this;
}

}  // namespace argus::rpc
