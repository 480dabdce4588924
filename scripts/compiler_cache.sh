# Sourced by the scripts that build more than once: what one build has compiled, the next with the same flags takes from a
# cache, where ccache is installed. The cache is a folder of this checkout, so nothing outside it is written.
# The sloppiness is what ccache asks for where headers are precompiled, as the tests' are; nothing here uses __TIME__.
if command -v ccache >/dev/null; then
    export CMAKE_CXX_COMPILER_LAUNCHER="${CMAKE_CXX_COMPILER_LAUNCHER-ccache}"
    export CCACHE_DIR="${CCACHE_DIR:-$PWD/build-cache}" CCACHE_BASEDIR="${CCACHE_BASEDIR-$PWD}" CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE="${CCACHE_MAXSIZE:-1G}"
    export CCACHE_SLOPPINESS="${CCACHE_SLOPPINESS:-pch_defines,time_macros}"
fi
