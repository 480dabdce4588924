#!/bin/sh
# Formats the sources, or checks that they are formatted.
set -eu
cd "$(dirname "$0")/.."

case "${1:-}" in
    "" | --check) ;;
    --help | -h) echo "usage: scripts/format.sh [--check]   formats all C++ files in place; --check only lists those not formatted"; exit 0 ;;
    *) echo "format.sh: unknown option '$1'; see scripts/format.sh --help" >&2; exit 2 ;;
esac

# Versions differ in details, so one is used everywhere.
tool=$(command -v clang-format-14 || command -v clang-format || true)
if [ -z "$tool" ] || ! "$tool" --version | grep -q 'version 14\.'; then
    echo "format.sh: needs clang-format 14, found ${tool:-none}: on Debian 12 or Ubuntu 24.04, run scripts/setup.sh --dev" >&2
    exit 2
fi

files=$(find emulator include src tests tutorials benchmarks \( -name '*.h' -o -name '*.cpp' -o -name '*.cu' -o -name '*.cuh' \) | sort)
if [ "${1:-}" != --check ]; then
    echo "$files" | xargs "$tool" -i
    exit 0
fi
unformatted=""
for file in $files; do
    "$tool" "$file" | cmp -s - "$file" || unformatted="$unformatted $file"
done
if [ -n "$unformatted" ]; then
    echo "format.sh: not formatted (run scripts/format.sh):$unformatted" >&2
    exit 1
fi
echo "format.sh: $(echo "$files" | wc -l) files are formatted."
