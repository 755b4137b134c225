#include "command/auth_command.h"

#include "command/command_test_support.h"
#include "command/setting_command.h"
#include "command/user_command.h"
#include "domain/setting.h"

namespace argus::command {
namespace {

using std::chrono::minutes;

class AuthCommandTest : public CommandTest {
 protected:
  Result<v1::LoginResponse> Login(const std::string& login_id, const std::string& password) {
    RequestContext ctx;
    ctx.client_address = "10.0.0.9";
    v1::LoginRequest request;
    request.set_login_id(login_id);
    request.set_password(password);
    return auth_.Login(ctx, request);
  }
  Result<v1::LoginResponse> Refresh(const std::string& token) {
    v1::RefreshRequest request;
    request.set_refresh_token(token);
    return auth_.Refresh({}, request);
  }
  std::string Who(const std::string& token) {
    const auto who = auth_.Authenticate({}, token);
    return who.ok() ? who->user.login_id : ReasonOf(who);
  }

  auth::LoginThrottle throttle_;
  AuthCommands auth_{*metastore_, hasher_, throttle_};
  UserCommands users_{*metastore_, hasher_, throttle_};
  SettingCommands settings_{*metastore_};
};
ARGUS_COMMAND_SUITE(AuthCommandTest);

TEST_P(AuthCommandTest, SignsInWithTokensOfTheSettingsDurations) {
  const auto tokens = Must(Login("alice", kTestPassword));
  EXPECT_EQ(tokens.user(), "users/alice");
  EXPECT_EQ(Who(tokens.access_token()), "alice");
  EXPECT_EQ(tokens.access_token_expire_time().seconds(), ToMicros(clock_.Now()) / 1000000 + 3600);
  EXPECT_EQ(tokens.refresh_token_expire_time().seconds(), ToMicros(clock_.Now()) / 1000000 + 7 * 86400);
  const auto entry = LastAudit();
  EXPECT_EQ(entry.action(), "bb.auth.login");
  EXPECT_EQ(entry.actor(), "user/login_id=alice");
  EXPECT_EQ(entry.request_payload().fields().at("password").string_value(), "[redacted]");
}

TEST_P(AuthCommandTest, RefusesAlikeWhateverIsWrong) {
  v1::DeactivateUserRequest deactivate;
  deactivate.set_name("users/alice");
  Must(users_.Deactivate(As("admin"), deactivate));
  const auto deactivated = Login("alice", kTestPassword);
  const auto wrong = Login("admin", "wrong password");
  const auto unknown = Login("nobody", "wrong password");
  const auto impossible = Login("no body\n", "wrong password");
  for (const auto* refused : {&deactivated, &wrong, &unknown, &impossible}) {
    EXPECT_EQ(ReasonOf(*refused), "INVALID_CREDENTIALS");
    EXPECT_EQ(refused->error().message(), wrong.error().message());
  }
}

TEST_P(AuthCommandTest, RecordsFailedSignInsWithReasonAndRisingSeverity) {
  std::vector<v1::AuditLog::Severity> severities;
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(ReasonOf(Login("alice", "wrong password")), "INVALID_CREDENTIALS");
    severities.push_back(LastAudit().severity());
    clock_.passed += minutes(2);
  }
  EXPECT_THAT(severities, testing::ElementsAre(v1::AuditLog::NOTICE, v1::AuditLog::NOTICE, v1::AuditLog::WARNING,
                                               v1::AuditLog::WARNING, v1::AuditLog::WARNING, v1::AuditLog::WARNING,
                                               v1::AuditLog::WARNING, v1::AuditLog::WARNING, v1::AuditLog::WARNING,
                                               v1::AuditLog::CRITICAL));
  const auto entry = LastAudit();
  EXPECT_EQ(entry.action(), "bb.auth.login.fail");
  EXPECT_EQ(entry.resource(), "users/alice");
  EXPECT_EQ(entry.response_status(), "denied");
  EXPECT_EQ(entry.extra().fields().at("reason").string_value(), "wrong_password");
}

TEST_P(AuthCommandTest, SlowsDownGuessing) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(ReasonOf(Login("alice", "wrong password")), "INVALID_CREDENTIALS");
  EXPECT_EQ(ReasonOf(Login("alice", kTestPassword)), "TOO_MANY_FAILED_LOGINS");
  EXPECT_EQ(LastAudit().extra().fields().at("reason").string_value(), "throttled");
  clock_.passed += minutes(2);
  EXPECT_EQ(ReasonOf(Login("alice", kTestPassword)), "");
}

TEST_P(AuthCommandTest, LogoutEndsTheSessionAtOnce) {
  const auto tokens = Must(Login("alice", kTestPassword));
  const auto other = Must(Login("alice", kTestPassword));
  const auto who = Must(auth_.Authenticate({}, tokens.access_token()));
  Must(auth_.Logout(As("alice"), who.session, {}));
  EXPECT_EQ(Who(tokens.access_token()), "TOKEN_EXPIRED");
  EXPECT_EQ(ReasonOf(Refresh(tokens.refresh_token())), "TOKEN_EXPIRED");
  EXPECT_EQ(Who(other.access_token()), "alice");
}

TEST_P(AuthCommandTest, RefreshReplacesBothTokens) {
  const auto old = Must(Login("alice", kTestPassword));
  EXPECT_EQ(Who(old.access_token()), "alice");
  const auto fresh = Must(Refresh(old.refresh_token()));
  EXPECT_EQ(Who(old.access_token()), "TOKEN_EXPIRED");
  EXPECT_EQ(Who(fresh.access_token()), "alice");
  EXPECT_EQ(LastAudit().action(), "bb.auth.refresh");
  EXPECT_EQ(LastAudit().actor(), "user/login_id=alice");
}

TEST_P(AuthCommandTest, ReusedRefreshTokenEndsTheSession) {
  const auto old = Must(Login("alice", kTestPassword));
  const auto fresh = Must(Refresh(old.refresh_token()));
  EXPECT_EQ(ReasonOf(Refresh(old.refresh_token())), "TOKEN_EXPIRED");
  EXPECT_EQ(LastAudit().severity(), v1::AuditLog::CRITICAL);
  EXPECT_EQ(LastAudit().response_status(), "denied");
  EXPECT_EQ(Who(fresh.access_token()), "TOKEN_EXPIRED");
  EXPECT_EQ(ReasonOf(Refresh(fresh.refresh_token())), "TOKEN_EXPIRED");
}

TEST_P(AuthCommandTest, TokensExpire) {
  const auto tokens = Must(Login("alice", kTestPassword));
  EXPECT_EQ(Who(tokens.access_token()), "alice");
  clock_.passed += minutes(60);
  EXPECT_EQ(Who(tokens.access_token()), "TOKEN_EXPIRED");
  clock_.passed += std::chrono::hours(7 * 24);
  EXPECT_EQ(ReasonOf(Refresh(tokens.refresh_token())), "TOKEN_EXPIRED");
}

TEST_P(AuthCommandTest, IdleSessionsEndAndUsedOnesDoNot) {
  v1::UpdateSettingRequest request;
  *request.mutable_setting() = *domain::FindDefaultSetting(domain::setting::kWorkspaceProfile);
  request.mutable_setting()->mutable_workspace_profile()->mutable_inactive_session_timeout()->set_seconds(600);
  Must(settings_.Update(As("admin"), request));
  const auto used = Must(Login("alice", kTestPassword));
  const auto idle = Must(Login("alice", kTestPassword));
  for (int i = 0; i < 3; ++i) {
    clock_.passed += minutes(4);
    EXPECT_EQ(Who(used.access_token()), "alice");
  }
  EXPECT_EQ(Who(idle.access_token()), "TOKEN_EXPIRED");
  EXPECT_EQ(ReasonOf(Refresh(idle.refresh_token())), "TOKEN_EXPIRED");
}

TEST_P(AuthCommandTest, DeactivationHoldsAtOnceDespiteTheCache) {
  const auto tokens = Must(Login("alice", kTestPassword));
  EXPECT_EQ(Who(tokens.access_token()), "alice");
  v1::DeactivateUserRequest request;
  request.set_name("users/alice");
  Must(users_.Deactivate(As("admin"), request));
  EXPECT_EQ(Who(tokens.access_token()), "TOKEN_EXPIRED");
}

TEST_P(AuthCommandTest, KnowsWhatCannotBeAnAccessToken) {
  const auto tokens = Must(Login("alice", kTestPassword));
  EXPECT_EQ(Who(""), "UNAUTHENTICATED");
  EXPECT_EQ(Who("argus_at_short"), "UNAUTHENTICATED");
  EXPECT_EQ(Who(tokens.refresh_token()), "UNAUTHENTICATED");
  EXPECT_EQ(ReasonOf(Refresh(tokens.access_token())), "TOKEN_EXPIRED");
}

}  // namespace
}  // namespace argus::command
