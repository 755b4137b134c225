#include "api/health_endpoints.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/log_events.h"
#include "api/server_endpoints.h"

namespace argus::api {
namespace {

using Checks = std::vector<HealthCheck>;

constexpr std::string_view kHealthJson = "application/health+json";

bool AsksVerbose(std::string_view query) {
  return query == "verbose" || query.starts_with("verbose&") || query.starts_with("verbose=") ||
         query.find("&verbose") != query.npos;
}

double Seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }

// Names are our own and need no escaping.
std::string VerboseText(bool ok, const Checks& checks) {
  std::string list;
  for (const auto& check : checks) {
    list += fmt::format(R"({}{{"name":"{}","ok":{},"last_checked_age_seconds":{:.3f}}})", list.empty() ? "" : ",",
                        check.name, check.ok, Seconds(check.age));
  }
  return fmt::format(R"({{"status":"{}","checks":[{}]}})", ok ? "ok" : "unavailable", list);
}

std::string HealthJson(bool ok, const Checks& checks, Timestamp now) {
  std::string list;
  for (const auto& check : checks) {
    const auto looked_at = now - std::chrono::floor<Timestamp::duration>(check.age);
    list += fmt::format(R"({}"{}":[{{"status":"{}","time":"{}"}}])", list.empty() ? "" : ",", check.name,
                        check.ok ? "pass" : "fail", FormatRfc3339(looked_at));
  }
  return fmt::format(R"({{"status":"{}","checks":{{{}}}}})", ok ? "pass" : "fail", list);
}

net::HttpResponse Answer(const net::HttpRequest& request, const Checks& checks, Timestamp now) {
  const bool ok = std::all_of(checks.begin(), checks.end(), [](const auto& check) { return check.ok; });
  const int status = ok ? 200 : 503;
  if (request.headers.Get("Accept").find(kHealthJson) != std::string_view::npos) {
    return PlainReply(status, kHealthJson, HealthJson(ok, checks, now));
  }
  if (AsksVerbose(request.query)) return PlainReply(status, "application/json", VerboseText(ok, checks));
  return PlainReply(status, "application/json", ok ? R"({"status":"ok"})" : R"({"status":"unavailable"})");
}

// Looks at the watchdog and says in the log when what it finds has changed. Thread-safe.
class Liveness {
 public:
  explicit Liveness(const HealthDeps& deps) : deps_(deps) {}

  Checks Look() {
    Checks checks;
    bool alive = true;
    for (const auto& [name, ok, stalled] : deps_.watchdog.Checks(deps_.clock.Monotonic())) {
      checks.push_back({name, ok});
      if (!ok && alive_.exchange(false)) {
        deps_.logger.Log({}, events::kStuck, {{"check", name}, {"duration_ms", Seconds(stalled) * 1000}});
      }
      alive = alive && ok;
    }
    if (alive && !alive_.exchange(true)) deps_.logger.Log({}, events::kUnstuck);
    return checks;
  }

 private:
  const HealthDeps deps_;
  std::atomic<bool> alive_{true};
};

}  // namespace

void AddHealthEndpoints(net::HttpMux& mux, const HealthDeps& deps) {
  const auto liveness = std::make_shared<Liveness>(deps);
  const auto alive = [liveness, deps](net::HttpRequest&& request) {
    return Answer(request, liveness->Look(), deps.clock.Now());
  };
  const auto ready = [deps](net::HttpRequest&& request) {
    return Answer(request, deps.readiness.Checks(), deps.clock.Now());
  };
  const PlainWatch watch{deps.metrics, deps.logger};
  AddPlain(mux, watch, "/healthz", alive, net::RunOn::kIo, events::kProbe);
  AddPlain(mux, watch, "/livez", alive, net::RunOn::kIo, events::kProbe);
  AddPlain(mux, watch, "/readyz", ready, net::RunOn::kIo, events::kProbe);
}

}  // namespace argus::api
