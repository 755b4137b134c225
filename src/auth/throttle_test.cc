#include "auth/throttle.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace argus::auth {
namespace {

using namespace std::chrono_literals;

const MonotonicTime kNoon{std::chrono::hours(12)};

std::chrono::milliseconds Wait(const LoginThrottle& throttle, std::string_view account, std::string_view address,
                               MonotonicTime now) {
  auto status = throttle.Check(account, address, now);
  return status.ok() ? 0ms : status.error().retry_after();
}

TEST(LoginThrottle, DoublesAnAccountsWaitUpToItsLimit) {
  LoginThrottle throttle;
  for (int i = 0; i < 4; ++i) throttle.RecordFailure("alice", "10.0.0.1", kNoon);
  EXPECT_EQ(Wait(throttle, "alice", "10.0.0.2", kNoon), 0ms);
  throttle.RecordFailure("alice", "10.0.0.1", kNoon);
  EXPECT_EQ(Wait(throttle, "alice", "10.0.0.2", kNoon), 1s);
  EXPECT_EQ(Wait(throttle, "bob", "10.0.0.2", kNoon), 0ms);
  throttle.RecordFailure("alice", "10.0.0.1", kNoon);
  EXPECT_EQ(Wait(throttle, "alice", "10.0.0.2", kNoon + 500ms), 1500ms);
  EXPECT_EQ(Wait(throttle, "alice", "10.0.0.2", kNoon + 2s), 0ms);
  for (int i = 0; i < 100; ++i) throttle.RecordFailure("alice", "10.0.0.1", kNoon);
  EXPECT_EQ(Wait(throttle, "alice", "10.0.0.2", kNoon), 1min);
}

TEST(LoginThrottle, SlowsAnAddressThatTriesManyAccounts) {
  LoginThrottle throttle;
  for (int i = 0; i < 20; ++i) throttle.RecordFailure(fmt::format("user{}", i), "10.0.0.1", kNoon);
  EXPECT_EQ(Wait(throttle, "fresh", "10.0.0.1", kNoon), 1s);
  EXPECT_EQ(Wait(throttle, "fresh", "10.0.0.2", kNoon), 0ms);
  throttle.RecordSuccess("fresh");
  EXPECT_EQ(Wait(throttle, "fresh", "10.0.0.1", kNoon), 1s) << "success does not clear the address";
}

TEST(LoginThrottle, SuccessClearsTheAccount) {
  LoginThrottle throttle;
  for (int i = 0; i < 6; ++i) throttle.RecordFailure("alice", "10.0.0.1", kNoon);
  throttle.RecordSuccess("alice");
  EXPECT_EQ(Wait(throttle, "alice", "10.0.0.2", kNoon), 0ms);
}

TEST(LoginThrottle, ForgetsAfterAQuietHour) {
  LoginThrottle throttle;
  for (int i = 0; i < 30; ++i) throttle.RecordFailure("alice", "10.0.0.1", kNoon);
  throttle.RecordFailure("alice", "10.0.0.1", kNoon + 1h);
  EXPECT_EQ(Wait(throttle, "alice", "10.0.0.1", kNoon + 1h), 0ms);
}

TEST(LoginThrottle, CountsAnIpv6NetworkAsOneAddress) {
  LoginThrottle throttle;
  for (int i = 0; i < 20; ++i) {
    throttle.RecordFailure(fmt::format("user{}", i), fmt::format("2001:db8::{}", i), kNoon);
  }
  EXPECT_EQ(Wait(throttle, "fresh", "2001:db8:0:0:ffff::1", kNoon), 1s);
  EXPECT_EQ(Wait(throttle, "fresh", "2001:db8:0:1::1", kNoon), 0ms);
  EXPECT_EQ(Wait(throttle, "fresh", "::ffff:10.0.0.1", kNoon), 0ms);
}

TEST(LoginThrottle, ForgetsTheLongestQuietWhenFull) {
  LoginThrottle throttle({.account = {1, 1s, 1min}, .address = {1000, 1s, 1min}, .max_entries = 3});
  for (const char* account : {"a", "b", "c"}) throttle.RecordFailure(account, "10.0.0.1", kNoon);
  throttle.RecordFailure("a", "10.0.0.1", kNoon);
  throttle.RecordFailure("d", "10.0.0.1", kNoon);
  EXPECT_EQ(Wait(throttle, "a", "x", kNoon), 2s);
  EXPECT_EQ(Wait(throttle, "b", "x", kNoon), 0ms);
  EXPECT_EQ(Wait(throttle, "d", "x", kNoon), 1s);
  throttle.RecordFailure(std::string(1 << 20, 'x'), std::string(1 << 20, 'y'), kNoon);
}

}  // namespace
}  // namespace argus::auth
