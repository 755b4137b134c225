#include "api/debug_endpoints.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <thread>

#include "api/debug_access.h"
#include "domain/reasons.h"
#include "platform/net/gzip.h"
#include "platform/rpc/error_mapping.h"
#include "platform/rpc/http_call.h"
#include "platform/telemetry/profile/cpu_profiler.h"
#include "platform/telemetry/profile/heap_profile.h"
#include "platform/telemetry/profile/profile_proto.h"
#include "platform/telemetry/profile/profile_text.h"
#include "platform/telemetry/profile/thread_dump.h"
#include "platform/telemetry/profile/wait_profile.h"

namespace argus::api {
namespace {

using profile::Profile;
using std::chrono::seconds;

constexpr std::string_view kRoot = "/debug/pprof/";
constexpr std::size_t kThreads = 4;
constexpr std::size_t kQueue = 16;
constexpr std::size_t kSymbolBody = 1 << 20;
constexpr std::chrono::milliseconds kLookAgain{25};
constexpr std::string_view kText = "text/plain; charset=utf-8";

const symbols::Symbolizer& Symbols() { return symbols::Symbolizer::OfProcess(); }

Result<Profile> HeapBy(std::string default_type) {
  ARGUS_ASSIGN(Profile heap, profile::ProfileHeap());
  heap.default_type = std::move(default_type);
  return heap;
}

// A profile that needs no time. `text` is its form with debug=1.
struct NamedProfile {
  std::string_view name;
  std::string_view about;
  Result<Profile> (*take)();
  std::string (*text)(const Profile&);
};

constexpr NamedProfile kNamed[] = {
    {"allocs", "All memory ever allocated since the start, sampled",
     [] { return HeapBy("alloc_space"); }, [](const Profile& p) { return profile::HeapText(p, Symbols()); }},
    {"block", "Where threads waited for a lock or a condition",
     []() -> Result<Profile> { return profile::WaitProfile(BlockedWaiters()); },
     [](const Profile& p) { return profile::WaitText("contention", p, Symbols()); }},
    {"goroutine", "Every thread, its stack and what it works on; debug=2 is a dump to read",
     []() -> Result<Profile> { return profile::ThreadProfile(profile::SnapshotThreads()); },
     [](const Profile& p) { return profile::CountText(p, Symbols()); }},
    {"heap", "Memory in use, sampled",
     [] { return HeapBy("inuse_space"); }, [](const Profile& p) { return profile::HeapText(p, Symbols()); }},
    {"mutex", "Who held the locks that others waited for",
     []() -> Result<Profile> { return profile::WaitProfile(ContendedHolders()); },
     [](const Profile& p) { return profile::WaitText("mutex", p, Symbols()); }},
    {"threadcreate", "Threads by the function that they began with",
     []() -> Result<Profile> { return profile::ThreadCreateProfile(profile::SnapshotThreads()); },
     [](const Profile& p) { return profile::CountText(p, Symbols()); }},
};

const NamedProfile* Find(std::string_view name) {
  const auto* found = std::ranges::find(kNamed, name, &NamedProfile::name);
  return found == std::end(kNamed) ? nullptr : found;
}

net::HttpResponse Reply(std::string_view content_type, std::string body) {
  net::HttpResponse response;
  response.headers.Add("Content-Type", content_type);
  response.headers.Add("X-Content-Type-Options", "nosniff");
  response.headers.Add("Cache-Control", "no-store");
  response.body = std::move(body);
  return response;
}

net::HttpResponse Attachment(const Profile& profile, std::string_view file) {
  auto response = Reply("application/octet-stream", net::Gzip(profile::EncodeProfile(profile, Symbols())));
  response.headers.Add("Content-Disposition", fmt::format("attachment; filename=\"{}\"", file));
  return response;
}

net::HttpResponse Refusal(int status, std::string_view message) {
  auto response = Reply(kText, fmt::format("{}\n", message));
  response.status = status;
  response.headers.Add("X-Go-Pprof", "1");
  return response;
}

Error BadParameter(std::string_view name, std::string_view rule) {
  return Error(Code::kInvalidArgument, reasons::kInvalidField,
               fmt::format("invalid value for \"{}\" - must be {}", name, rule));
}

// nullopt when it is not given.
Result<std::optional<int>> Parameter(const net::HttpRequest& request, std::string_view name, int least, int most) {
  ARGUS_ASSIGN(const auto fields, rpc::ParseQuery(request.query));
  const auto field = std::ranges::find(fields, name, [](const auto& f) -> const std::string& { return f.first; });
  if (field == fields.end()) return std::optional<int>();
  const std::string& text = field->second;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) {
    return BadParameter(name, fmt::format("an integer from {} to {}", least, most));
  }
  return std::optional<int>(value);
}

Result<std::optional<int>> SecondsOf(const net::HttpRequest& request) {
  return Parameter(request, "seconds", 1, static_cast<int>(DebugEndpoints::kMaxSeconds.count()));
}

net::HttpResponse Index() {
  std::string rows;
  const auto row = [&](std::string_view link, std::string_view name, std::string_view about) {
    rows += fmt::format("<tr><td><a href=\"{}\">{}</a></td><td>{}</td></tr>\n", link, name, about);
  };
  for (const auto& named : kNamed) row(fmt::format("{}?debug=1", named.name), named.name, named.about);
  row("goroutine?debug=2", "goroutine, to read", "What every thread does now");
  row("profile?seconds=30", "profile", "CPU time of the next seconds; for go tool pprof");
  row("cmdline", "cmdline", "The command line, without passwords");
  row("symbol", "symbol", "Names of addresses");
  return Reply("text/html; charset=utf-8",
               fmt::format("<!DOCTYPE html>\n<html lang=\"en\"><head><title>/debug/pprof/</title></head><body>\n"
                           "<h1>/debug/pprof/</h1>\n<table>\n{}</table>\n</body></html>\n",
                           rows));
}

// "postgresql://user:secret@host" -> "postgresql://user:***@host", "… password=secret …" -> "… password=*** …"
std::string WithoutPassword(std::string text) {
  if (const auto scheme = text.find("://"); scheme != text.npos) {
    const auto at = text.find('@', scheme), colon = text.find(':', scheme + 3);
    if (at != text.npos && colon < at) text.replace(colon + 1, at - colon - 1, "***");
  }
  if (const auto key = text.find("password="); key != text.npos) {
    const auto begin = key + std::string_view("password=").size();
    text.replace(begin, std::min(text.find_first_of(" &", begin), text.size()) - begin, "***");
  }
  return text;
}

net::HttpResponse CommandLine() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::string line, argument;
  while (std::getline(file, argument, '\0')) {
    if (!line.empty()) line += '\0';
    line += WithoutPassword(argument);
  }
  return Reply(kText, std::move(line));
}

// "0x1+0x2", from the query or the body.
net::HttpResponse Symbol(const net::HttpRequest& request) {
  std::string out = "num_symbols: 1\n";
  std::string_view rest = request.method == "POST" ? request.body : request.query;
  while (!rest.empty()) {
    auto word = rest.substr(0, rest.find('+'));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    if (word.starts_with("0x") || word.starts_with("0X")) word.remove_prefix(2);
    std::uintptr_t address = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), address, 16);
    if (error != std::errc() || address == 0) continue;
    out += fmt::format("{:#x} {}\n", address, Symbols().Resolve(address).function);
  }
  return Reply(kText, std::move(out));
}

int StatusOf(const Error& error) {
  if (error.code() == Code::kPermissionDenied) return 403;
  return error.reason().name == reasons::kOverloaded.name ? 500 : rpc::HttpStatus(error);
}

}  // namespace

// One of the kMaxTimed profiles that may be taken at once, or none of them.
class DebugEndpoints::Timed {
 public:
  explicit Timed(std::atomic<int>& count) : count_(count), admitted_(count.fetch_add(1) < kMaxTimed) {}
  ~Timed() { count_.fetch_sub(1); }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;
  Status Admitted() const {
    if (admitted_) return Ok();
    return Error(Code::kResourceExhausted, reasons::kOverloaded, "too many profiles are being taken at once");
  }

 private:
  std::atomic<int>& count_;
  const bool admitted_;
};

DebugEndpoints::DebugEndpoints(const DebugDeps& deps) : deps_(deps), pool_("pprof", kThreads, kQueue) {
  RecordWaits();
  profile::StartHeapSampling();
}

std::optional<net::Route> DebugEndpoints::Select(const net::HttpRequest& head) {
  if (head.path != kRoot.substr(0, kRoot.size() - 1) && !head.path.starts_with(kRoot)) return std::nullopt;
  const auto serve = [this](net::HttpRequest&& request) { return Serve(std::move(request)); };
  return net::Route{serve, net::RunOn::kPool, head.path.ends_with("/symbol") ? kSymbolBody : 0, &pool_};
}

net::HttpResponse DebugEndpoints::Serve(net::HttpRequest&& request) {
  const auto begin = std::chrono::steady_clock::now();
  auto answer = Answer(request);
  if (answer.ok()) Symbols().Release();  // what was read for the names
  auto response = answer.ok() ? *std::move(answer) : Refusal(StatusOf(answer.error()), answer.error().message());
  deps_.watch.metrics.Ended({request.method, "/debug/pprof/{profile}", response.status, "http"});
  PlainAccess(request).Log(deps_.watch.logger, events::kRequest, response.status, "http",
                           answer.ok() ? nullptr : &answer.error(), std::chrono::steady_clock::now() - begin);
  return response;
}

Result<net::HttpResponse> DebugEndpoints::Answer(const net::HttpRequest& request) {
  ARGUS_RETURN_IF_ERROR(MayDebug(request, deps_.auth, deps_.metastore));
  if (request.body_error) return *request.body_error;
  const std::string name = request.path.size() < kRoot.size() ? "" : request.path.substr(kRoot.size());
  if (request.method != "GET" && !(request.method == "POST" && name == "symbol")) {
    return Refusal(405, "only GET is served here");
  }
  if (request.path.size() < kRoot.size()) {
    auto moved = Refusal(301, "/debug/pprof/");
    moved.headers.Add("Location", kRoot);
    return moved;
  }
  if (name.empty()) return Index();
  if (name == "cmdline") return CommandLine();
  if (name == "symbol") return Symbol(request);
  if (name == "profile") return Cpu(request);
  if (name == "trace") return Refusal(404, "execution traces are Go's own; see profile and goroutine?debug=2");
  return Named(name, request);
}

Result<net::HttpResponse> DebugEndpoints::Cpu(const net::HttpRequest& request) {
  ARGUS_ASSIGN(const auto seconds_given, SecondsOf(request));
  ARGUS_ASSIGN(const auto hz, Parameter(request, "hz", 1, 1000));
  const Timed timed(timed_);
  ARGUS_RETURN_IF_ERROR(timed.Admitted());
  profile::CpuProfileOptions options;
  options.duration = seconds(seconds_given.value_or(30));
  options.hz = hz.value_or(options.hz);
  auto taken = profile::ProfileCpu(options, [&] { return Ended(request); });
  if (!taken.ok()) return Refusal(500, "Could not enable CPU profiling: " + taken.error().message());
  return Attachment(*taken, "profile");
}

Result<net::HttpResponse> DebugEndpoints::Named(const std::string& name, const net::HttpRequest& request) {
  const NamedProfile* named = Find(name);
  if (!named) return Refusal(404, "Unknown profile");
  ARGUS_ASSIGN(const auto debug, Parameter(request, "debug", 0, 2));
  ARGUS_ASSIGN(const auto time, SecondsOf(request));
  if (time && debug.value_or(0) != 0) {
    return Error(Code::kInvalidArgument, reasons::kInvalidField, "seconds and debug params are incompatible");
  }
  if (time) {
    ARGUS_ASSIGN(const auto delta, Delta(name, seconds(*time), request));
    return Attachment(delta, name + "-delta");
  }
  if (name == "goroutine" && debug == 2) {
    return Reply(kText, profile::ThreadText(profile::SnapshotThreads(), Symbols()));
  }
  ARGUS_ASSIGN(const auto taken, named->take());
  return debug.value_or(0) == 0 ? Attachment(taken, name) : Reply(kText, named->text(taken));
}

Result<Profile> DebugEndpoints::Delta(const std::string& name, seconds time, const net::HttpRequest& request) {
  const Timed timed(timed_);
  ARGUS_RETURN_IF_ERROR(timed.Admitted());
  const NamedProfile& named = *Find(name);
  ARGUS_ASSIGN(const auto before, named.take());
  const auto until = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < until && !Ended(request)) std::this_thread::sleep_for(kLookAgain);
  ARGUS_ASSIGN(auto after, named.take());
  return profile::Difference(before, std::move(after));
}

}  // namespace argus::api
