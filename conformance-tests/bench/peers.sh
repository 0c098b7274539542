#!/bin/bash
# What other deduplicating stores need for the same images, as Markdown tables on stdout.
#
#   peers.sh WORKDIR IMAGE...
#
# Every tool takes the images in the order given into a fresh repository below WORKDIR, gives the first one back, and
# the bytes are compared; a difference ends the run with an error. The repositories are deleted afterwards. Needs room
# for the biggest repository and one restored image, and borgbackup, restic and casync.
#
# How to read the figures: MB = 10^6 bytes. "Stored" adds up the lengths of all files of the repository; "allocated" is
# what they take on the disk, which hurts tools that keep one small file per chunk. CPU is user + system time; it bears
# a busy machine better than wall time does. The page cache is as warm as the run before left it.
set -euo pipefail
shopt -s inherit_errexit
export LC_ALL=C.UTF-8

[ $# -ge 2 ] || { sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 2; }
for tool in borg restic casync; do
    command -v "$tool" >/dev/null || { echo "peers.sh: no $tool: apt-get install borgbackup restic casync" >&2; exit 2; }
done

mkdir -p "$1"
WORK=$(cd "$1" && pwd)/peers.$$
shift
IMAGES=()
for image; do IMAGES+=("$(realpath "$image")"); done

mkdir "$WORK"
trap 'rm -rf --one-file-system "$WORK"' EXIT
trap 'exit 130' INT TERM

# Nothing of the user's own configuration, caches or keys takes part.
export HOME=$WORK/home RESTIC_PASSWORD=peers BORG_BASE_DIR=$WORK/home BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes
export XDG_CACHE_HOME=$WORK/home/cache TMPDIR=$WORK

# ---- the tools: start, ingest and restore, each with the repository as first argument ----

borg_start() { borg init --encryption=none "$1"; }
borg_ingest() { # REPOSITORY IMAGE NAME CHUNKER
    # From inside the image's folder, so that the archive holds the bare file name.
    (cd "$(dirname "$2")" && borg create --compression zstd,3 --chunker-params "$4" "$1::$3" "$(basename "$2")")
}
borg_restore() { # REPOSITORY IMAGE NAME TO
    mkdir "$WORK/out" && (cd "$WORK/out" && borg extract --sparse "$1::$3") && mv "$WORK/out/$(basename "$2")" "$4"
    rmdir "$WORK/out"
}

restic_start() { restic --quiet --no-cache --repo "$1" init --repository-version 2; }
restic_ingest() { (cd "$(dirname "$2")" && restic --quiet --no-cache --repo "$1" backup --tag "$3" "$(basename "$2")"); }
restic_restore() {
    restic --quiet --no-cache --repo "$1" restore latest --tag "$3" --target "$WORK/out"
    find "$WORK/out" -type f -exec mv {} "$4" \;
    rm -r "$WORK/out"
}

casync_start() { mkdir -p "$1/store" "$1/index"; }
casync_ingest() { casync make --store="$1/store" --chunk-size="$4" "$1/index/$3.caibx" "$2"; }
casync_restore() { casync extract --store="$1/store" "$1/index/$3.caibx" "$4"; }

# ---- measuring ----

MB() { awk -v bytes="$1" 'BEGIN { printf "%.0f", bytes / 1e6 }'; }
stored_bytes() { find "$1" -type f -printf '%s\n' | awk '{ sum += $1 } END { printf "%d", sum }'; }
allocated_bytes() { find "$1" -type f -printf '%b\n' | awk '{ sum += $1 * 512 } END { printf "%d", sum }'; }

# timed FILE COMMAND...: runs it and appends "wall cpu" in seconds to FILE.
timed() {
    local file=$1 TIMEFORMAT='%R %U %S'
    shift
    { time "$@" >>"$WORK/tool.log" 2>&1; } 2>>"$file" || { tail -20 "$WORK/tool.log" >&2; return 1; }
}
total() { awk '{ wall += $1; cpu += $2 + $3 } END { printf "%.1f | %.1f", wall, cpu }' "$1"; }

SIZES=$WORK/sizes.md TIMES=$WORK/times.md
measure() { # LABEL TOOL [CHUNKING]
    local label=$1 tool=$2 chunking=${3:-} repository=$WORK/repository image row="| $1 |" number=0
    echo "$(date +%H:%M:%S) $label" >&2
    : >"$WORK/ingest"
    : >"$WORK/restore"
    "${tool}_start" "$repository" >>"$WORK/tool.log" 2>&1
    for image in "${IMAGES[@]}"; do
        timed "$WORK/ingest" "${tool}_ingest" "$repository" "$image" "image$((number++))" "$chunking"
        row+=" $(MB "$(stored_bytes "$repository")") |"
    done
    echo "$row $(MB "$(allocated_bytes "$repository")") |" >>"$SIZES"
    timed "$WORK/restore" "${tool}_restore" "$repository" "${IMAGES[0]}" image0 "$WORK/restored"
    cmp "$WORK/restored" "${IMAGES[0]}"
    echo "| $label | $(total "$WORK/ingest") | $(total "$WORK/restore") | equal |" >>"$TIMES"
    rm -rf --one-file-system "$repository" "$WORK/restored"
}

{
    printf '| stored MB after |'
    for image in "${IMAGES[@]}"; do printf ' %s |' "$(basename "$image")"; done
    printf ' allocated at the end |\n|---|'
    for image in "${IMAGES[@]}"; do printf -- '---|'; done
    printf -- '---|\n'
} >"$SIZES"
printf '| | ingest of all: wall s | CPU s | restore of the first: wall s | CPU s | restored bytes |\n|---|---|---|---|---|---|\n' >"$TIMES"

measure 'borg zstd,3' borg default
measure 'borg zstd,3, chunker 14,18,16,4095' borg 14,18,16,4095
measure 'restic, repository v2' restic
measure 'casync 64 KiB' casync 65536
measure 'casync 16 KiB' casync 16384

cat "$SIZES"
echo
cat "$TIMES"
printf '\n%s, %s, casync %s; %s processors; load at the end %s\n' "$(borg --version)" "$(restic version | cut -d' ' -f1-2)" \
    "$(casync --version | head -1 | cut -d' ' -f2)" "$(nproc)" "$(cut -d' ' -f1-3 /proc/loadavg)"
