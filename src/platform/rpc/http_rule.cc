#include "platform/rpc/http_rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "platform/base/encoding.h"
#include "platform/base/reasons.h"
#include "platform/rpc/field_text.h"

namespace argus::rpc {
namespace {

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

class TemplateParser {
 public:
  explicit TemplateParser(std::string_view text) : text_(text) {}

  Result<PathTemplate> Parse() {
    if (!Take('/')) return Fail();
    do {
      if (!(Take('{') ? Variable() : Segment("/:"))) return Fail();
    } while (Take('/'));
    if (Take(':')) {
      out_.verb = Until("");
      if (out_.verb.empty()) return Fail();
    }
    if (at_ != text_.size() || !RestIsLast()) return Fail();
    return std::move(out_);
  }

 private:
  Error Fail() const {
    return Error(Code::kInvalidArgument, reasons::kInvalidConfiguration,
                 fmt::format("'{}' is not a path template", text_));
  }
  bool Take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::string Until(std::string_view stops) {
    const auto end = std::min(text_.find_first_of(stops, at_), text_.size());
    std::string part(text_.substr(at_, end - at_));
    at_ = end;
    return part;
  }
  bool Segment(std::string_view stops) {
    std::string segment = Until(stops);
    if (segment.empty() || segment.find_first_of("{}") != std::string::npos) return false;
    out_.segments.push_back(std::move(segment));
    return true;
  }
  bool Variable() {
    PathTemplate::Variable variable{Until("=}"), out_.segments.size(), 0};
    if (variable.field.empty()) return false;
    if (Take('=')) {
      do {
        if (!Segment("/}")) return false;
      } while (Take('/'));
    } else {
      out_.segments.emplace_back("*");
    }
    variable.end = out_.segments.size();
    out_.variables.push_back(std::move(variable));
    return Take('}');
  }
  bool RestIsLast() const {
    const auto rest = std::find(out_.segments.begin(), out_.segments.end(), "**");
    return rest == out_.segments.end() || rest + 1 == out_.segments.end();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  PathTemplate out_;
};

std::optional<std::string> DecodeKeepingSlash(std::string_view raw) {
  std::string out;
  for (;;) {
    const auto at = std::min(raw.find("%2F"), raw.find("%2f"));
    const auto piece = PercentDecode(raw.substr(0, at));
    if (!piece) return std::nullopt;
    out += *piece;
    if (at == std::string_view::npos) return out;
    out += raw.substr(at, 3);
    raw.remove_prefix(at + 3);
  }
}

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

bool IsMessageField(const Descriptor* type, const std::string& name) {
  const auto* field = FindField(type, name);
  return field && !field->is_repeated() && field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
}

// A path of singular messages that ends in a scalar.
bool IsScalarPath(const Descriptor* type, std::string_view path) {
  const auto dot = path.find('.');
  const auto* field = FindField(type, path.substr(0, dot));
  if (!field || field->is_repeated()) return false;
  const bool message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  if (dot == std::string_view::npos) return !message;
  return message && IsScalarPath(field->message_type(), path.substr(dot + 1));
}

Status CheckFields(const Method& method, const HttpBinding& binding, const PathTemplate& path) {
  const auto* request = method.descriptor()->input_type();
  const auto* response = method.descriptor()->output_type();
  bool good = binding.body.empty() || binding.body == "*" || IsMessageField(request, binding.body);
  good = good && (binding.response_body.empty() || IsMessageField(response, binding.response_body));
  for (const auto& variable : path.variables) good = good && IsScalarPath(request, variable.field);
  if (good) return Ok();
  return Error(Code::kInvalidArgument, reasons::kInvalidConfiguration,
               fmt::format("{} {} of {} names a field that cannot be bound", binding.http_method, binding.pattern,
                           method.full_name()));
}

}  // namespace

Result<PathTemplate> ParsePathTemplate(std::string_view text) { return TemplateParser(text).Parse(); }

struct RouteTable::Route {
  const Method* method;
  const HttpBinding* binding;
  std::vector<PathTemplate::Variable> variables;  // end == npos: to the end of the path
};

struct RouteTable::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> children;  // "*" and "**" among them
  std::map<std::pair<std::string, std::string>, Route> routes;         // by verb and HTTP method

  const Node* Child(std::string_view segment) const {
    const auto found = children.find(segment);
    return found == children.end() ? nullptr : found->second.get();
  }
};

// One walk down the tree for one path and one verb.
struct RouteTable::Search {
  const std::vector<std::string_view>& raw;
  std::string_view http_method;
  std::string_view verb;
  std::set<std::string> allowed = {};  // filled by the walk

  const Route* Walk(const Node& node, std::size_t depth) {
    if (depth == raw.size()) return RouteAt(node);
    const auto segment = PercentDecode(raw[depth]);
    if (!segment || segment->empty()) return nullptr;
    if (const Node* child = segment->starts_with('*') ? nullptr : node.Child(*segment)) {
      if (const Route* route = Walk(*child, depth + 1)) return route;
    }
    if (const Node* child = node.Child("*")) {
      if (const Route* route = Walk(*child, depth + 1)) return route;
    }
    const Node* rest = node.Child("**");
    return rest ? RouteAt(*rest) : nullptr;
  }

  const Route* RouteAt(const Node& node) {
    for (const auto& [key, route] : node.routes) {
      if (key.first != verb) continue;
      if (key.second == http_method) return &route;
      allowed.insert(key.second);
    }
    return nullptr;
  }

  // nullopt on a malformed escape.
  std::optional<std::string> ValueOf(const PathTemplate::Variable& variable) const {
    if (variable.end == variable.begin + 1) return PercentDecode(raw[variable.begin]);
    std::string value;
    for (std::size_t i = variable.begin; i < std::min(variable.end, raw.size()); ++i) {
      const auto segment = DecodeKeepingSlash(raw[i]);
      if (!segment) return std::nullopt;
      if (i > variable.begin) value += '/';
      value += *segment;
    }
    return value;
  }

  Match Run(const Node& root) {
    const Route* route = Walk(root, 0);
    if (!route) return {.allowed = {allowed.begin(), allowed.end()}};
    Match match{.method = route->method, .binding = route->binding};
    for (const auto& variable : route->variables) {
      auto value = ValueOf(variable);
      if (!value) return {};
      match.variables.emplace_back(variable.field, *std::move(value));
    }
    return match;
  }
};

RouteTable::RouteTable() : root_(std::make_unique<Node>()) {}
RouteTable::~RouteTable() = default;

Status RouteTable::Add(const Method& method) {
  for (const auto& binding : method.bindings()) ARGUS_RETURN_IF_ERROR(AddBinding(method, binding));
  return Ok();
}

Status RouteTable::AddBinding(const Method& method, const HttpBinding& binding) {
  ARGUS_ASSIGN(PathTemplate path, ParsePathTemplate(binding.pattern));
  ARGUS_RETURN_IF_ERROR(CheckFields(method, binding, path));
  Node* node = root_.get();
  for (const auto& segment : path.segments) {
    auto& child = node->children[segment];
    if (!child) child = std::make_unique<Node>();
    node = child.get();
  }
  for (auto& variable : path.variables) {
    if (path.segments[variable.end - 1] == "**") variable.end = std::string::npos;
  }
  const auto [at, added] =
      node->routes.try_emplace({path.verb, binding.http_method}, Route{&method, &binding, std::move(path.variables)});
  if (added) return Ok();
  return Error(Code::kInvalidArgument, reasons::kInvalidConfiguration,
               fmt::format("{} {} is declared by both {} and {}", binding.http_method, binding.pattern,
                           at->second.method->full_name(), method.full_name()));
}

RouteTable::Match RouteTable::Find(std::string_view http_method, std::string_view path) const {
  if (!path.starts_with('/')) return {};
  auto raw = Split(path.substr(1), '/');
  // The text after the last colon is a verb if any route says so, else part of an id.
  const auto last = raw.back();
  const auto colon = last.rfind(':');
  if (colon != std::string_view::npos) {
    raw.back() = last.substr(0, colon);
    auto match = Search{raw, http_method, last.substr(colon + 1)}.Run(*root_);
    if (match.method || !match.allowed.empty()) return match;
    raw.back() = last;
  }
  return Search{raw, http_method, ""}.Run(*root_);
}

}  // namespace argus::rpc
