// What target instances may reach on the machine that Argus itself runs on.
#pragma once

#include <string>
#include <vector>

#include "contract/contract.h"
#include "platform/base/result.h"

namespace argus::command {

// The operator's choice, not that of whoever sets an instance: they also choose the server that is sent the secret, and
// could read Argus's own keys that way, or change its metastore as if it were a target.
struct LocalAccess {
  // What Instance.password_ref may name: "env://NAME" or "file:///path", where a "*" at the end stands for any rest.
  std::vector<std::string> secret_refs = {"env://ARGUS_SECRET_*", "file:///run/secrets/argus/*"};
  // The folder of the metastore, which is no data_dir of an instance; empty: none.
  std::string metastore_folder;
};

// INVALID_ARGUMENT / INVALID_CONFIGURATION for a pattern that is none.
Status CheckLocalAccess(const LocalAccess& access);
// INVALID_ARGUMENT / INVALID_FIELD with the field that names what is out of reach.
Status CheckReach(const LocalAccess& access, const v1::Instance& instance);

}  // namespace argus::command
