#!/bin/bash
# Makes the golden images beside it, each with what ntfs-3g shows of it: NAME.img.zst and NAME.expected.
# Needs root, loop devices, FUSE, ntfs-3g, python3, zstd, and the listing of golden/ext4.
#
# usage: make.sh [NAME...]        all of them by default
#
# Images are filled by ntfs-3g through a writable mount (tree.py). What it cannot make is made of what it can by craft.py:
# where ntfs-3g shows that too, it is the reference; of the others craft.py writes down what they hold. Images and their
# listings belong together. Damaged images are made by damage.py from small ones.
set -euo pipefail
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
mount=$work/mount
mkdir "$mount"
trap 'mountpoint -q "$mount" && umount "$mount"; rm -rf "$work"' EXIT

make() { # NAME SIZE CLUSTER-BYTES SECTOR-BYTES PART...
    local name=$1 image=$work/$1.img
    truncate -s "$2" "$image"
    mkntfs -q -F -L "gölden $name" -c "$3" -s "$4" "$image" > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }
    shift 4
    mount -t ntfs-3g -o loop,compression,streams_interface=windows "$image" "$mount"
    "$here/tree.py" "$mount" "$@"
    umount "$mount"
}
facts() { # IMAGE
    local label uuid
    label=$(blkid -p -s LABEL -o value "$1" | sed 's/\\x\(..\)/\\x\1/g')
    uuid=$(blkid -p -s UUID -o value "$1")
    ntfsinfo -m "$1" | awk -v label="$label" -v uuid="$uuid" '
        /Cluster Size:/ { block = $3 } /Volume Size in Clusters:/ { blocks = $5 }
        END { print "# type=ntfs label=" label " uuid=" uuid " block=" block " blocks=" blocks }'
}
listing() { # NAME: as ntfs-3g shows it
    local image=$work/$1.img
    facts "$image" > "$here/$1.expected"
    mount -t ntfs-3g -o ro,loop,streams_interface=xattr "$image" "$mount"
    "$here/list.py" "$mount" >> "$here/$1.expected"
    umount "$mount"
}
# Without what does not pack. Before a boot sector is torn, which leads to it.
small() { "$here/craft.py" small "$work/$1.img"; }
pack() { zstd -q -19 -f "$work/$1.img" -o "$here/$1.img.zst"; }
crafted() { # NAME
    "$here/craft.py" "$1" "$work/$1.img"
}
few() { # NAME: with a compressed file
    local image=$work/$1.img
    truncate -s 1100K "$image"
    mkntfs -q -F -L few -c 512 "$image" > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }
    mount -t ntfs-3g -o loop,compression,streams_interface=windows "$image" "$mount"
    mkdir "$mount/c"
    python3 -c 'import os, sys
os.setxattr(sys.argv[1], "system.ntfs_attrib_be", b"\0\0\x08\0")' "$mount/c"
    seq 1 3000 > "$mount/c/compressed"
    "$here/../few.sh" "$mount" plain
    ln "$mount/d/hello" "$mount/hard"
    printf 'stream' > "$mount/d/hello:beside"
    umount "$mount"
}

all="clusters-4k clusters-512 clusters-64k sectors-4096 special fragments directories compressed
    partly-written table-list torn-boot-sector few damaged"
for name in ${*:-$all}; do
    case $name in
    clusters-4k) make "$name" 12M 4096 512 files streams sparse ;;
    clusters-512) make "$name" 8M 512 512 files special streams sparse compressed ;;
    clusters-64k) make "$name" 24M 65536 512 files special streams sparse ;;
    sectors-4096) make "$name" 24M 4096 4096 files special streams sparse compressed ;;
    special) make "$name" 8M 4096 512 special ;;
    fragments) make "$name" 16M 1024 512 fragments ;;
    directories) make "$name" 8M 4096 512 directories ;;
    compressed) make "$name" 8M 4096 512 compressed ;;
    table-list) make "$name" 8M 1024 512 files directories ;;
    partly-written) make "$name" 8M 4096 512 files compressed ;;
    torn-boot-sector) make "$name" 8M 4096 512 special ;;
    few) few "$name" ;;
    damaged)
        "$here/damage.py" "$here/damaged"
        continue
        ;;
    esac
    case $name in
    partly-written | table-list)
        crafted "$name"
        listing "$name"
        small "$name"
        ;;
    torn-boot-sector)
        listing "$name"
        small "$name"
        crafted "$name"
        ;;
    *)
        listing "$name"
        small "$name"
        ;;
    esac
    pack "$name"
    echo "$name done"
done
