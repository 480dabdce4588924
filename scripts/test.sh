#!/bin/sh
# Installs, configures, builds and runs every test.
set -eu
cd "$(dirname "$0")/.."

usage() {
    cat <<'END'
usage: scripts/test.sh [--no-install] [--preset NAME] [--jobs N] [-- CTEST ARGUMENTS]

Installs missing packages, configures, builds and runs every test; closes with counts.

  --no-install    do not run scripts/setup.sh
  --preset NAME   a preset of CMakePresets.json (default: default)
  --jobs N        how many compilers run at once (default: one a core)
  -- ...          passed to ctest, such as -R viz to run the tests named so

Tests on public corpora look for them under LEMMA_DATA_DIR and are skipped, visibly, when it is unset.
END
}

install=yes
preset=default
jobs=$(nproc 2>/dev/null || echo 2)
while [ $# -gt 0 ]; do
    case "$1" in
        --no-install) install=no ;;
        --preset) preset=${2:?"--preset needs a name"}; shift ;;
        --jobs) jobs=${2:?"--jobs needs a number"}; shift ;;
        --help | -h) usage; exit 0 ;;
        --) shift; break ;;
        *) echo "test.sh: unknown option '$1'; see scripts/test.sh --help" >&2; exit 2 ;;
    esac
    shift
done

[ "$install" = no ] || scripts/setup.sh
started=$(date +%s)
cmake --preset "$preset"
cmake --build --preset "$preset" --parallel "$jobs"
built=$(date +%s)
result=0
ctest --preset "$preset" "$@" || result=$?

# Every line of the log that a test program closes with, added up.
case "$preset" in
    default | ci) log=build/Testing/Temporary/LastTest.log ;;
    *) log=build-$preset/Testing/Temporary/LastTest.log ;;
esac
echo
awk '
    /^All tests passed \(/     { cases += $7; assertions += substr($4, 2); next }
    /^test cases: /            { for (i = 3; i < NF; ++i) { if ($(i+1) == "passed") cases += $i; if ($(i+1) == "failed") failed += $i } next }
    /^assertions: /            { assertions += $2 }
    /^ *skipped: /             { ++skipped }
    / Test Passed\.$|^Test Passed\.$/ { ++programs }
    /^Test Failed\.$/          { ++programs; ++broken }
    END { printf "test.sh: %d test programs (%d failed); %d test cases passed, %d failed, %d assertions; %d skips\n",
                 programs, broken, cases, failed, assertions, skipped }' "$log"
echo "test.sh: built in $((built - started)) s, tested in $(($(date +%s) - built)) s"
exit $result
