// A profile before it is written: values by call stack and labels.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "platform/base/clock.h"

namespace argus::profile {

struct ValueType {
  std::string type;  // "inuse_space"
  std::string unit;  // "bytes"
};

using Labels = std::vector<std::pair<std::string, std::string>>;

struct SampleKey {
  std::vector<std::uintptr_t> stack;  // addresses of instructions, innermost first
  Labels labels;
  auto operator<=>(const SampleKey&) const = default;
};

// A value; values of equal keys add up.
struct Profile {
  std::vector<ValueType> types;  // as many as each sample has values
  std::string default_type;      // what a reader shows first; empty: the last
  ValueType period_type;
  std::int64_t period = 0;
  Timestamp time{};
  std::chrono::nanoseconds duration{0};
  std::vector<std::string> comments;
  std::map<SampleKey, std::vector<std::int64_t>> samples;

  void Add(SampleKey key, std::span<const std::int64_t> values);
};

// What happened between two profiles of one kind; samples that did not change are left out.
Profile Difference(const Profile& before, Profile after);

}  // namespace argus::profile
