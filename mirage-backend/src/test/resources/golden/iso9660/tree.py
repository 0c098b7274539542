#!/usr/bin/env python3
"""Makes a tree of what Rock Ridge can hold (as root). usage: tree.py DIRECTORY [plain]

With "plain", of what ISO 9660 and Joliet can hold without it.
"""

import os
import socket
import sys

plain = len(sys.argv) > 2
os.chdir(sys.argv[1])


def write(name, content=b"", seconds=1_600_000_000):
    with open(name, "wb") as file:
        file.write(content)
    os.utime(name, (seconds, seconds))


def text(size):
    return (b"a line of text\n" * (size // 15 + 1))[:size]


for name in "files/empty", "many", "names", "deep/d2/d3/d4/d5/d6":
    os.makedirs(name)
for size in 0, 6, 2047, 2048, 2049, 70_000, 300_000:
    write("files/of-%d" % size, text(size))
write("files/zeros", bytes(200_000) + b"end")
for i in range(70):
    write("many/a-file-with-a-long-name-%d" % i, b"%d" % i)
write("deep/d2/d3/d4/d5/d6/file", b"deep\n")
for name in "UPPER.TXT", "lower", "two.dots.here", "extension.long", "Ümläut", "Grüße \u4e16\u754c", "blanks in it":
    write("names/" + name, b"n")

if not plain:
    os.makedirs("deep/d2/d3/d4/d5/d6/d7/d8/d9/d10")
    os.makedirs("deep/d2/d3/d4/d5/d6/d7/other")
    write("deep/d2/d3/d4/d5/d6/d7/d8/d9/d10/file", b"deeper\n")
    write("deep/d2/d3/d4/d5/d6/d7/other/file", b"as deep\n")
    for name in b"n" * 200, b"...", b"\xff\xfe not UTF-8", b"line\nfeed", b"back\\slash", b";1", b"semicolon;1":
        write(b"names/" + name, b"n")
    os.mkdir("links")
    os.link("files/of-6", "links/hard")
    for name, target in {
        "fast": "../files/of-6",
        "root": "/",
        "absolute": "/etc/passwd",
        "self": ".",
        "up": "../..",
        "long": "/".join((c * 200 for c in "abcd")),
        "many": "/".join("component-%d" % i for i in range(30)),
    }.items():
        os.symlink(target, "links/" + name)
    os.mkdir("devices")
    os.mknod("devices/character", 0o20666, os.makedev(5, 1))
    os.mknod("devices/block", 0o60640, os.makedev(7, 200))
    os.mkfifo("devices/fifo")
    socket.socket(socket.AF_UNIX).bind("devices/socket")
    os.mkdir("modes")
    for mode in 0o000, 0o444, 0o644, 0o755, 0o1777, 0o2755, 0o4755:
        write("modes/%04o" % mode)
        os.chmod("modes/%04o" % mode, mode)
    write("modes/owned")
    os.chown("modes/owned", 1000, 4_000_000_000)
    os.mkdir("times")
    for year, seconds in {1970: 0, 1969: -86400, 2038: 2**31 + 5, 2100: 4_102_444_800}.items():
        write("times/%d" % year, b"", seconds)

for directory, _, names in os.walk(".", topdown=False):
    for name in names:
        if os.path.islink(os.path.join(directory, name)) or directory.endswith("devices"):
            os.utime(os.path.join(directory, name), (1_600_000_000, 1_600_000_000), follow_symlinks=False)
    os.utime(directory, (1_600_000_000, 1_600_000_000))
