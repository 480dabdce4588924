# Collects the code that the documentation shows, as one C++ source. Files: *.md (```cpp blocks) and *.h (comments).
#
# A block with a main() stands in a namespace of its own; any other becomes the body of a function, after prelude.h. It is compiled and
# run, and where a ```text block follows within six lines, what it prints is compared with that. A comment before a block says more:
#   <!-- snippet: compile -->             compiled, not run
#   <!-- snippet: from FILE -->           no program of its own: every line of it stands in FILE ("..." leaves lines out)
#   <!-- snippet: with CODE -->           code that goes before it and that the reader need not see; may go on over several lines
# On a tutorial's page the ```text blocks are the tutorial's output, which tutorials/check_page.cmake compares.
# In headers a snippet stands between two lines "/// ```", or is a run of "///   code" lines (three spaces or more) with a semicolon,
# or `code;` in a line of comment.

function finish_snippet(    body, i, is_program) {
    body = ""
    is_program = 0
    for (i = 1; i <= lines; ++i) {
        if (code[i] ~ /^[ ]*#include/) { includes = includes code[i] "\n"; continue }
        if (sub(/^int main\(/, "void main(", code[i])) is_program = 1  # in a namespace no return is implied
        body = body code[i] "\n"
    }
    ++count
    where[count] = place
    runs[count] = mode != "compile"
    if (is_program) {
        source = source "namespace snippet_" count " {\n#line " place_line " \"" place_file "\"\n" body "\n}\n"
        entry[count] = "[] { snippet_" count "::main(); }"
    } else {
        source = source "static void snippet_" count "() {\n  SNIPPET_PRELUDE\n  {\n" setup "\n#line " place_line " \"" place_file "\"\n" body "\n  }\n}\n"
        entry[count] = "snippet_" count
    }
    last = count
    mode = setup = ""
    lines = 0
}
function check_lines(    i, want, all, found, text) {
    all = ""
    while ((getline text < (root "/" from)) > 0) { gsub(/[ \t]+/, " ", text); sub(/^ /, "", text); sub(/ $/, "", text); all = all "\n" text }
    close(root "/" from)
    if (all == "") { print place ": quotes " from ", which is not there" > "/dev/stderr"; bad = 1 }
    for (i = 1; i <= lines; ++i) {
        want = code[i]
        gsub(/[ \t]+/, " ", want); sub(/^ /, "", want); sub(/ $/, "", want)
        if (want == "" || want == "...") continue
        if (index(all "\n", "\n" want "\n") == 0) { print place ": quotes a line that " from " does not have: " want > "/dev/stderr"; bad = 1 }
    }
    ++quoted
    lines = 0
    from = mode = setup = ""
}
function quote(text) { gsub(/\\/, "\\\\", text); gsub(/"/, "\\\"", text); gsub(/\n/, "\\n\"\n    \"", text); return "\"" text "\"" }

FNR == 1 {
    in_code = in_text = in_setup = in_comment = in_fence = 0; last = 0; mode = setup = from = ""
    short_name = FILENAME
    if (index(short_name, root "/") == 1) short_name = substr(short_name, length(root) + 2)
    is_markdown = FILENAME ~ /\.md$/
}

is_markdown && in_setup { if (sub(/-->.*/, "")) in_setup = 0; setup = setup $0 "\n"; next }
is_markdown && /^ *<!-- snippet: / {
    sub(/^ *<!-- snippet: /, "")
    if (/^compile/) mode = "compile"
    if (/^from /) { from = $2; mode = "from" }
    if (sub(/^with /, "")) { if (!sub(/-->.*/, "")) in_setup = 1; setup = setup $0 "\n" }
    next
}
is_markdown && /^ *```cpp/ { in_code = 1; lines = 0; place = short_name ":" FNR; place_file = short_name; place_line = FNR + 1; last = 0; next }
is_markdown && in_code && /^ *```/ { in_code = 0; if (mode == "from") check_lines(); else { finish_snippet(); ended = FNR }; next }
is_markdown && in_code { code[++lines] = $0; next }
is_markdown && /^ *```text/ && short_name !~ /^docs\/tutorials/ && last && FNR - ended <= 6 { in_text = 1; expected[last] = ""; next }
is_markdown && in_text && /^ *```/ { in_text = 0; last = 0; next }
is_markdown && in_text { expected[last] = expected[last] $0 "\n"; next }
is_markdown && /^ *```/ { last = 0; next }
is_markdown { next }

/^ *\/\/\/ ```/ {
    in_fence = !in_fence
    if (in_fence) { lines = 0; place = short_name ":" FNR; place_file = short_name; place_line = FNR + 1 } else finish_snippet()
    next
}
in_fence { sub(/^ *\/\/\/ ?/, ""); code[++lines] = $0; next }
{ is_snippet_line = $0 ~ /^ *\/\/\/   / }
in_comment && !is_snippet_line {
    in_comment = 0
    has_code = 0
    for (i = 1; i <= lines; ++i) if (code[i] ~ /;/) has_code = 1
    if (has_code) finish_snippet(); else lines = 0
}
is_snippet_line {
    if (!in_comment) { in_comment = 1; lines = 0; place = short_name ":" FNR; place_file = short_name; place_line = FNR }
    sub(/^ *\/\/\/   /, "")
    code[++lines] = $0
    next
}
/^ *\/\/\/.*`.*`/ {
    parts = split($0, part, "`")
    for (k = 2; k < parts; k += 2) {
        if (part[k] !~ /;/ || part[k] ~ /^\[/) continue  # an error's text stands in brackets
        lines = 1; code[1] = part[k]
        place = short_name ":" FNR; place_file = short_name; place_line = FNR
        finish_snippet()
    }
}

END {
    if (bad) exit 1
    print "// Made by tests/snippets/extract.awk."
    printf "%s", includes
    print "#include \"tests/snippets/prelude.h\"\n"
    print source
    print "const std::vector<Snippet>& snippets() {\n  static const std::vector<Snippet> all = {"
    for (i = 1; i <= count; ++i)
        print "      {" quote(where[i]) ", " entry[i] ", " (runs[i] ? "true" : "false") ", " (i in expected ? quote(expected[i]) : "nullptr") "},"
    print "  };\n  return all;\n}"
    print "extract.awk: " count " snippets to compile, " quoted + 0 " that quote a source." > "/dev/stderr"
}
