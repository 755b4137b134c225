#include "api/metrics_endpoint.h"

#include <utility>

#include "platform/net/gzip.h"

namespace argus::api {
namespace {

// Every value of a header that may be repeated, as one list (RFC 9110 §5.3).
std::string Joined(const net::Headers& headers, std::string_view name) {
  std::string joined;
  for (const auto value : headers.GetAll(name)) joined.append(joined.empty() ? "" : ", ").append(value);
  return joined;
}

net::HttpResponse TooMuchHeld() {
  net::HttpResponse response;
  response.status = 503;
  response.headers.Add("Content-Type", "text/plain; charset=utf-8");
  response.headers.Add("Retry-After", "5");
  response.body = "too many scrapes are being read too slowly\n";
  return response;
}

}  // namespace

net::HttpResponse MetricsEndpoint::Serve(const net::HttpRequest& request) {
  const auto format = metrics::NegotiateFormat(Joined(request.headers, "Accept"));
  const bool gzip = net::AcceptsGzip(Joined(request.headers, "Accept-Encoding"));
  net::HttpResponse response;
  response.shared_body = BodyFor(format, gzip);
  if (!response.shared_body) return TooMuchHeld();
  response.headers.Add("Content-Type", metrics::ContentType(format));
  response.headers.Add("Cache-Control", "no-store");
  response.headers.Add("Vary", "Accept, Accept-Encoding");
  if (gzip) response.headers.Add("Content-Encoding", "gzip");
  return response;
}

MetricsEndpoint::Body MetricsEndpoint::BodyFor(metrics::Format format, bool gzip) {
  const std::lock_guard lock(mutex_);
  if (sharers_ > 0) {
    --sharers_;
  } else {
    sharers_ = pool_.queue_length();
  }
  Body& shared = shared_.at(static_cast<std::size_t>(format) * 2 + (gzip ? 1 : 0));
  if (!shared) shared = Render(format, gzip);
  Body body = shared;
  if (sharers_ == 0) shared_.fill(nullptr);
  return body;
}

MetricsEndpoint::Body MetricsEndpoint::Render(metrics::Format format, bool gzip) {
  if (HeldBytes() > kMaxHeldBytes) return nullptr;
  std::string text = registry_.Render(format);
  if (gzip) text = net::Gzip(text);
  text.shrink_to_fit();
  auto body = std::make_shared<const std::string>(std::move(text));
  held_.push_back(body);
  return body;
}

std::size_t MetricsEndpoint::HeldBytes() {
  std::erase_if(held_, [](const auto& body) { return body.expired(); });
  std::size_t bytes = 0;
  for (const auto& weak : held_) {
    if (const auto body = weak.lock()) bytes += body->size();
  }
  return bytes;
}

}  // namespace argus::api
