#include "store/list.h"

#include "platform/base/encoding.h"
#include "platform/base/reasons.h"
#include "store/page_token.h"
#include "store/test_fixture.h"

namespace argus::store {
namespace {

class ListTest : public StoreTest {
 protected:
  ListTest() {
    const std::pair<const char*, const char*> users[] = {
        {"ann", "Sales"}, {"bob", "Dev"}, {"cid", "Dev"}, {"dan", "Ops"}, {"eve", "Dev"}};
    for (const auto& [id, title] : users) {
      v1::User user;
      user.set_login_id(id);
      user.set_title(title);
      user.set_state(id == std::string("eve") ? v1::DELETED : v1::ACTIVE);
      Must(Write([&](Transaction& tx) { return InsertUser(tx, user, ""); }));
    }
  }

  // The ids of all pages, pages separated by '|'.
  std::string Pages(ListQuery query) {
    std::string ids;
    auto read = Read();
    do {
      const auto page = Must(ListUsers(read, query));
      if (!query.page_token.empty()) ids += "| ";
      for (const v1::User& user : page.items) ids += user.login_id() + " ";
      query.page_token = page.next_page_token;
    } while (!query.page_token.empty());
    return ids;
  }

  Error Refused(const ListQuery& query) {
    auto read = Read();
    auto page = ListUsers(read, query);
    EXPECT_FALSE(page.ok());
    return page.ok() ? Error(Code::kUnknown, reasons::kInternal, "") : page.error();
  }
};
ARGUS_STORE_SUITE(ListTest);

TEST_P(ListTest, PagesInTheDefaultOrder) {
  EXPECT_EQ(Pages({}), "ann bob cid dan eve ");
  EXPECT_EQ(Pages({.page_size = 2}), "ann bob | cid dan | eve ");
  EXPECT_EQ(Pages({.page_size = 5}), "ann bob cid dan eve ");
  EXPECT_EQ(Pages({.page_size = 100000}), "ann bob cid dan eve ");
}

TEST_P(ListTest, PagesInAnyOrder) {
  EXPECT_EQ(Pages({.page_size = 2, .order_by = "login_id desc"}), "eve dan | cid bob | ann ");
  EXPECT_EQ(Pages({.page_size = 2, .order_by = "title"}), "bob cid | eve dan | ann ");
  EXPECT_EQ(Pages({.page_size = 2, .order_by = "title desc, login_id desc"}), "ann dan | eve cid | bob ");
  EXPECT_EQ(Pages({.page_size = 2, .order_by = "state desc,title"}), "eve bob | cid dan | ann ");
}

TEST_P(ListTest, FiltersWhilePaging) {
  EXPECT_EQ(Pages({.page_size = 1, .filter = "title = \"Dev\"", .order_by = "loginId desc"}), "eve | cid | bob ");
  EXPECT_EQ(Pages({.filter = "state = DELETED"}), "eve ");
  EXPECT_EQ(Pages({.filter = "state = ACTIVE AND login_id:c*"}), "cid ");
}

TEST_P(ListTest, CountsWhatTheFilterLeaves) {
  auto read = Read();
  EXPECT_EQ(Must(ListUsers(read, {.page_size = 1, .filter = "title = Dev", .show_total_size = true})).total_size, 3);
  EXPECT_EQ(Must(ListUsers(read, {})).total_size, std::nullopt);
}

TEST_P(ListTest, RefusesWhatItCannotDo) {
  EXPECT_EQ(Refused({.page_size = -1}).fields().at(0).field, "pageSize");
  EXPECT_EQ(Refused({.order_by = "password_hash"}).fields().at(0).field, "orderBy");
  EXPECT_EQ(Refused({.filter = "password_hash = x"}).reason(), reasons::kInvalidFilter);
  EXPECT_EQ(Refused({.filter = "state = NOPE"}).reason(), reasons::kInvalidFilter);
}

TEST_P(ListTest, ATokenIsGoodForItsQueryOnly) {
  auto read = Read();
  const std::string token = Must(ListUsers(read, {.page_size = 2})).next_page_token;
  EXPECT_TRUE(ListUsers(read, {.page_size = 4, .page_token = token}).ok());
  for (const ListQuery& other :
       {ListQuery{.page_token = token, .filter = "title = Dev"}, ListQuery{.page_token = token, .order_by = "title"},
        ListQuery{.page_token = token + "A"}, ListQuery{.page_token = "A" + token}, ListQuery{.page_token = "%"},
        ListQuery{.page_token = Base64UrlEncode(std::string(16, '\0') + "2:i1")}}) {
    const Error error = Refused(other);
    EXPECT_EQ(error.reason(), reasons::kInvalidPageToken);
    EXPECT_EQ(error.code(), Code::kInvalidArgument);
    EXPECT_EQ(error.fields().at(0).field, "pageToken");
  }
}

TEST_P(ListTest, ATokenWorksOnEveryReplica) {
  auto read = Read();
  const std::string token = Must(ListUsers(read, {.page_size = 3})).next_page_token;
  const auto other = Must(Open());
  auto there = other->Read(ctx_);
  EXPECT_EQ(Must(ListUsers(there, {.page_token = token})).items.at(0).login_id(), "dan");
}

TEST(PageToken, GivesBackItsValues) {
  const std::string key(32, 'k');
  const std::vector<db::Value> values{std::int64_t{-5}, std::string("a:b\nc"), std::string()};
  EXPECT_EQ(Must(ReadPageToken(key, "q", MakePageToken(key, "q", values))), values);
}

TEST(PageToken, NoBitMayChange) {
  const std::string key(32, 'k');
  const std::vector<db::Value> values{std::int64_t{7}};
  std::string bytes = *Base64UrlDecode(MakePageToken(key, "q", values));
  for (std::size_t n = 0; n < bytes.size() * 8; ++n) {
    std::string forged = bytes;
    forged[n / 8] = static_cast<char>(forged[n / 8] ^ (1 << n % 8));
    EXPECT_FALSE(ReadPageToken(key, "q", Base64UrlEncode(forged)).ok()) << n;
  }
  EXPECT_FALSE(ReadPageToken(key, "other", Base64UrlEncode(bytes)).ok());
  EXPECT_FALSE(ReadPageToken(std::string(32, 'x'), "q", Base64UrlEncode(bytes)).ok());
}

}  // namespace
}  // namespace argus::store
