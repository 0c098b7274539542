#!/bin/bash
# Makes the golden images beside it, each with what the kernel shows of it: NAME.img.zst and NAME.expected.
# Needs root, loop devices, erofs-utils, python3, zstd, and the trees and the listing of golden/ext4 and golden/squashfs.
#
# usage: make.sh [NAME...]        all of them by default
#
# Damaged images are made by damage.py.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
mount=$work/mount
mkdir "$mount"
trap 'mountpoint -q "$mount" && umount "$mount"; rm -rf "$work"' EXIT
uuid=3e1a7ac0-5ca1-4b1e-9a11-0123456789ab

pack() { # NAME OPTION...: what is in the folder "source"
    local name=$1 image=$work/$1.img
    shift
    mkfs.erofs -U$uuid "$@" "$image" "$work/source" > "$work/messages" 2>&1 || { cat "$work/messages"; return 1; }
    mount -t erofs -o ro,loop "$image" "$mount"
    {
        echo "# type=erofs label= uuid=$uuid block=4096"
        "$here/../ext4/list.py" "$mount"
    } > "$here/$name.expected"
    umount "$mount"
    zstd -q -19 -f "$image" -o "$here/$name.img.zst"
}
tree() {
    rm -rf "$work/source"
    mkdir "$work/source"
    "$here/../ext4/tree.sh" "$work/source"
    "$here/../squashfs/more.py" "$work/source"
    # mkfs.erofs does not find its own longest names
    (cd "$work/source/names" && mv nnnnnnnn* "$(printf 'n%.0s' $(seq 180))")
}

make_plain() { tree && pack plain; }
make_compact-inodes() { tree && pack compact-inodes -T1700000000; }
make_extended-inodes() { tree && pack extended-inodes -Eforce-inode-extended -x0; }
make_no-inline-data() { tree && pack no-inline-data -Enoinline_data; }
make_no-attributes() { tree && pack no-attributes -x-1; }
make_chunks() { tree && pack chunks --chunksize=4096; }
make_chunk-indexes() { tree && pack chunk-indexes --chunksize=65536 -Eforce-chunk-indexes; }
make_lz4() { tree && pack lz4 -zlz4; }
make_lz4hc-64k() { tree && pack lz4hc-64k -zlz4hc,12 -C65536; }
make_lz4-16k-short() { tree && pack lz4-16k-short -zlz4 -C16384 --max-extent-bytes=30000; }
make_full-index() { tree && pack full-index -zlz4hc -Elegacy-compress; }
make_full-index-64k() { tree && pack full-index-64k -zlz4 -C65536 -Elegacy-compress; }
make_tails() { tree && pack tails -zlz4hc -Eztailpacking; }
make_tails-64k() { tree && pack tails-64k -zlz4hc -C65536 -Eztailpacking; }
make_few() { few && pack few; }
make_few-tails() { few && pack few-tails -zlz4hc -Eztailpacking; }
make_few-indexed() { few && pack few-indexed -zlz4 -Elegacy-compress,force-inode-extended; }

few() {
    rm -rf "$work/source"
    mkdir "$work/source"
    "$here/../few.sh" "$work/source"
}

all="plain compact-inodes extended-inodes no-inline-data no-attributes chunks chunk-indexes lz4 lz4hc-64k lz4-16k-short
    full-index full-index-64k tails tails-64k few few-tails few-indexed damaged"
for name in ${*:-$all}; do
    case $name in
    damaged) "$here/damage.py" "$here/damaged" ;;
    *) "make_$name" ;;
    esac
    echo "$name done"
done
