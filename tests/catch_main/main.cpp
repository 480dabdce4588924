// The main of Catch2, for a package of it that has none to link.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
