#include "platform/db/patience.h"

#include <fmt/format.h>

#include <algorithm>

#include "platform/base/reasons.h"
#include "platform/db/errors.h"

namespace argus::db {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kSlice{20};

}  // namespace

Patience Patience::AtMost(milliseconds limit) const {
  Patience shorter = *this;
  shorter.limit_ = std::min(limit_, std::chrono::steady_clock::now() + limit);
  return shorter;
}

bool Patience::Exhausted() const { return Cancelled() || std::chrono::steady_clock::now() >= End(); }

milliseconds Patience::Slice() const { return Cancelled() ? milliseconds{0} : std::min(kSlice, Left()); }

// Rounded up, so that sleeping that long does end the wait.
milliseconds Patience::Left() const {
  const auto now = std::chrono::steady_clock::now();
  if (now >= End()) return milliseconds{0};
  return std::chrono::floor<milliseconds>(End() - now) + milliseconds{1};
}

Error Patience::Failure(std::string_view what) const {
  if (Cancelled()) return Error(Code::kCancelled, reasons::kCancelled, "The request was cancelled.");
  if (std::chrono::steady_clock::now() >= deadline_) {
    return Error(Code::kDeadlineExceeded, reasons::kDeadlineExceeded, "The request took longer than its deadline.")
        .WithCause(fmt::format("waiting for {}", what));
  }
  return Unavailable(fmt::format("gave up waiting for {}", what));
}

}  // namespace argus::db
