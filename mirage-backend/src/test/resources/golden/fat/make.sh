#!/bin/bash
# Makes the golden images beside it, each with what the kernel shows of it: NAME.img.zst and NAME.expected.
# Needs dosfstools, mtools, python3, zstd, and what ../vm/run.sh needs for a kernel with vfat.
#
# usage: make.sh [NAME...]        all of them by default
#
# fat12 is filled by the kernel through a writable mount, the others by mtools, and by codepage.py where neither would.
# Damaged ones are made of these by the tests.
set -euo pipefail
export LC_ALL=C.UTF-8 TZ=UTC MTOOLS_SKIP_CHECK=1
here=$(cd "$(dirname "$0")" && pwd)
shared=$(mktemp -d)
trap 'rm -rf "$shared"' EXIT
cp "$here/fill.py" "$here/guest.sh" "$here/../ext4/list.py" "$shared"
tasks=()
format() { # HOW NAME KIB MKFS-OPTION...
    local how=$1 name=$2
    truncate -s "$3K" "$shared/$name.img"
    shift 3
    mkfs.fat -i 1234abcd "$@" "$shared/$name.img" > /dev/null
    tasks+=(vfat "$how" "$name")
}
fill() { # NAME: between files that are removed, so that files lie in many places
    local image=$shared/$1.img tree=$shared/tree
    [ -e "$tree" ] || { mkdir "$tree" && python3 "$here/fill.py" "$tree"; }
    head -c 3000 /dev/zero | tr '\0' x > "$shared/gap"
    for i in $(seq 40); do mcopy -i "$image" "$shared/gap" "::gap$i"; done
    for i in $(seq 1 2 40); do mdel -i "$image" "::gap$i"; done
    (cd "$tree" && mcopy -i "$image" -smQ ./* ./.hidden ::)
}
clusters() { # NAME COUNT: mkfs.fat keeps away from where the types begin and end; the table has room for these
    python3 - "$shared/$1.img" "$2" <<'P'
import struct
import sys

with open(sys.argv[1], "r+b") as f:
    boot = bytearray(f.read(512))
    sector, per_cluster, reserved, tables, root, small = struct.unpack_from("<HBHBHH", boot, 11)
    table = struct.unpack_from("<H", boot, 22)[0] or struct.unpack_from("<I", boot, 36)[0]
    total = reserved + tables * table + root * 32 // sector + int(sys.argv[2]) * per_cluster
    struct.pack_into("<H", boot, 19, total if small else 0)
    struct.pack_into("<I", boot, 32, 0 if small else total)
    f.seek(0)
    f.write(boot)
    f.truncate(total * sector)
P
}

make_fat12() { format fill fat12 1440 -F 12 -n "GOLDEN FAT"; }
make_fat12-most() {
    format show fat12-most 2050 -F 12 -s 1 -r 512 -a -n MOST
    clusters fat12-most 4084
    fill fat12-most
}
make_fat16-fewest() {
    format show fat16-fewest 2100 -F 16 -s 1 -r 512 -a -n FEWEST
    clusters fat16-fewest 4085
    fill fat16-fewest
}
make_fat32-fewest() {
    format show fat32-fewest 33500 -F 32 -s 1 -a -n FEWEST32
    # mtools takes less than 65527 for FAT16, whatever the boot sector says
    fill fat32-fewest
    clusters fat32-fewest 65525
}
make_codepage() {
    format show codepage 1440 -F 12 -r 656
    "$here/codepage.py" "$shared/codepage.img"
}

all="codepage fat12 fat12-most fat16-fewest fat32-fewest"
names=()
for name in ${*:-$all}; do
    "make_$name"
    names+=("$name")
done
"$here/../vm/run.sh" "$shared" guest.sh "${tasks[@]}"
for name in "${names[@]}"; do
    fsck.fat -n "$shared/$name.img" > "$shared/check" || { echo "fsck.fat of $name:"; cat "$shared/check"; }
    fsstat "$shared/$name.img" | grep -E '^File System Type:|^\* Data Area|^Total Cluster Range' || true
    zstd -q -19 -f "$shared/$name.img" -o "$here/$name.img.zst"
    cp "$shared/$name.expected" "$here"
    echo "$name done"
done
