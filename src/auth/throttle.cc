#include "auth/throttle.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "domain/reasons.h"
#include "platform/base/encoding.h"

namespace argus::auth {
namespace {

using std::chrono::milliseconds;

// A key of fixed size, however long the caller's text is.
std::string AccountKey(std::string_view account) { return Sha256(account).substr(0, 16); }

std::string AddressKey(std::string_view address) {
  in6_addr v6{};
  const std::string text(address);
  if (inet_pton(AF_INET6, text.c_str(), &v6) != 1) return AccountKey(address);
  const std::string_view bytes(reinterpret_cast<const char*>(&v6), sizeof v6);
  return std::string(IN6_IS_ADDR_V4MAPPED(&v6) ? bytes : bytes.substr(0, 8));
}

milliseconds Delay(int failures, const ThrottleRule& rule) {
  const int over = failures - rule.free_failures;
  if (over < 0) return milliseconds(0);
  const int doublings = std::min(over, 30);
  return std::min(rule.first_delay * (std::int64_t{1} << doublings), rule.longest_delay);
}

}  // namespace

milliseconds LoginThrottle::Table::Wait(const std::string& key, const ThrottleRule& rule,
                                        const ThrottleOptions& options, MonotonicTime now) const {
  const auto at = by_key_.find(key);
  if (at == by_key_.end()) return milliseconds(0);
  const Entry& entry = *at->second;
  const auto quiet = std::max(now - entry.last, MonotonicTime::duration::zero());
  if (quiet >= options.forget_after) return milliseconds(0);
  const milliseconds delay = Delay(entry.failures, rule);
  return delay > quiet ? std::chrono::ceil<milliseconds>(delay - quiet) : milliseconds(0);
}

int LoginThrottle::Table::Fail(const std::string& key, const ThrottleOptions& options, MonotonicTime now) {
  auto at = by_key_.find(key);
  if (at == by_key_.end()) {
    if (entries_.size() >= options.max_entries) Forget(std::string(entries_.front().key));
    at = by_key_.emplace(key, entries_.insert(entries_.end(), Entry{key, 0, now})).first;
  }
  Entry& entry = *at->second;
  if (now - entry.last >= options.forget_after) entry.failures = 0;
  if (entry.failures < 1'000'000) ++entry.failures;
  entry.last = now;
  entries_.splice(entries_.end(), entries_, at->second);
  return entry.failures;
}

void LoginThrottle::Table::Forget(const std::string& key) {
  const auto at = by_key_.find(key);
  if (at == by_key_.end()) return;
  entries_.erase(at->second);
  by_key_.erase(at);
}

LoginThrottle::LoginThrottle(ThrottleOptions options) : options_(options) {}

Status LoginThrottle::Check(std::string_view account, std::string_view address, MonotonicTime now) const {
  const std::string account_key = AccountKey(account);
  const std::string address_key = AddressKey(address);
  std::lock_guard lock(mutex_);
  const auto wait = std::max(accounts_.Wait(account_key, options_.account, options_, now),
                             addresses_.Wait(address_key, options_.address, options_, now));
  if (wait == milliseconds(0)) return Ok();
  return Error(Code::kResourceExhausted, reasons::kTooManyFailedLogins,
               fmt::format("too many failed sign-ins; wait {} s", std::chrono::ceil<std::chrono::seconds>(wait).count()))
      .WithRetryAfter(wait);
}

int LoginThrottle::RecordFailure(std::string_view account, std::string_view address, MonotonicTime now) {
  const std::string account_key = AccountKey(account);
  const std::string address_key = AddressKey(address);
  std::lock_guard lock(mutex_);
  addresses_.Fail(address_key, options_, now);
  return accounts_.Fail(account_key, options_, now);
}

void LoginThrottle::RecordSuccess(std::string_view account) {
  const std::string key = AccountKey(account);
  std::lock_guard lock(mutex_);
  accounts_.Forget(key);
}

}  // namespace argus::auth
