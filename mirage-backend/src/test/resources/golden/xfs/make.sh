#!/bin/bash
# Makes the golden images beside it, each with what the kernel shows of it: NAME.img.zst and NAME.expected.
# Needs root, loop devices, xfsprogs, python3, zstd, and the tree and the listing of golden/ext4.
#
# usage: make.sh [NAME...]        all of them by default
#
# Images are filled by the kernel through a writable mount. Version 4, which newer kernels do not mount, is filled by
# mkfs.xfs from a list of files and by xfs_db: there the listing is that of the tree it was filled from, and what the
# two do not share (times, inode numbers, sizes of directories) is not compared. Images and their listings belong
# together. Damaged images are made by damage.py from small ones.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
ext4=$here/../ext4
work=$(mktemp -d)
mount=$work/mount
mkdir "$mount"
trap 'mountpoint -q "$mount" && umount "$mount"; rm -rf "$work"' EXIT
# mkfs.xfs makes file systems below 300 MiB for its own tests only.
export TEST_DIR=1 TEST_DEV=1 QA_CHECK_FS=1
# The kernel gives devices on XFS 9 bits of a major and 18 of a minor number.
export TREE_MAX_MAJOR=511 TREE_MAX_MINOR=262143

uuid=3e1a7ac0-5ca1-4b1e-9a11-0123456789ab
format() { # IMAGE SIZE MKFS-OPTION...
    local image=$1 size=$2
    shift 2
    rm -f "$image"
    truncate -s "$size" "$image"
    mkfs.xfs -q -f -L golden "$@" "$image" 2> /dev/null
}
fill() { # IMAGE COMMAND...: runs the command in a writable mount of the image
    local image=$1
    shift
    mount -t xfs -o "loop,nouuid" "$image" "$mount"
    (cd "$mount" && "$@")
    umount "$mount"
}
tree() { "$ext4/tree.sh" .; }
facts() { # IMAGE
    echo "# type=xfs label=$(blkid -p -s LABEL -o value "$1") uuid=$(blkid -p -s UUID -o value "$1")" \
        "block=$(xfs_db -r -c 'sb 0' -c 'p blocksize' "$1" | sed 's/.* //')" \
        "blocks=$(xfs_db -r -c 'sb 0' -c 'p dblocks' "$1" | sed 's/.* //')"
}
listing() { # NAME IMAGE [MASK]
    mount -t xfs -o ro,norecovery,loop,nouuid "$2" "$mount"
    {
        facts "$2"
        "$ext4/list.py" "$mount" ${3:-}
    } > "$here/$1.expected"
    umount "$mount"
}
pack() { zstd -q -19 -f "$2" -o "$here/$1.img.zst"; }

make_v5() {
    format "$1" 16M -m uuid=$uuid
    fill "$1" tree
}
make_old-times() { # 32 bits of seconds; fewer indexes
    format "$1" 16M -m uuid=$uuid,bigtime=0,inobtcount=0,finobt=0,reflink=0 -i sparse=0
    fill "$1" tree
}
make_blocks-1k() {
    format "$1" 16M -m uuid=$uuid,rmapbt=1 -b size=1024
    fill "$1" tree
}
make_inodes-2048() {
    format "$1" 48M -m uuid=$uuid -i size=2048,nrext64=1
    fill "$1" tree
}
make_directory-blocks-64k() {
    format "$1" 64M -m uuid=$uuid -n size=65536
    fill "$1" tree
}
make_meta-uuid() { # the UUID was changed after metadata was signed with it
    format "$1" 16M -m uuid=$uuid
    fill "$1" bash -c 'mkdir d; echo hello > d/hello; ln -s hello d/link; setfattr -n user.a -v b d 2> /dev/null || true'
    xfs_admin -U 11111111-2222-3333-4444-555555555555 "$1" > /dev/null
}
make_directories() { # in the inode, one block, leaf, nodes; extents in a tree; and what is left of them
    format "$1" 24M -m uuid=$uuid -b size=1024
    fill "$1" python3 -c 'import os
open("file", "w").close()
def fill(name, count, length=0, keep=1):
    os.mkdir(name)
    for i in range(count):
        os.link("file", name + "/" + "n" * length + str(i))
        if name == "tree" and i % 4 == 0:
            with open("between/%d" % i, "w") as f:
                f.write("so that the directory is in many places")
                f.flush()
                os.fsync(f.fileno())
    for i in range(count):
        if i % keep: os.unlink(name + "/" + "n" * length + str(i))
os.mkdir("between")
fill("short", 5)
fill("block", 25)
fill("leaf", 200)
fill("node", 600)
fill("emptied", 700, 40, 300)
fill("tree", 600, 200)
os.mkdir("subdirectories")
for i in range(100): os.mkdir("subdirectories/%d" % i)'
}
make_attributes() { # in the inode, a leaf, nodes; values in blocks of their own
    format "$1" 16M -m uuid=$uuid -b size=1024
    fill "$1" python3 -c 'import os
def attribute(name, attributes):
    open(name, "w").close()
    for key, value in attributes.items():
        os.setxattr(name, key, value)
def value(size): return bytes(i % 7 for i in range(size))
attribute("short", {"user.a": b"1", "trusted.b": b"2", "security.c": b""})
attribute("leaf", {"user.name-%d" % i: b"value" for i in range(20)})
attribute("node", {"user.name-%d" % i: value(i) for i in range(200)})
attribute("nodes", {"user.%d" % i + "n" * 200: b"value" for i in range(260)})
for size in (700, 968, 969, 1024, 5000, 65536):
    attribute("remote-%d" % size, {"user.large": value(size), "user.small": b"small"})
attribute("removed", {"user.name-%d" % i: value(i) for i in range(100)})
for i in range(100):
    if i % 20: os.removexattr("removed", "user.name-%d" % i)
os.mkdir("directory")
for i in range(60): os.setxattr("directory", "user.%d" % i, b"value")'
}
make_extents() { # in the inode, a tree of one and of two levels; not written, in part written, given back
    format "$1" 24M -m uuid=$uuid -b size=1024
    fill "$1" bash -c 'python3 -c "
for name, count in ((\"few\", 5), (\"tree\", 200), (\"two-levels\", 3500)):
    with open(name, \"wb\") as f:
        for block in range(0, 2 * count, 2):
            f.seek(block * 1024)
            f.write(b\"fragment %d\" % block)"
        fallocate -l 1M unwritten
        echo short > behind-the-end; fallocate -n -o 4096 -l 1M behind-the-end
        fallocate -l 1M partly; printf data | dd of=partly bs=4096 seek=10 conv=notrunc status=none
        yes text | head -c 600000 > punched; fallocate -p -o 8192 -l 100000 punched
        yes text | head -c 100000 > zeroed; fallocate -z -o 4096 -l 50000 zeroed'
}
make_reflink() { # copies that share; one that was changed; a file that shares with itself
    format "$1" 16M -m uuid=$uuid
    fill "$1" bash -c 'yes text | head -c 300000 > original; cp --reflink=always original copy
        cp --reflink=always original changed; printf changed | dd of=changed bs=1 seek=100000 conv=notrunc status=none
        cp original own; sync; xfs_io -c "reflink own 0 524288 65536" own > /dev/null'
}
make_needs-repair() {
    format "$1" 16M -m uuid=$uuid
    fill "$1" bash -c 'mkdir d; echo hello > d/hello; ln -s hello d/link'
    listing needs-repair "$1"
    xfs_db -x -c 'sb 0' -c 'write features_incompat 0x1b' "$1" > /dev/null
}
make_dirty-log() { # copied while it was mounted and frozen, so that all but the log is up to date
    format "$1" 16M -m uuid=$uuid
    fill "$1" tree
    mount -t xfs -o loop "$1" "$mount"
    echo more > "$mount/more"
    xfs_freeze -f "$mount"
    cp --sparse=always "$1" "$work/copy"
    xfs_freeze -u "$mount"
    umount "$mount"
    mv "$work/copy" "$1"
}

# A list of files as mkfs.xfs -p reads it.
prototype() { # TREE
    python3 - "$1" <<'P'
import os, stat, sys

def mode(facts, letter):
    bits = stat.S_IMODE(facts.st_mode)
    return letter + ("u" if bits & 0o4000 else "-") + ("g" if bits & 0o2000 else "-") + "%03o" % (bits & 0o777)

def show(path, depth):
    for name in sorted(os.listdir(path)):
        full = path + "/" + name
        facts = os.lstat(full)
        owner = "%d %d" % (facts.st_uid, facts.st_gid)
        kind = stat.S_IFMT(facts.st_mode)
        start = "  " * depth + name + " "
        if kind == stat.S_IFDIR:
            print(start + mode(facts, "d"), owner)
            show(full, depth + 1)
            print("  " * depth + "$")
        elif kind == stat.S_IFREG:
            print(start + mode(facts, "-"), owner, full)
        elif kind == stat.S_IFLNK:
            print(start + "l--777", owner, os.readlink(full))
        elif kind in (stat.S_IFCHR, stat.S_IFBLK):
            letter = "c" if kind == stat.S_IFCHR else "b"
            print(start + mode(facts, letter), owner, os.major(facts.st_rdev), os.minor(facts.st_rdev))
        elif kind == stat.S_IFIFO:
            print(start + mode(facts, "p"), owner)

print("/\n0 0\nd--755 0 0")
show(sys.argv[1], 1)
print("$")
P
}
version4() { # NAME IMAGE MKFS-OPTION...
    local name=$1 image=$2 source=$work/source-$1
    shift 2
    mkdir -m 755 "$source"
    (
        cd "$source"
        mkdir -p a/b/c many
        printf 'hello\n' > a/hello
        yes text | head -c 700000 > a/b/large || true
        for i in $(seq 300); do printf '%s\n' "$i" > "many/a-file-with-a-long-name-$i"; done
        ln -s ../hello a/b/link
        ln -s "$(printf 's%.0s' $(seq 1000))" a/long-link
        mknod a/b/character c 300 70000
        mknod a/b/block b 7 200
        mkfifo a/fifo
        chmod 4755 a/hello
        chown 1000:4000000000 a/b/large
    )
    prototype "$source" > "$work/prototype"
    format "$image" 16M -m crc=0,uuid=$uuid "$@" -p "$work/prototype"
    {
        facts "$image"
        "$ext4/list.py" "$source" dirsize,atime,mtime,ctime,btime,inode
    } > "$here/$name.expected"
}
make_v4() {
    version4 v4 "$1" -b size=1024 -i size=256 -n ftype=0
}
make_v4-file-types() {
    version4 v4-file-types "$1" -n ftype=1,size=8192
}
make_v4-attributes() { # xfs_db's values are zeros, or what it calls a value: as long as it was told
    version4 v4-attributes "$1" -b size=1024
    python3 - "$1" "$here/v4-attributes.expected" <<'P'
import hashlib, subprocess, sys

image, expected = sys.argv[1:]
sizes = {"user": [10, 200, 5000], "trusted": [40], "security": [3]}

def db(*commands):
    return subprocess.run(["xfs_db", "-x", *sum((["-c", c] for c in commands), []), image],
                          check=True, capture_output=True, text=True).stdout

letters = {"user": "-u", "trusted": "-r", "security": "-s"}
for space, values in sizes.items():
    for size in values:
        db("path /a/hello", "attr_set %s -v %d of-%d" % (letters[space], size, size))
for i in range(120):
    db("path /a/b", "attr_set -u -v 20 number-%d" % i)

def shown(value):
    return value.hex() if len(value) <= 100 else "sha256:" + hashlib.sha256(value).hexdigest()

def fields(path):
    if path == "a/hello":
        names = {"%s.of-%d" % (s, v): v for s, values in sizes.items() for v in values}
    elif path == "a/b":
        names = {"user.number-%d" % i: 20 for i in range(120)}
    else:
        return ""
    return ",".join(n + "=" + shown(b"v" * names[n]) for n in sorted(names))

lines = open(expected).read().splitlines()
with open(expected, "w") as out:
    for line in lines:
        columns = line.split("\t")
        if len(columns) > 13:
            columns[13] = fields(columns[0])
        out.write("\t".join(columns) + "\n")
P
}
make_few() {
    format "$1" 16M -m uuid=$uuid
    fill "$1" "$here/../few.sh" .
}
make_few-1k() {
    format "$1" 16M -m uuid=$uuid,rmapbt=1 -b size=1024 -i size=512 -n size=4096
    fill "$1" "$here/../few.sh" .
}

all="v5 old-times blocks-1k inodes-2048 directory-blocks-64k meta-uuid directories attributes extents reflink
    needs-repair dirty-log v4 v4-file-types v4-attributes few few-1k damaged"
for name in ${*:-$all}; do
    image=$work/$name.img
    case $name in
    damaged) "$here/damage.py" "$here/damaged" ;;
    needs-repair | v4*)
        "make_$name" "$image"
        pack "$name" "$image"
        ;;
    directories) # thousands of names of one file: what differs is their paths
        "make_$name" "$image"
        listing "$name" "$image" atime,mtime,ctime,btime,sha256
        pack "$name" "$image"
        ;;
    *)
        "make_$name" "$image"
        listing "$name" "$image"
        pack "$name" "$image"
        ;;
    esac
    echo "$name done"
done
