#!/bin/bash
# Compiles every CUDA kernel with nvcc and examines the output: no GPU is needed.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
    cat <<'END2'
usage: scripts/check_cuda.sh [--all] [--jobs N] [--keep DIR]

Compiles every .cu file for sm_80 and sm_90a and fails on a warning, on a register spill, or if less than 0.85 of the inner
loop of the best float32 product is FFMA. Prints, as tables for docs/performance.md, registers, shared memory and occupancy
of every kernel, and the share of arithmetic in the inner loops of the products.

  --all        one row per instance of a kernel template, not only the heaviest
  --jobs N     how many compilers run at once (default: 2)
  --keep DIR   keep the compiled kernels and logs in DIR

nvcc is taken from NVCC, PATH or /usr/local/cuda; without it the check says "skipped" and exits 0. The shares need nvdisasm, from
NVDISASM, PATH, nvcc's directory, or the Python package nvidia-cuda-nvdisasm.
END2
}

all=0 jobs=2 keep=""
while [ $# -gt 0 ]; do
    case "$1" in
        --all) all=1 ;;
        --jobs) jobs=${2:?"--jobs needs a number"}; shift ;;
        --keep) keep=${2:?"--keep needs a directory"}; shift ;;
        --help | -h) usage; exit 0 ;;
        *) echo "check_cuda.sh: unknown option '$1'; see scripts/check_cuda.sh --help" >&2; exit 2 ;;
    esac
    shift
done

nvcc=${NVCC:-$(command -v nvcc || ls /usr/local/cuda/bin/nvcc 2>/dev/null || true)}
if [ -z "$nvcc" ]; then
    echo "check_cuda.sh: skipped: there is no nvcc (on PATH, in /usr/local/cuda/bin, or named by NVCC)"
    exit 0
fi
nvdisasm=${NVDISASM:-$(command -v nvdisasm || ls "$(dirname "$nvcc")/nvdisasm" 2>/dev/null || python3 -c '
import glob, sysconfig
print(next(iter(glob.glob(sysconfig.get_path("purelib") + "/nvidia/**/nvdisasm", recursive=True)), ""))' 2>/dev/null || true)}

work=${keep:-$(mktemp -d)}
mkdir -p "$work"
[ -n "$keep" ] || trap 'rm -rf "$work"' EXIT
started=$(date +%s)

# ---- Compile: a cubin, a log and the PTX per file and architecture ----
compile() {
    nvcc=$1 work=$2 arch=$3 source=$4
    name=$(basename "$source" .cu)_$arch
    flags=""
    case "$(basename "$source")" in random.cu | fill.cu) flags="-fmad=false" ;; esac  # as in cmake/LemmaCuda.cmake
    mkdir -p "$work/$name"
    if ! "$nvcc" -std=c++20 -arch="sm_$arch" $flags -Werror all-warnings -Xptxas -v -I src -I include -cubin --keep --keep-dir "$work/$name" \
        "$source" -o "$work/$name.cubin" >"$work/$name.log" 2>&1; then
        echo "check_cuda.sh: $source does not compile for sm_$arch without a warning:" >&2
        grep -v '^ptxas info' "$work/$name.log" | head -20 >&2
        exit 1
    fi
    cp "$work/$name"/*.ptx "$work/$name.ptx" && rm -r "${work:?}/$name"
}
export -f compile
sources=$(find src/kernels/cuda tutorials -name "*.cu" | sort)
for arch in 80 90a; do for source in $sources; do printf '%s\n' "$nvcc" "$work" "$arch" "$source"; done; done |
    xargs -P "$jobs" -n 4 bash -c 'compile "$@"' compile || exit 1
echo "check_cuda.sh: $(echo "$sources" | wc -l) files for sm_80 and sm_90a without a warning, in $(($(date +%s) - started)) s"

# ---- Registers, shared memory, spills, occupancy ----
# mangled name, architecture, registers, shared bytes, spilled bytes, threads (launch bounds, else the 256 of elementwise.cuh)
for log in "$work"/*.log; do
    awk '
        FNR == 1 { file++ }
        file == 1 && /\.entry/ { match($0, /_Z[A-Za-z0-9_]*/); entry = substr($0, RSTART, RLENGTH) }
        file == 1 && /\.maxntid/ { sub(/,.*/, "", $2); threads[entry] = $2 }
        file == 2 && /Compiling entry function/ { split($0, part, "\047"); name = part[2]; arch = part[4] }
        file == 2 && /spill stores/ { spill = 0; for (i = 2; i <= NF; ++i) if ($i == "spill") spill += $(i - 2) }
        file == 2 && /Used [0-9]+ registers/ {
            shared = 0; for (i = 2; i <= NF; ++i) if ($i ~ /^smem/) shared = $(i - 2)
            match($0, /Used [0-9]+/)
            print name, arch, substr($0, RSTART + 5, RLENGTH - 5), shared, spill, name in threads ? threads[name] : 256
        }' "${log%.log}.ptx" "$log"
done | c++filt -p >"$work/kernels.txt"

echo
echo "| kernel | instances | threads | shared bytes | registers sm_80 | blocks | occupancy | registers sm_90a | blocks | occupancy |"
echo "|---|---|---|---|---|---|---|---|---|---|"
awk -v all="$all" '
    function least(a, b) { return a < b ? a : b }
    {
        n = NF; threads = $n; spill = $(n - 1); shared = $(n - 2); registers = $(n - 3); arch = $(n - 4)
        name = $0; sub(" " arch " .*", "", name); sub(/^void /, "", name)
        gsub(/lemma::kernels::cuda::|_GLOBAL__N__[0-9A-Za-z_]*::|\(anonymous namespace\)::|lemma::kernels::|lemma::|lesson::/, "", name)
        if (!all) {  # a product keeps its element type and tile
            if (match(name, /^blocked_kernel<[a-z]*, [0-9]*/)) name = substr(name, 1, RLENGTH) ">"
            else if (name ~ /^tensor_kernel</) { split(name, part, /[<,] */); name = "tensor_kernel<" part[2] ", " part[4] ">" }
            else sub(/[<(].*/, "", name)
        }
        # What limits the blocks that a multiprocessor holds: 64 warps, 65,536 registers allocated in units, shared memory, 32 blocks.
        warps = int((threads + 31) / 32)
        by_registers = int(int(65536 / (int((registers * 32 + 255) / 256) * 256) / 4) * 4 / warps)
        by_shared = int((arch == "sm_80" ? 167936 : 233472) / (int((shared + 1024 + 127) / 128) * 128))
        blocks = least(least(32, int(64 / warps)), least(by_registers, by_shared))
        if (arch == "sm_80") ++instances[name]
        key = name SUBSEP arch
        if (!(key in fewest) || blocks * warps < fewest[key]) {  # the instance with the lowest occupancy
            fewest[key] = blocks * warps
            row[key] = sprintf("%d | %d | %.2f", registers, blocks, blocks * warps / 64)
            if (arch == "sm_80") block[name] = sprintf("%d | %d", threads, shared)
        }
        if (spill > 0) print "SPILL " name " (" arch "): " spill " bytes"
    }
    END {
        for (name in instances)
            print "| `" name "` | " instances[name] " | " block[name] " | " row[name, "sm_80"] " | " row[name, "sm_90a"] " |"
    }
' "$work/kernels.txt" | sort >"$work/table.txt"
grep -v '^SPILL' "$work/table.txt"
echo
if grep '^SPILL' "$work/table.txt" >&2; then
    echo "check_cuda.sh: registers spill" >&2
    exit 1
fi
echo "check_cuda.sh: $(wc -l <"$work/kernels.txt") kernels, no register spills"

# ---- The share of arithmetic in the inner loops ----
if [ -z "$nvdisasm" ]; then
    echo "check_cuda.sh: skipped: the share of FFMA and HMMA needs nvdisasm (pip install nvidia-cuda-nvdisasm)"
    exit 0
fi
share() {  # FILE OPCODE PATTERN: for each kernel whose mangled name matches, the loop with the most OPCODEs
    "$nvdisasm" -c "$work/$1.cubin" | awk -v opcode="$2" -v pattern="$3" '
        function close_kernel(  loop, i, hits, best, length_of_best) {
            for (loop = 1; loop <= loops; ++loop) {
                hits = 0
                for (i = from[loop]; i <= to[loop]; ++i) hits += index(op[i], opcode) == 1
                if (hits > best) { best = hits; length_of_best = to[loop] - from[loop] + 1 }
            }
            if (name ~ pattern) printf "%s %s %d %d %.3f\n", name, opcode, best, length_of_best, best ? best / length_of_best : 0
            loops = n = 0
            delete label
        }
        /^\.text\./ { if (name != "") close_kernel(); name = $1; sub(/^\.text\./, "", name); sub(/:$/, "", name) }
        /^\.L_x_[0-9]+:/ { sub(/:$/, "", $1); label[$1] = n + 1 }
        /^ +\/\*[0-9a-f]+\*\// {  # an instruction; a branch to a label above closes a loop
            at = $2 ~ /^@/ ? 3 : 2
            op[++n] = $at
            if ($at ~ /^BRA/ && match($0, /\.L_x_[0-9]+/)) {
                target = substr($0, RSTART, RLENGTH)
                if (target in label) { from[++loops] = label[target]; to[loops] = n }
            }
        }
        END { if (name != "") close_kernel() }' | c++filt -p |
        sed -E 's/^void //; s/lemma::kernels::cuda:://g; s/_GLOBAL__N__[0-9A-Za-z_]*:://g; s/\(anonymous namespace\):://g; s/lemma::(kernels::)?//g'
}
: >"$work/shares.txt"
for arch in 80 90a; do
    { share blocked_$arch FFMA blocked_kernelIfLi128E; share blocked_$arch DFMA blocked_kernelId; share tensor_$arch HMMA Li128E; } |
        sed "s/^/sm_$arch /" >>"$work/shares.txt"
done
echo
echo "| inner loop of | arithmetic | of instructions, sm_80 | share | sm_90a | share |"
echo "|---|---|---|---|---|---|"
awk '{
    name = $0; sub(/^[^ ]* /, "", name); sub(/ [A-Z]+ [0-9]+ [0-9]+ [0-9.]+$/, "", name)
    if ($1 == "sm_80") { order[++names] = name; arithmetic[name] = $(NF - 2) " " $(NF - 3) }
    share[name, $1] = $(NF - 1) " | " $NF
}
END {
    for (i = 1; i <= names; ++i)
        print "| `" order[i] "` | " arithmetic[order[i]] " | " share[order[i], "sm_80"] " | " share[order[i], "sm_90a"] " |"
}' "$work/shares.txt"
echo
if ! awk '$(NF - 3) == "FFMA" { ++kernels; if ($NF < 0.85) low = 1 } $(NF - 2) == 0 { low = 1 } END { exit !(kernels == 8 && !low) }' "$work/shares.txt"; then
    echo "check_cuda.sh: the best float32 product has less than 0.85 of FFMA in its inner loop, or a loop was not found" >&2
    exit 1
fi
echo "check_cuda.sh: share of FFMA in the best float32 product at least $(awk '$(NF - 3) == "FFMA" { print $NF }' "$work/shares.txt" | sort -n | head -1); $(($(date +%s) - started)) s"
