// What a script may not do in a SQLite database.
#pragma once

#include <sqlite3.h>

#include <string>

namespace argus::target::sqlite {

// While it lives, every statement prepared on `database` is held to the rules: no ATTACH or DETACH, no loading of
// extensions, no transaction control but savepoints, no pragma that lets the file lose a commit or its schema.
class Guard {
 public:
  explicit Guard(sqlite3* database);
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  // What was refused last, as a sentence; empty while nothing was.
  const std::string& refusal() const { return refusal_; }

 private:
  static int Authorize(void* self, int action, const char* first, const char* second, const char*, const char*);
  int Refuse(std::string what);

  sqlite3* database_;
  std::string refusal_;
};

}  // namespace argus::target::sqlite
