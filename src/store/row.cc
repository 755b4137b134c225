#include "store/row.h"

#include <google/protobuf/util/time_util.h>

#include <memory>

#include "domain/iam.h"
#include "platform/base/reasons.h"

namespace argus::store {

google::protobuf::Timestamp ToProto(Timestamp time) {
  return google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(ToMicros(time));
}

Timestamp FromProto(const google::protobuf::Timestamp& time) {
  return FromMicros(google::protobuf::util::TimeUtil::TimestampToMicroseconds(time));
}

db::Bytes PayloadWithout(const google::protobuf::Message& message, std::initializer_list<int> column_fields) {
  const std::unique_ptr<google::protobuf::Message> rest(message.New());
  rest->CopyFrom(message);
  for (const int number : column_fields) {
    rest->GetReflection()->ClearField(rest.get(), rest->GetDescriptor()->FindFieldByNumber(number));
  }
  return {rest->SerializeAsString()};
}

Status ReadPayload(const db::Row& row, google::protobuf::Message& message) {
  if (message.ParseFromString(row.Blob("payload"))) return Ok();
  return Error(Code::kDataLoss, reasons::kInternal, "A stored object is damaged.")
      .WithCause("payload of " + message.GetTypeName() + " does not parse");
}

Result<std::optional<db::Row>> FindRow(Reader& reader, const db::Statement& statement, const db::Params& params) {
  ARGUS_ASSIGN(db::Rows rows, reader.Query(statement, params));
  return rows.empty() ? std::nullopt : std::optional(std::move(rows.front()));
}

Result<db::Row> GetRow(Reader& reader, const db::Statement& statement, const db::Params& params,
                       std::string_view resource) {
  ARGUS_ASSIGN(std::optional<db::Row> row, FindRow(reader, statement, params));
  if (!row) return domain::NotFound(resource);
  return std::move(*row);
}

}  // namespace argus::store
