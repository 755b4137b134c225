#include "target/sqlite/driver.h"

#include <fmt/format.h>
#include <unistd.h>

#include "target/sqlite/connection.h"
#include "target/sqlite/files.h"
#include "target/sqlite/handle.h"
#include "target/sqlite/marker.h"

namespace argus::target::sqlite {
namespace {

Result<Proof> ReadProof(Handle& handle, const ProofQuery& query) {
  auto marker = ReadMarker(handle, query.task);
  if (!marker.ok())
    return Proof{Proof::Verdict::kUndecided, {}, {}, fmt::format("{}: {}", kMarkerTable, marker.error().message())};
  if (!*marker)
    return Proof{Proof::Verdict::kNotApplied, {}, {}, fmt::format("{} has no row of the task", kMarkerTable)};
  return Proof{Proof::Verdict::kApplied, (*marker)->task_run, (*marker)->attempt_token,
               fmt::format("{} says that {} applied the task", kMarkerTable, (*marker)->task_run)};
}

}  // namespace

Result<std::unique_ptr<Connection>> SqliteDriver::Connect(const RequestContext&, const ConnectionSpec& spec) const {
  ARGUS_ASSIGN(auto handle, Handle::Open(spec));
  return std::unique_ptr<Connection>(std::make_unique<SqliteConnection>(spec, std::move(handle)));
}

Result<std::vector<std::string>> SqliteDriver::ListDatabases(const RequestContext&, const ConnectionSpec& spec) const {
  return ListDatabaseFiles(spec.data_dir);
}

Result<ServerInfo> SqliteDriver::Inspect(const RequestContext&, const ConnectionSpec& spec) const {
  ARGUS_ASSIGN(const auto files, ListDatabaseFiles(spec.data_dir));
  ServerInfo info;
  info.version = sqlite3_libversion();
  info.system_identifier = spec.data_dir;
  info.server_time = SystemClock().Now();
  info.read_only = access(spec.data_dir.c_str(), W_OK) != 0;
  info.proof = v1::TaskRun::MARKER;
  return info;
}

Result<Proof> SqliteDriver::Probe(const RequestContext& ctx, const ConnectionSpec& spec,
                                  const ProofQuery& query) const {
  ARGUS_ASSIGN(const auto handle, Handle::Open(spec));
  handle->SetLimits([&ctx] { return ctx.expired(std::chrono::steady_clock::now()); }, query.patience);
  if (const auto error = handle->Exec("BEGIN IMMEDIATE")) {
    return Proof{Proof::Verdict::kUndecided, {}, {}, "the file's write lock is held: " + error->message};
  }
  auto proof = ReadProof(*handle, query);
  handle->Exec("ROLLBACK");
  return proof;
}

}  // namespace argus::target::sqlite
