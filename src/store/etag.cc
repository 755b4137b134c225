#include "store/etag.h"

#include <charconv>

#include "domain/reasons.h"

namespace argus::store {

std::int64_t VersionOf(std::string_view etag) {
  std::int64_t version = 0;
  const auto [end, error] = std::from_chars(etag.data(), etag.data() + etag.size(), version);
  return error == std::errc() && end == etag.data() + etag.size() ? version : 0;
}

Error EtagMismatch() {
  return Error(Code::kAborted, reasons::kEtagMismatch,
               "The resource changed since it was read; read it again and retry.");
}

Status CheckEtag(std::string_view current, std::string_view given) {
  if (given.empty() || given == current) return Ok();
  return EtagMismatch();
}

}  // namespace argus::store
