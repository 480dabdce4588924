#include "tests/build_dir.h"

std::string build_dir() { return LEMMA_BINARY_DIR; }
