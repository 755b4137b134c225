// Address ranges, and whom to believe about a client's address.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/result.h"
#include "platform/net/http_types.h"

namespace argus::net {

// An IPv4 or IPv6 address; IPv4 is held in its IPv6-mapped form, so both compare alike.
using IpBytes = std::array<std::uint8_t, 16>;
std::optional<IpBytes> ParseIp(std::string_view text);

// "10.0.0.0/8", "fd00::/8", or one address. Immutable.
class Cidr {
 public:
  static Result<Cidr> Parse(std::string_view text);  // INVALID_CONFIGURATION
  bool Contains(const IpBytes& ip) const;

 private:
  Cidr(const IpBytes& base, int bits) : base_(base), bits_(bits) {}

  IpBytes base_;
  int bits_;  // of 128
};

// Comma-separated; empty text: none.
Result<std::vector<Cidr>> ParseCidrList(std::string_view text);

// The address to hold a request to account by. X-Forwarded-For, then X-Real-IP, are believed only if `peer` is one of
// `trusted`; of X-Forwarded-For the right-most hop that is not itself trusted counts, since everything left of it was
// written by that hop.
std::string ClientAddress(std::string_view peer, const Headers& headers, const std::vector<Cidr>& trusted);

}  // namespace argus::net
