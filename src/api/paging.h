// From a page of the store to a List response (AIP-158).
#pragma once

#include <utility>

#include "contract/contract.h"
#include "store/page.h"

namespace argus::api {

//   return ToResponse(std::move(page), &v1::ListPlansResponse::mutable_plans);
template <typename Response, typename T>
Response ToResponse(store::Page<T> page, google::protobuf::RepeatedPtrField<T>* (Response::*items)()) {
  Response response;
  for (T& item : page.items) *(response.*items)()->Add() = std::move(item);
  response.set_next_page_token(std::move(page.next_page_token));
  if constexpr (requires { response.set_total_size(0); }) {
    if (page.total_size) response.set_total_size(*page.total_size);
  }
  return response;
}

}  // namespace argus::api
