#include "target/fingerprint.h"

#include "platform/base/encoding.h"

namespace argus::target {

std::string Fingerprint(v1::DatabaseSchema schema) {
  schema.clear_name();
  schema.clear_sync_time();
  schema.clear_fingerprint();
  for (auto& part : *schema.mutable_schemas()) {
    for (auto& table : *part.mutable_tables()) table.clear_estimated_rows();
  }
  return Sha256Hex(schema.SerializeAsString());
}

}  // namespace argus::target
