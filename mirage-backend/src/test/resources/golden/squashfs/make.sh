#!/bin/bash
# Makes the golden images beside it, each with what the kernel shows of it: NAME.img.zst and NAME.expected.
# Needs root, loop devices, squashfs-tools, python3, zstd, and the tree and the listing of golden/ext4.
#
# usage: make.sh [NAME...]        all of them by default
#
# Access lists, which squashfs does not keep, are left out by mksquashfs. Damaged images are made by damage.py.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
ext4=$here/../ext4
work=$(mktemp -d)
mount=$work/mount
mkdir "$mount"
trap 'mountpoint -q "$mount" && umount "$mount"; rm -rf "$work"' EXIT

pack() { # NAME OPTION...: what is in the folder "source"
    local name=$1 image=$work/$1.img
    shift
    mksquashfs "$work/source" "$image" -noappend -quiet -no-progress -mkfs-time 1700000000 "$@" 2> "$work/messages" ||
        { cat "$work/messages"; return 1; }
    mount -t squashfs -o ro,loop "$image" "$mount"
    {
        echo "# type=squashfs label= uuid= block=$(unsquashfs -s "$image" | awk '/^Block size/ { print $3 }')"
        "$ext4/list.py" "$mount"
    } > "$here/$name.expected"
    umount "$mount"
    zstd -q -19 -f "$image" -o "$here/$name.img.zst"
}
tree() {
    rm -rf "$work/source"
    mkdir "$work/source"
    "$ext4/tree.sh" "$work/source"
    "$here/more.py" "$work/source" "$@"
}

make_gzip() { tree && pack gzip -comp gzip; }
make_xz() { tree && pack xz -comp xz -Xbcj x86 -b 64K; }
make_lzo() { tree && pack lzo -comp lzo; }
make_lz4() { tree && pack lz4 -comp lz4; }
make_zstd() { tree && pack zstd -comp zstd -b 256K; }
make_blocks-4k() { tree && pack blocks-4k -b 4K; }
make_blocks-1m() { tree && pack blocks-1m -b 1M; }
make_plain() { tree && pack plain -noI -noId -noD -noF -noX; }
make_plain-files() { tree && pack plain-files -noD -noF; } # blocks as they are, metadata compressed
make_plain-fragments() { tree && pack plain-fragments -noF; }
make_no-fragments() { tree && pack no-fragments -no-fragments; }
make_tail-ends() { tree && pack tail-ends -always-use-fragments; }
make_no-exports() { tree && pack no-exports -no-exports; }
make_no-sparse() { tree && pack no-sparse -no-sparse -no-duplicates; }
make_no-attributes() { tree && pack no-attributes -no-xattrs; }
make_directories() { # with an index, in many metadata blocks
    rm -rf "$work/source"
    mkdir "$work/source"
    python3 - "$work/source" << 'P'
import os, sys
os.chdir(sys.argv[1])
open("file", "w").close()
os.utime("file", (0, 0))
for name, count, length in ("short", 3, 0), ("runs", 600, 10), ("long", 300, 200):
    os.mkdir(name)
    for i in range(count):
        os.link("file", name + "/" + "n" * length + str(i))
os.makedirs("/".join("d%d" % i for i in range(40)))
P
    pack directories -all-time 1700000000
}
make_few() { few && pack few -comp gzip -b 16K; }
make_few-plain() { few && pack few-plain -noI -noId -noF -noX -b 16K; }
make_few-blocks() { few && pack few-blocks -noI -noId -noX -comp zstd -no-fragments -no-exports -b 4K; }
few() {
    rm -rf "$work/source"
    mkdir "$work/source"
    "$here/../few.sh" "$work/source"
}

all="gzip xz lzo lz4 zstd blocks-4k blocks-1m plain plain-files plain-fragments no-fragments tail-ends no-exports
    no-sparse no-attributes directories few few-plain few-blocks damaged"
for name in ${*:-$all}; do
    case $name in
    damaged) "$here/damage.py" "$here/damaged" ;;
    *) "make_$name" ;;
    esac
    echo "$name done"
done
