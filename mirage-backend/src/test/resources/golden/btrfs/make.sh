#!/bin/bash
# Makes the golden images beside it, each with what the kernel shows of it: NAME.img.zst and NAME.expected.
# Needs root, loop devices, btrfs-progs, python3, zstd, and the tree and the listing of golden/ext4.
#
# usage: make.sh [NAME...]        all of them by default
#
# Images are filled by the kernel through a writable mount, and listed from the top level. Images and their listings
# belong together. Damaged images are made by damage.py from small ones.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
ext4=$here/../ext4
work=$(mktemp -d)
mount=$work/mount
mkdir "$mount"
tidy() {
    ! mountpoint -q "$mount" || umount "$mount"
    btrfs device scan --forget > /dev/null
    for image in "$work"/*; do losetup --associated "$image" | cut -d: -f1 | xargs -r losetup --detach; done
    rm -rf "$work"
}
trap tidy EXIT

uuid=3e1a7ac0-5ca1-4b1e-9a11-0123456789ab
small=(--mixed --metadata single --data single)
format() { # IMAGE SIZE MKFS-OPTION...
    local image=$1 size=$2
    shift 2
    rm -f "$image"
    truncate -s "$size" "$image"
    mkfs.btrfs -q -L golden -U $uuid "$@" "$image" > /dev/null 2>&1
}
fill() { # IMAGE COMMAND...: runs the command in a writable mount of the image
    fill_by defaults "$@"
}
fill_by() { # MOUNT-OPTIONS IMAGE COMMAND...
    local options=$1 image=$2
    shift 2
    mount -t btrfs -o "loop,subvolid=5,$options" "$image" "$mount"
    (cd "$mount" && "$@")
    umount "$mount"
}
tree() { "$ext4/tree.sh" .; }
superblock() { btrfs inspect-internal dump-super "$1" | sed -n "s/^$2[[:space:]]*//p"; }
facts() { # IMAGE
    local sector
    sector=$(superblock "$1" sectorsize)
    echo "# type=btrfs label=$(superblock "$1" label) uuid=$(superblock "$1" fsid)" \
        "block=$sector blocks=$(($(superblock "$1" dev_item.total_bytes) / sector))"
}
listing() { # NAME IMAGE [MOUNT-OPTION...]
    local name=$1 image=$2
    shift 2
    mount -t btrfs -o "ro,loop,subvolid=5$(printf ',%s' "$@" | sed 's/^,$//')" "$image" "$mount"
    {
        facts "$image"
        "$ext4/list.py" "$mount" | "$here/shown.py"
    } > "$here/$name.expected"
    umount "$mount"
}
pack() { zstd -q -19 -f "$2" -o "$here/$1.img.zst"; }

make_mixed() {
    format "$1" 16M "${small[@]}"
    fill "$1" tree
}
make_nodes-16k() {
    format "$1" 48M --metadata single --data single
    fill "$1" tree
}
make_nodes-64k() {
    format "$1" 80M --metadata single --data single --nodesize 65536
    fill "$1" tree
}
make_duplicated() {
    format "$1" 110M --metadata dup --data single
    fill "$1" tree
}
make_explicit-holes() {
    format "$1" 16M "${small[@]}" --features ^no-holes,^skinny-metadata,^extref --runtime-features ^free-space-tree
    fill "$1" bash -c "'$ext4/tree.sh' .; truncate -s 1M sparse/holes; truncate -s 300K plain/one-block"
}
make_xxhash() {
    format "$1" 16M "${small[@]}" --checksum xxhash
    fill "$1" bash -c 'mkdir d; echo hello > d/hello; ln -s hello d/link'
}
make_sha256() {
    format "$1" 16M "${small[@]}" --checksum sha256
    fill "$1" bash -c 'mkdir d; echo hello > d/hello; ln -s hello d/link'
}
make_blake2() {
    format "$1" 16M "${small[@]}" --checksum blake2
    fill "$1" bash -c 'mkdir d; echo hello > d/hello; ln -s hello d/link'
}
make_metadata-uuid() { # the UUID was changed after nodes were signed with it
    format "$1" 16M "${small[@]}"
    fill "$1" bash -c 'mkdir d; echo hello > d/hello; ln -s hello d/link'
    btrfstune -f -M 11111111-2222-3333-4444-555555555555 "$1" > /dev/null
}
make_seed() {
    format "$1" 16M "${small[@]}"
    fill "$1" bash -c 'mkdir d; echo hello > d/hello; ln -s hello d/link'
    btrfstune -f -S 1 "$1" > /dev/null
}
make_compressed() {
    format "$1" 16M "${small[@]}"
    for how in zlib lzo zstd; do
        fill_by "compress-force=$how,max_inline=2048" "$1" "$here/compressed.py" "$how"
    done
    fill "$1" bash -c 'mkdir property; btrfs property set property compression lzo
        yes text | head -c 50000 > property/inherited; echo plain > plain; sync'
}
make_subvolumes() { # below one another, snapshots, what snapshots have in place of them, one that was deleted
    format "$1" 16M "${small[@]}"
    fill "$1" bash -c 'q() { btrfs "$@" > /dev/null; }
        mkdir d; echo top > d/file; ln d/file d/hard
        q subvolume create d/one; echo one > d/one/file; ln d/one/file d/one/hard; mkdir d/one/d
        q subvolume create d/one/below; echo below > d/one/below/file
        q subvolume create "d/one/d/a name that is longer"
        yes shared | head -c 30000 > d/one/shared
        q subvolume snapshot d/one again; echo changed >> again/file; rm again/hard
        q subvolume snapshot -r d/one read-only
        chown 1000:1001 again/d; chmod 700 again
        q subvolume snapshot -r . whole
        q subvolume create deleted; echo gone > deleted/file
        cp --reflink=always again/shared borrowed
        mv d/one moved
        mkdir beside; mv moved/below beside/renamed
        q subvolume snapshot again again/itself
        sync; q subvolume delete --commit-after deleted
        q subvolume set-default again'
}
make_extents() { # in the tree, not written, in part written, given back, shared, many
    format "$1" 48M --metadata single --data single
    fill_by max_inline=2048 "$1" bash -c 'for size in 0 1 2047 2048 2049 4095 4096 4097; do
            yes text | head -c $size > inline-$size; done
        yes text | head -c 1000 > grown; sync; truncate -s 3000 grown
        yes text | head -c 1000 > grown-far; sync; truncate -s 1M grown-far
        fallocate -l 1M unwritten
        yes text | head -c 5000 > behind-the-end; fallocate -n -o 8192 -l 1M behind-the-end
        fallocate -l 1M partly; sync; printf data | dd of=partly bs=4096 seek=10 conv=notrunc status=none; sync
        yes text | head -c 600000 > punched; sync; fallocate -p -o 8192 -l 100000 punched
        yes text | head -c 100000 > zeroed; sync; fallocate -z -o 4096 -l 50000 zeroed
        yes text | head -c 300000 > original; sync; cp --reflink=always original copy
        cp --reflink=always original changed; printf changed | dd of=changed bs=1 seek=100000 conv=notrunc status=none
        python3 - <<P
import os
with open("many", "wb") as f:
    for i in range(1500):
        f.seek(i * 8192)
        f.write(b"fragment %d" % i)
        f.flush()
        if i % 100 == 0: os.fsync(f.fileno())
P'
}
make_directories() { # names and attributes that fill nodes of several levels; and what is left of them
    format "$1" 16M "${small[@]}"
    fill "$1" python3 -c 'import os
open("file", "w").close()
def fill(name, count, length=0, keep=1):
    os.mkdir(name)
    for i in range(count):
        os.link("file", name + "/" + "n" * length + str(i))
    for i in range(count):
        if i % keep: os.unlink(name + "/" + "n" * length + str(i))
fill("few", 5)
fill("many", 1500)
fill("long", 200, 200)
fill("emptied", 500, 40, 100)
os.mkdir("subdirectories")
for i in range(100): os.mkdir("subdirectories/%d" % i)
open("attributes", "w").close()
for i in range(120): os.setxattr("attributes", "user.name-%d" % i, b"value %d" % i * (i % 9))
os.setxattr("attributes", "user.large", bytes(i % 7 for i in range(3500)))
# Names whose hashes are equal share an item.
import itertools, zlib
table = []
for octet in range(256):
    for _ in range(8): octet = octet >> 1 ^ (0x82F63B78 if octet & 1 else 0)
    table.append(octet)
seen = {}
for i in itertools.count():
    name = b"user.%x" % i
    crc = 0xFFFFFFFE
    for octet in name: crc = crc >> 8 ^ table[(crc ^ octet) & 0xFF]
    if crc in seen:
        open("collision", "w").close()
        os.setxattr("collision", name, b"one")
        os.setxattr("collision", seen[crc], b"two")
        break
    seen[crc] = name'
}
make_log() { # copied while it was mounted: what was synchronized since the last transaction is in the log
    format "$1" 16M "${small[@]}"
    fill "$1" bash -c 'mkdir d; echo hello > d/hello'
    mount -t btrfs -o "loop,commit=300" "$1" "$mount"
    python3 -c 'import os, sys
f = open(sys.argv[1] + "/synchronized", "w"); f.write("in the log"); f.flush(); os.fsync(f.fileno())' "$mount"
    cp --sparse=always "$1" "$work/copy"
    umount "$mount"
    mv "$work/copy" "$1"
}
make_one-of-two() { # a mirror, of which this is one side
    truncate -s 96M "$work/second"
    format "$1" 96M --mixed --metadata raid1 --data raid1 "$work/second"
    first=$(losetup --find --show "$1")
    second=$(losetup --find --show "$work/second")
    btrfs device scan "$first" "$second" > /dev/null
    mount -t btrfs "$first" "$mount"
    (cd "$mount" && mkdir d && echo hello > d/hello && (yes text || true) | head -c 100000 > d/text)
    umount "$mount"
    btrfs device scan --forget "$first" "$second" > /dev/null
    losetup --detach "$first"
    losetup --detach "$second"
}
make_few() {
    format "$1" 16M "${small[@]}"
    fill "$1" bash -c "btrfs -q subvolume create s && '$here/../few.sh' s && btrfs -q subvolume snapshot s t"
}
make_few-compressed() {
    format "$1" 16M "${small[@]}"
    fill_by compress-force=zstd "$1" "$here/../few.sh" .
}

all="mixed nodes-16k nodes-64k duplicated explicit-holes xxhash sha256 blake2 metadata-uuid seed compressed subvolumes
    extents directories log one-of-two few few-compressed damaged"
for name in ${*:-$all}; do
    image=$work/$name.img
    case $name in
    damaged) "$here/damage.py" "$here/damaged" ;;
    *)
        "make_$name" "$image"
        case $name in
        log) listing "$name" "$image" rescue=nologreplay ;;
        one-of-two) listing "$name" "$image" degraded ;;
        *) listing "$name" "$image" ;;
        esac
        pack "$name" "$image"
        ;;
    esac
    echo "$name done"
done
