#include "command/instance_command.h"

#include <fmt/format.h>

#include <algorithm>

#include "command/refusals.h"
#include "command/request_checks.h"
#include "command/settings.h"
#include "command/update_mask.h"
#include "command/work.h"
#include "domain/instance.h"
#include "domain/setting.h"
#include "store/etag.h"
#include "store/instance_store.h"
#include "store/rollout_store.h"
#include "store/row.h"

namespace argus::command {
namespace {

using Paths = std::vector<std::string>;

bool Holds(const Paths& paths, std::string_view field) {
  return std::find(paths.begin(), paths.end(), field) != paths.end();
}

std::string Encrypt(const secret::Keyring& keyring, const std::string& secret, const domain::InstanceName& name) {
  return secret.empty() ? std::string() : keyring.Encrypt(secret, name.ToString());
}

store::InstanceSecrets SecretsOf(const secret::Keyring& keyring, const v1::Instance& instance,
                                 const domain::InstanceName& name) {
  return {Encrypt(keyring, instance.password(), name), Encrypt(keyring, instance.tls().client_key(), name)};
}

// What is stored once `paths` of `given` are taken over. A client key that is not sent again stays, as long as there is a
// certificate that it belongs to.
store::InstanceSecrets MergeSecrets(const secret::Keyring& keyring, store::InstanceSecrets stored,
                                    const v1::Instance& given, const Paths& paths, const domain::InstanceName& name) {
  const auto fresh = SecretsOf(keyring, given, name);
  const bool by_reference = Holds(paths, "password_ref") && !given.password_ref().empty();
  if (Holds(paths, "password") || by_reference) stored.password = by_reference ? std::string() : fresh.password;
  if (Holds(paths, "tls") && (!fresh.client_key.empty() || given.tls().client_certificate().empty())) {
    stored.client_key = fresh.client_key;
  }
  return stored;
}

Status CheckEnvironmentExists(store::Reader& reader, const std::string& environment) {
  if (environment.empty()) return Ok();
  ARGUS_ASSIGN(const auto setting, EffectiveSetting(reader, domain::setting::kEnvironment));
  for (const auto& known : setting.environment().environments()) {
    if (domain::EnvironmentName{known.id()}.ToString() == environment) return Ok();
  }
  return InvalidField("instance.environment", fmt::format("There is no {}; see settings/ENVIRONMENT.", environment));
}

Result<v1::Instance> Load(Work& work, const domain::InstanceName& name) {
  ARGUS_RETURN_IF_ERROR(work.Require("", name.ToString()));
  return store::GetInstance(work.tx(), name);
}

Result<v1::Instance> LoadActive(Work& work, const domain::InstanceName& name) {
  ARGUS_ASSIGN(auto instance, Load(work, name));
  if (instance.state() == v1::DELETED) return Deleted(instance.name());
  return instance;
}

Result<v1::Instance> Save(Work& work, v1::Instance instance) {
  ARGUS_ASSIGN(instance, store::UpdateInstance(work.tx(), std::move(instance)));
  work.Record({instance.name(), v1::AuditLog::NOTICE, {}, {}});
  return instance;
}

// The instance with `paths` of `given` taken over, secrets included so that the whole can be checked.
Result<v1::Instance> Merge(v1::Instance instance, const v1::Instance& given, const Paths& paths) {
  CopyFields(paths, given, instance);
  if (Holds(paths, "password") && !given.password().empty() && !Holds(paths, "password_ref")) {
    instance.clear_password_ref();
  }
  ARGUS_RETURN_IF_ERROR(domain::CheckInstance(instance));
  return instance;
}

// Shows that the caller may connect, and records that it was asked for.
Status RecordAttempt(Work& work, const std::string& name) {
  ARGUS_RETURN_IF_ERROR(work.Require("", name));
  if (!name.empty()) {
    ARGUS_ASSIGN(const auto parsed, domain::InstanceName::Parse(name));
    ARGUS_ASSIGN(const auto instance, LoadActive(work, parsed));
  }
  work.Record({name, v1::AuditLog::INFO, {}, {}});
  return Ok();
}

template <typename Request>
Status Attempt(store::Metastore& metastore, const RequestContext& ctx, const Request& request) {
  using google::protobuf::Empty;
  const auto recorded = Run<Empty>(metastore, ctx, request, [&](Work& work) -> Result<Empty> {
    ARGUS_RETURN_IF_ERROR(RecordAttempt(work, request.name()));
    return Empty();
  });
  return recorded.ok() ? Ok() : Status(recorded.error());
}

Result<bool> Reencrypt(store::Transaction& tx, const secret::Keyring& keyring, const domain::InstanceName& name,
                       store::InstanceSecrets secrets) {
  bool changed = false;
  for (std::string* text : {&secrets.password, &secrets.client_key}) {
    if (text->empty() || keyring.IsCurrent(*text)) continue;
    ARGUS_ASSIGN(const auto plain, keyring.Decrypt(*text, name.ToString()));
    *text = keyring.Encrypt(plain, name.ToString());
    changed = true;
  }
  if (changed) store::SetInstanceSecrets(tx, name, secrets);
  return changed;
}

}  // namespace

Result<v1::Instance> InstanceCommands::Create(const RequestContext& ctx, const v1::CreateInstanceRequest& request) {
  ARGUS_RETURN_IF_ERROR(domain::CheckResourceId(request.instance_id(), "instanceId"));
  ARGUS_RETURN_IF_ERROR(domain::CheckInstance(request.instance()));
  const domain::InstanceName name{request.instance_id()};
  return Run<v1::Instance>(metastore_, ctx, request, [&](Work& work) -> Result<v1::Instance> {
    ARGUS_RETURN_IF_ERROR(work.Require("", name.ToString()));
    ARGUS_RETURN_IF_ERROR(CheckReach(targets_.access(), request.instance()));
    ARGUS_RETURN_IF_ERROR(CheckEnvironmentExists(work.tx(), request.instance().environment()));
    v1::Instance instance = request.instance();
    if (instance.title().empty()) instance.set_title(request.instance_id());
    instance.set_state(v1::ACTIVE);
    instance.clear_engine_version();
    const auto secrets = SecretsOf(keyring_, instance, name);
    ARGUS_ASSIGN(instance, store::InsertInstance(work.tx(), name, std::move(instance), secrets));
    work.Record({instance.name(), v1::AuditLog::NOTICE, {}, {}});
    return instance;
  });
}

Result<v1::Instance> InstanceCommands::Update(const RequestContext& ctx, const v1::UpdateInstanceRequest& request) {
  const v1::Instance& given = request.instance();
  ARGUS_ASSIGN(const auto name, domain::InstanceName::Parse(given.name()));
  ARGUS_ASSIGN(const auto paths, UpdatePaths(request.update_mask(), given,
                                             {"title", "environment", "host", "port", "username", "password",
                                              "password_ref", "admin_database", "tls", "data_dir"}));
  return Run<v1::Instance>(metastore_, ctx, request, [&](Work& work) -> Result<v1::Instance> {
    ARGUS_ASSIGN(const auto current, LoadActive(work, name));
    ARGUS_RETURN_IF_ERROR(store::CheckEtag(current.etag(), given.etag()));
    ARGUS_ASSIGN(auto instance, Merge(current, given, paths));
    ARGUS_RETURN_IF_ERROR(CheckReach(targets_.access(), instance));
    ARGUS_RETURN_IF_ERROR(CheckEnvironmentExists(work.tx(), instance.environment()));
    ARGUS_ASSIGN(const auto stored, store::GetInstanceSecrets(work.tx(), name));
    const auto secrets = MergeSecrets(keyring_, stored, given, paths, name);
    if (secrets != stored) store::SetInstanceSecrets(work.tx(), name, secrets);
    return Save(work, std::move(instance));
  });
}

Result<v1::Instance> InstanceCommands::Delete(const RequestContext& ctx, const v1::DeleteInstanceRequest& request) {
  ARGUS_ASSIGN(const auto name, domain::InstanceName::Parse(request.name()));
  return Run<v1::Instance>(metastore_, ctx, request, [&](Work& work) -> Result<v1::Instance> {
    ARGUS_ASSIGN(auto instance, LoadActive(work, name));
    ARGUS_RETURN_IF_ERROR(store::CheckEtag(instance.etag(), request.etag()));
    ARGUS_ASSIGN(const bool busy, store::InstanceHasActiveRuns(work.tx(), name));
    if (busy) return InUse(instance.name(), "a task run that waits, runs or has an unknown outcome");
    instance.set_state(v1::DELETED);
    return Save(work, std::move(instance));
  });
}

Result<v1::Instance> InstanceCommands::Undelete(const RequestContext& ctx, const v1::UndeleteInstanceRequest& request) {
  ARGUS_ASSIGN(const auto name, domain::InstanceName::Parse(request.name()));
  return Run<v1::Instance>(metastore_, ctx, request, [&](Work& work) -> Result<v1::Instance> {
    ARGUS_ASSIGN(auto instance, Load(work, name));
    if (instance.state() != v1::DELETED) return NotDeleted(instance.name());
    instance.set_state(v1::ACTIVE);
    return Save(work, std::move(instance));
  });
}

Result<v1::SyncInstanceResponse> InstanceCommands::Sync(const RequestContext& ctx,
                                                        const v1::SyncInstanceRequest& request) {
  ARGUS_ASSIGN(const auto name, domain::InstanceName::Parse(request.name()));
  ARGUS_RETURN_IF_ERROR(Attempt(metastore_, ctx, request));
  ARGUS_ASSIGN(const auto databases, sync_.SyncInstance(ctx, name));
  v1::SyncInstanceResponse response;
  for (const auto& database : databases) response.add_databases(database.ToString());
  return response;
}

Result<v1::TestConnectionResponse> InstanceCommands::TestConnection(const RequestContext& ctx,
                                                                    const v1::TestConnectionRequest& request) {
  if (request.name().empty() && !request.has_instance()) {
    return InvalidField("instance", "Give the instance to test, or the name of a stored one.");
  }
  if (request.has_instance()) ARGUS_RETURN_IF_ERROR(domain::CheckInstance(request.instance()));
  ARGUS_RETURN_IF_ERROR(Attempt(metastore_, ctx, request));
  ARGUS_ASSIGN(const auto target, ResolveTested(ctx, request));
  ARGUS_ASSIGN(const auto info, target.driver.Inspect(ctx, target.spec));
  v1::TestConnectionResponse response;
  response.set_engine_version(info.version);
  *response.mutable_server_time() = store::ToProto(info.server_time);
  response.set_read_only(info.read_only);
  return response;
}

Result<Target> InstanceCommands::ResolveTested(const RequestContext& ctx, const v1::TestConnectionRequest& request) {
  if (!request.has_instance()) {
    ARGUS_ASSIGN(const auto name, domain::InstanceName::Parse(request.name()));
    return targets_.ResolveServer(ctx, name);
  }
  v1::Instance instance = request.instance();
  instance.set_name(request.name());
  return targets_.FromMessage(ctx, instance);
}

Result<int> ReencryptSecrets(store::Metastore& metastore, const RequestContext& ctx, const secret::Keyring& keyring) {
  return RunSystem(metastore, ctx, [&](Work& work) -> Result<int> {
    ARGUS_ASSIGN(const auto all, store::AllInstanceSecrets(work.tx()));
    int count = 0;
    for (const auto& [name, secrets] : all) {
      ARGUS_ASSIGN(const bool changed, Reencrypt(work.tx(), keyring, name, secrets));
      count += changed ? 1 : 0;
    }
    auto extra = Extra({{"key_id", keyring.primary_id()}, {"instances", std::to_string(count)}});
    work.Record({"workspace", v1::AuditLog::WARNING, std::move(extra), "bb.key.rotate"});
    return count;
  });
}

}  // namespace argus::command
