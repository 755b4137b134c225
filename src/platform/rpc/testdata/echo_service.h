// For tests: the service of echo.proto, and streams that a test feeds.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "platform/base/reasons.h"
#include "platform/rpc/dispatcher.h"
#include "platform/rpc/testdata/echo.pb.h"

namespace argus::rpctest {

// Counts to `up_to`, a message a call of Next(), then ends or, held open, idles for ever.
class Counter final : public rpc::Subscription {
 public:
  Counter(int up_to, bool hold_open, std::atomic<int>& open) : up_to_(up_to), hold_open_(hold_open), open_(open) {
    ++open_;
  }
  ~Counter() override { --open_; }

  Result<rpc::StreamItem> Next(RequestContext&) override {
    if (number_ == up_to_) return hold_open_ ? rpc::StreamItem::Idle() : rpc::StreamItem::End();
    if (number_ == 13) return Error(Code::kOutOfRange, reasons::kInvalidField, "thirteen brings bad luck");
    auto message = std::make_unique<v1::CountResponse>();
    message->set_number(++number_);
    return rpc::StreamItem::Of(std::move(message));
  }
  void SetWake(std::function<void()> wake) override { wake_ = std::move(wake); }

 private:
  const int up_to_;
  const bool hold_open_;
  std::atomic<int>& open_;
  int number_ = 0;
  std::function<void()> wake_;
};

class EchoService {
 public:
  void Register(rpc::Dispatcher& dispatcher) {
    rpc::ServiceBinder(dispatcher, "argus.rpctest.v1.EchoService", this)
        .Unary("Get", &EchoService::Get)
        .Unary("Create", &EchoService::Create)
        .Unary("Update", &EchoService::Update)
        .Unary("Cancel", &EchoService::Cancel)
        .ServerStream("Count", &EchoService::Count)
        .Refused("Collect", reasons::kServiceUnknown, "collecting is not served yet");
  }

  // Names decide: ".../missing" is not found, ".../throw" throws, ".../large" is large.
  Result<v1::Thing> Get(rpc::Call& call, const v1::GetRequest& request) {
    if (request.name().ends_with("missing")) {
      return Error(Code::kNotFound, reasons::kServiceUnknown, "no such thing").WithCause("SELECT failed: password=x");
    }
    if (request.name().ends_with("throw")) throw std::runtime_error("foreign code failed");
    call.response_headers().Add("X-Handler", "get");
    call.response_trailers().Add("X-Took", "1ms");
    v1::Thing thing;
    thing.set_name(request.name());
    thing.set_small(request.page_size());
    thing.set_note(call.context().client_address);
    if (request.name().ends_with("large")) thing.set_data(std::string(10'000, 'x'));
    return thing;
  }
  Result<v1::Thing> Create(RequestContext&, const v1::CreateRequest& request) {
    v1::Thing thing = request.thing();
    thing.set_name(request.parent() + "/things/" + request.request_id());
    return thing;
  }
  Result<v1::Thing> Update(RequestContext&, const v1::UpdateRequest& request) { return request.thing(); }
  Result<v1::CancelResponse> Cancel(RequestContext&, const v1::CancelRequest& request) {
    v1::CancelResponse response;
    response.mutable_thing()->set_name(request.name() + " " + request.reason());
    return response;
  }
  Result<std::unique_ptr<rpc::Subscription>> Count(RequestContext&, const v1::CountRequest& request) {
    if (request.up_to() < 0) {
      return Error(Code::kInvalidArgument, reasons::kInvalidField, "upTo is negative").WithField("upTo", "is negative");
    }
    return std::unique_ptr<rpc::Subscription>(
        std::make_unique<Counter>(request.up_to(), request.hold_open(), open_streams));
  }

  std::atomic<int> open_streams{0};
};

}  // namespace argus::rpctest
