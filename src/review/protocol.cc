#include "review/protocol.h"

#include <cstring>
#include <type_traits>

namespace argus::review {
namespace {

constexpr char kOpen = 'o';
constexpr char kStatement = 's';

class Writer {
 public:
  template <typename T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void operator()(const T& value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void operator()(const std::string& text) {
    (*this)(static_cast<std::uint32_t>(text.size()));
    bytes_ += text;
  }
  std::string Finish() && { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  template <typename T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void operator()(T& value) {
    const auto bytes = Take(sizeof value);
    if (ok_) std::memcpy(&value, bytes.data(), sizeof value);
  }
  // Any byte but 0 is true; copying it into a bool would not be.
  void operator()(bool& value) {
    char byte = 0;
    (*this)(byte);
    value = byte != 0;
  }
  void operator()(std::string& text) {
    std::uint32_t size = 0;
    (*this)(size);
    text = Take(size);
  }
  bool ok() const { return ok_; }
  bool done() const { return ok_ && bytes_.empty(); }

 private:
  std::string_view Take(std::size_t size) {
    ok_ = ok_ && size <= bytes_.size();
    if (!ok_) return {};
    const auto taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

  std::string_view bytes_;
  bool ok_ = true;
};

// One description of each message serves both directions.
void Describe(auto& archive, std::string& text) { archive(text); }
void Describe(auto& archive, TableName& name) { archive(name.schema), archive(name.name); }
void Describe(auto& archive, Write& write) {
  archive(write.verb), archive(write.has_where);
  Describe(archive, write.table);
}
void Describe(auto& archive, CreatedTable& table) {
  archive(table.temporary), archive(table.partition), archive(table.from_query), archive(table.has_primary_key);
  Describe(archive, table.name);
}

template <typename T>
void DescribeList(Writer& writer, std::vector<T>& list) {
  writer(static_cast<std::uint32_t>(list.size()));
  for (auto& element : list) Describe(writer, element);
}
template <typename T>
void DescribeList(Reader& reader, std::vector<T>& list) {
  std::uint32_t size = 0;
  reader(size);
  for (; size > 0 && reader.ok(); --size) Describe(reader, list.emplace_back());
}

void Describe(auto& archive, Parse& parse) {
  archive(parse.outcome), archive(parse.message), archive(parse.offset);
  DescribeList(archive, parse.statement.types);
  DescribeList(archive, parse.statement.writes);
  DescribeList(archive, parse.statement.created_tables);
  DescribeList(archive, parse.statement.primary_keys_added);
}
void Describe(auto& archive, OpenRequest& request) {
  archive(request.engine), archive(request.schema_known), archive(request.memory_limit);
  archive(request.seconds_a_request);
  DescribeList(archive, request.schema);
}

template <typename Message>
std::string EncodeMessage(Message message) {
  Writer writer;
  Describe(writer, message);
  return std::move(writer).Finish();
}

template <typename Message>
std::optional<Message> DecodeMessage(std::string_view bytes) {
  Reader reader(bytes);
  Message message;
  Describe(reader, message);
  return reader.done() ? std::optional(std::move(message)) : std::nullopt;
}

}  // namespace

std::string Encode(const OpenRequest& request) { return kOpen + EncodeMessage(request); }
std::string Encode(const StatementRequest& request) { return kStatement + std::string(request.text); }
std::string Encode(const Parse& parse) { return EncodeMessage(parse); }

std::optional<Request> DecodeRequest(std::string_view frame) {
  if (frame.starts_with(kStatement)) return StatementRequest{frame.substr(1)};
  if (!frame.starts_with(kOpen)) return std::nullopt;
  return DecodeMessage<OpenRequest>(frame.substr(1));
}

std::optional<Parse> DecodeParse(std::string_view frame) {
  auto parse = DecodeMessage<Parse>(frame);
  return parse && parse->outcome <= Outcome::kTooComplex ? parse : std::nullopt;
}

}  // namespace argus::review
