#!/bin/sh
# Gives gdb the commands that a page shows in its ```gdb blocks, and compares what it answers with the page. Addresses,
# folders and process numbers may differ.
# usage: replay_gdb.sh PROGRAM PAGE FOLDER
set -eu
program=$1 page=$2 folder=$3/replay_gdb

if ! command -v gdb > /dev/null; then echo "skipped: gdb is not installed"; exit 0; fi
if ! gdb -nx -batch -ex run /bin/true 2>&1 | grep -q "exited normally"; then echo "skipped: gdb may not run programs here"; exit 0; fi

mkdir -p "$folder"
normalise() {
    sed -E -e 's/0x[0-9a-f]+/0x/g' -e 's,[^ ]*/([a-z_]+\.cu),\1,g' -e 's/process [0-9]+/process/' |
        grep -v -e '^\[Thread debugging' -e '^Using host libthread_db' -e '^warning: ' -e '^Download' -e '^$'
}
awk '/^```gdb$/ { on = 1; next } /^```$/ { on = 0 } on' "$page" > "$folder/page.txt"
sed -n 's/^(gdb) //p' "$folder/page.txt" | while read -r command; do
    printf 'echo (gdb) %s\\n\n%s\n' "$command" "$command"
done > "$folder/commands.gdb"
if [ ! -s "$folder/commands.gdb" ]; then echo "$page shows no commands"; exit 1; fi

env -u DEBUGINFOD_URLS -u LEMMA_EMULATOR_ORDER gdb -q -nx -batch -x "$folder/commands.gdb" "$program" > "$folder/gdb.txt" 2>&1 || true
normalise < "$folder/page.txt" > "$folder/expected.txt"
normalise < "$folder/gdb.txt" > "$folder/got.txt"
if diff -u "$folder/expected.txt" "$folder/got.txt"; then
    echo "gdb answers to $(grep -c '^echo' "$folder/commands.gdb") commands as $(basename "$page") says"
else
    echo "gdb answers something else than $(basename "$page") says (-: the page, +: gdb)"
    exit 1
fi
