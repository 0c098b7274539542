#!/bin/bash
# What moves from one image to another, as a Markdown table on stdout: deltas of Mirage beside xdelta3, zsync, casync and
# whole compressed images, on the same pairs.
#
#   deltas.sh WORKDIR BASE:IMAGE...
#
# Every delta is applied, and the bytes are compared; a difference ends the run with an error. The library of the images is
# made below WORKDIR and kept there, so that a second run begins with it; the rest is deleted. Needs room for the library
# and two images, and xdelta3, qemu-utils, casync and zsync.
#
# casync and zsync have no file for a pair: for them MB is what a host fetches that has the base. Of casync, the index and
# the chunks that the base's store does not have; to make is to cut the image, to apply is to cut the base and put the image
# together. Of zsync, its control file and what it says that it fetched, over HTTP; it is given up after 120 s of CPU.
#
# How to read the figures: MB = 10^6 bytes. CPU is user + system time of the whole command (of Mirage's, the JVM's start
# too); it bears a busy machine better than wall time does.
set -euo pipefail
shopt -s inherit_errexit
export LC_ALL=C.UTF-8

[ $# -ge 2 ] || { sed -n '2,17s/^# \{0,1\}//p' "$0" >&2; exit 2; }
for tool in xdelta3 qemu-img casync zsync; do
    command -v "$tool" >/dev/null || {
        echo "deltas.sh: no $tool: apt-get install xdelta3 qemu-utils casync zsync" >&2
        exit 2
    }
done

PATIENCE=120
MIRAGE=$(cd "$(dirname "$0")/../.." && pwd)/mirage
mkdir -p "$1"
LIBRARY=$(cd "$1" && pwd)/library
WORK=$(cd "$1" && pwd)/deltas.$$
shift
mkdir "$WORK"
trap 'rm -rf --one-file-system "$WORK"' EXIT
trap 'exit 130' INT TERM

MB() { awk -v bytes="$(stat -c %s "$1")" 'BEGIN { printf "%.2f", bytes / 1e6 }'; }

# timed COMMAND...: runs it; CPU is its processor time in seconds.
timed() { measured "$@" || { tail -20 "$WORK/tool.log" >&2; exit 1; }; }
measured() {
    local TIMEFORMAT='%U %S' status=0
    { time "$@" >>"$WORK/tool.log" 2>&1; } 2>"$WORK/time" || status=$?
    CPU=$(tail -1 "$WORK/time" | awk '{ printf "%.1f", $1 + $2 }')
    return $status
}
# patient COMMAND...: runs it, and ends it after PATIENCE seconds of processor time.
patient() { (ulimit -t "$PATIENCE" && exec "$@"); }

name() { basename "$1" .raw; }

casync_row() { # BASE IMAGE
    mkdir "$WORK/held" "$WORK/fetched"
    timed casync make --store="$WORK/fetched" "$WORK/image.caibx" "$2"
    local made=$CPU cut
    timed casync make --store="$WORK/held" "$WORK/base.caibx" "$1"
    cut=$CPU
    # A chunk that both have counts for nothing: its name is the hash of its content.
    (cd "$WORK/held" && find . -name '*.cacnk' -type f) | (cd "$WORK/fetched" && xargs -r rm -f)
    local bytes
    bytes=$(find "$WORK/fetched" "$WORK/image.caibx" -type f -printf '%s\n' | awk '{ sum += $1 } END { printf "%.2f", sum / 1e6 }')
    timed casync extract --store="$WORK/fetched" --extra-store="$WORK/held" "$WORK/image.caibx" "$WORK/made"
    check
    row_of casync "$bytes" "$made" "$(awk -v a="$cut" -v b="$CPU" 'BEGIN { printf "%.1f", a + b }')"
    rm -rf --one-file-system "$WORK"/{held,fetched,image.caibx,base.caibx}
}

zsync_row() { # BASE IMAGE
    mkdir "$WORK/web"
    ln "$2" "$WORK/web/image" 2>/dev/null || cp --reflink=auto "$2" "$WORK/web/image"
    timed zsyncmake -u image -o "$WORK/web/image.zsync" "$WORK/web/image"
    local made=$CPU port fetched
    rm -f "$WORK/port"
    python3 "$(dirname "$0")/ranges.py" "$WORK/web" >"$WORK/port" &
    local server=$!
    until [ -s "$WORK/port" ]; do sleep 0.1; done
    port=$(cat "$WORK/port")
    local status=0
    measured patient zsync -i "$1" -o "$WORK/made" "http://127.0.0.1:$port/image.zsync" || status=$?
    if [ "$status" -ge 128 ]; then # the limit ended it
        kill "$server"
        printf '| %s | zsync | | %s | given up at %s | |\n' "$PAIR" "$made" "$PATIENCE"
        rm -rf --one-file-system "$WORK"/web "$WORK"/made* "$WORK"/*.zs-old
        return
    fi
    [ "$status" = 0 ] || { tail -20 "$WORK/tool.log" >&2; exit 1; }
    kill "$server"
    check
    fetched=$(sed -n 's/.*fetched \([0-9]*\).*/\1/p' "$WORK/tool.log" | tail -1)
    row_of zsync "$(awk -v a="$fetched" -v b="$(stat -c %s "$WORK/web/image.zsync")" 'BEGIN { printf "%.2f", (a + b) / 1e6 }')" \
        "$made" "$CPU"
    rm -rf --one-file-system "$WORK"/web "$WORK"/*.zs-old
}

known=' '
[ ! -d "$LIBRARY" ] || known=" $("$MIRAGE" ls --data "$LIBRARY" | awk 'NR > 1 { print $NF }' | tr '\n' ' ')"
for pair; do
    for image in "${pair%%:*}" "${pair#*:}"; do
        case $known in *" $(name "$image") "*) continue ;; esac
        echo "$(date +%H:%M:%S) import $(name "$image")" >&2
        "$MIRAGE" import --data "$LIBRARY" --name "$(name "$image")" "$image" >/dev/null
        known+="$(name "$image") "
    done
done

row() { # LABEL FILE MADE APPLIED
    row_of "$1" "$(MB "$2")" "$3" "$4"
}
row_of() { # LABEL MB MADE APPLIED
    printf '| %s | %s | %s | %s | %s | equal |\n' "$PAIR" "$1" "$2" "$3" "$4"
}
check() { cmp "$WORK/made" "$image" && rm "$WORK/made"; }

echo '| pair | | MB | make: CPU s | apply: CPU s | bytes |'
echo '|---|---|---|---|---|---|'
for pair; do
    base=${pair%%:*} image=${pair#*:}
    PAIR="$(name "$base") → $(name "$image")"
    echo "$(date +%H:%M:%S) $PAIR" >&2

    timed "$MIRAGE" delta make --data "$LIBRARY" "$(name "$base")" "$(name "$image")" "$WORK/mirage"
    made=$CPU
    timed "$MIRAGE" delta apply "$WORK/mirage" "$base" "$WORK/made"
    check
    row '**Mirage**' "$WORK/mirage" "$made" "$CPU"

    timed xdelta3 -e -f -B 2147483648 -s "$base" "$image" "$WORK/xdelta"
    made=$CPU
    timed xdelta3 -d -f -B 2147483648 -s "$base" "$WORK/xdelta" "$WORK/made"
    check
    row 'xdelta3' "$WORK/xdelta" "$made" "$CPU"

    timed qemu-img convert -c -O qcow2 "$image" "$WORK/qcow2"
    made=$CPU
    timed qemu-img convert -O raw "$WORK/qcow2" "$WORK/made"
    check
    row 'whole, qcow2 compressed' "$WORK/qcow2" "$made" "$CPU"
    rm -f "$WORK"/{mirage,xdelta,qcow2}

    casync_row "$base" "$image"
    zsync_row "$base" "$image"
done
printf '\n%s processors; load at the end %s\n' "$(nproc)" "$(cut -d' ' -f1-3 /proc/loadavg)"
