#pragma once
/// A strided view of a storage: shape, strides and offset in elements. What kernels work on; it knows nothing of the
/// tape.

#include "lemma/core/dtype.h"
#include "lemma/core/shape.h"
#include "lemma/core/storage.h"

namespace lemma {

class Array {
 public:
  Array() = default;
  /// Fresh, uninitialised, contiguous.
  Array(const Shape& shape, DType dtype, Device device = Device::cpu());
  /// Another view of a storage.
  Array(Ref<Storage> storage, const Shape& shape, const Strides& strides, int64_t offset, DType dtype)
      : storage_(std::move(storage)), shape_(shape), strides_(strides), offset_(offset), dtype_(dtype) {}

  bool defined() const { return static_cast<bool>(storage_); }
  const Shape& shape() const { return shape_; }
  const Strides& strides() const { return strides_; }
  int64_t offset() const { return offset_; }
  int rank() const { return shape_.rank(); }
  int64_t numel() const { return shape_.numel(); }
  DType dtype() const { return dtype_; }
  Device device() const { return storage_->device(); }
  const Ref<Storage>& storage() const { return storage_; }
  /// Row-major without gaps (dims of size 1 and empty arrays never break this).
  bool is_contiguous() const;
  /// Nothing else shares the memory: it may be overwritten.
  bool is_unique() const { return storage_->use_count() == 1; }

  /// First element. The caller has checked the dtype.
  template <class T>
  T* data() const {
    return static_cast<T*>(storage_->data()) + offset_;
  }

  /// The same memory under other dims. Requires: it describes elements inside the storage.
  Array view(const Shape& shape, const Strides& strides, int64_t offset) const {
    return Array(storage_, shape, strides, offset, dtype_);
  }
  /// What lies at `index` of a dim, without that dim. Requires: they are there.
  Array select(int dim, int64_t index) const;
  /// The same memory, stretched with stride 0 to `shape`. Requires: broadcastable.
  Array expand(const Shape& shape) const;

 private:
  Ref<Storage> storage_;
  Shape shape_;
  Strides strides_;
  int64_t offset_ = 0;
  DType dtype_ = DType::float32;
};

}  // namespace lemma
