#include "platform/rpc/json_reader.h"

#include <fmt/format.h>
#include <google/protobuf/struct.pb.h>

#include <set>
#include <utility>
#include <vector>

#include "platform/rpc/field_text.h"
#include "platform/rpc/json_scanner.h"

namespace argus::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

class Binder {
 public:
  Binder(std::string_view json, std::string_view prefix) : in_(json), path_(prefix) {}

  Status Bind(Message& message) {
    ARGUS_RETURN_IF_ERROR(ReadMessage(message));
    return in_.Finish();
  }

 private:
  // Lengthens the path for as long as it lives.
  class Step {
   public:
    Step(std::string& path, std::string_view name) : path_(path), length_(path.size()) {
      if (!path.empty()) path += '.';
      path += name;
    }
    Step(std::string& path, std::size_t index) : path_(path), length_(path.size()) { path += fmt::format("[{}]", index); }
    ~Step() { path_.resize(length_); }

   private:
    std::string& path_;
    const std::size_t length_;
  };

  Error Mismatch(std::string_view expected, JsonType found) {
    return InvalidField(path_, fmt::format("must be {}, not {}", expected, JsonTypeName(found)));
  }
  Error Duplicate(std::string_view key) { return in_.Fail(fmt::format("duplicate key \"{}\"", key)); }

  Status Expect(JsonType expected) {
    ARGUS_ASSIGN(const JsonType found, in_.Peek());
    if (found != expected) return Mismatch(JsonTypeName(expected), found);
    return Ok();
  }

  Status ReadMessage(Message& message);
  Status ReadPlainMessage(Message& message);
  Status CheckOneof(const FieldDescriptor* field, std::vector<const FieldDescriptor*>& members);
  Status ReadField(Message& message, const FieldDescriptor* field);
  Status ReadArray(Message& message, const FieldDescriptor* field);
  Status ReadMap(Message& message, const FieldDescriptor* field);
  Status ReadSingle(Message& message, const FieldDescriptor* field);
  Status ReadScalar(Message& message, const FieldDescriptor* field);
  Status ReadTextual(Message& message);
  Status ReadStruct(google::protobuf::Struct& out);
  Status ReadList(google::protobuf::ListValue& out);
  Status ReadValue(google::protobuf::Value& out);

  JsonScanner in_;
  std::string path_;
};

Status Binder::ReadMessage(Message& message) {
  const Descriptor* type = message.GetDescriptor();
  if (IsTextual(type)) return ReadTextual(message);
  if (IsWrapper(type)) return ReadScalar(message, type->field(0));
  switch (type->well_known_type()) {
    case Descriptor::WELLKNOWNTYPE_STRUCT: return ReadStruct(static_cast<google::protobuf::Struct&>(message));
    case Descriptor::WELLKNOWNTYPE_LISTVALUE: return ReadList(static_cast<google::protobuf::ListValue&>(message));
    case Descriptor::WELLKNOWNTYPE_VALUE: return ReadValue(static_cast<google::protobuf::Value&>(message));
    case Descriptor::WELLKNOWNTYPE_ANY: return InvalidField(path_, "cannot be given in JSON");
    default: return ReadPlainMessage(message);
  }
}

Status Binder::ReadPlainMessage(Message& message) {
  const Descriptor* type = message.GetDescriptor();
  ARGUS_RETURN_IF_ERROR(Expect(JsonType::kObject));
  ARGUS_RETURN_IF_ERROR(in_.BeginObject());
  std::vector<bool> seen(static_cast<std::size_t>(type->field_count()));
  std::vector<const FieldDescriptor*> members(static_cast<std::size_t>(type->real_oneof_decl_count()));
  for (;;) {
    ARGUS_ASSIGN(const auto key, in_.NextKey());
    if (!key) return Ok();
    const FieldDescriptor* field = FindField(type, *key);
    const Step step(path_, field ? field->json_name() : *key);
    if (!field) return UnknownField(path_);
    const auto index = static_cast<std::size_t>(field->index());
    if (seen[index]) return Duplicate(*key);
    seen[index] = true;
    ARGUS_RETURN_IF_ERROR(CheckOneof(field, members));
    ARGUS_RETURN_IF_ERROR(ReadField(message, field));
  }
}

// A null member is an absent one and conflicts with nothing.
Status Binder::CheckOneof(const FieldDescriptor* field, std::vector<const FieldDescriptor*>& members) {
  const auto* oneof = field->real_containing_oneof();
  if (!oneof) return Ok();
  ARGUS_ASSIGN(const JsonType found, in_.Peek());
  if (found == JsonType::kNull) return Ok();
  auto& member = members[static_cast<std::size_t>(oneof->index())];
  if (member) return InvalidField(path_, fmt::format("excludes {}, which is also given", member->json_name()));
  member = field;
  return Ok();
}

bool TakesNull(const FieldDescriptor* field) {
  return field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
         field->message_type()->well_known_type() == Descriptor::WELLKNOWNTYPE_VALUE && !field->is_repeated();
}

Status Binder::ReadField(Message& message, const FieldDescriptor* field) {
  ARGUS_ASSIGN(const JsonType found, in_.Peek());
  if (found == JsonType::kNull && !TakesNull(field)) return in_.ReadNull();
  if (field->is_map()) return ReadMap(message, field);
  if (field->is_repeated()) return ReadArray(message, field);
  return ReadSingle(message, field);
}

Status Binder::ReadArray(Message& message, const FieldDescriptor* field) {
  ARGUS_RETURN_IF_ERROR(Expect(JsonType::kArray));
  ARGUS_RETURN_IF_ERROR(in_.BeginArray());
  for (std::size_t index = 0;; ++index) {
    ARGUS_ASSIGN(const bool more, in_.NextElement());
    if (!more) return Ok();
    const Step step(path_, index);
    ARGUS_RETURN_IF_ERROR(ReadSingle(message, field));
  }
}

Status Binder::ReadMap(Message& message, const FieldDescriptor* field) {
  ARGUS_RETURN_IF_ERROR(Expect(JsonType::kObject));
  ARGUS_RETURN_IF_ERROR(in_.BeginObject());
  std::set<std::string> seen;
  for (;;) {
    ARGUS_ASSIGN(const auto key, in_.NextKey());
    if (!key) return Ok();
    if (!seen.insert(*key).second) return Duplicate(*key);
    const Step step(path_, *key);
    Message* entry = message.GetReflection()->AddMessage(&message, field);
    ARGUS_RETURN_IF_ERROR(SetScalar(*entry, field->message_type()->map_key(), *key, path_));
    ARGUS_RETURN_IF_ERROR(ReadSingle(*entry, field->message_type()->map_value()));
  }
}

Status Binder::ReadSingle(Message& message, const FieldDescriptor* field) {
  if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return ReadScalar(message, field);
  const auto* reflection = message.GetReflection();
  return ReadMessage(field->is_repeated() ? *reflection->AddMessage(&message, field)
                                          : *reflection->MutableMessage(&message, field));
}

Status Binder::ReadScalar(Message& message, const FieldDescriptor* field) {
  const bool boolean = field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL;
  const bool text = field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  ARGUS_ASSIGN(const JsonType found, in_.Peek());
  if (found == JsonType::kBool && boolean) {
    ARGUS_ASSIGN(const bool value, in_.ReadBool());
    SetBool(message, field, value);
    return Ok();
  }
  if (found == JsonType::kString && !boolean) {
    ARGUS_ASSIGN(const std::string value, in_.ReadString());
    return SetScalar(message, field, value, path_);
  }
  if (found == JsonType::kNumber && !boolean && !text) {
    ARGUS_ASSIGN(const std::string_view value, in_.ReadNumber());
    return SetScalar(message, field, value, path_);
  }
  return Mismatch(boolean ? "true or false" : text ? "a string" : "a number or a string", found);
}

Status Binder::ReadTextual(Message& message) {
  ARGUS_RETURN_IF_ERROR(Expect(JsonType::kString));
  ARGUS_ASSIGN(const std::string text, in_.ReadString());
  return SetTextual(message, text, path_);
}

Status Binder::ReadStruct(google::protobuf::Struct& out) {
  ARGUS_RETURN_IF_ERROR(Expect(JsonType::kObject));
  ARGUS_RETURN_IF_ERROR(in_.BeginObject());
  for (;;) {
    ARGUS_ASSIGN(const auto key, in_.NextKey());
    if (!key) return Ok();
    if (out.fields().contains(*key)) return Duplicate(*key);
    const Step step(path_, *key);
    ARGUS_RETURN_IF_ERROR(ReadValue((*out.mutable_fields())[*key]));
  }
}

Status Binder::ReadList(google::protobuf::ListValue& out) {
  ARGUS_RETURN_IF_ERROR(Expect(JsonType::kArray));
  ARGUS_RETURN_IF_ERROR(in_.BeginArray());
  for (std::size_t index = 0;; ++index) {
    ARGUS_ASSIGN(const bool more, in_.NextElement());
    if (!more) return Ok();
    const Step step(path_, index);
    ARGUS_RETURN_IF_ERROR(ReadValue(*out.add_values()));
  }
}

Status Binder::ReadValue(google::protobuf::Value& out) {
  ARGUS_ASSIGN(const JsonType found, in_.Peek());
  switch (found) {
    case JsonType::kNull: out.set_null_value(google::protobuf::NULL_VALUE); return in_.ReadNull();
    case JsonType::kBool: {
      ARGUS_ASSIGN(const bool value, in_.ReadBool());
      out.set_bool_value(value);
      return Ok();
    }
    case JsonType::kString: {
      ARGUS_ASSIGN(std::string value, in_.ReadString());
      out.set_string_value(std::move(value));
      return Ok();
    }
    case JsonType::kNumber: return ReadScalar(out, google::protobuf::Value::descriptor()->FindFieldByNumber(2));
    case JsonType::kArray: return ReadList(*out.mutable_list_value());
    case JsonType::kObject: return ReadStruct(*out.mutable_struct_value());
  }
  return Ok();
}

}  // namespace

Status ReadJson(std::string_view json, Message& message, std::string_view prefix) {
  return Binder(json, prefix).Bind(message);
}

}  // namespace argus::rpc
