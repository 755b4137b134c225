// Helpers of this module's tests.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "platform/base/error.h"
#include "platform/base/reasons.h"

namespace argus::log {

class Pipe {
 public:
  Pipe() { EXPECT_EQ(pipe2(ends_, O_CLOEXEC), 0); }
  ~Pipe() {
    CloseReader();
    CloseWriter();
  }
  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  void CloseReader() { Close(ends_[0]); }
  void CloseWriter() { Close(ends_[1]); }
  std::string ReadAll() {
    CloseWriter();
    std::string out;
    char buffer[4096];
    for (ssize_t n; (n = read(ends_[0], buffer, sizeof buffer)) > 0;) out.append(buffer, n);
    return out;
  }

 private:
  static void Close(int& fd) {
    if (fd >= 0) close(fd);
    fd = -1;
  }
  int ends_[2] = {-1, -1};
};

// A file without a name.
class TemporaryFile {
 public:
  ~TemporaryFile() { std::fclose(file_); }
  int fd() const { return fileno(file_); }
  std::string ReadAll() const {
    std::string text(lseek(fd(), 0, SEEK_END), '\0');
    EXPECT_EQ(pread(fd(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    return text;
  }

 private:
  FILE* file_ = std::tmpfile();
};

inline std::size_t Occurrences(const std::string& text, std::string_view what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size())) ++count;
  return count;
}

// An error made three of our own calls deep; the compiler may not fold them into one.
__attribute__((noinline)) inline Error InnerError(std::string cause) {
  Error error = Error(Code::kInternal, reasons::kInternal, "it broke").WithCause(std::move(cause));
  asm volatile("");
  return error;
}
__attribute__((noinline)) inline Error OuterError(std::string cause) {
  Error error = InnerError(std::move(cause));
  asm volatile("");
  return error;
}

}  // namespace argus::log
