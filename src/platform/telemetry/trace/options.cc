#include "platform/telemetry/trace/options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>

#include "platform/base/encoding.h"
#include "platform/telemetry/trace/variables.h"

namespace argus::trace {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kTracesPath = "/v1/traces";
constexpr std::size_t kMaxQueue = 1 << 20;

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return text;
}

std::string_view Trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string_view> SplitList(std::string_view list) {
  std::vector<std::string_view> items;
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (const auto item = Trimmed(list.substr(0, comma)); !item.empty()) items.push_back(item);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return items;
}

template <typename T>
std::optional<T> ParseNumber(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

class Reader {
 public:
  Reader(const Getenv& getenv, std::vector<Misread>& misread) : getenv_(getenv), misread_(misread) {}

  std::string Text(const std::string& name) const {
    const char* value = getenv_(name.c_str());
    return value == nullptr ? std::string() : std::string(Trimmed(value));
  }

  // The traces' own variable where it is set, else the general one.
  std::string OtlpName(const std::string& suffix) const {
    const std::string own = "OTEL_EXPORTER_OTLP_TRACES_" + suffix;
    return Text(own).empty() ? "OTEL_EXPORTER_OTLP_" + suffix : own;
  }
  std::string Otlp(const std::string& suffix) const { return Text(OtlpName(suffix)); }

  bool Flag(const std::string& name) const {
    const std::string value = Lower(Text(name));
    if (!value.empty() && value != "true" && value != "false") Report(name, "it is neither true nor false");
    return value == "true";
  }

  void Number(const std::string& name, std::size_t least, std::size_t most, std::size_t& value) const {
    const std::string text = Text(name);
    if (text.empty()) return;
    const auto number = ParseNumber<std::size_t>(text);
    if (number && *number >= least && *number <= most) {
      value = *number;
    } else {
      Report(name, fmt::format("it is no whole number from {} to {}", least, most));
    }
  }

  void Duration(const std::string& name, std::size_t least, milliseconds& value) const {
    auto count = static_cast<std::size_t>(value.count());
    Number(name, least, 86'400'000, count);
    value = milliseconds(count);
  }

  // The place of the value in `choices`; `fallback` with a report when it is none of them.
  template <std::size_t N>
  std::size_t Choice(const std::string& name, const std::array<std::string_view, N>& choices,
                     std::size_t fallback) const {
    const std::string value = Lower(Text(name));
    if (value.empty()) return fallback;
    const auto found = std::find(choices.begin(), choices.end(), value);
    if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
    Report(name, fmt::format("it is none of {}", fmt::join(choices, ", ")));
    return fallback;
  }

  std::vector<std::pair<std::string, std::string>> Pairs(const std::string& name, bool secret) const {
    const std::string text = Text(name);
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const auto item : SplitList(text)) {
      const auto equals = std::min(item.find('='), item.size());
      const auto key = Trimmed(item.substr(0, equals));
      const auto value = equals < item.size() ? PercentDecode(Trimmed(item.substr(equals + 1))) : std::nullopt;
      if (key.empty() || !value || value->find_first_of(std::string_view("\r\n\0", 3)) != value->npos) {
        misread_.push_back({name, secret ? "(not shown)" : text, "it is no list of key=value, percent-encoded"});
        return {};  // a list with an error is ignored whole
      }
      pairs.emplace_back(key, *value);
    }
    return pairs;
  }

  void Report(const std::string& name, std::string why) const { misread_.push_back({name, Text(name), std::move(why)}); }

 private:
  const Getenv& getenv_;
  std::vector<Misread>& misread_;
};

bool HasHttpScheme(std::string_view url) { return url.starts_with("http://") || url.starts_with("https://"); }

bool IsWanted(const Reader& env) {
  if (env.Flag("OTEL_SDK_DISABLED")) return false;
  constexpr std::array<std::string_view, 2> kExporters{"otlp", "none"};
  return env.Choice("OTEL_TRACES_EXPORTER", kExporters, 0) == 0;
}

// The general endpoint is the collector's, the traces' own is the whole URL (OTLP exporter specification).
std::string HttpUrl(const Reader& env) {
  const std::string name = env.OtlpName("ENDPOINT");
  std::string url = env.Text(name);
  if (!HasHttpScheme(url) || url.size() == url.find("//") + 2) {
    env.Report(name, "it does not begin with http:// or https://; no spans are exported");
    return {};
  }
  if (name.find("_TRACES_") != name.npos) return url;
  if (url.back() == '/') url.pop_back();
  return url + std::string(kTracesPath);
}

// "host:port"; a scheme decides about TLS.
std::string GrpcTarget(const Reader& env, Options& options) {
  std::string target = env.Otlp("ENDPOINT");
  options.insecure = env.Flag(env.OtlpName("INSECURE"));
  if (HasHttpScheme(target)) {
    options.insecure = target.starts_with("http://");
    target.erase(0, target.find("//") + 2);
    target.erase(std::min(target.find('/'), target.size()));
  }
  if (target.empty()) env.Report(env.OtlpName("ENDPOINT"), "it names no host; no spans are exported");
  return target;
}

void ReadExporter(const Reader& env, Options& options) {
  constexpr std::array<std::string_view, 2> kProtocols{"http/protobuf", "grpc"};
  constexpr std::array<std::string_view, 2> kCompressions{"none", "gzip"};
  options.protocol = env.Choice(env.OtlpName("PROTOCOL"), kProtocols, 0) == 1 ? Protocol::kGrpc
                                                                               : Protocol::kHttpProtobuf;
  options.gzip = env.Choice(env.OtlpName("COMPRESSION"), kCompressions, 0) == 1;
  options.headers = env.Pairs(env.OtlpName("HEADERS"), true);
  options.ca_file = env.Otlp("CERTIFICATE");
  options.client_key_file = env.Otlp("CLIENT_KEY");
  options.client_certificate_file = env.Otlp("CLIENT_CERTIFICATE");
  env.Duration(env.OtlpName("TIMEOUT"), 1, options.export_timeout);
  milliseconds batch_timeout{30'000};
  env.Duration("OTEL_BSP_EXPORT_TIMEOUT", 1, batch_timeout);
  options.export_timeout = std::min(options.export_timeout, batch_timeout);
  if (env.Otlp("ENDPOINT").empty()) return;
  options.endpoint = options.protocol == Protocol::kGrpc ? GrpcTarget(env, options) : HttpUrl(env);
}

void ReadQueue(const Reader& env, Options& options) {
  env.Duration("OTEL_BSP_SCHEDULE_DELAY", 1, options.schedule_delay);
  env.Number("OTEL_BSP_MAX_QUEUE_SIZE", 1, kMaxQueue, options.queue_limit);
  options.batch_limit = std::min(options.batch_limit, options.queue_limit);
  env.Number("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 1, options.queue_limit, options.batch_limit);
}

void ReadLimits(const Reader& env, Limits& limits) {
  constexpr std::size_t kMost = 1 << 20;
  env.Number("OTEL_ATTRIBUTE_COUNT_LIMIT", 0, kMost, limits.attributes);
  env.Number("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", 0, kMost, limits.attributes);
  env.Number("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", 0, Limits::kNone, limits.attribute_length);
  env.Number("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", 0, Limits::kNone, limits.attribute_length);
  env.Number("OTEL_SPAN_EVENT_COUNT_LIMIT", 0, kMost, limits.events);
  env.Number("OTEL_SPAN_LINK_COUNT_LIMIT", 0, kMost, limits.links);
  env.Number("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", 0, kMost, limits.event_attributes);
  env.Number("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", 0, kMost, limits.link_attributes);
}

void ReadRatio(const Reader& env, SamplerOptions& sampler) {
  const std::string text = env.Text("OTEL_TRACES_SAMPLER_ARG");
  if (text.empty()) return;
  const auto ratio = ParseNumber<double>(text);
  if (ratio && *ratio >= 0 && *ratio <= 1) {
    sampler.ratio = *ratio;
  } else {
    env.Report("OTEL_TRACES_SAMPLER_ARG", "it is no number from 0 to 1");
  }
}

SamplerOptions ReadSampler(const Reader& env) {
  using Kind = SamplerOptions::Kind;
  constexpr std::array<std::string_view, 6> kNames{
      "always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off",
      "parentbased_traceidratio"};
  constexpr std::array kKinds{Kind::kAlwaysOn, Kind::kAlwaysOff, Kind::kRatio};
  const auto choice = env.Choice("OTEL_TRACES_SAMPLER", kNames, 3);
  SamplerOptions sampler{.root = kKinds[choice % 3], .parent_based = choice >= 3};
  if (sampler.root == Kind::kRatio) ReadRatio(env, sampler);
  return sampler;
}

bool ReadPropagators(const Reader& env) {
  const std::string text = Lower(env.Text("OTEL_PROPAGATORS"));
  if (text.empty()) return true;
  bool trace_context = false;
  for (const auto name : SplitList(text)) {
    trace_context = trace_context || name == "tracecontext";
    if (name != "tracecontext" && name != "baggage" && name != "none") {
      env.Report("OTEL_PROPAGATORS", fmt::format("{} is not supported; tracecontext is", name));
    }
  }
  return trace_context;
}

std::string HostName() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::vector<std::pair<std::string, std::string>> ReadResource(const Reader& env, std::string_view version) {
  std::map<std::string, std::string> resource{{"service.name", "argus"},
                                              {"service.version", std::string(version)},
                                              {"host.name", HostName()},
                                              {"process.pid", std::to_string(getpid())},
                                              {"telemetry.sdk.language", "cpp"},
                                              {"telemetry.sdk.name", "argus"},
                                              {"telemetry.sdk.version", std::string(version)}};
  for (auto& [key, value] : env.Pairs("OTEL_RESOURCE_ATTRIBUTES", false)) resource[key] = std::move(value);
  if (const auto name = env.Text("OTEL_SERVICE_NAME"); !name.empty()) resource["service.name"] = name;
  return {resource.begin(), resource.end()};
}

}  // namespace

Options FromEnvironment(const Getenv& getenv, std::string_view service_version, std::vector<Misread>& misread) {
  const Reader env(getenv, misread);
  Options options;
  const bool wanted = IsWanted(env);
  ReadExporter(env, options);
  if (!wanted) options.endpoint.clear();
  ReadQueue(env, options);
  ReadLimits(env, options.limits);
  options.sampler = ReadSampler(env);
  options.propagate = ReadPropagators(env);
  options.resource = ReadResource(env, service_version);
  return options;
}

std::string Reference() {
  std::string page =
      "# OpenTelemetry variables\n\n"
      "Argus sends spans over OTLP when an endpoint is configured, by the environment variables of the OpenTelemetry\n"
      "specification. A variable that is empty counts as unset; one whose value is wrong is named in the log as the server\n"
      "starts, and its default is used.\n\n"
      "| variable | default | meaning |\n|---|---|---|\n";
  for (const auto& [name, fallback, meaning] : Variables()) {
    page += fmt::format("| `{}` | {} | {} |\n", name, fallback.empty() ? "" : fmt::format("`{}`", fallback), meaning);
  }
  return page;
}

}  // namespace argus::trace
