#!/bin/bash
# Makes the golden images beside it, each with what the kernel shows of it: NAME.img.zst and NAME.expected.
# Needs exfatprogs, python3, zstd, and what ../vm/run.sh needs for a kernel with exfat: 6.8 or newer, which know that a
# file may be longer than what was written of it.
#
# usage: make.sh [NAME...]        all of them by default
#
# Damaged ones are made of these by the tests.
set -euo pipefail
export LC_ALL=C TZ=UTC
here=$(cd "$(dirname "$0")" && pwd)
shared=$(mktemp -d)
trap 'rm -rf "$shared"' EXIT
cp "$here/../fat/fill.py" "$here/../fat/guest.sh" "$here/../ext4/list.py" "$shared"
tasks=()
format() { # HOW NAME KIB MKFS-OPTION...
    local how=$1 name=$2
    truncate -s "$3K" "$shared/$name.img"
    shift 3
    mkfs.exfat "$@" "$shared/$name.img" > /dev/null
    tasks+=(exfat "$how" "$name")
}

make_clusters-4k() { format fill clusters-4k 4096 -c 4K -L "gold exfät"; }

names=(${*:-clusters-4k})
for name in "${names[@]}"; do "make_$name"; done
"$here/../vm/run.sh" "$shared" guest.sh "${tasks[@]}"
for name in "${names[@]}"; do
    fsck.exfat -n "$shared/$name.img"
    zstd -q -19 -f "$shared/$name.img" -o "$here/$name.img.zst"
    cp "$shared/$name.expected" "$here"
    echo "$name done"
done
