#include "api/debug_access.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "api/bearer_token.h"
#include "api/caller.h"
#include "domain/actor.h"
#include "domain/iam.h"
#include "domain/reasons.h"
#include "platform/net/cidr.h"

namespace argus::api {
namespace {

constexpr std::chrono::seconds kPatience{5};
// What proxies add.
constexpr std::array kForwarding = {"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP",
                                    "Via"};

bool IsLoopback(std::string_view address) {
  static const auto v4 = net::Cidr::Parse("127.0.0.0/8");
  static const auto v6 = net::Cidr::Parse("::1");
  const auto ip = net::ParseIp(address);
  return ip && ((v4.ok() && v4->Contains(*ip)) || (v6.ok() && v6->Contains(*ip)));
}

// "[::1]:8080" -> "::1", "localhost:8080" -> "localhost"
std::string_view HostOf(std::string_view field) {
  if (field.starts_with('[')) {
    const auto end = field.find(']');
    return end == field.npos ? std::string_view() : field.substr(1, end - 1);
  }
  return field.substr(0, field.find(':'));
}

Error Stranger() {
  return Error(Code::kPermissionDenied, reasons::kPermissionDenied,
               "Profiles are for requests from this machine to localhost, or for a bearer token whose user holds "
               "bb.debug.profile.");
}

Status TokenMayDebug(const net::HttpRequest& request, command::AuthCommands& auth, store::Metastore& metastore) {
  RequestContext ctx;
  ctx.client_address = request.client_address;
  ctx.deadline = std::chrono::steady_clock::now() + kPatience;
  ctx.cancel = request.cancel;
  ARGUS_ASSIGN(const auto who, auth.Authenticate(ctx, BearerToken(request.headers)));
  ctx.actor = domain::ActorOf(who.user);
  auto reader = metastore.Read(ctx);
  ARGUS_ASSIGN(const auto caller, LoadCaller(reader, ctx));
  return caller.Allows(domain::kPermissionProfile, "") ? Ok() : Status(Stranger());
}

}  // namespace

bool IsLocalRequest(const net::HttpRequest& request) {
  const auto host = HostOf(request.headers.Get("Host"));
  return IsLoopback(request.peer_address) && (net::EqualsIgnoreCase(host, "localhost") || IsLoopback(host)) &&
         std::ranges::none_of(kForwarding, [&](const char* name) { return request.headers.Has(name); });
}

Status MayDebug(const net::HttpRequest& request, command::AuthCommands& auth, store::Metastore& metastore) {
  if (IsLocalRequest(request)) return Ok();
  if (BearerToken(request.headers).empty()) return Stranger();
  const Status may = TokenMayDebug(request, auth, metastore);
  return !may.ok() && may.error().code() == Code::kUnauthenticated ? Status(Stranger()) : may;
}

}  // namespace argus::api
