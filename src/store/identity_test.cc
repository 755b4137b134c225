// Users, sessions, roles, groups and policies.
#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>

#include "domain/reasons.h"
#include "store/group_store.h"
#include "store/iam_policy_store.h"
#include "store/role_store.h"
#include "store/session_store.h"
#include "store/test_fixture.h"

namespace argus::store {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::ElementsAre;
using IdentityTest = StoreTest;
ARGUS_STORE_SUITE(IdentityTest);

TEST_P(IdentityTest, UserReadsAsWritten) {
  const v1::User added = AddUser("bob");
  EXPECT_EQ(added.name(), "users/bob");
  EXPECT_EQ(added.etag(), "1");
  auto read = Read();
  EXPECT_TRUE(MessageDifferencer::Equals(Must(GetUser(read, {"bob"})), added));
  EXPECT_TRUE(Must(AnyUserExists(read)));

  v1::User changed = added;
  changed.set_title("Robert");
  changed.set_state(v1::DELETED);
  changed = Must(Write([&](Transaction& tx) { return UpdateUser(tx, changed); }));
  EXPECT_EQ(changed.etag(), "2");
  EXPECT_TRUE(MessageDifferencer::Equals(Must(GetUser(read, {"bob"})), changed));
}

TEST_P(IdentityTest, UnknownUserIsNotFound) {
  auto read = Read();
  EXPECT_EQ(GetUser(read, {"nobody"}).error().reason(), reasons::kResourceNotFound);
  EXPECT_EQ(GetPasswordHash(read, {"nobody"}).error().code(), Code::kNotFound);
}

TEST_P(IdentityTest, PasswordHashIsKeptApart) {
  AddUser("bob");
  auto read = Read();
  EXPECT_EQ(Must(GetPasswordHash(read, {"bob"})), "hash");
  Must(WriteVoid([](Transaction& tx) { SetPasswordHash(tx, {"bob"}, "other"); }));
  EXPECT_EQ(Must(GetPasswordHash(read, {"bob"})), "other");
}

class SessionTest : public StoreTest {
 protected:
  SessionTest() { AddUser("bob"); }
  void Add(const std::string& id, const std::string& suffix) {
    Must(WriteVoid([&](Transaction& tx) {
      InsertSession(tx, {id, {"bob"}, tx.now(), tx.now(), "10.0.0.9", "curl"}, Tokens(suffix));
    }));
  }
  TokenPair Tokens(const std::string& suffix) {
    return {{std::string("a\0", 2) + suffix, clock_.now + std::chrono::hours(1)},
            {std::string("r\0", 2) + suffix, clock_.now + std::chrono::hours(24)}};
  }
  std::optional<TokenOwner> Find(TokenKind kind, const std::string& suffix) {
    auto read = Read();
    return Must(FindToken(read, kind, std::string(kind == TokenKind::kAccess ? "a\0" : "r\0", 2) + suffix));
  }
};
ARGUS_STORE_SUITE(SessionTest);

TEST_P(SessionTest, TokensLeadToTheirSession) {
  Add("s1", "1");
  const auto owner = Find(TokenKind::kAccess, "1");
  ASSERT_TRUE(owner);
  EXPECT_EQ(owner->session.id, "s1");
  EXPECT_EQ(owner->session.user.login_id, "bob");
  EXPECT_EQ(owner->session.client_address, "10.0.0.9");
  EXPECT_EQ(owner->expire_time, clock_.now + std::chrono::hours(1));
  EXPECT_TRUE(owner->user_active);
  EXPECT_FALSE(owner->used);
  EXPECT_TRUE(Find(TokenKind::kRefresh, "1"));
  EXPECT_FALSE(Find(TokenKind::kAccess, "2"));
  auto read = Read();
  EXPECT_FALSE(Must(FindToken(read, TokenKind::kRefresh, std::string("a\0", 2) + "1")));
}

TEST_P(SessionTest, AnExchangedRefreshTokenIsRecognized) {
  Add("s1", "1");
  Must(WriteVoid([&](Transaction& tx) { RotateTokens(tx, "s1", std::string("r\0", 2) + "1", Tokens("2")); }));
  EXPECT_FALSE(Find(TokenKind::kAccess, "1"));
  EXPECT_TRUE(Find(TokenKind::kAccess, "2"));
  EXPECT_TRUE(Find(TokenKind::kRefresh, "1")->used);
  EXPECT_FALSE(Find(TokenKind::kRefresh, "2")->used);
  const Status again =
      WriteVoid([&](Transaction& tx) { RotateTokens(tx, "s1", std::string("r\0", 2) + "1", Tokens("3")); });
  EXPECT_FALSE(again.ok());
}

TEST_P(SessionTest, TouchingMovesLastUse) {
  Add("s1", "1");
  clock_.now += std::chrono::minutes(5);
  Must(metastore_->Write(ctx_, [](Transaction& tx) -> Status {
    TouchSession(tx, "s1");
    return tx.CommitUnaudited(Unaudited::kTokenTouch);
  }));
  EXPECT_EQ(Find(TokenKind::kAccess, "1")->session.last_used_time, clock_.now);
}

TEST_P(SessionTest, EndingSessionsRemovesTheirTokens) {
  Add("s1", "1");
  Add("s2", "2");
  Add("s3", "3");
  Must(WriteVoid([](Transaction& tx) { EndSession(tx, "s1"); }));
  EXPECT_FALSE(Find(TokenKind::kAccess, "1"));
  Must(WriteVoid([](Transaction& tx) { EndSessionsOf(tx, {"bob"}, "s3"); }));
  EXPECT_FALSE(Find(TokenKind::kRefresh, "2"));
  EXPECT_TRUE(Find(TokenKind::kRefresh, "3"));
  Must(WriteVoid([](Transaction& tx) { EndSessionsOf(tx, {"bob"}); }));
  EXPECT_FALSE(Find(TokenKind::kRefresh, "3"));
}

TEST_P(SessionTest, ExpiredSessionsAreRemovedOnceTheLastTokenIs) {
  Add("s1", "1");
  Must(WriteVoid([&](Transaction& tx) { DeleteExpiredSessions(tx, clock_.now + std::chrono::hours(2)); }));
  EXPECT_TRUE(Find(TokenKind::kAccess, "1"));
  Must(WriteVoid([&](Transaction& tx) { DeleteExpiredSessions(tx, clock_.now + std::chrono::hours(25)); }));
  EXPECT_FALSE(Find(TokenKind::kAccess, "1"));
}

TEST_P(IdentityTest, RolesLiveAndDie) {
  v1::Role role;
  role.set_title("DBA");
  role.add_permissions("bb.plans.create");
  const v1::Role added = Must(Write([&](Transaction& tx) { return InsertRole(tx, {"dba"}, role); }));
  auto read = Read();
  EXPECT_TRUE(MessageDifferencer::Equals(Must(GetRole(read, {"dba"})), added));
  v1::Role changed = added;
  changed.add_permissions("bb.plans.get");
  changed = Must(Write([&](Transaction& tx) { return UpdateRole(tx, changed); }));
  EXPECT_TRUE(MessageDifferencer::Equals(Must(AllCustomRoles(read)).at(0), changed));
  EXPECT_EQ(Must(ListRoles(read, {})).items.size(), 1u);
  Must(WriteVoid([](Transaction& tx) { DeleteRole(tx, {"dba"}); }));
  EXPECT_EQ(GetRole(read, {"dba"}).error().code(), Code::kNotFound);
}

TEST_P(IdentityTest, GroupsKeepTheirMembers) {
  AddUser("bob");
  AddUser("eve");
  v1::Group group;
  group.set_title("DBAs");
  group.add_members("users/eve");
  group.add_members("users/bob");
  group.add_members("users/eve");
  const v1::Group added = Must(Write([&](Transaction& tx) { return InsertGroup(tx, {"dba"}, group); }));
  EXPECT_THAT(added.members(), ElementsAre("users/bob", "users/eve"));
  auto read = Read();
  EXPECT_TRUE(MessageDifferencer::Equals(Must(GetGroup(read, {"dba"})), added));
  EXPECT_THAT(Must(GroupsOf(read, {"bob"})), ElementsAre("groups/dba"));

  v1::Group changed = added;
  changed.clear_members();
  changed.add_members("users/eve");
  Must(Write([&](Transaction& tx) { return UpdateGroup(tx, changed); }));
  EXPECT_THAT(Must(ListGroups(read, {})).items.at(0).members(), ElementsAre("users/eve"));
  EXPECT_TRUE(Must(GroupsOf(read, {"bob"})).empty());
  Must(WriteVoid([](Transaction& tx) { DeleteGroup(tx, {"dba"}); }));
  EXPECT_TRUE(Must(GroupsOf(read, {"eve"})).empty());
}

TEST_P(IdentityTest, AGroupMemberMustBeAUser) {
  v1::Group group;
  group.add_members("users/ghost");
  const auto added = Write([&](Transaction& tx) { return InsertGroup(tx, {"dba"}, group); });
  ASSERT_FALSE(added.ok());
  EXPECT_EQ(added.error().code(), Code::kFailedPrecondition);
}

void Bind(v1::IamPolicy& policy, const std::string& role, const std::vector<std::string>& members) {
  v1::Binding* binding = policy.add_bindings();
  binding->set_role(role);
  for (const std::string& member : members) binding->add_members(member);
}

TEST_P(IdentityTest, PoliciesAreReplacedAsAWhole) {
  auto read = Read();
  v1::IamPolicy policy = Must(GetIamPolicy(read, "projects/play"));
  EXPECT_EQ(policy.etag(), "0");
  Bind(policy, "roles/projectOwner", {"users/bob", "users/ann"});
  Bind(policy, "roles/a", {"allUsers"});
  policy = Must(Write([&](Transaction& tx) { return SetIamPolicy(tx, "projects/play", policy); }));
  EXPECT_EQ(policy.etag(), "1");
  EXPECT_EQ(policy.bindings(0).role(), "roles/a");
  EXPECT_THAT(policy.bindings(1).members(), ElementsAre("users/ann", "users/bob"));

  v1::IamPolicy next = policy;
  next.mutable_bindings()->RemoveLast();
  next = Must(Write([&](Transaction& tx) { return SetIamPolicy(tx, "projects/play", next); }));
  EXPECT_EQ(next.bindings_size(), 1);
  const auto stale = Write([&](Transaction& tx) { return SetIamPolicy(tx, "projects/play", policy); });
  ASSERT_FALSE(stale.ok());
  EXPECT_EQ(stale.error().reason(), reasons::kEtagMismatch);
}

TEST_P(IdentityTest, ASubjectHoldsWhatBindingsGive) {
  AddUser("bob");
  v1::Group group;
  group.add_members("users/bob");
  Must(Write([&](Transaction& tx) { return InsertGroup(tx, {"dba"}, group); }));
  v1::IamPolicy workspace;
  Bind(workspace, "roles/workspaceDBA", {"groups/dba"});
  Bind(workspace, "roles/other", {"users/eve"});
  v1::IamPolicy play;
  Bind(play, "roles/projectViewer", {"allUsers"});
  Bind(play, "roles/projectOwner", {"users/bob"});
  Must(Write([&](Transaction& tx) { return SetIamPolicy(tx, kWorkspaceResource, workspace); }));
  Must(Write([&](Transaction& tx) { return SetIamPolicy(tx, "projects/play", play); }));

  auto read = Read();
  const domain::Subject bob = Must(LoadSubject(read, {"bob"}));
  EXPECT_EQ(bob.user, "users/bob");
  EXPECT_THAT(bob.groups, ElementsAre("groups/dba"));
  std::vector<std::string> held;
  for (const auto& a : bob.assignments) held.push_back(a.role + "@" + a.project);
  EXPECT_THAT(held, testing::UnorderedElementsAre("roles/workspaceDBA@", "roles/projectViewer@projects/play",
                                                  "roles/projectOwner@projects/play"));
  EXPECT_TRUE(Must(LoadSubject(read, {"ghost"})).assignments.empty());
  EXPECT_THAT(Must(ResourcesBinding(read, "", "groups/dba")), ElementsAre("workspace"));
  EXPECT_THAT(Must(ResourcesBinding(read, "roles/projectOwner", "")), ElementsAre("projects/play"));
  EXPECT_TRUE(Must(ResourcesBinding(read, "roles/projectOwner", "users/eve")).empty());
}

TEST_P(IdentityTest, AnInactiveUserHoldsNothing) {
  v1::User bob = AddUser("bob");
  v1::IamPolicy policy;
  Bind(policy, "roles/workspaceAdmin", {"users/bob"});
  Must(Write([&](Transaction& tx) { return SetIamPolicy(tx, kWorkspaceResource, policy); }));
  bob.set_state(v1::DELETED);
  Must(Write([&](Transaction& tx) { return UpdateUser(tx, bob); }));
  auto read = Read();
  EXPECT_TRUE(Must(LoadSubject(read, {"bob"})).assignments.empty());
}

}  // namespace
}  // namespace argus::store
