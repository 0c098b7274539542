#!/bin/bash
# What moves from one image to another, as a Markdown table on stdout: Mirage's deltas beside xdelta3 and whole
# compressed images, on the same pairs.
#
#   deltas.sh WORKDIR BASE:IMAGE...
#
# Every delta is applied, and the bytes are compared; a difference ends the run with an error. The library of the images is
# made below WORKDIR and kept there, so that a second run begins with it; the rest is deleted. Needs room for the library
# and two images, and xdelta3 and qemu-utils.
#
# How to read the figures: MB = 10^6 bytes. CPU is user + system time of the whole command (of Mirage's, the JVM's start
# too); it bears a busy machine better than wall time does.
set -euo pipefail
shopt -s inherit_errexit
export LC_ALL=C.UTF-8

[ $# -ge 2 ] || { sed -n '2,13s/^# \{0,1\}//p' "$0" >&2; exit 2; }
for tool in xdelta3 qemu-img; do
    command -v "$tool" >/dev/null || { echo "deltas.sh: no $tool: apt-get install xdelta3 qemu-utils" >&2; exit 2; }
done

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
timed() {
    local TIMEFORMAT='%U %S'
    { time "$@" >>"$WORK/tool.log" 2>&1; } 2>"$WORK/time" || { tail -20 "$WORK/tool.log" >&2; exit 1; }
    CPU=$(awk '{ printf "%.1f", $1 + $2 }' "$WORK/time")
}

name() { basename "$1" .raw; }

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
    printf '| %s | %s | %s | %s | %s | %s |\n' "$PAIR" "$1" "$(MB "$2")" "$3" "$4" "${5:-equal}"
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
done
printf '\n%s processors; load at the end %s\n' "$(nproc)" "$(cut -d' ' -f1-3 /proc/loadavg)"
