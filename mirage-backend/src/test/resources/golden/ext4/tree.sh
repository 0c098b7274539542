#!/bin/bash
# Makes a tree of everything that a file system can hold (as root). Usage: tree.sh DIRECTORY
# Contents repeat and are small, so that images of the tree compress well.
set -euo pipefail
export LC_ALL=C
cd "$1"

mkdir -p plain/empty deep/a/b/c/d/e/f/g/h many names links devices attributes times sparse
printf 'hello\n' > plain/hello
: > plain/nothing
yes 'a line of text' | head -c 4096 > plain/one-block || true
yes 'a line of text' | head -c 4097 > plain/one-block-and-a-byte || true
yes 'a longer line of text in a longer file' | head -c 700000 > plain/longer || true
printf 'deep\n' > deep/a/b/c/d/e/f/g/h/file
for i in $(seq 1 "${TREE_MANY:-60}"); do printf '%s\n' "$i" > "many/a-file-with-a-long-name-$i"; done

printf 'n' > "names/$(printf 'n%.0s' $(seq 255))"
printf 'n' > "names/  blanks  "
printf 'n' > $'names/line\nfeed'
printf 'n' > $'names/\xff\xfe not UTF-8'
printf 'n' > 'names/Ümläut'
printf 'n' > 'names/...'
printf 'n' > 'names/back\slash'

ln plain/hello links/hard
ln plain/hello links/harder
ln -s ../plain/hello links/fast
ln -s "$(printf 'f%.0s' $(seq 59))" links/fast-59
ln -s "$(printf 's%.0s' $(seq 60))" links/slow-60
ln -s "$(printf 's%.0s' $(seq 1000))" links/slow-1000
ln -s /nowhere links/dangling

mknod devices/old-character c 5 1
mknod devices/old-block b 7 200
mknod devices/new-character c 300 70000
mknod devices/new-block b "${TREE_MAX_MAJOR:-4095}" "${TREE_MAX_MINOR:-1048575}"
mkfifo devices/fifo
python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' devices/socket

chmod 4755 plain/one-block
chmod 2755 plain/empty
chmod 1777 many
chown 1000:1001 plain/longer
chown 100000:4000000000 plain/one-block-and-a-byte
chown -h 70000:80000 links/slow-60

python3 - <<'P'
import os, struct

def acl(*entries):
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *e) for e in entries)

NONE = 0xFFFFFFFF
named = acl((1, 6, NONE), (2, 7, 1000), (2, 4, 100000), (4, 4, NONE), (8, 5, 2000), (16, 7, NONE), (32, 4, NONE))
def attribute(path, name, value):
    with open(path, "w") if not os.path.exists(path) else open("/dev/null"):
        pass
    os.setxattr(path, name, value)

attribute("attributes/one", "user.one", b"1")
for i in range(10):
    attribute("attributes/ten", "user.name-%d" % i, b"value %d" % i)
for i in range(9):
    attribute("attributes/block", "user.number-%d" % i, b"v" * 60)
attribute("attributes/empty-value", "user.empty", b"")
attribute("attributes/binary", "user.binary", bytes(range(256)))
attribute("attributes/trusted", "trusted.overlay.opaque", b"y")
attribute("attributes/capability", "security.capability",
          struct.pack("<IIIII", 0x02000001, 0x2000, 0, 0, 0))
attribute("attributes/label", "security.selinux", b"system_u:object_r:etc_t:s0\0")
attribute("attributes/acl", "system.posix_acl_access", named)
os.mkdir("attributes/directory")
os.setxattr("attributes/directory", "system.posix_acl_access", named)
os.setxattr("attributes/directory", "system.posix_acl_default", named)
os.setxattr("attributes/directory", "user.of-directory", b"d")
os.symlink("target", "attributes/link")
os.setxattr("attributes/link", "trusted.of-link", b"l", follow_symlinks=False)

def times(name, atime, mtime):
    open("times/" + name, "w").close()
    os.utime("times/" + name, ns=(atime, mtime))

SECOND = 10**9
times("nanoseconds", 1_000_000_000_123456789, 1_500_000_000_999999999)
times("before-1970", -1 * SECOND - 500_000_000, -86400 * SECOND)
times("after-2038", 2**31 * SECOND + 1, (2**31 + 12345) * SECOND + 987654321)
times("after-2106", 2**32 * SECOND, (2**32 + 77) * SECOND + 5)

with open("sparse/holes", "wb") as f:
    for place in (0, 1 << 16, (1 << 20) + 4096, 5 << 20):
        f.seek(place)
        f.write(b"data at %d" % place)
    f.truncate(9 << 20)
with open("sparse/hole-only", "wb") as f:
    f.truncate(123456)
P
touch -h -d '2001-02-03 04:05:06.789' links/fast
