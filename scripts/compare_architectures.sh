#!/bin/sh
# Trains each kind of network on the same data with the same budget, and writes docs/architectures.md.
set -eu
if ! command -v python3 >/dev/null; then
    echo "compare_architectures.sh: python3 is missing; on Debian and Ubuntu: apt-get install python3" >&2
    exit 2
fi
exec python3 "$(dirname "$0")/architectures" "$@"
