#include "api/correlation_service.h"

#include "api/binder.h"
#include "platform/net/correlation_id.h"
#include "command/settings.h"
#include "domain/reasons.h"
#include "domain/setting.h"
#include "platform/base/encoding.h"
#include "store/correlation_store.h"

namespace argus::api {
namespace {

constexpr std::string_view kPrefix = "correlations/";

Result<std::string> IdOf(std::string_view name) {
  if (name.starts_with(kPrefix) && net::IsCorrelationId(name.substr(kPrefix.size()))) {
    return std::string(name.substr(kPrefix.size()));
  }
  return Error(Code::kInvalidArgument, reasons::kInvalidResourceName,
               "A correlation is named correlations/ and 1 to 128 of A-Z, a-z, 0-9, '.', '_', ':' and '-'.")
      .WithField("name", "correlations/{id}");
}

// `text` with each `placeholder` replaced by `value`, which needs no escaping beyond what PercentEncode does.
std::string Fill(std::string text, std::string_view placeholder, const std::string& value) {
  const std::string encoded = PercentEncode(value);
  for (auto at = text.find(placeholder); at != text.npos; at = text.find(placeholder, at + encoded.size())) {
    text.replace(at, placeholder.size(), encoded);
  }
  return text;
}

void AddLinks(const v1::WorkspaceProfileSetting& profile, const std::string& id, v1::Correlation& found) {
  if (const auto& logs = profile.log_store_url_template(); !logs.empty()) {
    auto& link = *found.add_links();
    link.set_kind(v1::Correlation::Link::LOGS);
    link.set_url(Fill(logs, "{correlation_id}", id));
  }
  const auto& traces = profile.trace_store_url_template();
  for (int i = 0; !traces.empty() && i < found.trace_ids_size(); ++i) {
    auto& link = *found.add_links();
    link.set_kind(v1::Correlation::Link::TRACE);
    link.set_trace_id(found.trace_ids(i));
    link.set_url(Fill(traces, "{trace_id}", found.trace_ids(i)));
  }
}

}  // namespace

void CorrelationService::Register(rpc::Dispatcher& dispatcher) {
  Binder(dispatcher, "argus.v1.CorrelationService", this).Read("GetCorrelation", &CorrelationService::GetCorrelation);
}

Result<v1::Correlation> CorrelationService::GetCorrelation(RequestContext& ctx,
                                                           const v1::GetCorrelationRequest& request) {
  ARGUS_ASSIGN(const std::string id, IdOf(request.name()));
  auto reader = metastore_.Read(ctx);
  ARGUS_ASSIGN(v1::Correlation found, store::FindCorrelation(reader, id));
  ARGUS_ASSIGN(const auto profile, command::EffectiveSetting(reader, domain::setting::kWorkspaceProfile));
  AddLinks(profile.workspace_profile(), id, found);
  return found;
}

}  // namespace argus::api
