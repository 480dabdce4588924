#pragma once
/// Shared ownership with the counter inside the object: one pointer wide, one allocation per object.

#include <atomic>
#include <cstdint>
#include <utility>

namespace lemma {

/// Base of objects held by Ref. T may hide `static void destroy(T*)` with its own destroy(), to be freed differently.
class RefCounted {
 public:
  RefCounted() = default;
  RefCounted(const RefCounted&) = delete;
  RefCounted& operator=(const RefCounted&) = delete;
  uint32_t use_count() const { return count_.load(std::memory_order_relaxed); }
  void retain() const { count_.fetch_add(1, std::memory_order_relaxed); }
  /// True when this was the last owner.
  bool drop() const { return count_.fetch_sub(1, std::memory_order_acq_rel) == 1; }

 protected:
  ~RefCounted() = default;

 private:
  mutable std::atomic<uint32_t> count_{1};
};

template <class T>
class Ref {
 public:
  Ref() = default;
  Ref(std::nullptr_t) {}  // NOLINT: implicit like a pointer
  /// Takes over the one reference that `new T` starts with.
  static Ref adopt(T* raw) { return Ref(raw); }
  /// One more owner of an object that somebody already owns.
  static Ref share(T* raw) {
    if (raw) raw->retain();
    return Ref(raw);
  }
  Ref(const Ref& other) : raw_(other.raw_) {
    if (raw_) raw_->retain();
  }
  Ref(Ref&& other) noexcept : raw_(std::exchange(other.raw_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(raw_, other.raw_);
    return *this;
  }
  ~Ref() {
    if (raw_ && raw_->drop()) T::destroy(raw_);
  }

  T* get() const { return raw_; }
  T* operator->() const { return raw_; }
  T& operator*() const { return *raw_; }
  explicit operator bool() const { return raw_ != nullptr; }
  bool operator==(const Ref& other) const { return raw_ == other.raw_; }

 private:
  explicit Ref(T* raw) : raw_(raw) {}
  T* raw_ = nullptr;
};

}  // namespace lemma
