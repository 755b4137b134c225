// SQL put together at compile time, so that a list of columns is written once.
//
//   constexpr Sql kColumns = "id, title";
//   constexpr db::Statement kGet = Define<"plan.get", "SELECT " + kColumns + " FROM plan WHERE id = :id">;
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "platform/db/database.h"

namespace argus::store {

// A literal as a structural type; `data` includes the terminating zero.
template <std::size_t N>
struct Sql {
  char data[N] = {};
  constexpr Sql() = default;
  constexpr Sql(const char (&text)[N]) { std::copy_n(text, N, data); }  // NOLINT(google-explicit-constructor)
  constexpr std::string_view view() const { return {data, N - 1}; }
};

template <std::size_t N, std::size_t M>
constexpr Sql<N + M - 1> operator+(const Sql<N>& a, const Sql<M>& b) {
  Sql<N + M - 1> joined;
  std::copy_n(b.data, M, std::copy_n(a.data, N - 1, joined.data));
  return joined;
}
template <std::size_t N, std::size_t M>
constexpr auto operator+(const char (&a)[N], const Sql<M>& b) {
  return Sql<N>(a) + b;
}
template <std::size_t N, std::size_t M>
constexpr auto operator+(const Sql<N>& a, const char (&b)[M]) {
  return a + Sql<M>(b);
}

template <Sql kName, Sql kText>
inline constexpr db::Statement Define{kName.view(), kText.view()};

}  // namespace argus::store
