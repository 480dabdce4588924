#pragma once
#include <string>

/// Where this build is. Compiled into one file alone, so that the others are the same for every build of a checkout,
/// and a compiler cache knows them.
std::string build_dir();
