// The reference pages of docs/reference, made from the declarations themselves. Pure; equal declarations give equal
// bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace argus::api {

struct ReferencePage {
  std::string_view name;  // "permissions"; the file is docs/reference/<name>.md
  std::string (*render)();
};

// permissions, errors, api.
const std::vector<ReferencePage>& ReferencePages();

// Every permission, the methods that ask for it and the built-in roles that hold it.
std::string PermissionsReference();
// Every error reason with its help.
std::string ErrorsReference();
// Every method with its REST paths, access and audit action.
std::string ApiReference();

}  // namespace argus::api
