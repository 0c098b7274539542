#!/usr/bin/env python3
"""Adds to a mounted XFS what needs its larger structures. usage: large.py DIRECTORY; the environment may
say in LARGE_MANY how many entries the largest directory has, and in LARGE_MAX_VALUE how long attributes may be.

Directories in the inode, of one block, with a leaf, with nodes; attributes in the inode, in a leaf, below nodes, with
values in blocks of their own; fragmented files; files that share blocks where the file system can.
"""

import fcntl
import os
import sys

FICLONE = 0x40049409
os.chdir(sys.argv[1])
os.mkdir("large")
os.chdir("large")

for name, count, length in (("short", 3, 0), ("block", 20, 20), ("leaf", 300, 0), ("node", 3000, 20), ("many", int(os.environ.get("LARGE_MANY", "20000")), 0)):
    os.mkdir(name)
    for i in range(count):
        os.close(os.open("%s/%s%d" % (name, "n" * length, i), os.O_CREAT | os.O_WRONLY))
for i in range(0, 3000, 2):
    os.unlink("node/" + "n" * 20 + str(i))

for count in (1, 20, 200, 1000):
    open("attributes-%d" % count, "w").close()
    for i in range(count):
        os.setxattr("attributes-%d" % count, "user.name-%d" % i, b"value %d" % i)
max_value = int(os.environ.get("LARGE_MAX_VALUE", "65536"))
for size in [size for size in (100, 1000, 4000, 4041, 20000, 65536) if size <= max_value]:
    open("value-%d" % size, "w").close()
    os.setxattr("value-%d" % size, "user.large", bytes(i % 7 for i in range(size)))
for length in (50, 300, 500, 900, 1023):
    os.symlink("t" * length, "link-%d" % length)

for count in (10, 3000):
    with open("fragments-%d" % count, "wb") as f:
        for i in range(count):
            f.seek(i * 8192)
            f.write(b"fragment %d" % i)
    with open("fragments-%d" % count, "rb") as f, open("clone-%d" % count, "wb") as clone:
        try:
            fcntl.ioctl(clone, FICLONE, f.fileno())
        except OSError:
            clone.write(b"this file system shares nothing")
    with open("clone-%d" % count, "r+b") as clone:
        clone.seek(8192)
        clone.write(b"changed")
fd = os.open("allocated", os.O_CREAT | os.O_RDWR)
os.posix_fallocate(fd, 0, 1 << 20)
os.pwrite(fd, b"in its middle", 300000)
os.close(fd)
