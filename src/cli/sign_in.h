// `argus login` and `argus logout`.
#pragma once

#include <iosfwd>
#include <string>

#include "platform/base/result.h"

namespace argus::cli {

// An empty password is asked for on the terminal, without echo; without a terminal it is read from standard input.
Result<std::string> AskPassword(const std::string& prompt);

// Signs in and keeps the tokens for later commands.
Status Login(const std::string& server, const std::string& login_id, std::string password, std::ostream& out);
// Ends the session on the server and forgets its tokens; having none is no error.
Status Logout(const std::string& server);

}  // namespace argus::cli
