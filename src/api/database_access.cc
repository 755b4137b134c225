#include "api/database_access.h"

#include "api/authorizer.h"
#include "store/database_store.h"

namespace argus::api {

Result<v1::Database> GetPermittedDatabase(store::Reader& reader, const RequestContext& ctx, std::string_view permission,
                                          const domain::DatabaseName& name) {
  ARGUS_ASSIGN(const Caller caller, LoadCaller(reader, ctx));
  ARGUS_ASSIGN(auto database, store::GetDatabase(reader, name));
  ARGUS_RETURN_IF_ERROR(RequireAt(caller, permission, PlaceOf(database), database.name()));
  return database;
}

}  // namespace argus::api
