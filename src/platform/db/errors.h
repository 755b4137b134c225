// The errors a database can give, as database.h documents them. `cause` is the driver's text: for the log only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "platform/base/error.h"

namespace argus::db {

Error Unavailable(std::string cause);
// A serialization failure or deadlock: the same transaction may succeed when run again.
Error SerializationConflict(std::string cause);
Error UniqueViolation(std::string cause);
Error ConstraintViolation(std::string cause);
Error StatementRefused(std::string cause);
Error InvalidText(std::string field);
Error UnexpectedRowCount(std::int64_t rows);
Error CommitUnknown(std::string cause);

bool IsSerializationConflict(const Error& error);
// Puts the name of the statement before the private cause.
Error InStatement(Error error, std::string_view statement);

}  // namespace argus::db
