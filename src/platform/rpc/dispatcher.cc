#include "platform/rpc/dispatcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "platform/base/reasons.h"
#include "platform/runtime/work_scope.h"

namespace argus::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::Message;

// "argus.v1.PlanService.GetPlan" -> "/argus.v1.PlanService/GetPlan"
std::string PathOf(std::string_view full_name) {
  const auto dot = full_name.rfind('.');
  if (dot == std::string_view::npos) return std::string(full_name);
  return fmt::format("/{}/{}", full_name.substr(0, dot), full_name.substr(dot + 1));
}

Error Failure(std::string cause) {
  return Error(Code::kInternal, reasons::kInternal, "the server failed to answer").WithCause(std::move(cause));
}

// The adapter to whatever a handler calls: nothing thrown below may end the process.
Result<MessagePtr> Guarded(const Handler& handler, Call& call, const Message& request) {
  try {
    return handler(call, request);
  } catch (const std::exception& e) {
    return Failure(e.what());
  } catch (...) {
    return Failure("an exception of unknown type");
  }
}

}  // namespace

Result<MessagePtr> Next::operator()(Call& call) const {
  if (begin_ != end_) return (*begin_)(call, Next(begin_ + 1, end_, handler_));
  ARGUS_ASSIGN(const Message* request, call.Decode());
  return Guarded(*handler_, call, *request);
}

void Dispatcher::AddService(std::string_view service) {
  const std::string name(service);
  const auto* descriptor = DescriptorPool::generated_pool()->FindServiceByName(name);
  if (!descriptor || std::find(services_.begin(), services_.end(), name) != services_.end()) {
    problems_.push_back(name + (descriptor ? " is added twice" : " is not a linked service"));
    return;
  }
  services_.push_back(name);
  for (int i = 0; i < descriptor->method_count(); ++i) {
    auto entry = std::make_unique<Entry>(descriptor->method(i));
    entry->method.body_limit_ = options_.body_limit;
    order_.push_back(&entry->method);
    entries_.emplace(entry->method.path(), std::move(entry));
  }
}

Dispatcher::Entry* Dispatcher::Claim(std::string_view method) {
  const auto found = entries_.find(PathOf(method));
  if (found != entries_.end() && !found->second->handler) return found->second.get();
  problems_.push_back(std::string(method) +
                      (found == entries_.end() ? " is not a method of an added service" : " has two handlers"));
  return nullptr;
}

void Dispatcher::AddHandler(std::string_view method, MethodKind kind, const Descriptor* request,
                            const Descriptor* response, Handler handler) {
  Entry* entry = Claim(method);
  if (!entry) return;
  const auto& declared = *entry->method.descriptor();
  if (entry->method.kind() != kind || declared.input_type() != request ||
      (response && declared.output_type() != response)) {
    problems_.push_back(std::string(method) + " has a handler of another kind or with other messages");
    return;
  }
  if (kind == MethodKind::kBidi) {
    entry->exchange = std::move(handler);
    entry->handler = [](Call&, const Message&) -> Result<MessagePtr> { return MessagePtr(); };
  } else {
    entry->handler = std::move(handler);
  }
}

void Dispatcher::AddRefused(std::string_view method, Reason reason, std::string message) {
  Entry* entry = Claim(method);
  if (!entry) return;
  entry->handler = [reason, message = std::move(message)](Call&, const Message&) -> Result<MessagePtr> {
    return Error(Code::kUnimplemented, reason, message);
  };
}

void Dispatcher::SetBodyLimit(std::string_view method, std::size_t bytes) {
  const auto found = entries_.find(PathOf(method));
  if (found == entries_.end()) {
    problems_.push_back(std::string(method) + " gets a body limit but is not declared");
  } else {
    found->second->method.body_limit_ = bytes;
  }
}

Status Dispatcher::Check() const {
  std::vector<std::string> problems = problems_;
  for (const Method* method : order_) {
    if (!entries_.find(method->path())->second->handler) problems.push_back(method->full_name() + " has no handler");
  }
  if (problems.empty()) return Ok();
  std::string message = "the contract is not served as declared";
  for (std::size_t i = 0; i < problems.size(); ++i) message += (i == 0 ? ": " : "; ") + problems[i];
  return Error(Code::kInternal, reasons::kInternal, std::move(message));
}

const Method* Dispatcher::Find(std::string_view path) const {
  const auto found = entries_.find(path);
  return found == entries_.end() ? nullptr : &found->second->method;
}

const Dispatcher::Entry& Dispatcher::EntryOf(const Call& call) const {
  return *entries_.find(call.method().path())->second;
}

Result<MessagePtr> Dispatcher::Run(Call& call) const {
  static const Handler kNone = [](Call& call, const Message&) -> Result<MessagePtr> {
    return Failure("no handler for " + call.method().full_name());
  };
  const Entry& entry = EntryOf(call);
  const WorkLabel label("rpc.method", call.method().descriptor()->full_name().c_str());
  const Interceptor* first = interceptors_.data();
  return Next(first, first + interceptors_.size(), entry.handler ? &entry.handler : &kNone)(call);
}

Result<MessagePtr> Dispatcher::Exchange(Call& call, const Message& request) const {
  const Entry& entry = EntryOf(call);
  if (!entry.exchange) return Failure("no exchange for " + call.method().full_name());
  const WorkLabel label("rpc.method", call.method().descriptor()->full_name().c_str());
  return Guarded(entry.exchange, call, request);
}

}  // namespace argus::rpc
