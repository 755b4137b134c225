// Slows down guessing of passwords, per account and per address.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "platform/base/clock.h"

namespace argus::auth {

// After `free_failures` failures each further one doubles the wait, from `first_delay` up to `longest_delay`.
struct ThrottleRule {
  int free_failures;
  std::chrono::milliseconds first_delay;
  std::chrono::milliseconds longest_delay;
};

struct ThrottleOptions {
  // An account's wait stays short: whoever knows a login id must not be able to keep its owner out.
  ThrottleRule account{5, std::chrono::seconds(1), std::chrono::minutes(1)};
  // Many people may share an address.
  ThrottleRule address{20, std::chrono::seconds(1), std::chrono::minutes(15)};
  std::chrono::milliseconds forget_after = std::chrono::hours(1);  // without a failure
  std::size_t max_entries = 10'000;  // accounts and, separately, addresses; the longest quiet goes first
};

// Thread-safe. Reads no clock; `now` must not go back between calls by more than threads race. IPv6 addresses count by
// their /64 network.
class LoginThrottle {
 public:
  explicit LoginThrottle(ThrottleOptions options = {});

  // RESOURCE_EXHAUSTED/TOO_MANY_FAILED_LOGINS with the time to wait, alike for accounts that exist and those that do not.
  Status Check(std::string_view account, std::string_view address, MonotonicTime now) const;
  // The account's failures without a success between.
  int RecordFailure(std::string_view account, std::string_view address, MonotonicTime now);
  // Forgets the account's failures, not the address's: a valid account must not buy guesses at others.
  void RecordSuccess(std::string_view account);

 private:
  // Failures by key, ordered from the longest quiet to the last one seen.
  class Table {
   public:
    std::chrono::milliseconds Wait(const std::string& key, const ThrottleRule& rule, const ThrottleOptions& options,
                                   MonotonicTime now) const;
    int Fail(const std::string& key, const ThrottleOptions& options, MonotonicTime now);
    void Forget(const std::string& key);

   private:
    struct Entry {
      std::string key;
      int failures = 0;
      MonotonicTime last;
    };
    std::list<Entry> entries_;
    std::unordered_map<std::string, std::list<Entry>::iterator> by_key_;
  };

  const ThrottleOptions options_;
  mutable std::mutex mutex_;
  Table accounts_;
  Table addresses_;
};

}  // namespace argus::auth
