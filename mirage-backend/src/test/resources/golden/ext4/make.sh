#!/bin/bash
# Makes the golden images beside it, each with what the kernel shows of it: NAME.img.zst and NAME.expected.
# Needs root, loop devices, e2fsprogs, python3, zstd; and for "encrypted" a kernel with CONFIG_FS_ENCRYPTION.
#
# usage: make.sh [NAME...]        all of them by default
#
# Images are filled by the kernel through a writable mount, by mke2fs -d, or by debugfs where neither can; the
# listings come from list.py on a read-only mount with noload. Times differ from run to run, so an image and its
# listing belong together. Damaged images are made by damage.py from small ones.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
mount=$work/mount
mkdir "$mount"
trap 'mountpoint -q "$mount" && umount "$mount"; rm -rf "$work"' EXIT

uuid=3e1a7ac0-5ca1-4b1e-9a11-0123456789ab
format() { # IMAGE SIZE MKE2FS-OPTION...
    local image=$1 size=$2
    shift 2
    rm -f "$image"
    E2FSPROGS_FAKE_TIME=1700000000 \
    mke2fs -q -F -U $uuid -L golden -E "hash_seed=$uuid,lazy_itable_init=0" "$@" "$image" "$size"
}
fill() { # IMAGE COMMAND...: runs the command in a writable mount of the image
    local image=$1
    shift
    mount -t ext4 -o loop "$image" "$mount"
    (cd "$mount" && "$@")
    umount "$mount"
}
tree() { "$here/tree.sh" .; }
listing() { # NAME IMAGE [MASK]
    mount -t ext4 -o ro,noload,loop "$2" "$mount"
    {
        echo "# type=$(blkid -p -s TYPE -o value "$2") label=$(blkid -p -s LABEL -o value "$2")" \
            "uuid=$(blkid -p -s UUID -o value "$2")" \
            "block=$(dumpe2fs -h "$2" 2>/dev/null | sed -n 's/^Block size: *//p')" \
            "blocks=$(dumpe2fs -h "$2" 2>/dev/null | sed -n 's/^Block count: *//p')"
        "$here/list.py" "$mount" ${3:-}
    } > "$here/$1.expected"
    umount "$mount"
}
pack() { zstd -q -19 -f "$2" -o "$here/$1.img.zst"; }
golden() { # NAME IMAGE
    listing "$1" "$2"
    pack "$1" "$2"
}

# A sparse file that reaches into the trees of one, two and three levels, with holes of whole subtrees.
triple() {
    python3 - <<'P'
with open("triple-indirect", "wb") as f:
    for block in (0, 5, 11, 12, 13, 267, 268, 269, 65803, 65804, 65805, 66060, 80_000, 99_999):
        f.seek(block * 1024)
        f.write(b"block %d" % block)
    f.truncate(110_000 * 1024 + 77)
P
}

make_ext2() { # block maps of blocks of 1 KiB, no checksums, inodes of 128 bytes
    format "$1" 16M -t ext2 -b 1024 -I 128
    fill "$1" tree
    fill "$1" triple
}
make_ext2-old() { # revision 0: no features, not even file types in directories
    format "$1" 2M -t ext2 -r 0 -b 1024
    fill "$1" triple
    fill "$1" bash -c 'mkdir d; echo hello > d/hello; ln -s hello d/link; mknod d/dev c 4 5'
}
make_ext3() {
    format "$1" 16M -t ext3 -b 1024 -J size=1
    fill "$1" tree
}
make_ext4() {
    format "$1" 32M -t ext4 -b 4096 -J size=4
    fill "$1" tree
}
make_ext4-1k() { # block 0 is the boot block; extent trees of several levels, by punching every other block
    format "$1" 16M -t ext4 -b 1024 -J size=1
    fill "$1" tree
    fill "$1" python3 -c 'with open("fragments", "wb") as f:
    for block in range(0, 3000, 2):
        f.seek(block * 1024)
        f.write(b"fragment %d" % block)'
}
make_ext4-2k-inode-1024() {
    format "$1" 16M -t ext4 -b 2048 -I 1024 -J size=2
    fill "$1" tree
}
make_populated() { # by mke2fs -d, not by the kernel
    mkdir "$work/tree"
    "$here/tree.sh" "$work/tree"
    format "$1" 16M -t ext4 -b 4096 -J size=4 -d "$work/tree"
}
make_bigalloc() {
    format "$1" 32M -t ext4 -b 1024 -C 16384 -O bigalloc -J size=1
    fill "$1" tree
}
make_meta-bg() {
    format "$1" 64M -t ext4 -b 1024 -g 1024 -N 4096 -O meta_bg,^resize_inode,^has_journal
    fill "$1" tree
}
make_flex-bg-off() {
    format "$1" 32M -t ext4 -b 1024 -O ^flex_bg,^64bit -J size=1
    fill "$1" tree
}
make_inline-holes() { # mke2fs -d gives files of holes inline data, however large they are
    mkdir "$work/holes"
    for size in 60 61 4096 4097 123456 9000000; do truncate -s $size "$work/holes/of-$size"; done
    for i in $(seq 8); do printf 'content %d' "$i" > "$work/holes/file-$i"; done
    format "$1" 2M -t ext4 -b 1024 -I 256 -O inline_data,^has_journal -d "$work/holes"
}
make_inline-data() {
    format "$1" 16M -t ext4 -b 4096 -I 256 -O inline_data -J size=4
    fill "$1" tree
    fill "$1" python3 -c 'import os
os.mkdir("inline")
for size in (0, 1, 59, 60, 61, 100, 140, 155, 160, 161, 200):
    with open("inline/file-%d" % size, "wb") as f:
        f.write(bytes(i % 251 for i in range(size)))
for count in (1, 2, 3, 4, 6, 8, 12):
    os.mkdir("inline/dir-%d" % count)
    for i in range(count):
        open("inline/dir-%d/name-%d" % (count, i), "w").close()
os.symlink("x" * 100, "inline/link-100")
with open("inline/grown", "wb") as f:
    f.write(b"grown")
    f.truncate(130)'
}
make_ea-inode() {
    format "$1" 16M -t ext4 -b 4096 -O ea_inode -J size=4
    fill "$1" tree
    fill "$1" python3 -c 'import os
for size in (3000, 4096, 5000, 60000, 65536):
    for copy in "ab":
        name = "large-%d-%s" % (size, copy)
        open(name, "w").close()
        os.setxattr(name, "user.large", bytes(i % 7 for i in range(size)))
        os.setxattr(name, "user.small", b"small")'
}
make_no-checksums() {
    format "$1" 16M -t ext4 -b 4096 -O ^metadata_csum,uninit_bg -J size=4
    fill "$1" tree
}
make_checksum-seed() { # the UUID was changed after the checksums were made
    format "$1" 16M -t ext4 -b 4096 -O metadata_csum_seed -J size=4
    fill "$1" tree
    tune2fs -U 11111111-2222-3333-4444-555555555555 "$1" > /dev/null
}
make_sparse-super2() {
    format "$1" 32M -t ext4 -b 1024 -g 8192 -O sparse_super2,^resize_inode -J size=1
    fill "$1" tree
}
make_unwritten() { # allocated and not written, ahead of the end, behind it, and in part written
    format "$1" 16M -t ext4 -b 4096 -J size=4
    fill "$1" bash -c 'fallocate -l 1M unwritten
        echo short > behind-the-end; fallocate -n -o 4096 -l 1M behind-the-end
        fallocate -l 1M partly; printf data | dd of=partly bs=4096 seek=10 conv=notrunc status=none
        yes text | head -c 600000 > punched; fallocate -p -o 8192 -l 100000 punched
        yes text | head -c 100000 > zeroed; fallocate -z -o 4096 -l 50000 zeroed'
}
make_directories() { # hash trees of one and two levels, and what is left of them
    format "$1" 64M -t ext4 -b 1024 -N 30000 -J size=1
    fill "$1" tree
    fill "$1" python3 -c 'import os
os.mkdir("two-levels")
for i in range(620):
    os.link("plain/nothing", "two-levels/" + "name" * 50 + str(i))
os.mkdir("emptied")
for i in range(1000):
    open("emptied/name-%d" % i, "w").close()
for i in range(1000):
    if i % 300: os.unlink("emptied/name-%d" % i)
os.mkdir("subdirectories")
for i in range(100): os.mkdir("subdirectories/%d" % i)'
}
make_project-quota() { # set afterwards: a kernel without quotas mounts it read-only
    format "$1" 16M -t ext4 -b 4096 -J size=4
    fill "$1" tree
    tune2fs -O quota,project -Q usrquota,grpquota,prjquota "$1" > /dev/null
}
make_needs-recovery() { # copied while it was mounted
    format "$1" 16M -t ext4 -b 4096 -J size=4
    fill "$1" tree
    mount -t ext4 -o loop "$1" "$mount"
    echo more > "$mount/more"
    sync -f "$mount"
    cp --sparse=always "$1" "$work/copy"
    umount "$mount"
    mv "$work/copy" "$1"
}
make_orphan-file() {
    format "$1" 16M -t ext4 -b 4096 -O orphan_file,fast_commit,large_dir,ea_inode -J size=4
    fill "$1" tree
}
make_encrypted() {
    format "$1" 16M -t ext4 -b 4096 -O encrypt -J size=4
    fill "$1" "$here/encrypt.py"
}

# Not for this kernel (no CONFIG_UNICODE): the same tree is listed from a copy without the feature and its flags.
make_casefold() {
    format "$1" 16M -t ext4 -b 4096 -O ^casefold,^dir_index -J size=4
    fill "$1" bash -c 'mkdir folded; echo 1 > folded/Name; echo 2 > folded/other; mkdir folded/Sub; echo 3 > folded/Sub/x'
    listing casefold "$1"
    debugfs -w -R "feature casefold" "$1" > /dev/null 2>&1
    for directory in folded folded/Sub; do
        debugfs -w -R "set_inode_field $directory flags 0x40080000" "$1" 2> /dev/null
    done
}
# Blocks larger than a page: the kernel's listing is that of the same tree in blocks of 4 KiB.
make_blocks-64k() {
    mkdir "$work/tree64"
    "$here/tree.sh" "$work/tree64"
    python3 -c 'import os, sys
for i in range(800): os.link(sys.argv[1] + "/plain/nothing", sys.argv[1] + "/many/another-" + "long-" * 20 + str(i))' "$work/tree64"
    format "$1" 16M -t ext4 -b 4096 -O ^has_journal -d "$work/tree64"
    listing blocks-64k "$1" dirsize,inode,ctime,atime,btime
    sed -i '1s/ block=.*/ block=65536 blocks=1024/' "$here/blocks-64k.expected"
    format "$1" 64M -t ext4 -b 65536 -O ^has_journal -N 4096 -d "$work/tree64" 2> /dev/null
}
# The hash tree of fs-verity lies behind the end of the file: here the end is moved before what was written.
make_verity() {
    format "$1" 8M -t ext4 -b 4096 -O verity,^has_journal
    fill "$1" bash -c 'yes text | head -c 30000 > file; yes plain | head -c 5000 > other'
    debugfs -w -R "set_inode_field file size 10000" "$1" 2> /dev/null
    listing verity "$1"
    debugfs -w -R "set_inode_field file flags 0x180000" "$1" 2> /dev/null
}

all="ext2 ext2-old ext3 ext4 ext4-1k ext4-2k-inode-1024 populated bigalloc meta-bg flex-bg-off inline-data inline-holes ea-inode
    no-checksums checksum-seed sparse-super2 unwritten directories project-quota needs-recovery orphan-file encrypted
    casefold blocks-64k verity damaged"
for name in ${*:-$all}; do
    image=$work/$name.img
    case $name in
    damaged) "$here/damage.py" "$here/damaged" ;;
    casefold | blocks-64k | verity)
        "make_$name" "$image"
        pack "$name" "$image"
        ;;
    *)
        "make_$name" "$image"
        golden "$name" "$image"
        ;;
    esac
    echo "$name done"
done
