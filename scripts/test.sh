#!/bin/sh
# Installs, configures, builds and runs every test.
set -eu
cd "$(dirname "$0")/.."

usage() {
    cat <<'END'
usage: scripts/test.sh [--no-install] [--preset NAME] [--jobs N] [-- CTEST ARGUMENTS]

Installs missing packages, configures, builds and runs every test; ends with counts. By default it does so twice: the CPU's
tests (preset default, in build/), then the CUDA device's on the emulated one (preset emulated, in build-emulated/).

  --no-install    do not run scripts/setup.sh
  --preset NAME   only this preset of CMakePresets.json, with all its tests; --preset default is the CPU only
  --jobs N        how many compilers, and tests of the emulated device, run at once (default: one per core)
  -- ...          passed to ctest, such as -R viz to run the tests whose names contain it

Tests on public corpora look for them under LEMMA_DATA_DIR and are visibly skipped when it is unset.
END
}

install=yes
presets="default emulated"
jobs=$(nproc 2>/dev/null || echo 2)
while [ $# -gt 0 ]; do
    case "$1" in
        --no-install) install=no ;;
        --preset | --jobs)
            [ -n "${2:-}" ] || { echo "test.sh: $1 needs a value; see scripts/test.sh --help" >&2; exit 2; }
            [ "$1" = --jobs ] && jobs=$2 || presets=$2
            shift ;;
        --help | -h) usage; exit 0 ;;
        --) shift; break ;;
        *) echo "test.sh: unknown option '$1'; see scripts/test.sh --help" >&2; exit 2 ;;
    esac
    shift
done

[ "$install" = no ] || scripts/setup.sh
. scripts/compiler_cache.sh
# Configures, builds and runs one preset, and adds up what its test programs report at the end.
run() { # PRESET CTEST-ARGUMENTS...
    preset=$1
    shift
    started=$(date +%s)
    cmake --preset "$preset" || return 1
    cmake --build --preset "$preset" --parallel "$jobs" || return 1
    built=$(date +%s)
    result=0
    ctest --preset "$preset" "$@" || result=$?
    case "$preset" in
        default | ci) log=build/Testing/Temporary/LastTest.log ;;
        *) log=build-$preset/Testing/Temporary/LastTest.log ;;
    esac
    echo
    awk -v preset="$preset" '
        /^All tests passed \(/     { cases += $7; assertions += substr($4, 2); next }
        /^test cases: /            { for (i = 3; i < NF; ++i) { if ($(i+1) == "passed") cases += $i; if ($(i+1) == "failed") failed += $i } next }
        /^assertions: /            { assertions += $2 }
        /^ *skipped: /             { ++skipped }
        / Test Passed\.$|^Test Passed\.$/ { ++programs }
        /^Test Failed\.$/          { ++programs; ++broken }
        END { printf "test.sh: %s: %d test programs (%d failed); %d test cases passed, %d failed, %d assertions; %d skips\n",
                     preset, programs, broken, cases, failed, assertions, skipped }' "$log"
    echo "test.sh: $preset: built in $((built - started)) s, tested in $(($(date +%s) - built)) s"
    return $result
}

status=0
for name in $presets; do
    if [ "$name" = emulated ] && [ "$presets" != emulated ]; then
        run emulated -L device --no-tests=ignore --parallel "$jobs" "$@" || status=$?  # the rest has just run
    else
        run "$name" "$@" || status=$?
    fi
done
exit $status
