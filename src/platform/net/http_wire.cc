#include "platform/net/http_wire.h"

#include <algorithm>
#include <cctype>
#include <ctime>

#include "platform/base/reasons.h"

namespace argus::net {
namespace {

int PlainStatus(const Error& error) {
  if (error.reason() == reasons::kBodyTooLarge) return 413;
  if (error.reason() == reasons::kHeaderTooLarge) return 431;
  if (error.reason() == reasons::kMethodNotAllowed) return 405;
  switch (error.code()) {
    case Code::kInvalidArgument: return 400;
    case Code::kNotFound: return 404;
    case Code::kUnavailable: return 503;
    default: return 500;
  }
}

}  // namespace

void SplitTarget(std::string_view target, HttpRequest& request) {
  const auto scheme = target.starts_with('/') ? std::string_view::npos : target.find("://");
  if (scheme != std::string_view::npos) {
    const auto slash = target.find_first_of("/?", scheme + 3);
    target = slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
  }
  const auto question = target.find('?');
  request.path = target.substr(0, question);
  request.query = question == std::string_view::npos ? std::string_view() : target.substr(question + 1);
}

HttpResponse PlainError(const Error& error) {
  HttpResponse response;
  response.status = PlainStatus(error);
  response.headers.Add("Content-Type", "text/plain; charset=utf-8");
  if (response.status == 503) response.headers.Add("Retry-After", "1");
  response.body = error.message() + "\n";
  return response;
}

std::string HttpDate() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[40];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc)};
}

bool IsSafeField(std::string_view name, std::string_view value) {
  static constexpr std::string_view kTokenMarks = "!#$%&'*+-.^_`|~";
  const auto token = [](unsigned char c) { return std::isalnum(c) || kTokenMarks.find(static_cast<char>(c)) != kTokenMarks.npos; };
  const auto text = [](unsigned char c) { return (c >= 0x20 && c != 0x7F) || c == '\t'; };
  return !name.empty() && std::all_of(name.begin(), name.end(), token) && std::all_of(value.begin(), value.end(), text);
}

}  // namespace argus::net
