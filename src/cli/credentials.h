// Tokens that `argus login` keeps for later commands, one pair a server.
#pragma once

#include <string>

#include "contract/contract.h"
#include "platform/base/result.h"

namespace argus::cli {

// $ARGUS_CREDENTIALS, else $XDG_CONFIG_HOME/argus/credentials.json, else ~/.config/argus/credentials.json. Mode 0600.
std::string CredentialsPath();

// NOT_FOUND when nobody signed in to `server`; the message says how to.
Result<v1::LoginResponse> LoadCredentials(const std::string& server);
Status SaveCredentials(const std::string& server, const v1::LoginResponse& tokens);
Status RemoveCredentials(const std::string& server);

}  // namespace argus::cli
