#!/bin/bash
# Makes the golden images beside it, each with what is expected of it: NAME.img.zst and NAME.expected.
# Needs root, genisoimage, xorriso, python3, blkid, zstd, and the listing of golden/ext4.
#
# usage: make.sh [NAME...]        all of them by default
#
# Kernels of servers often have no isofs: the listing is that of the tree which an image was made of, without what the
# image does not keep; of images without Rock Ridge it is isoinfo's. Damaged images are made by damage.py.
set -euo pipefail
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
source=$work/source
# Times of access and links of directories are the writer's own.
masked=dirsize,dirlinks,atime,ctime,btime,inode,xattrs,seconds

tree() {
    rm -rf "$source"
    mkdir -m 755 "$source"
    "$here/tree.py" "$source" "$@"
}
without_long_links() { # genisoimage writes targets that need more than one entry with lengths modulo 256
    rm "$source/links/long" "$source/links/many"
    touch -d @1600000000 "$source/links"
}
few() {
    rm -rf "$source"
    mkdir -m 755 "$source"
    "$here/../few.sh" "$source" "$@"
}
facts() { # IMAGE
    echo "# type=iso9660 label=$(blkid -p -n iso9660 -s LABEL -o value "$1") uuid=$(blkid -p -n iso9660 -s UUID -o value "$1") block=2048"
}
pack() { # NAME [MASK]
    local image=$work/$1.img
    { facts "$image"; "$here/../ext4/list.py" "$source" "$masked${2:-}"; } > "$here/$1.expected"
    zstd -q -19 -f "$image" -o "$here/$1.img.zst"
}
pack_plain() { # NAME
    local image=$work/$1.img
    { facts "$image"; "$here/list.py" "$image"; } > "$here/$1.expected"
    zstd -q -19 -f "$image" -o "$here/$1.img.zst"
}
genisoimage() { command genisoimage -quiet -input-charset utf-8 -V "Golden image" "$@" 2> "$work/messages" ||
    { cat "$work/messages"; return 1; }; }
xorriso() { command xorriso "$@" > "$work/messages" 2>&1 || { cat "$work/messages"; return 1; }; }

make_rock-ridge() { # directories deeper than eight levels are moved, and linked from their place
    tree
    without_long_links
    genisoimage -R -o "$work/rock-ridge.img" "$source"
    mkdir -m 555 "$source/rr_moved"
    pack rock-ridge ,mtime
}
make_rock-ridge-xorriso() {
    tree
    xorriso -as mkisofs -R -V Golden -o "$work/rock-ridge-xorriso.img" "$source"
    pack rock-ridge-xorriso
}
make_hybrid() { # with Rock Ridge, Joliet, El Torito, and a partition table with the disc's own content in it
    tree
    head -c 40960 /dev/zero > "$work/efi.img"
    head -c 2048 /dev/zero > "$source/files/boot.img"
    touch -d @1600000000 "$source/files/boot.img" "$source/files"
    xorriso -as mkisofs -R -J -joliet-long -V Golden -partition_offset 16 -append_partition 2 0xef "$work/efi.img" \
        -b files/boot.img -no-emul-boot -boot-load-size 4 -c boot.cat -o "$work/hybrid.img" "$source"
    xorriso -osirrox on -indev "$work/hybrid.img" -extract /boot.cat "$source/boot.cat"
    touch -d @1600000000 "$source"
    pack hybrid
}
make_joliet() {
    tree plain
    genisoimage -J -joliet-long -o "$work/joliet.img" "$source"
    pack joliet ,mode,uid,gid,links
}
make_few() {
    few
    rm "$source/long-link" # xorriso 1.5.4 fails on it
    xorriso -outdev "$work/few.img" -volid Golden -padding 0 -map "$source" / -set_filter_r --zisofs / --
    pack few
}
make_few-joliet() {
    few plain
    (cd "$source/d/e" && mv nnn* "$(printf 'n%.0s' $(seq 100))")
    touch -d @1700000000 "$source/d/e"
    genisoimage -J -joliet-long -o "$work/few-joliet.img" "$source"
    pack few-joliet ,mode,uid,gid,links
}
make_plain() {
    tree plain
    rm -rf "$source"/names/[ÜGb]*
    genisoimage -o "$work/plain.img" "$source"
    pack_plain plain
}
make_level-3() { # names of 31 letters
    tree plain
    rm -rf "$source"/names/[ÜGb]*
    genisoimage -iso-level 3 -o "$work/level-3.img" "$source"
    pack_plain level-3
}
make_zisofs() { # files that zlib makes smaller
    tree
    xorriso -outdev "$work/zisofs.img" -volid Golden -padding 0 -map "$source" / -set_filter_r --zisofs / --
    pack zisofs
}
make_udf-bridge() {
    tree
    without_long_links
    rm -rf "$source/devices" "$source/deep/d2/d3/d4/d5/d6/d7"
    find "$source" -name '*UTF-8' -delete
    find "$source" -type d -exec touch -d @1600000000 {} +
    genisoimage -R -udf -o "$work/udf-bridge.img" "$source"
    pack udf-bridge
}
make_sections() { # a file of two extents
    rm -rf "$source"
    mkdir -p "$source/c"
    yes a | head -c 4096 > "$source/a" || true
    yes b | head -c 5000 > "$source/b" || true
    echo c > "$source/c/c"
    genisoimage -o "$work/sections.img" "$source"
    "$here/sections.py" "$work/sections.img"
    cat "$source/a" "$source/b" > "$work/both"
    mv "$work/both" "$source/a"
    rm "$source/b"
    pack sections ,mode,uid,gid,links,mtime
}

all="rock-ridge rock-ridge-xorriso hybrid joliet plain level-3 zisofs udf-bridge sections few few-joliet damaged"
for name in ${*:-$all}; do
    case $name in
    damaged) "$here/damage.py" "$here/damaged" ;;
    *) "make_$name" ;;
    esac
    echo "$name done"
done
