#include "platform/net/cidr.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "platform/base/reasons.h"

namespace argus::net {
namespace {

std::string_view Trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string_view> SplitList(std::string_view text) {
  std::vector<std::string_view> items;
  while (!text.empty()) {
    const auto comma = text.find(',');
    items.push_back(Trim(text.substr(0, comma)));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return items;
}

bool IsTrusted(std::string_view address, const std::vector<Cidr>& trusted) {
  const auto ip = ParseIp(address);
  return ip && std::any_of(trusted.begin(), trusted.end(), [&](const Cidr& range) { return range.Contains(*ip); });
}

// A hop may carry a port: "1.2.3.4:5678" or "[::1]:5678".
std::string_view StripPort(std::string_view hop) {
  if (hop.starts_with('[')) return hop.substr(1, hop.find(']') - 1);
  if (std::count(hop.begin(), hop.end(), ':') == 1) return hop.substr(0, hop.find(':'));
  return hop;
}

// The right-most hop that is not trusted, or the left-most if all are; empty when a hop is not an address.
std::string_view RightmostUntrusted(const Headers& headers, const std::vector<Cidr>& trusted) {
  std::vector<std::string_view> hops;
  for (const auto value : headers.GetAll("X-Forwarded-For")) {
    for (const auto hop : SplitList(value)) hops.push_back(StripPort(hop));
  }
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    if (!ParseIp(*hop)) return {};
    if (!IsTrusted(*hop, trusted) || hop + 1 == hops.rend()) return *hop;
  }
  return {};
}

}  // namespace

std::optional<IpBytes> ParseIp(std::string_view text) {
  const std::string zero_terminated(text);
  IpBytes ip{};
  if (inet_pton(AF_INET6, zero_terminated.c_str(), ip.data()) == 1) return ip;
  if (inet_pton(AF_INET, zero_terminated.c_str(), ip.data() + 12) != 1) return std::nullopt;
  ip[10] = ip[11] = 0xFF;
  return ip;
}

Result<Cidr> Cidr::Parse(std::string_view text) {
  const Error error(Code::kInvalidArgument, reasons::kInvalidConfiguration,
                    fmt::format("'{}' is not an address range such as 10.0.0.0/8", text));
  const auto slash = text.find('/');
  const auto address = text.substr(0, slash);
  const auto ip = ParseIp(address);
  if (!ip) return error;
  const int skipped = address.find(':') == std::string_view::npos ? 96 : 0;
  int bits = 128 - skipped;
  if (slash != std::string_view::npos) {
    const auto length = text.substr(slash + 1);
    const auto [end, failure] = std::from_chars(length.data(), length.data() + length.size(), bits);
    if (failure != std::errc() || end != length.data() + length.size() || bits < 0 || bits > 128 - skipped) return error;
  }
  return Cidr(*ip, bits + skipped);
}

bool Cidr::Contains(const IpBytes& ip) const {
  const int whole = bits_ / 8;
  if (!std::equal(ip.begin(), ip.begin() + whole, base_.begin())) return false;
  const int rest = bits_ % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xFF << (8 - rest));
  return ((ip[whole] ^ base_[whole]) & mask) == 0;
}

Result<std::vector<Cidr>> ParseCidrList(std::string_view text) {
  std::vector<Cidr> ranges;
  for (const auto item : SplitList(text)) {
    ARGUS_ASSIGN(const Cidr range, Cidr::Parse(item));
    ranges.push_back(range);
  }
  return ranges;
}

std::string ClientAddress(std::string_view peer, const Headers& headers, const std::vector<Cidr>& trusted) {
  if (trusted.empty() || !IsTrusted(peer, trusted)) return std::string(peer);
  if (headers.Has("X-Forwarded-For")) {
    const auto hop = RightmostUntrusted(headers, trusted);
    return std::string(hop.empty() ? peer : hop);
  }
  const auto real = Trim(headers.Get("X-Real-IP"));
  return std::string(ParseIp(real) ? real : peer);
}

}  // namespace argus::net
