#include "api/stream_end.h"

#include <memory>
#include <utility>

#include "platform/base/reasons.h"

namespace argus::api {
namespace {

class ObservedStream final : public rpc::Subscription {
 public:
  ObservedStream(std::unique_ptr<rpc::Subscription> inner, std::function<void(const Status&)> ended)
      : inner_(std::move(inner)), ended_(std::move(ended)) {}
  ~ObservedStream() override { ended_(status_); }

  Result<rpc::StreamItem> Next(RequestContext& context) override {
    auto item = inner_->Next(context);
    if (!item.ok()) {
      status_ = item.error();
    } else if (item->end) {
      status_ = Ok();
    }
    return item;
  }

  void SetWake(std::function<void()> wake) override { inner_->SetWake(std::move(wake)); }

 private:
  const std::unique_ptr<rpc::Subscription> inner_;
  const std::function<void(const Status&)> ended_;
  Status status_ = Error(Code::kCancelled, reasons::kCancelled, "the stream was left before its end");
};

}  // namespace

void WhenEnded(rpc::Call& call, const Result<rpc::MessagePtr>& result, std::function<void(const Status&)> ended) {
  if (!result.ok()) return ended(result.error());
  if (!call.subscription()) return ended(Ok());
  call.subscription() = std::make_unique<ObservedStream>(std::move(call.subscription()), std::move(ended));
}

}  // namespace argus::api
