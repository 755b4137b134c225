#include "platform/rpc/openapi.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <vector>

#include "platform/rpc/field_text.h"
#include "platform/rpc/http_rule.h"
#include "platform/rpc/json_writer.h"
#include "platform/rpc/openapi_schema.h"

namespace argus::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr int kQueryDepth = 3;  // messages within messages that a query parameter may name

constexpr std::string_view kErrorSchema = R"(    Error:
      type: object
      properties:
        error:
          type: object
          properties:
            code: {type: integer, format: int32}
            status: {type: string}
            message: {type: string}
            details: {type: array, items: {type: object, properties: {"@type": {type: string}}, additionalProperties: true}}
)";

std::string Quoted(std::string_view text) {
  std::string out;
  WriteJsonString(text, out);  // A JSON string is a YAML one.
  return out;
}

std::string Singular(const std::string& plural) {
  if (plural.ends_with("ies")) return plural.substr(0, plural.size() - 3) + "y";
  return plural.ends_with('s') ? plural.substr(0, plural.size() - 1) : plural;
}

// A path as OpenAPI writes it, with the names of its parameters.
struct SpelledPath {
  std::string text;
  std::vector<std::string> parameters;
};

std::string ParameterName(const PathTemplate& path, std::size_t segment) {
  for (const auto& variable : path.variables) {
    if (variable.begin == segment && variable.end == segment + 1) return variable.field;
  }
  const bool after_literal = segment > 0 && !path.segments[segment - 1].starts_with('*');
  return after_literal ? Singular(path.segments[segment - 1]) : "part";
}

SpelledPath Spell(const PathTemplate& path) {
  SpelledPath out;
  for (std::size_t i = 0; i < path.segments.size(); ++i) {
    out.text += '/';
    if (!path.segments[i].starts_with('*')) {
      out.text += path.segments[i];
      continue;
    }
    std::string name = ParameterName(path, i);
    while (std::count(out.parameters.begin(), out.parameters.end(), name) > 0) name += '_';
    out.text += "{" + name + "}";
    out.parameters.push_back(std::move(name));
  }
  if (!path.verb.empty()) out.text += ":" + path.verb;
  return out;
}

class Document {
 public:
  Document(const Dispatcher& dispatcher, const OpenApiOptions& options) : options_(options) {
    for (const Method* method : dispatcher.methods()) {
      if (method->kind() != MethodKind::kUnary) continue;
      for (std::size_t i = 0; i < method->bindings().size(); ++i) AddOperation(*method, i);
    }
  }

  std::string Text() {
    std::string out = "openapi: 3.1.0\n";
    Append(out, "info:\n  title: {}\n  version: {}\n", Quoted(options_.title), Quoted(options_.version));
    out += "security:\n  - bearer: []\n";
    out += paths_.empty() ? "paths: {}\n" : "paths:\n";
    for (const auto& [path, operations] : paths_) {
      Append(out, "  {}:\n", Quoted(path));
      for (const auto& [verb, operation] : operations) Append(out, "    {}:\n{}", verb, operation);
    }
    out += "components:\n  securitySchemes:\n    bearer: {type: http, scheme: bearer}\n  schemas:\n";
    out += kErrorSchema;
    return out + schemas_.Definitions();
  }

 private:
  template <typename... Args>
  static void Append(std::string& out, fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
  }

  void AddOperation(const Method& method, std::size_t index) {
    const HttpBinding& binding = method.bindings()[index];
    const auto path = ParsePathTemplate(binding.pattern);
    if (!path.ok()) return;  // RouteTable has refused it; the server does not start.
    const SpelledPath spelled = Spell(*path);
    std::string verb = binding.http_method;
    std::transform(verb.begin(), verb.end(), verb.begin(), [](char c) { return static_cast<char>(c | 0x20); });
    paths_[spelled.text][verb] = Operation(method, binding, index, *path, spelled);
  }

  std::string Operation(const Method& method, const HttpBinding& binding, std::size_t index, const PathTemplate& path,
                        const SpelledPath& spelled) {
    std::string out;
    const auto& service = method.descriptor()->service()->name();
    Append(out, "      operationId: {}_{}{}\n", service, method.name(), index == 0 ? "" : fmt::format("_{}", index + 1));
    Append(out, "      tags: [{}]\n", service);
    const std::string description = options_.describe ? options_.describe(method) : std::string();
    if (!description.empty()) Append(out, "      description: {}\n", Quoted(description));
    if (options_.is_public && options_.is_public(method)) out += "      security: []\n";
    const std::string parameters = Parameters(method, binding, path, spelled);
    if (!parameters.empty()) out += "      parameters:\n" + parameters;
    if (!binding.body.empty()) AppendBody(method, binding, out);
    AppendResponses(method, binding, out);
    return out;
  }

  std::string Parameters(const Method& method, const HttpBinding& binding, const PathTemplate& path,
                         const SpelledPath& spelled) {
    std::string out;
    for (const auto& name : spelled.parameters) {
      Append(out, "        - {{name: {}, in: path, required: true, schema: {{type: string}}}}\n", Quoted(name));
    }
    if (binding.body == "*") return out;
    std::set<std::string> taken;
    for (const auto& variable : path.variables) taken.insert(variable.field);
    if (!binding.body.empty()) taken.insert(binding.body);
    AppendQuery(method.descriptor()->input_type(), "", "", taken, 0, out);
    return out;
  }

  void AppendQuery(const Descriptor* type, const std::string& prefix, const std::string& json_prefix,
                   const std::set<std::string>& taken, int depth, std::string& out) {
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* field = type->field(i);
      const bool message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
      if (taken.count(prefix + field->name()) > 0 || (message && field->is_repeated())) continue;
      if (!message || IsTextual(field->message_type()) || IsWrapper(field->message_type())) {
        Append(out, "        - {{name: {}, in: query, schema: {}}}\n", Quoted(json_prefix + field->json_name()),
               schemas_.OfField(field));
      } else if (depth < kQueryDepth) {
        AppendQuery(field->message_type(), prefix + field->name() + ".", json_prefix + field->json_name() + ".", taken,
                    depth + 1, out);
      }
    }
  }

  void AppendBody(const Method& method, const HttpBinding& binding, std::string& out) {
    const auto* request = method.descriptor()->input_type();
    const std::string schema = binding.body == "*" ? schemas_.OfMessage(request)
                                                   : schemas_.OfField(FindField(request, binding.body));
    Append(out, "      requestBody:\n        content:\n          application/json:\n            schema: {}\n", schema);
  }

  void AppendResponses(const Method& method, const HttpBinding& binding, std::string& out) {
    const auto* response = method.descriptor()->output_type();
    const std::string schema = binding.response_body.empty()
                                   ? schemas_.OfMessage(response)
                                   : schemas_.OfField(FindField(response, binding.response_body));
    Append(out, "      responses:\n        \"200\":\n          description: OK\n          content:\n");
    Append(out, "            application/json:\n              schema: {}\n", schema);
    out +=
        "        default:\n          description: Error\n          content:\n            application/json:\n"
        "              schema: {$ref: \"#/components/schemas/Error\"}\n";
  }

  const OpenApiOptions& options_;
  SchemaSet schemas_;
  std::map<std::string, std::map<std::string, std::string>> paths_;  // by path and lower-case HTTP method
};

}  // namespace

std::string OpenApiYaml(const Dispatcher& dispatcher, const OpenApiOptions& options) {
  return Document(dispatcher, options).Text();
}

}  // namespace argus::rpc
