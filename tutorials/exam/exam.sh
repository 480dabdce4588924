#!/bin/sh
# The final exam. usage: tutorials/exam/exam.sh [FILE]   (your answers; default: tutorials/exam/my_encoder.h)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
file=${1:-$here/my_encoder.h}
library=${LEMMA_LIBRARY:-$root/build/liblemma.a}
[ -e "$file" ] || { echo "exam.sh: there is no $file; begin with an empty one: touch $file" >&2; exit 2; }
[ -e "$library" ] || { echo "exam.sh: there is no $library; build Lemma first: scripts/tutorial.sh 01" >&2; exit 2; }
file=$(cd "$(dirname "$file")" && pwd)/$(basename "$file")
program=$(mktemp)
trap 'rm -f "$program"' EXIT
${CXX:-g++} -std=c++20 -O1 -DFMT_SHARED -I"$root/include" -I"$here" -DLEARNER="\"$file\"" "$here/exam_encoder.cpp" -o "$program" \
    "$library" -lfmt -lhwy -lutf8proc -lz -ldl -pthread
"$program"
