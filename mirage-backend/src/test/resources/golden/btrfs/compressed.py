#!/usr/bin/env python3
"""Fills a directory with files of every shape that compression gives extents. usage: compressed.py DIRECTORY

The mount says how they are compressed. What they hold is made of a few words in an order that repeats after some
thousand bytes, so that each algorithm has literals, near and far matches to make of it.
"""

import fcntl
import os
import random
import sys

FICLONERANGE = 0x4020940D
WORDS = [b"chunk", b"extent", b"inode", b"leaf", b"of", b"the", b"a", b"tree", b"volume", b"\n", b"0123456789" * 9]


def text(length, seed):
    source = random.Random(seed)
    words = [source.choice(WORDS) if source.random() < 0.9 else b"%x" % source.getrandbits(24) for _ in range(300)]
    piece = b" ".join(words)
    return (piece * (length // len(piece) + 1))[:length]


def write(name, octets):
    with open(name, "wb") as f:
        f.write(octets)


os.makedirs(sys.argv[1], exist_ok=True)
os.chdir(sys.argv[1])
for size in (30, 500, 2000, 2048, 2049, 4095, 4096, 4097, 12288, 131072, 131073, 300001):
    write("text-%d" % size, text(size, size))
for size in (100, 2000, 5000, 131072, 400000):
    write("zeros-%d" % size, bytes(size))
    write("same-%d" % size, b"s" * size)
write("random", random.Random(1).randbytes(5000))
write("half-random", random.Random(1).randbytes(5000) + text(150000, 2))
os.sync()

# Parts of compressed extents: what was written over, cut off, given back, taken by others.
write("overwritten", text(262144, 3))
os.sync()
with open("overwritten", "r+b") as f:
    for at in (0, 70000, 131072 - 100, 200000):
        f.seek(at)
        f.write(b"written over")
write("cut", text(200000, 4))
os.sync()
os.truncate("cut", 100001)
os.sync()
os.truncate("cut", 150000)
write("with-hole", text(100000, 5))
os.truncate("with-hole", 500000)
with open("with-hole", "r+b") as f:
    f.seek(400000)
    f.write(text(50000, 6))
write("lent", text(262144, 7))
os.sync()
with open("lent", "rb") as source, open("borrowed", "wb") as target:
    import struct
    for at, length, to in ((65536, 65536, 0), (0, 131072, 65536), (131072, 4096, 1 << 20)):
        fcntl.ioctl(target, FICLONERANGE, struct.pack("<qQQQ", source.fileno(), at, length, to))
fd = os.open("allocated", os.O_CREAT | os.O_RDWR)
os.posix_fallocate(fd, 0, 1 << 18)
os.pwrite(fd, text(10000, 8), 100000)
os.close(fd)
