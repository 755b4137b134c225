// Result<T>: a value or an Error, for every failure that is expected. Exceptions come only from foreign code and are
// caught where that code is called.
#pragma once

#include <cstdlib>
#include <optional>
#include <utility>
#include <variant>

#include "platform/base/error.h"

namespace argus {

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Only on success; asking a failure for its value (or a success for its error) ends the process.
  T& value() & { return ok() ? std::get<0>(state_) : (std::abort(), std::get<0>(state_)); }
  const T& value() const& { return ok() ? std::get<0>(state_) : (std::abort(), std::get<0>(state_)); }
  T&& value() && { return std::move(value()); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& { return ok() ? (std::abort(), std::get<1>(state_)) : std::get<1>(state_); }
  Error&& error() && { return ok() ? (std::abort(), std::move(std::get<1>(state_))) : std::move(std::get<1>(state_)); }

 private:
  std::variant<T, Error> state_;
};

// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return !error_; }
  explicit operator bool() const { return ok(); }
  const Error& error() const& { return error_ ? *error_ : (std::abort(), *error_); }
  Error&& error() && { return error_ ? std::move(*error_) : (std::abort(), std::move(*error_)); }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;
inline Status Ok() { return {}; }

}  // namespace argus

#define ARGUS_CONCAT_INNER(a, b) a##b
#define ARGUS_CONCAT(a, b) ARGUS_CONCAT_INNER(a, b)

// Returns the error of `expr` from the enclosing function, or goes on.
#define ARGUS_RETURN_IF_ERROR(expr)                                                             \
  do {                                                                                          \
    if (auto argus_status = (expr); !argus_status.ok()) return std::move(argus_status).error(); \
  } while (false)

// ARGUS_ASSIGN(auto plan, store.Get(id)): declares or assigns the value, or returns the error.
#define ARGUS_ASSIGN(lhs, expr) ARGUS_ASSIGN_INNER(ARGUS_CONCAT(argus_result_, __LINE__), lhs, expr)
#define ARGUS_ASSIGN_INNER(tmp, lhs, expr)      \
  auto tmp = (expr);                            \
  if (!tmp.ok()) return std::move(tmp).error(); \
  lhs = std::move(tmp).value()
