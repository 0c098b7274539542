#!/usr/bin/env python3
"""Adds to a tree what compressing file systems tell apart. usage: more.py DIRECTORY [ENTRIES]

With ENTRIES, a directory of so many names, and larger files whose content does not compress.
"""

import os
import random
import sys

os.chdir(sys.argv[1])
entries = int(sys.argv[2]) if len(sys.argv) > 2 else 0
noise = random.Random(5)


def write(name, *parts):
    with open(name, "wb") as file:
        for part in parts:
            if isinstance(part, int):
                file.seek(part, os.SEEK_CUR)
            else:
                file.write(part)
        file.truncate()


os.mkdir("more")
text = b"".join(b"line %d of a text that is compressed well\n" % i for i in range(9000))
write("more/text", text)
write("more/same-text", text)
write("more/text-then-noise", text[:300000], noise.randbytes(6000), text[:5000])
write("more/noise", noise.randbytes(9000))
write("more/zeros-around", 1 << 20, b"data", 300000, b"more data", 1 << 20, b"end")
write("more/block-of-4k", b"4" * 4096)
write("more/block-of-128k", b"8" * (128 << 10))
write("more/block-of-1m", b"1" * (1 << 20))
write("more/two-blocks-and-a-tail", b"2" * (2 << 20), b"tail")
write("more/runs", *(bytes([i % 251]) * (i * 3) for i in range(700)))
for i in range(30):
    write("more/tail-%d" % i, b"the end of file %d; " % i * (i * 7))
for i in range(40):
    name = "more/attributes-%d" % i
    write(name, b"")
    os.setxattr(name, "user.shared", b"a value that many files have" * 10)
    os.setxattr(name, "user.own", b"%d" % i)
if entries:
    os.mkdir("more/many")
    for i in range(entries):
        write("more/many/name-%d" % i, b"%d" % i)
    write("more/large-noise", noise.randbytes(1_000_000))
    write("more/large-mixture", *(noise.randbytes(70_000) + text[:90_000] for _ in range(8)))
    write("more/large-hole", 20 << 20, b"end")
