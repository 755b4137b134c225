#include "command/audit_log_command.h"

#include <string>
#include <utility>

#include "command/work.h"
#include "store/audit_log_store.h"

namespace argus::command {
namespace {

constexpr const char* kResource = "auditLogs";

v1::ListAuditLogsResponse ToResponse(store::Page<v1::AuditLog> page) {
  v1::ListAuditLogsResponse response;
  for (auto& entry : page.items) *response.add_audit_logs() = std::move(entry);
  response.set_next_page_token(std::move(page.next_page_token));
  if (page.total_size) response.set_total_size(*page.total_size);
  return response;
}

}  // namespace

// Read first, outside of the transaction, so that a long read holds no lock.
Result<v1::ListAuditLogsResponse> AuditLogCommands::List(const RequestContext& ctx,
                                                         const v1::ListAuditLogsRequest& request) {
  auto reader = metastore_.Read(ctx);
  ARGUS_ASSIGN(auto page, store::ListAuditLogs(reader, store::ToListQuery(request)));
  const auto response = ToResponse(std::move(page));
  return Run<v1::ListAuditLogsResponse>(metastore_, ctx, request, [&](Work& work) -> Result<v1::ListAuditLogsResponse> {
    ARGUS_RETURN_IF_ERROR(work.Require("", kResource));
    const auto shown = std::to_string(response.audit_logs_size());
    work.Record({kResource, v1::AuditLog::INFO, Extra({{"filter", request.filter()}, {"entries_shown", shown}}), ""});
    return response;
  });
}

}  // namespace argus::command
