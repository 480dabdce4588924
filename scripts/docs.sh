#!/bin/sh
# Builds the pages of this repository, with the reference of its headers, as a site that needs no network.
set -eu
cd "$(dirname "$0")/.."

usage() {
    cat <<'END'
usage: scripts/docs.sh [--check] [--out DIR] [--build DIR] [--no-install]

Builds the site into build-docs/site: the tutorials as a book, the how-to pages, the reference of all public headers, the sources
that they show, search. Open build-docs/site/index.html in a browser, from the disk or from any server; nothing is loaded from elsewhere.
Warnings are errors, and every page is checked: links, anchors, formulas, the navigation, what it loads.

  --check        the pictures must be there too; without it, a page says which command makes what is missing
  --out DIR      where the site goes (default: build-docs/site)
  --build DIR    where the programs are that make the pictures (default: build)
  --no-install   do not run scripts/setup.sh --docs
  --help         this text

It installs Doxygen and KaTeX with scripts/setup.sh --docs, and MkDocs, of the versions in docs/site/requirements.txt, with pip
into build-docs/venv: once, over the network; where that fails it exits with 3. What it builds is all in build-docs.
END
}

check=
install=yes
out=build-docs/site
programs=build
while [ $# -gt 0 ]; do
    case "$1" in
        --check) check=yes ;;
        --no-install) install=no ;;
        --out | --build)
            [ -n "${2:-}" ] || { echo "docs.sh: $1 needs a value; see scripts/docs.sh --help" >&2; exit 2; }
            [ "$1" = --out ] && out=$2 || programs=$2
            shift ;;
        --help | -h) usage; exit 0 ;;
        *) echo "docs.sh: unknown option '$1'; see scripts/docs.sh --help" >&2; exit 2 ;;
    esac
    shift
done
case "$out" in /*) ;; *) out=$PWD/$out ;; esac
if [ -e "$out" ] && [ -n "$(ls -A "$out" 2>&1)" ] && [ ! -e "$out/assets/lemma.css" ]; then
    echo "docs.sh: $out holds other things than a site of these pages, which would replace them; name an empty or a new folder" >&2
    exit 2
fi

started=$(date +%s)
say() { echo "docs.sh: after $(($(date +%s) - started)) s: $1"; }

[ "$install" = no ] || scripts/setup.sh --docs
for file in /usr/share/javascript/katex/katex.min.js "$(command -v doxygen || echo doxygen)"; do
    [ -e "$file" ] || { echo "docs.sh: $file is missing; run scripts/setup.sh --docs" >&2; exit 2; }
done
venv=build-docs/venv
if ! cmp -s docs/site/requirements.txt "$venv/installed"; then
    say "installing docs/site/requirements.txt into $venv"
    rm -rf "$venv"
    python3 -m venv "$venv"
    if ! "$venv/bin/pip" install -q --disable-pip-version-check -r docs/site/requirements.txt; then
        echo "docs.sh: pip could not install docs/site/requirements.txt. Is this machine online?" >&2
        exit 3
    fi
    cp docs/site/requirements.txt "$venv/installed"
fi

say "the pictures"
"$venv/bin/python" docs/site/pictures.py "$programs" ${check:+--check}
say "the reference"
rm -rf build-docs/doxygen
mkdir -p build-docs/doxygen
doxygen docs/site/Doxyfile
say "the pages"
new=$PWD/build-docs/unfinished  # the last good site stays until this one is found good
"$venv/bin/python" docs/site/stage.py
# Not --quiet: MkDocs counts the warnings that it shows. The notice that the variable silences is about its next version.
NO_MKDOCS_2_WARNING=1 "$venv/bin/mkdocs" build --strict --clean --config-file docs/site/mkdocs.yml --site-dir "$new"
say "what is wrong with them?"
"$venv/bin/python" docs/site/check.py "$new"
rm -rf "$out"
mkdir -p "$(dirname "$out")"
mv "$new" "$out"
say "done: $out/index.html"
