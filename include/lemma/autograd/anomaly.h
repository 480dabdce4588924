#pragma once
/// Finding where a NaN came from.

namespace lemma {

/// While it lives, the first operation whose result or gradient contains a NaN or Inf throws GradError naming the
/// operation, the shapes of its inputs, the chain of operations before it and the functions it was called from. Slow:
/// for debugging.
class DetectAnomaly {
 public:
  DetectAnomaly();
  ~DetectAnomaly();
  DetectAnomaly(const DetectAnomaly&) = delete;
  DetectAnomaly& operator=(const DetectAnomaly&) = delete;
  static bool enabled();  ///< whether one lives

 private:
  bool previous_;
};

}  // namespace lemma
