#include "command/user_command.h"

#include "command/auth_command.h"
#include "command/command_test_support.h"

namespace argus::command {
namespace {

class UserCommandTest : public CommandTest {
 protected:
  Result<v1::User> Create(const std::string& caller, const std::string& login_id, const std::string& password = kTestPassword) {
    v1::CreateUserRequest request;
    request.mutable_user()->set_login_id(login_id);
    request.set_password(password);
    return users_.Create(As(caller), request);
  }
  Result<v1::User> Deactivate(const std::string& caller, const std::string& login_id) {
    v1::DeactivateUserRequest request;
    request.set_name("users/" + login_id);
    return users_.Deactivate(As(caller), request);
  }
  Result<v1::ChangePasswordResponse> ChangePassword(const std::string& caller, const std::string& name,
                                                    const std::string& current, const std::string& fresh,
                                                    const std::string& session = "none") {
    v1::ChangePasswordRequest request;
    request.set_name(name);
    request.set_current_password(current);
    request.set_new_password(fresh);
    return users_.ChangePassword(As(caller), session, request);
  }
  Result<v1::LoginResponse> Login(const std::string& login_id, const std::string& password) {
    v1::LoginRequest request;
    request.set_login_id(login_id);
    request.set_password(password);
    return auth_.Login({}, request);
  }

  auth::LoginThrottle throttle_;
  AuthCommands auth_{*metastore_, hasher_, throttle_};
  UserCommands users_{*metastore_, hasher_, throttle_};
};
ARGUS_COMMAND_SUITE(UserCommandTest);

TEST_P(UserCommandTest, CreatesAUserWhoCanSignIn) {
  const auto user = Must(Create("admin", "erin"));
  EXPECT_EQ(user.name(), "users/erin");
  EXPECT_EQ(user.state(), v1::ACTIVE);
  EXPECT_EQ(ReasonOf(Login("erin", kTestPassword)), "");
  EXPECT_EQ(Audit("action = \"bb.user.create\"").at(0).resource(), "users/erin");
}

TEST_P(UserCommandTest, RefusesBadNewUsers) {
  EXPECT_EQ(ReasonOf(Create("alice", "erin")), "PERMISSION_DENIED");
  EXPECT_EQ(ReasonOf(Create("admin", "alice")), "RESOURCE_ALREADY_EXISTS");
  EXPECT_EQ(FieldOf(Create("admin", "Erin!")), "user.loginId");
  EXPECT_EQ(FieldOf(Create("admin", "me")), "user.loginId");
  EXPECT_EQ(ReasonOf(Create("admin", "erin", "short")), "WEAK_PASSWORD");
}

TEST_P(UserCommandTest, SameRequestIdCreatesOnce) {
  v1::CreateUserRequest request;
  request.mutable_user()->set_login_id("erin");
  request.set_password(kTestPassword);
  request.set_request_id("7d1c");
  const auto first = Must(users_.Create(As("admin"), request));
  const auto second = Must(users_.Create(As("admin"), request));
  EXPECT_EQ(first.SerializeAsString(), second.SerializeAsString());
}

TEST_P(UserCommandTest, UpdatesByMaskUnderTheEtag) {
  v1::UpdateUserRequest request;
  request.mutable_user()->set_name("users/alice");
  request.mutable_user()->set_title("Alice");
  request.mutable_user()->set_email("alice@example.com");
  request.mutable_update_mask()->add_paths("title");
  const auto updated = Must(users_.Update(As("admin"), request));
  EXPECT_EQ(updated.title(), "Alice");
  EXPECT_EQ(updated.email(), "");

  request.mutable_user()->set_etag("1");
  EXPECT_EQ(ReasonOf(users_.Update(As("admin"), request)), "ETAG_MISMATCH");
  request.mutable_update_mask()->set_paths(0, "login_id");
  EXPECT_EQ(ReasonOf(users_.Update(As("admin"), request)), "UNKNOWN_FIELD");
  request.mutable_update_mask()->set_paths(0, "email");
  request.mutable_user()->clear_etag();
  request.mutable_user()->set_email("nowhere");
  EXPECT_EQ(FieldOf(users_.Update(As("admin"), request)), "user.email");
}

TEST_P(UserCommandTest, TheLastAdminStays) {
  EXPECT_EQ(ReasonOf(Deactivate("admin", "admin")), "LAST_ADMIN");
  v1::UpdateUserRequest request;
  request.mutable_user()->set_name("users/admin");
  request.mutable_user()->set_state(v1::DELETED);
  EXPECT_EQ(ReasonOf(users_.Update(As("admin"), request)), "LAST_ADMIN");
  Give("workspace", {"roles/workspaceAdmin", "users/alice"});
  EXPECT_EQ(ReasonOf(Deactivate("alice", "admin")), "");
  EXPECT_EQ(ReasonOf(Deactivate("alice", "alice")), "LAST_ADMIN");
}

TEST_P(UserCommandTest, DeactivatedUsersCanComeBack) {
  Must(Deactivate("admin", "alice"));
  EXPECT_EQ(ReasonOf(Login("alice", kTestPassword)), "INVALID_CREDENTIALS");
  v1::UpdateUserRequest request;
  request.mutable_user()->set_name("users/alice");
  request.mutable_user()->set_state(v1::ACTIVE);
  Must(users_.Update(As("admin"), request));
  EXPECT_EQ(ReasonOf(Login("alice", kTestPassword)), "");
}

TEST_P(UserCommandTest, OwnPasswordNeedsTheCurrentOneAndEndsOtherSessions) {
  const auto here = Must(Login("alice", kTestPassword));
  const auto there = Must(Login("alice", kTestPassword));
  const auto session = Must(auth_.Authenticate({}, here.access_token())).session;
  EXPECT_EQ(FieldOf(ChangePassword("alice", "users/me", "wrong password", "another password")), "currentPassword");
  EXPECT_EQ(ReasonOf(ChangePassword("alice", "users/me", kTestPassword, "short")), "WEAK_PASSWORD");
  Must(ChangePassword("alice", "users/me", kTestPassword, "another password", session));
  EXPECT_EQ(ReasonOf(auth_.Authenticate({}, here.access_token())), "");
  EXPECT_EQ(ReasonOf(auth_.Authenticate({}, there.access_token())), "TOKEN_EXPIRED");
  EXPECT_EQ(ReasonOf(Login("alice", kTestPassword)), "INVALID_CREDENTIALS");
  EXPECT_EQ(ReasonOf(Login("alice", "another password")), "");
}

TEST_P(UserCommandTest, OthersPasswordsNeedThePermission) {
  EXPECT_EQ(ReasonOf(ChangePassword("alice", "users/admin", kTestPassword, "another password")), "PERMISSION_DENIED");
  Must(ChangePassword("admin", "users/alice", "", "another password"));
  EXPECT_EQ(ReasonOf(Login("alice", "another password")), "");
  EXPECT_EQ(ReasonOf(ChangePassword("admin", "users/nobody", "", "another password")), "RESOURCE_NOT_FOUND");
}

TEST_P(UserCommandTest, GuessingTheCurrentPasswordIsSlowedDown) {
  for (int i = 0; i < 5; ++i) (void)ChangePassword("alice", "users/me", "wrong password", "another password");
  EXPECT_EQ(ReasonOf(ChangePassword("alice", "users/me", kTestPassword, "another password")), "TOO_MANY_FAILED_LOGINS");
}

TEST_P(UserCommandTest, OfflineResetNeedsNobodysPermission) {
  const auto tokens = Must(Login("admin", kTestPassword));
  Must(OfflineResetPassword(*metastore_, hasher_, "admin", "another password"));
  EXPECT_EQ(ReasonOf(auth_.Authenticate({}, tokens.access_token())), "TOKEN_EXPIRED");
  EXPECT_EQ(ReasonOf(Login("admin", "another password")), "");
  const auto entry = Audit("action = \"bb.auth.password.reset\"").at(0);
  EXPECT_EQ(entry.actor(), "system/cli");
  EXPECT_EQ(entry.resource(), "users/admin");
  EXPECT_EQ(ReasonOf(OfflineResetPassword(*metastore_, hasher_, "nobody", "another password")), "RESOURCE_NOT_FOUND");
  EXPECT_EQ(ReasonOf(OfflineResetPassword(*metastore_, hasher_, "admin", "short")), "WEAK_PASSWORD");
}

}  // namespace
}  // namespace argus::command
