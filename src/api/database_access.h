// Databases move between projects: whoever reads one is asked for on the row that was loaded.
#pragma once

#include <string_view>

#include "contract/contract.h"
#include "domain/resource_name.h"
#include "platform/base/result.h"
#include "platform/runtime/context.h"
#include "store/reader.h"

namespace argus::api {

// NOT_FOUND, also where the caller may not see it; PERMISSION_DENIED.
Result<v1::Database> GetPermittedDatabase(store::Reader& reader, const RequestContext& ctx, std::string_view permission,
                                          const domain::DatabaseName& name);

}  // namespace argus::api
