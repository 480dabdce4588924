# Compares the calls that messages of the library name, such as `.to(int64)`, with hints.txt (the first file), and makes that table one C++
# source, so that no message advises what does not compile.
#
# A call is a name with a list in parentheses right behind it, inside a string literal, with what is chained to it.
FNR == 1 { ++files; short_name = FILENAME; if (index(short_name, root "/") == 1) short_name = substr(short_name, length(root) + 2) }
files == 1 {
    if (/^#/ || /^$/) next
    split($0, part, / \| /)
    code[part[1]] = part[2]
    line[part[1]] = FNR
    next
}
/^[ \t]*(#|\/\/)/ { next }
{
    text = $0
    while (match(text, /"([^"\\]|\\.)*"/)) {
        literal = substr(text, RSTART + 1, RLENGTH - 2)
        text = substr(text, RSTART + RLENGTH)
        while (match(literal, /\.?[a-z][a-z0-9_:]*(\.[a-z_]+)*\(([^()]|\([^()]*\))*\)(\.[a-z_]+\(([^()]|\([^()]*\))*\))*/)) {
            call = substr(literal, RSTART, RLENGTH)
            literal = substr(literal, RSTART + RLENGTH)
            seen[call] = 1
            if (call in code) continue
            print short_name ":" FNR ": a message names " call "; add it to tests/snippets/hints.txt with code that compiles" > "/dev/stderr"
            bad = 1
        }
    }
}
END {
    for (call in code)
        if (!(call in seen)) { print "tests/snippets/hints.txt:" line[call] ": no message names " call " any more" > "/dev/stderr"; bad = 1 }
    if (bad) exit 1
    print "// Made by tests/snippets/hints.awk.\n#include \"tests/snippets/prelude.h\"\n\nvoid compile_hints();\nvoid compile_hints() {\n  SNIPPET_PRELUDE"
    for (call in code)
        if (code[call] != "-") print "#line " line[call] " \"tests/snippets/hints.txt\"\n  " code[call]
    print "}"
}
