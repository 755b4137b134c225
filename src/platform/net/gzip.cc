#include "platform/net/gzip.h"

#include <zlib.h>

#include <fmt/format.h>

#include "platform/base/reasons.h"

namespace argus::net {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib's way to ask for the gzip format
constexpr std::size_t kWorthIt = 1024;

Bytef* In(std::string_view text) { return reinterpret_cast<Bytef*>(const_cast<char*>(text.data())); }

Error NotGzip() {
  return Error(Code::kInvalidArgument, reasons::kInvalidBody, "the body is not well-formed gzip");
}

// Owns zlib's inflate state.
struct Inflater {
  Inflater() { inflateInit2(&stream, kGzipWindow); }
  ~Inflater() { inflateEnd(&stream); }
  z_stream stream{};
};

// "gzip;q=0" forbids what "gzip" allows.
bool HasZeroQuality(std::string_view parameters) {
  const auto q = parameters.find("q=");
  return q != std::string_view::npos && parameters.substr(q + 2).find_first_not_of("0. ") == std::string_view::npos;
}

}  // namespace

std::string Gzip(std::string_view plain) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, plain.size()), '\0');
  stream.next_in = In(plain);
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = In(out);
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

Result<std::string> Gunzip(std::string_view packed, std::size_t limit) {
  Inflater inflater;
  auto& stream = inflater.stream;
  stream.next_in = In(packed);
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string out;
  char buffer[16 * 1024];
  for (;;) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer);
    stream.avail_out = sizeof buffer;
    const int status = inflate(&stream, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END) return NotGzip();
    out.append(buffer, sizeof buffer - stream.avail_out);
    if (out.size() > limit) {
      return Error(Code::kResourceExhausted, reasons::kBodyTooLarge,
                   fmt::format("the decompressed body is larger than {} bytes", limit));
    }
    if (status == Z_STREAM_END) break;
  }
  if (stream.avail_in != 0) return NotGzip();
  return out;
}

bool AcceptsGzip(std::string_view accept) {
  while (!accept.empty()) {
    const auto comma = accept.find(',');
    auto item = accept.substr(0, comma);
    while (item.starts_with(' ')) item.remove_prefix(1);
    const auto semicolon = item.find(';');
    auto name = item.substr(0, semicolon);
    while (name.ends_with(' ')) name.remove_suffix(1);
    if (EqualsIgnoreCase(name, "gzip")) {
      return semicolon == std::string_view::npos || !HasZeroQuality(item.substr(semicolon));
    }
    accept = comma == std::string_view::npos ? std::string_view() : accept.substr(comma + 1);
  }
  return false;
}

void CompressIfAccepted(std::string_view accept_encoding, HttpResponse& response) {
  if (response.body.size() < kWorthIt || response.headers.Has("Content-Encoding")) return;
  response.headers.Add("Vary", "Accept-Encoding");
  if (!AcceptsGzip(accept_encoding)) return;
  response.body = Gzip(response.body);
  response.headers.Set("Content-Encoding", "gzip");
}

}  // namespace argus::net
