#include <curl/curl.h>
#include <fmt/format.h>
#include <opentelemetry/proto/collector/trace/v1/trace_service.pb.h>

#include <algorithm>

#include "platform/net/gzip.h"
#include "platform/telemetry/trace/exporter.h"

namespace argus::trace {
namespace {

using ExportResponse = opentelemetry::proto::collector::trace::v1::ExportTraceServiceResponse;
using std::chrono::milliseconds;

constexpr std::size_t kMaxAnswer = 64 << 10;  // bytes; the rest is not read
constexpr std::size_t kMaxDetail = 200;       // bytes of an answer in the log

struct FreeCurl {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::size_t Collect(char* data, std::size_t size, std::size_t count, void* user) {
  auto& body = *static_cast<std::string*>(user);
  body.append(data, std::min(size * count, kMaxAnswer - std::min(body.size(), kMaxAnswer)));
  return size * count;
}

int OnProgress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return (*static_cast<const std::function<bool()>*>(user))() ? 1 : 0;
}

bool AsksToComeAgain(long status) { return status == 429 || status == 502 || status == 503 || status == 504; }

// A partial success is a success: what was left out is not sent again.
Delivery Taken(const std::string& body) {
  ExportResponse response;
  Delivery delivery;
  if (!response.ParseFromString(body)) return delivery;
  delivery.rejected = response.partial_success().rejected_spans();
  if (delivery.rejected > 0) {
    delivery.detail = fmt::format("{} spans were rejected: {}", delivery.rejected,
                                  response.partial_success().error_message().substr(0, kMaxDetail));
  }
  return delivery;
}

// The answer's words, if they are words.
std::string Words(const std::string& body) {
  const auto text = body.substr(0, kMaxDetail);
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }) ? text : "";
}

class HttpExporter final : public Exporter {
 public:
  explicit HttpExporter(const Options& options) : gzip_(options.gzip) {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    (void)ready;
    curl_.reset(curl_easy_init());
    AddHeader("Content-Type", "application/x-protobuf");
    if (gzip_) AddHeader("Content-Encoding", "gzip");
    AddHeader("Expect", "");
    for (const auto& [name, value] : options.headers) AddHeader(name, value);
    SetUp(options);
  }

  Delivery Export(const ExportRequest& request, milliseconds timeout, const std::function<bool()>& give_up) override {
    std::string body = request.SerializeAsString();
    if (gzip_) body = net::Gzip(body);
    std::string answer;
    Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    Set(CURLOPT_POSTFIELDS, body.data());
    Set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
    Set(CURLOPT_WRITEDATA, &answer);
    Set(CURLOPT_XFERINFODATA, &give_up);
    error_[0] = '\0';
    const CURLcode code = curl_easy_perform(curl_.get());
    return code == CURLE_OK ? Judge(answer) : NoAnswer(code);
  }

 private:
  template <typename T>
  void Set(CURLoption option, T value) {
    curl_easy_setopt(curl_.get(), option, value);
  }

  void AddHeader(std::string_view name, std::string_view value) {
    headers_.reset(curl_slist_append(headers_.release(), fmt::format("{}: {}", name, value).c_str()));
  }

  void SetFile(CURLoption option, const std::string& file) {
    if (!file.empty()) Set(option, file.c_str());
  }

  void SetUp(const Options& options) {
    Set(CURLOPT_URL, options.endpoint.c_str());
    Set(CURLOPT_PROTOCOLS_STR, "http,https");
    Set(CURLOPT_POST, 1L);
    Set(CURLOPT_HTTPHEADER, headers_.get());
    Set(CURLOPT_NOSIGNAL, 1L);
    Set(CURLOPT_USERAGENT, "argus-otlp-exporter");
    Set(CURLOPT_ERRORBUFFER, error_);
    Set(CURLOPT_WRITEFUNCTION, &Collect);
    Set(CURLOPT_NOPROGRESS, 0L);
    Set(CURLOPT_XFERINFOFUNCTION, &OnProgress);
    SetFile(CURLOPT_CAINFO, options.ca_file);
    SetFile(CURLOPT_SSLCERT, options.client_certificate_file);
    SetFile(CURLOPT_SSLKEY, options.client_key_file);
  }

  Delivery NoAnswer(CURLcode code) const {
    return {.verdict = Delivery::Verdict::kAgain,
            .detail = fmt::format("no answer: {}", error_[0] != '\0' ? error_ : curl_easy_strerror(code))};
  }

  Delivery Judge(const std::string& answer) {
    long status = 0;
    curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 && status < 300) return Taken(answer);
    Delivery delivery{.detail = fmt::format("the collector answered {} {}", status, Words(answer))};
    delivery.verdict = AsksToComeAgain(status) ? Delivery::Verdict::kAgain : Delivery::Verdict::kRefused;
    curl_off_t seconds = 0;  // Retry-After, a date included
    curl_easy_getinfo(curl_.get(), CURLINFO_RETRY_AFTER, &seconds);
    if (seconds > 0) delivery.retry_after = std::chrono::seconds(std::min<curl_off_t>(seconds, 3600));
    return delivery;
  }

  const bool gzip_;
  char error_[CURL_ERROR_SIZE] = "";
  std::unique_ptr<curl_slist, FreeList> headers_;
  std::unique_ptr<CURL, FreeCurl> curl_;  // Keeps its connection.
};

}  // namespace

std::unique_ptr<Exporter> MakeHttpExporter(const Options& options) { return std::make_unique<HttpExporter>(options); }

}  // namespace argus::trace
