#include "command/targets.h"

#include <fmt/format.h>

#include "command/refusals.h"
#include "command/request_checks.h"
#include "platform/secret/secret_ref.h"
#include "store/instance_store.h"

namespace argus::command {
namespace {

bool SameServer(const v1::Instance& a, const v1::Instance& b) { return a.host() == b.host() && a.port() == b.port(); }

Result<std::string> Decrypt(const secret::Keyring& keyring, const std::string& text, const domain::InstanceName& name) {
  if (text.empty()) return std::string();
  return keyring.Decrypt(text, name.ToString());
}

target::ConnectionSpec SpecOf(const v1::Instance& instance, const TargetSecrets& secrets) {
  target::ConnectionSpec spec;
  spec.host = instance.host();
  spec.port = instance.port();
  spec.username = instance.username();
  spec.password = secrets.password;
  spec.database = instance.admin_database();
  spec.tls = instance.tls();
  spec.tls.set_client_key(secrets.client_key);
  spec.data_dir = instance.data_dir();
  return spec;
}

}  // namespace

Targets::Targets(store::Metastore& metastore, const secret::Keyring& keyring, Drivers drivers,
                 LocalAccess access)
    : metastore_(metastore), keyring_(keyring), drivers_(std::move(drivers)), access_(std::move(access)) {}

Result<Target> Targets::Resolve(const RequestContext& ctx, const domain::DatabaseName& name) const {
  ARGUS_ASSIGN(auto target, ResolveServer(ctx, name.Instance()));
  target.spec.database = name.database;
  return target;
}

Result<Target> Targets::ResolveServer(const RequestContext& ctx, const domain::InstanceName& name) const {
  auto reader = metastore_.Read(ctx);
  ARGUS_ASSIGN(const auto instance, store::GetInstance(reader, name));
  if (instance.state() == v1::DELETED) return Deleted(instance.name());
  ARGUS_ASSIGN(auto secrets, LoadSecrets(reader, name));
  return MakeTarget(instance, std::move(secrets));
}

Result<Target> Targets::FromMessage(const RequestContext& ctx, const v1::Instance& instance) const {
  TargetSecrets given{instance.password(), instance.tls().client_key()};
  if (instance.name().empty()) return MakeTarget(instance, std::move(given));
  ARGUS_ASSIGN(const auto name, domain::InstanceName::Parse(instance.name()));
  auto reader = metastore_.Read(ctx);
  const auto stored = store::GetInstance(reader, name);
  ARGUS_ASSIGN(const bool exists, Exists(stored));
  if (!exists || !SameServer(instance, *stored)) return MakeTarget(instance, std::move(given));
  ARGUS_ASSIGN(const auto kept, LoadSecrets(reader, name));
  if (given.password.empty()) given.password = kept.password;
  if (given.client_key.empty()) given.client_key = kept.client_key;
  return MakeTarget(instance, std::move(given));
}

Result<TargetSecrets> Targets::LoadSecrets(store::Reader& reader, const domain::InstanceName& name) const {
  ARGUS_ASSIGN(const auto stored, store::GetInstanceSecrets(reader, name));
  ARGUS_ASSIGN(auto password, Decrypt(keyring_, stored.password, name));
  ARGUS_ASSIGN(auto client_key, Decrypt(keyring_, stored.client_key, name));
  return TargetSecrets{std::move(password), std::move(client_key)};
}

Result<Target> Targets::MakeTarget(const v1::Instance& instance, TargetSecrets secrets) const {
  const auto driver = drivers_.find(instance.engine());
  if (driver == drivers_.end()) {
    return InvalidField("instance.engine", fmt::format("No driver for {}.", v1::Engine_Name(instance.engine())));
  }
  ARGUS_RETURN_IF_ERROR(CheckReach(access_, instance));
  if (!instance.password_ref().empty()) {
    ARGUS_ASSIGN(secrets.password, secret::ResolveSecretRef(instance.password_ref()));
  }
  return Target{*driver->second, SpecOf(instance, secrets), instance.engine()};
}

}  // namespace argus::command
