// Secrets that stand elsewhere: file:///run/secrets/password, env://NAME.
#pragma once

#include <string>
#include <string_view>

#include "platform/base/result.h"

namespace argus::secret {

inline constexpr std::size_t kMaxSecretBytes = 64 << 10;

// Whether `text` is meant as a reference rather than as the secret itself.
bool IsSecretRef(std::string_view text);

// Whether `ref` is `pattern`, or begins with what stands before a "*" at the pattern's end. The path of a file is
// compared decoded and without its "." and ".."; links are not followed.
bool SecretRefMatches(std::string_view ref, std::string_view pattern);

// The content of the file (an absolute, percent-decoded path to a regular file) or variable, read at each call, without
// one trailing newline. Errors: INVALID_ARGUMENT/INVALID_FIELD when it is no such reference, FAILED_PRECONDITION/
// INVALID_CONFIGURATION when what it names is absent, empty or larger than kMaxSecretBytes. No message or cause shows
// content, nor a text that is not a reference.
Result<std::string> ResolveSecretRef(std::string_view ref);

}  // namespace argus::secret
