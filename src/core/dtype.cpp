#include "lemma/core/dtype.h"

#include <ostream>

namespace lemma {

std::ostream& operator<<(std::ostream& out, DType dtype) { return out << name(dtype); }

}  // namespace lemma
