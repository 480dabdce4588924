#!/bin/sh
# Builds and runs one tutorial, or the answers to its exercises.
set -eu
cd "$(dirname "$0")/.."

usage() {
    cat <<'END'
usage: scripts/tutorial.sh [STEP [ARGUMENTS]]
       scripts/tutorial.sh --solution STEP

  scripts/tutorial.sh               the steps
  scripts/tutorial.sh 03            builds step 03 as its source now stands, and runs it
  scripts/tutorial.sh 03 --help     what the step takes: --seed, --device, --plain, --break
  scripts/tutorial.sh --solution 03 the answers to the exercises of step 03
END
}

kind=tutorial
folder=tutorials
case "${1:-}" in
    "")
        usage
        echo
        for source in tutorials/[0-9]*.cpp; do basename "$source" .cpp | sed 's/^/  /'; done
        exit 0 ;;
    --help | -h) usage; exit 0 ;;
    --solution)
        kind=solution
        folder=tutorials/solutions
        shift
        [ $# -gt 0 ] || { echo "tutorial.sh: --solution needs a step, such as 03" >&2; exit 2; } ;;
esac
step=$1
shift
name=
for source in "$folder/$step"_*.cpp "$folder/0$step"_*.cpp "$folder/$step.cpp"; do
    [ -e "$source" ] && name=$(basename "$source" .cpp)
done
[ -n "$name" ] || { echo "tutorial.sh: there is no $kind '$step'; scripts/tutorial.sh lists the steps" >&2; exit 2; }

# Quiet while all is well: a learner wants the lesson, not the compiler.
quietly() {
    log=$(mktemp)
    "$@" >"$log" 2>&1 || { cat "$log" >&2; rm -f "$log"; echo "tutorial.sh: '$*' failed; if a package is missing, run scripts/setup.sh" >&2; exit 1; }
    rm -f "$log"
}
. scripts/compiler_cache.sh
[ -f build/CMakeCache.txt ] || quietly cmake --preset default
[ -f build/liblemma.a ] || echo "Building Lemma, which takes some minutes the first time ..." >&2
quietly cmake --build build --target "${kind}_$name" --parallel
exec "build/$folder/$name" "$@"
