// Bytes that grow at their end, faster than a std::string: what log lines are put together in.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

namespace argus::log {

class Buffer {
 public:
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  std::string_view view() const { return {data_.get(), size_}; }
  std::string_view view(std::size_t from, std::size_t to) const { return {data_.get() + from, to - from}; }
  char* data() { return data_.get(); }

  // Room for at least `bytes` more; what was written there counts after Took().
  char* Room(std::size_t bytes) {
    if (capacity_ - size_ < bytes) Grow(bytes);
    return data_.get() + size_;
  }
  void Took(std::size_t bytes) { size_ += bytes; }

  void Put(char c) {
    *Room(1) = c;
    ++size_;
  }
  void Put(std::string_view text) {
    std::memcpy(Room(text.size()), text.data(), text.size());
    size_ += text.size();
  }
  void PutNumber(std::int64_t number) {
    char* begin = Room(20);
    size_ += std::to_chars(begin, begin + 20, number).ptr - begin;
  }
  void PutNumber(double number) {
    char* begin = Room(32);
    size_ += std::to_chars(begin, begin + 32, number).ptr - begin;
  }

  void Clear() { size_ = 0; }
  // Clear() that gives back memory above `kept`.
  void Reset(std::size_t kept) {
    size_ = 0;
    if (capacity_ <= kept) return;
    data_.reset();
    capacity_ = 0;
  }

 private:
  void Grow(std::size_t bytes);

  std::unique_ptr<char[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace argus::log
