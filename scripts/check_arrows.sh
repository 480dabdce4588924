#!/bin/sh
# Checks that #include arrows point only down and close no cycle, and that no source file is too long.
set -eu

# The house, one storey per line, low to high. Rooms of one storey may include each other as long as there is no cycle. Docs and tests
# take this order from here: docs/architecture.md has the same rooms in the same order, which is checked too.
house='emulator
core
kernels
tape
ops
autograd
nn optim io
text data worlds
train viz
tasks
cli'
# Headers directly under include/lemma, and the room that each belongs to. lemma.h is for programs: no file of the house except cli
# includes it.
top_headers='tensor.h tape, tensor_impl.h tape, methods.h tape, indexing.h tape, ops.h ops, random.h ops, autocast.h ops, autograd.h autograd, lemma.h tasks'

case "${1:-}" in
    --help | -h) echo "usage: scripts/check_arrows.sh [ROOT]   lists each #include that points up or closes a cycle and each file over 400 lines; exit 1 if any"; exit 0 ;;
esac
cd "${1:-$(dirname "$0")/..}"

folders=""
for folder in emulator include/lemma src; do [ ! -d $folder ] || folders="$folders $folder"; done
sources=$(find $folders \( -name '*.h' -o -name '*.cpp' -o -name '*.cu' -o -name '*.cuh' \) | sort)

# shellcheck disable=SC2086 # one word per file
awk -v house="$house" -v top_headers="$top_headers" '
    # The room that a path lies in: "include/lemma/nn/linear.h", "src/nn/linear.cpp" and "lemma/nn/linear.h" are all in nn.
    # Empty for a library outside the house, such as hwy/highway.h.
    function room(path, ours) {
        ours = sub(/^include\/lemma\//, "", path) || sub(/^lemma\//, "", path)
        if (ours && path !~ /\//) return path in top ? top[path] : "?"
        ours = sub(/^src\//, "", path) || ours
        path = path ~ /\// ? substr(path, 1, index(path, "/") - 1) : ""
        return ours || path in level ? path : ""
    }
    # What `#include "path"` in this file means: a file next to it if there is one, else one under include/ or src/.
    function resolved(path, beside) {
        beside = FILENAME; sub(/[^\/]*$/, "", beside); beside = beside path
        while (sub(/[^\/.]+\/\.\.\//, "", beside)) {}
        return beside in exists ? beside : path
    }
    function complain(text) { print FILENAME ":" FNR ": " text; ++errors }

    function arrow(path, there) {
        path = resolved(path)
        if (path !~ /\// && quoted_path) { complain("includes " path ", which is nowhere in the house"); return }
        there = room(path)
        if (there == "") return
        ++arrows
        if (!(there in level)) { complain("includes " path ", which belongs to no room of the house"); return }
        if (there == here) return
        if (level[there] > level[here]) complain(here " includes " path " of " there ", which is above it")
        if (!((here, there) in points)) points[here, there] = FILENAME ":" FNR
        if (level[here] > level["ops"] && there == "kernels" && !(here == "optim" && path ~ /^(src\/)?kernels\/kernels\.h$/))
            complain(here " includes " path "; above ops nothing names a kernel")
        if (level[here] > level["ops"] && path ~ /^(include\/)?lemma\/core\/storage\.h$/)
            complain(here " includes " path "; above ops nothing names storage")
    }
    # Follows arrows from `at`; `trail` is the way there. Each cycle is reported once, from its alphabetically first room.
    function follow(at, trail, i, next_room) {
        for (i = 1; i <= rooms; ++i) {
            next_room = name[i]
            if (!((at, next_room) in points)) continue
            if (next_room == start) {
                print points[at, next_room] ": closes a cycle: " trail " -> " start; ++errors
            } else if (level[next_room] == level[start] && next_room > start && index(" " trail " ", " " next_room " ") == 0) {
                follow(next_room, trail " -> " next_room)
            }
        }
    }

    BEGIN {
        storeys = split(house, storey, "\n")
        for (i = 1; i <= storeys; ++i) {
            n = split(storey[i], part, " ")
            for (j = 1; j <= n; ++j) { level[part[j]] = i; name[++rooms] = part[j] }
        }
        n = split(top_headers, entry, ", ")
        for (i = 1; i <= n; ++i) { split(entry[i], part, " "); top[part[1]] = part[2] }
        for (i = 1; i < ARGC; ++i) {
            exists[ARGV[i]] = 1
            if (!(room(ARGV[i]) in level)) { print ARGV[i] ":1: lies in no room of the house"; ++errors }
            ++files
        }
    }
    FNR == 1 { here = room(FILENAME) }
    FNR == 401 { complain("has more than 400 lines: split it into two files") }
    /^[ \t]*#[ \t]*include[ \t]*["<]/ {
        match($0, /["<][^">]*[">]/)
        quoted_path = substr($0, RSTART, 1) == "\""
        arrow(substr($0, RSTART + 1, RLENGTH - 2))
    }
    # An include by macro is an arrow to whatever the macro is defined as, here or there; only Highway has one.
    /^[ \t]*#[ \t]*include[ \t]+[A-Za-z_]/ { complain("an include by a macro hides where it leads") }
    /^[ \t]*#[ \t]*define[ \t]+[A-Za-z_]+[ \t]+"[^"]*\.(h|cpp|cu|cuh|inc)"/ { split($0, quoted, "\""); arrow(quoted[2]) }
    END {
        for (r = 1; r <= rooms; ++r) { start = name[r]; follow(start, start) }
        if (errors) { print "check_arrows.sh: " errors " found" > "/dev/stderr"; exit 1 }
        print "check_arrows.sh: " files " files, " arrows " arrows, all point down."
    }' $sources

# ---- The table of docs/architecture.md names the same rooms in the same order ----
page=docs/architecture.md
[ -f $page ] || exit 0
drawn=$(awk '/^\| room \|/ { inside = 1; next } inside && !/^\|/ { exit }
    inside && !/^\|-/ { split($0, cell, "|"); gsub(/[`,]/, "", cell[2]); gsub(/^ +| +$/, "", cell[2]); print cell[2] }' $page)
if [ "$drawn" != "$house" ]; then
    echo "$page: its table of rooms differs from the house of scripts/check_arrows.sh:"
    echo "$drawn" | tr '\n' '/'; echo; echo "$house" | tr '\n' '/'; echo
    exit 1
fi
