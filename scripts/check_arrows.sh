#!/bin/sh
# Checks that #include arrows point down only and that no source file is too long.
#
# The order, low to high:  core < kernels < autograd < ops < nn, optim < text, data, io < train, viz < cli
# The headers directly under include/lemma (tensor.h, autograd.h, ops.h, ...) belong to autograd and ops together. Above ops nothing may name a kernel or
# core/storage.h, but for optim, whose in-place update may include kernels/kernels.h: this is how "layers are built only from
# primitives" stays true.
set -eu
case "${1:-}" in
    --help | -h) echo "usage: scripts/check_arrows.sh [ROOT]   lists each #include that points up and each file over 400 lines; exit 1 if any"; exit 0 ;;
esac
cd "${1:-$(dirname "$0")/..}"

find include/lemma src -name '*.h' -o -name '*.cpp' -o -name '*.cu' -o -name '*.cuh' | sort | xargs awk '
    # The room that a path lies in: "include/lemma/nn/linear.h", "src/nn/linear.cpp" and "lemma/nn/linear.h" are all in nn.
    function room(path) {
        sub(/^include\//, "", path); sub(/^src\//, "", path); sub(/^lemma\//, "", path)
        if (path == "lemma.h") return "everything"
        return path ~ /\// ? substr(path, 1, index(path, "/") - 1) : "autograd"
    }
    function complain(text) { print FILENAME ":" FNR ": " text; ++errors }
    BEGIN {
        level["core"] = 1; level["kernels"] = 2; level["autograd"] = 3; level["ops"] = 4; level["nn"] = 5; level["optim"] = 5
        level["text"] = 6; level["data"] = 6; level["io"] = 6; level["train"] = 7; level["viz"] = 7; level["cli"] = 8
        level["everything"] = 7  # lemma.h, for programs
    }
    FNR == 1 {
        here = room(FILENAME)
        if (!(here in level)) complain("lies in no room of the house")
        ++files
    }
    FNR == 401 { complain("has more than 400 lines: make two files of it") }
    /^[ \t]*#[ \t]*include[ \t]*"/ {
        split($0, parts, "\"")
        there = room(parts[2])  # a library outside the house, such as hwy/, is in none
        if (there in level && level[there] > level[here])
            complain(here " includes " parts[2] " of " there ", which is above it")
        above_ops = level[here] > level["ops"]
        if (above_ops && there == "kernels" && !(here == "optim" && parts[2] == "kernels/kernels.h"))
            complain(here " includes " parts[2] "; above ops nothing names a kernel")
        if (above_ops && parts[2] == "lemma/core/storage.h")
            complain(here " includes " parts[2] "; above ops nothing names storage")
        ++arrows
    }
    END {
        if (errors) { print "check_arrows.sh: " errors " found" > "/dev/stderr"; exit 1 }
        print "check_arrows.sh: " files " files, " arrows " arrows, all point down."
    }'
