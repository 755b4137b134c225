// Every served method with its handler, and the interceptors around them. All protocols end here.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/rpc/call.h"

namespace argus::rpc {

class Next;

// Runs around every call, also at the opening of a stream (where the message that comes back is null and the
// subscription stands in the call). Goes on by `next(call)` or answers itself. Must be thread-safe.
using Interceptor = std::function<Result<MessagePtr>(Call&, const Next& next)>;
// Innermost; a stream's handler fills call.subscription() and returns null.
using Handler = std::function<Result<MessagePtr>(Call&, const google::protobuf::Message& request)>;

// The rest of the way: later interceptors, then the handler.
class Next {
 public:
  Result<MessagePtr> operator()(Call& call) const;

 private:
  friend class Dispatcher;
  Next(const Interceptor* begin, const Interceptor* end, const Handler* handler)
      : begin_(begin), end_(end), handler_(handler) {}

  const Interceptor* begin_;
  const Interceptor* end_;
  const Handler* handler_;
};

struct DispatcherOptions {
  std::chrono::milliseconds default_deadline{60'000};  // unary calls; a stream has only the deadline its caller sets
  std::size_t body_limit = 8 << 20;                    // bytes, of methods without a limit of their own
};

// Registration is single-threaded and ends before the first call; after it, everything is const and thread-safe.
// Wrong registrations (unknown names, wrong message types, two handlers) are remembered and reported by Check().
class Dispatcher {
 public:
  explicit Dispatcher(DispatcherOptions options = {}) : options_(options) {}
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  // Declares every method of a service ("argus.v1.PlanService"; its generated code must be linked).
  void AddService(std::string_view service);

  // `method`: "argus.v1.PlanService.GetPlan", of a service that was added.
  template <typename Req, typename Resp>
  void AddUnary(std::string_view method, std::function<Result<Resp>(RequestContext&, const Req&)> handler);
  template <typename Req>
  void AddServerStream(std::string_view method,
                       std::function<Result<std::unique_ptr<Subscription>>(RequestContext&, const Req&)> handler);
  // Each request message is answered by one response message; served by gRPC only.
  template <typename Req, typename Resp>
  void AddBidi(std::string_view method, std::function<Result<Resp>(RequestContext&, const Req&)> handler);
  // A method that is declared but not served: UNIMPLEMENTED with `reason`, in every protocol, behind the interceptors.
  void AddRefused(std::string_view method, Reason reason, std::string message);

  // The untyped ground of the above, for handlers that need the call itself (its headers, its state).
  void AddHandler(std::string_view method, MethodKind kind, const google::protobuf::Descriptor* request,
                  const google::protobuf::Descriptor* response, Handler handler);

  void SetBodyLimit(std::string_view method, std::size_t bytes);
  // Outer to inner.
  void SetInterceptors(std::vector<Interceptor> interceptors) { interceptors_ = std::move(interceptors); }

  // Names every wrong registration and every declared method without a handler.
  Status Check() const;

  // By "/argus.v1.PlanService/GetPlan"; null when not declared.
  const Method* Find(std::string_view path) const;
  // In order of registration.
  const std::vector<const Method*>& methods() const { return order_; }
  // Full names, in order of registration.
  const std::vector<std::string>& services() const { return services_; }
  const DispatcherOptions& options() const { return options_; }

  // Runs the call through the interceptors. For streams: opens it (call.subscription()) and returns null. An exception
  // that escapes a handler becomes INTERNAL.
  Result<MessagePtr> Run(Call& call) const;
  // One exchange on an opened bidirectional stream; no interceptors.
  Result<MessagePtr> Exchange(Call& call, const google::protobuf::Message& request) const;

 private:
  struct Entry {
    explicit Entry(const google::protobuf::MethodDescriptor* descriptor) : method(descriptor) {}
    Method method;
    Handler handler;   // null: none registered
    Handler exchange;  // bidirectional streams
  };

  Entry* Claim(std::string_view method);
  const Entry& EntryOf(const Call& call) const;

  const DispatcherOptions options_;
  std::map<std::string, std::unique_ptr<Entry>, std::less<>> entries_;  // by path
  std::vector<const Method*> order_;
  std::vector<std::string> services_;
  std::vector<Interceptor> interceptors_;
  std::vector<std::string> problems_;
};

// Registers a service's methods as member functions, with the message types deduced:
//   ServiceBinder(dispatcher, "argus.v1.PlanService", this).Unary("GetPlan", &PlanService::GetPlan)
//       .ServerStream("WatchPlan", &PlanService::WatchPlan);
// `service` must outlive the dispatcher's last call.
template <typename S>
class ServiceBinder {
 public:
  ServiceBinder(Dispatcher& dispatcher, std::string_view name, S* service)
      : dispatcher_(dispatcher), prefix_(std::string(name) + "."), service_(service) {
    dispatcher.AddService(name);
  }

  template <typename Req, typename Resp>
  ServiceBinder& Unary(std::string_view method, Result<Resp> (S::*function)(RequestContext&, const Req&));
  // For the few methods that need headers or the call's state.
  template <typename Req, typename Resp>
  ServiceBinder& Unary(std::string_view method, Result<Resp> (S::*function)(Call&, const Req&));
  template <typename Req>
  ServiceBinder& ServerStream(std::string_view method,
                              Result<std::unique_ptr<Subscription>> (S::*function)(RequestContext&, const Req&));
  ServiceBinder& Refused(std::string_view method, Reason reason, std::string message);

 private:
  std::string Full(std::string_view method) const { return prefix_ + std::string(method); }

  Dispatcher& dispatcher_;
  const std::string prefix_;
  S* const service_;
};

}  // namespace argus::rpc

#include "platform/rpc/dispatcher_inl.h"
