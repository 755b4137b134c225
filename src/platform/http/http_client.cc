#include "platform/http/http_client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <memory>

#include "platform/base/reasons.h"

namespace argus::http {
namespace {

struct Sink {
  std::string body;
  std::size_t limit;
};

std::size_t Append(char* data, std::size_t size, std::size_t count, void* user) {
  auto* sink = static_cast<Sink*>(user);
  if (sink->body.size() + size * count > sink->limit) return 0;  // makes curl fail with CURLE_WRITE_ERROR
  sink->body.append(data, size * count);
  return size * count;
}

struct SlistDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Slist = std::unique_ptr<curl_slist, SlistDeleter>;

Slist MakeHeaders(const Request& request) {
  curl_slist* list = curl_slist_append(nullptr, "Expect:");
  for (const auto& [name, value] : request.headers)
    list = curl_slist_append(list, fmt::format("{}: {}", name, value).c_str());
  return Slist(list);
}

Error Failed(const Request& request, CURLcode code, const char* detail) {
  const bool late = code == CURLE_OPERATION_TIMEDOUT;
  return Error(late ? Code::kDeadlineExceeded : Code::kUnavailable, reasons::kNetworkError,
               fmt::format("No answer from {}: {}", request.url, *detail != '\0' ? detail : curl_easy_strerror(code)));
}

}  // namespace

Result<Response> Send(const Request& request) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)ready;
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), &curl_easy_cleanup);
  const Slist headers = MakeHeaders(request);
  Sink sink{{}, request.response_limit};
  char detail[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(curl.get(), CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_CUSTOMREQUEST, request.method.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  curl_easy_setopt(curl.get(), CURLOPT_ERRORBUFFER, detail);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &Append);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &sink);
  if (request.method != "GET") {
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, request.body.data());
  }
  if (const CURLcode code = curl_easy_perform(curl.get()); code != CURLE_OK) return Failed(request, code, detail);
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  return Response{static_cast<int>(status), std::move(sink.body)};
}

}  // namespace argus::http
