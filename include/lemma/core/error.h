#pragma once
/// Errors: one exception type per family, each with a sentence a person can act on and its facts as data.
///
/// Every message reads `[where] what is wrong: all shapes, dtypes, values involved; what would be right`.

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "lemma/core/device.h"
#include "lemma/core/dtype.h"
#include "lemma/core/shape.h"

namespace lemma {

/// Base of all of Lemma's exceptions. `where()` is the operation, file or option that complains; `message()` is the
/// sentence without it, for callers that know a better place to name; `what()` is both.
class Error : public std::runtime_error {
 public:
  Error(std::string where, const std::string& message)
      : std::runtime_error("[" + where + "] " + message), where_(std::move(where)) {}
  const std::string& where() const { return where_; }
  std::string message() const { return what() + where_.size() + 3; }

 private:
  std::string where_;
};

/// Shapes that do not fit, a dim or an index out of range. `shapes` are those involved, left to right.
class ShapeError : public Error {
 public:
  ShapeError(std::string where, const std::string& message, std::vector<Shape> shapes_involved = {})
      : Error(std::move(where), message), shapes(std::move(shapes_involved)) {}
  std::vector<Shape> shapes;
};

/// An index that points outside its range: ids, class labels, gather indices.
class IndexError : public Error {
 public:
  IndexError(std::string where, const std::string& message, int64_t bad_index, int64_t range)
      : Error(std::move(where), message), index(bad_index), size(range) {}
  int64_t index, size;
};

/// Element types that do not fit: Lemma never promotes silently.
class DTypeError : public Error {
 public:
  DTypeError(std::string where, const std::string& message, std::vector<DType> dtypes_involved = {})
      : Error(std::move(where), message), dtypes(std::move(dtypes_involved)) {}
  std::vector<DType> dtypes;
};

/// Tensors on different devices, or a device this build or machine does not have.
class DeviceError : public Error {
 public:
  DeviceError(std::string where, const std::string& message, std::vector<Device> devices_involved = {})
      : Error(std::move(where), message), devices(std::move(devices_involved)) {}
  std::vector<Device> devices;
};

/// A device that failed while it was working: its memory is gone, and this process cannot use it again.
class DeviceLostError : public DeviceError {
  using DeviceError::DeviceError;
};

/// A device that ran out of memory. Everything that was there before is still there.
class MemoryError : public Error {
  using Error::Error;
};

/// Misuse of the tape: a second backward pass, a stale saved value, a rule that returns the wrong thing, a NaN under
/// DetectAnomaly.
class GradError : public Error {
  using Error::Error;
};

/// A file that is missing, unreadable, malformed or cannot be written. `where()` is its path, with the line where
/// known.
class IoError : public Error {
  using Error::Error;
};

/// An argument, option or configuration value that makes no sense.
class ValueError : public Error {
  using Error::Error;
};

}  // namespace lemma
