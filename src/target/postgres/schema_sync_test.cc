#include "target/postgres/schema_sync.h"

#include <gtest/gtest.h>

#include "target/postgres/session.h"
#include "tests/support/postgres_server.h"

namespace argus::target::postgres {
namespace {

constexpr auto kSchema = R"(
    CREATE SCHEMA shop;
    CREATE SCHEMA argus_internal;
    CREATE TABLE argus_internal.task_marker (task text PRIMARY KEY);
    CREATE TYPE shop.mood AS ENUM ('sad', 'ok');
    CREATE TYPE shop.pair AS (a int, "B" text);
    CREATE DOMAIN shop.positive AS int DEFAULT 1 NOT NULL CHECK (VALUE > 0);
    CREATE TYPE shop.span AS RANGE (subtype = float8);
    CREATE TABLE shop.item (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, dropped int, sku varchar(20) NOT NULL DEFAULT 'x',
      price numeric(10, 2) CHECK (price > 0), CONSTRAINT one_price UNIQUE (sku, price));
    ALTER TABLE shop.item DROP COLUMN dropped;
    COMMENT ON TABLE shop.item IS 'things';
    COMMENT ON COLUMN shop.item.sku IS 'code';
    CREATE INDEX by_lower ON shop.item (lower(sku), price) WHERE price > 3;
    CREATE TABLE shop.part (item bigint REFERENCES shop.item ON DELETE CASCADE, day date) PARTITION BY RANGE (day);
    CREATE VIEW shop.cheap AS SELECT id FROM shop.item WHERE price < 3;
    CREATE MATERIALIZED VIEW shop.cached AS SELECT 1 AS one;
    CREATE SEQUENCE shop.numbers AS smallint;
    CREATE FUNCTION shop.add(a int, b int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT a + b; END;
    CREATE FUNCTION shop.keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE AGGREGATE shop.total (int) (SFUNC = int4pl, STYPE = int);
    CREATE TRIGGER keep AFTER DELETE ON shop.item FOR EACH ROW EXECUTE FUNCTION shop.keep();)";

class ReadSchemaTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto& server = test::PostgresServer::Shared();
    const auto url = server.CreateDatabase();
    ConnectionSpec spec;
    spec.port = server.port();
    spec.username = "argus";
    spec.database = url.substr(url.rfind('/') + 1);
    const auto session = Session::Connect({}, spec);
    ASSERT_TRUE(session.ok()) << session.error().ToString();
    const auto made = (*session)->Send({}, kSchema);
    ASSERT_TRUE(made.done()) << made.error.message;
    auto schema = ReadSchema({}, **session);
    ASSERT_TRUE(schema.ok()) << schema.error().ToString();
    schema_ = *std::move(schema);
  }
  const v1::SchemaMetadata& Shop() const { return schema_.schemas(1); }
  static v1::DatabaseSchema schema_;
};

v1::DatabaseSchema ReadSchemaTest::schema_;

TEST_F(ReadSchemaTest, ListsSchemasWithoutTheSystemsAndOurs) {
  ASSERT_EQ(schema_.schemas_size(), 2) << schema_.DebugString();
  EXPECT_EQ(schema_.schemas(0).name(), "public");
  EXPECT_EQ(Shop().name(), "shop");
  EXPECT_EQ(schema_.fingerprint().size(), 64u);
}

TEST_F(ReadSchemaTest, ReadsTablesAndColumns) {
  ASSERT_EQ(Shop().tables_size(), 2);
  const auto& item = Shop().tables(0);
  EXPECT_EQ(item.kind(), "TABLE");
  EXPECT_EQ(item.comment(), "things");
  EXPECT_EQ(item.estimated_rows(), -1);
  ASSERT_EQ(item.columns_size(), 3);
  const auto& sku = item.columns(1);
  EXPECT_EQ(sku.name(), "sku");
  EXPECT_EQ(sku.type(), "character varying(20)");
  EXPECT_FALSE(sku.nullable());
  EXPECT_EQ(sku.default_expression(), "'x'::character varying");
  EXPECT_EQ(sku.comment(), "code");
  EXPECT_EQ(sku.position(), 2);
  EXPECT_TRUE(item.columns(2).nullable());
  EXPECT_EQ(Shop().tables(1).kind(), "PARTITIONED TABLE");
}

TEST_F(ReadSchemaTest, ReadsIndexesAndConstraints) {
  const auto& item = Shop().tables(0);
  ASSERT_EQ(item.indexes_size(), 3);
  EXPECT_EQ(item.indexes(0).name(), "by_lower");
  EXPECT_EQ(item.indexes(0).expressions(0), "lower(sku::text)");
  EXPECT_NE(item.indexes(0).definition().find("WHERE"), std::string::npos);
  EXPECT_TRUE(item.indexes(0).valid());
  EXPECT_TRUE(item.indexes(1).primary());
  ASSERT_EQ(item.constraints_size(), 3) << item.DebugString();
  EXPECT_EQ(item.constraints(0).type(), v1::ConstraintMetadata::PRIMARY_KEY);
  EXPECT_EQ(item.constraints(1).type(), v1::ConstraintMetadata::CHECK);
  EXPECT_EQ(item.constraints(2).type(), v1::ConstraintMetadata::UNIQUE);
  EXPECT_EQ(item.constraints(2).columns_size(), 2);
  EXPECT_EQ(Shop().tables(1).constraints(0).definition(),
            "FOREIGN KEY (item) REFERENCES shop.item(id) ON DELETE CASCADE");
}

TEST_F(ReadSchemaTest, ReadsViewsRoutinesSequencesAndTriggers) {
  ASSERT_EQ(Shop().views_size(), 2);
  EXPECT_TRUE(Shop().views(0).materialized());
  EXPECT_NE(Shop().views(1).definition().find("shop.item"), std::string::npos);
  ASSERT_EQ(Shop().functions_size(), 3);
  EXPECT_EQ(Shop().functions(0).signature(), "add(integer, integer)");
  EXPECT_NE(Shop().functions(0).definition().find("BEGIN ATOMIC"), std::string::npos);
  EXPECT_EQ(Shop().functions(2).definition(), "");
  ASSERT_EQ(Shop().sequences_size(), 2);
  EXPECT_EQ(Shop().sequences(1).name(), "numbers");
  EXPECT_EQ(Shop().sequences(1).data_type(), "smallint");
  ASSERT_EQ(Shop().tables(0).triggers_size(), 1);
}

TEST_F(ReadSchemaTest, ReadsTypes) {
  ASSERT_EQ(Shop().types_size(), 4) << Shop().DebugString();
  const auto type = [&](int i) {
    return Shop().types(i).name() + " " + Shop().types(i).kind() + ": " + Shop().types(i).definition();
  };
  EXPECT_EQ(type(0), "mood enum: 'sad', 'ok'");
  EXPECT_EQ(type(1), "pair composite: a integer, \"B\" text");
  EXPECT_EQ(type(2), "positive domain: integer DEFAULT 1 NOT NULL CHECK ((VALUE > 0))");
  EXPECT_EQ(type(3), "span range: double precision");
}

}  // namespace
}  // namespace argus::target::postgres
