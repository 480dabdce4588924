#!/bin/sh
# Installs what Lemma needs to build, on Debian 12, Ubuntu 24.04 or newer.
set -eu

usage() {
    cat <<'END'
usage: scripts/setup.sh [--dev] [--docs] [--check]

Installs the packages that Lemma needs, with apt-get (and sudo, unless you are root).
Does nothing, and needs no network, when all of them are installed.

  --dev     also what contributors use: clang with its sanitizers, clang-format, ccache, gdb, valgrind,
            and Chromium, in which the pages are tested, where it is a package
  --docs    what scripts/docs.sh builds the site with: Doxygen, KaTeX, and Python's venv
  --check   install nothing: list what is missing and exit 1 if anything is
  --help    this text
END
}

packages="g++ make cmake libopenblas-dev libfmt-dev libhwy-dev libcli11-dev nlohmann-json3-dev libutf8proc-dev zlib1g-dev"
packages="$packages libpng-dev libsndfile1-dev catch2"
check=no
dev=no
docs=no
for option in "$@"; do
    case "$option" in
        --dev) dev=yes ;;
        --docs) docs=yes ;;
        --check) check=yes ;;
        --help | -h) usage; exit 0 ;;
        *) echo "setup.sh: unknown option '$option'; see scripts/setup.sh --help" >&2; exit 2 ;;
    esac
done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "setup.sh: this system has no apt-get. Use its own package manager to install what these Debian packages hold:" >&2
    echo "  $packages" >&2
    exit 2
fi

if [ "$dev" = yes ]; then
    packages="$packages clang libclang-rt-dev ccache gdb valgrind"  # rt: clang's sanitizers
    # The sources are formatted by version 14, which not every distribution still has.
    if apt-cache show clang-format-14 >/dev/null 2>&1; then
        packages="$packages clang-format-14"
    else
        packages="$packages clang-format"
    fi
    # Ubuntu has it only as a snap, which containers cannot install; without it its tests are skipped.
    if apt-cache show chromium >/dev/null 2>&1; then packages="$packages chromium"; fi
fi

if [ "$docs" = yes ]; then packages="$packages doxygen libjs-katex fonts-katex python3-venv"; fi

missing=""
for package in $packages; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
done
if [ -z "$missing" ]; then
    echo "setup.sh: all packages are installed."
    exit 0
fi
if [ "$check" = yes ]; then
    echo "setup.sh: missing:$missing"
    exit 1
fi

sudo=""
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "setup.sh: missing:$missing; run as root: apt-get install$missing" >&2
        exit 2
    fi
    sudo="sudo"
fi
echo "setup.sh: installing$missing"
# A machine that cannot reach its servers may still have fresh enough lists.
$sudo apt-get -qq update || echo "setup.sh: the package lists could not be refreshed; trying with the old ones." >&2
# shellcheck disable=SC2086 # the list is meant to split into words
if ! $sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing; then
    echo "setup.sh: apt-get could not install$missing. Is this machine online, and is it Debian 12, Ubuntu 24.04 or newer?" >&2
    exit 1
fi
echo "setup.sh: done."
