#pragma once
/// System threads that run the blocks of a launch.

#include <string>

#include "emulator/block.h"

namespace emulator {

/// Runs every block in the order that the options choose. Returns the first error, or nothing.
std::string run_blocks(const Launch& l);

}  // namespace emulator
