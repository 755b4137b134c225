// A target server without a target.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "domain/reasons.h"
#include "target/driver.h"

namespace argus::command {

// Remembers with what it was asked last. What it answers is for the test to set; not while threads use it.
class FakeServer final : public target::Driver {
 public:
  class FakeConnection final : public target::Connection {
   public:
    Result<target::ServerInfo> Inspect(const RequestContext&) override { return target::ServerInfo(); }
    Result<v1::DatabaseSchema> SyncSchema(const RequestContext&) override {
      v1::DatabaseSchema schema;
      schema.add_schemas()->set_name("public");
      schema.set_fingerprint("f1");
      return schema;
    }
    target::RunResult Run(const RequestContext&, const target::ScriptRun&, target::RunObserver&) override { return {}; }
    void Cancel() override {}
    Status Reset(const RequestContext&) override { return Ok(); }
  };

  Result<std::unique_ptr<target::Connection>> Connect(const RequestContext&,
                                                      const target::ConnectionSpec& spec) const override {
    if (spec.database == broken) return Refusal();
    return std::unique_ptr<target::Connection>(std::make_unique<FakeConnection>());
  }
  Result<std::vector<std::string>> ListDatabases(const RequestContext&, const target::ConnectionSpec&) const override {
    return databases;
  }
  Result<target::ServerInfo> Inspect(const RequestContext&, const target::ConnectionSpec& spec) const override {
    last = spec;
    if (down) return Refusal();
    target::ServerInfo info;
    info.version = "15.14";
    return info;
  }
  Result<target::Proof> Probe(const RequestContext&, const target::ConnectionSpec&,
                              const target::ProofQuery&) const override {
    return target::Proof();
  }
  static Error Refusal() {
    return Error(Code::kUnavailable, reasons::kConnectionFailed, "The server cannot be reached.");
  }

  std::vector<std::string> databases{"shop"};
  std::string broken;
  bool down = false;
  mutable target::ConnectionSpec last;
};

}  // namespace argus::command
