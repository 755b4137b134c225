#include "platform/runtime/work_scope.h"

#include <mutex>
#include <set>
#include <string>

namespace argus {

const char* LastingText(std::string_view text) {
  static std::mutex mutex;
  static auto& texts = *new std::set<std::string, std::less<>>;  // never destroyed
  const std::lock_guard lock(mutex);
  auto found = texts.find(text);
  if (found == texts.end()) found = texts.emplace(text).first;
  return found->c_str();
}

}  // namespace argus
