#!/usr/bin/env python3
"""Fills a directory of a writable ntfs-3g mount with what NTFS has. usage: tree.py DIRECTORY [PART...]

Mounted with -o streams_interface=windows. Content is random, but always the same.
"""

import os
import random
import socket
import struct
import sys

os.chdir(sys.argv[1])
random = random.Random(5)
JUNCTION, SYMLINK, UNIX_SYMLINK = 0xA0000003, 0xA000000C, 0xA000001D
CLUSTER = os.statvfs(".").f_frsize


def write(name, content=b""):
    with open(name, "wb") as file:
        file.write(content)


BLOCK = random.randbytes(4111)


def noise(size):
    """What LZNT1 cannot compress, as it looks no further than 4 KiB, and what packs the image can."""
    start = random.randrange(len(BLOCK))
    return (BLOCK * (size // len(BLOCK) + 2))[start:start + size]


def text(size):
    return (b"".join(b"line %d of a text that compresses\r\n" % i for i in range(size // 30 + 1)))[:size]


def reparse(name, tag, data):
    try:
        os.setxattr(name, "system.ntfs_reparse_data", struct.pack("<IHH", tag, len(data), 0) + data)
    except OSError as e:  # it is set, but cannot be shown before the next mount
        if e.errno != 5:
            raise


def names(target, flags=None):
    octets = target.encode("utf-16le")
    head = struct.pack("<HHHH", 0, len(octets), len(octets) + 2, 0)
    return head + (struct.pack("<I", flags) if flags is not None else b"") + octets + b"\0\0\0\0"


def files():
    os.makedirs("a/b/c")
    write("empty")
    write("resident", b"small\n")
    for size in (600, 700, 1000, CLUSTER - 1, CLUSTER, CLUSTER + 1, 100_000):
        write("a/of-%d" % size, noise(size))
    for i in range(20):
        os.link("a/of-1000", "a/b/link-%d" % i)
    for name in (b"a:colon", "Öperator — 日本語.docx".encode(), "😀".encode(), b"tr.", b"q?*<>|\\", b" x"):
        write(b"a/b/c/" + name, name)
    write(b"a/b/c/half-\xed\xa0\x80-\xed\xb0\x80", b"surrogates apart")
    write("a/b/c/" + "n" * 255, b"long")
    os.utime("resident", ns=(1_000_000_000_123_456_700, -11_000_000_000 * 10**9))
    write("long name for DOS.text", b"two names")
    os.setxattr("long name for DOS.text", "system.ntfs_dos_name", b"LONGNA~1.TEX")
    os.mkdir("a/long directory name")
    os.setxattr("a/long directory name", "system.ntfs_dos_name", b"LONGDI~1")
    write("a/long directory name/below", b"below")


def special():
    os.symlink("../a/resident", "to-nothing")
    os.symlink("t" * 1500, "long-link")
    os.symlink("ä/ö", "to-umlauts")
    os.mkfifo("fifo")
    os.mknod("character", 0o20600, os.makedev(10, 300))
    os.mknod("block", 0o60600, os.makedev(259, 7))
    with socket.socket(socket.AF_UNIX) as s:
        s.bind("socket")
    os.makedirs("Users/All Users")
    write("Users/file", b"file")
    for name, target in (("junction", "\\??\\C:\\Users"), ("to-volume", "\\??\\Volume{11111111-2222-3333-4444-555555555555}\\")):
        os.mkdir(name)
        reparse(name, JUNCTION, names(target))
    os.mkdir("Users/up")
    reparse("Users/up", JUNCTION, names("\\??\\D:\\Users\\All Users"))
    for name, target, flags in (
        ("absolute", "\\??\\C:\\Users\\file", 0),
        ("relative", "Users\\file", 1),
        ("Users/rooted", "\\Users\\file", 1),
        ("Users/sideways", "..\\Users\\file", 1),
    ):
        write(name)
        reparse(name, SYMLINK, names(target, flags))
    os.mkdir("directory-link")
    reparse("directory-link", SYMLINK, names("Users\\All Users", 1))
    write("unix-link")
    reparse("unix-link", UNIX_SYMLINK, struct.pack("<I", 2) + "some/where/ä".encode())


def streams():
    os.mkdir("streams")
    write("streams/file", b"main")
    write("streams/file:Zone.Identifier", b"[ZoneTransfer]\r\nZoneId=3\r\n")
    write("streams/file:empty")
    write("streams/file:large", noise(60_000))
    write("streams/file:ü", b"umlaut")
    write("streams/file.txt", b"comes between a file and its streams")
    os.mkdir("streams/directory")
    write("streams/directory:stream", b"of a directory")
    write("streams/directory/below", b"below")
    write("streams/directory-and-more", b"comes between")
    write("streams/linked", b"linked")
    write("streams/linked:stream", b"shown by both names")
    os.link("streams/linked", "streams/other name")
    write("streams/many")
    for i in range(60):
        write("streams/many:stream number %02d with a long name" % i, b"content %d" % i)


def sparse():
    os.mkdir("sparse")
    with open("sparse/hole", "wb") as file:
        file.truncate(6 << 20)
        file.seek(3 << 20)
        file.write(b"in the middle")
    with open("sparse/only-hole", "wb") as file:
        file.truncate(3 << 20)
    write("sparse/cut", noise(30_000))
    os.truncate("sparse/cut", 12_345)
    os.truncate("sparse/cut", 200_000)
    with open("sparse/few", "wb") as file:
        for i in range(5):
            file.seek(2 * i * 65536)
            file.write(b"fragment %d" % i)


def fragments():
    """Runs in more records than one, and a list of these that does not fit into the first."""
    os.mkdir("fragments")
    for name, count in (("some", 300), ("many", 1500)):
        with open("fragments/" + name, "wb") as file:
            for i in range(count):
                file.seek(i * 2 * CLUSTER)
                file.write(b"%d" % i)
                if i % 3 == 0:
                    write("fragments/between", b"x" * CLUSTER * 2)
                    os.unlink("fragments/between")
    for name in range(60):
        os.link("fragments/some", "fragments/a rather long name of a file that has many others %d" % name)


def compressed():
    os.mkdir("compressed")
    os.setxattr("compressed", "system.ntfs_attrib_be", (0x810).to_bytes(4, "big"))
    write("compressed/text", text(150_000))
    write("compressed/random", noise(100_000))
    write("compressed/mixed", text(65536) + noise(65536) + bytes(65536) + text(70_000) + b"end")
    write("compressed/bytes", b"".join(bytes([random.choice(b"ab\0")]) for _ in range(9_000)))
    write("compressed/one-letter", b"a" * 65536 * 2)
    write("compressed/zeros", bytes(300_000))
    write("compressed/exact", text(65536))
    write("compressed/small", text(300))
    write("compressed/empty")
    with open("compressed/hole", "wb") as file:
        file.truncate(1 << 20)
        file.seek(500_000)
        file.write(text(10_000))
    with open("compressed/text:stream", "wb") as file:
        file.write(text(50_000))


def directories():
    write("file", b"of many names")
    for directory, count, length, keep in (("few", 4, 0, 1), ("many", 250, 20, 1), ("emptied", 200, 100, 99)):
        os.mkdir(directory)
        for i in range(count):
            os.link("file", "%s/%s%d" % (directory, "n" * length, i))
        for i in range(count):
            if i % keep:
                os.unlink("%s/%s%d" % (directory, "n" * length, i))


for part in sys.argv[2:] or ["files", "special", "streams", "sparse", "compressed"]:
    globals()[part]()
