#!/usr/bin/env python3
"""Makes a folder with one of each thing that a reader of file systems can get wrong. usage: awkward-tree.py FOLDER"""
import os
import random
import socket
import stat
import struct
import sys

random_bytes = random.Random(11).randbytes


def write(path, content):
    with open(path, "wb") as f:
        f.write(content)


def sparse(path, runs, size):
    """A file whose holes stay holes: each run is an offset and its bytes."""
    with open(path, "wb") as f:
        for offset, content in runs:
            f.seek(offset)
            f.write(content)
        f.truncate(size)


def contents():
    write("empty", b"")
    write("one-byte", b"x")
    write("fits-an-inode", b"little " * 10)
    write("fits-an-attribute", b"middle " * 25)
    write("one-block", random_bytes(4096))
    write("block-and-a-byte", random_bytes(4097))
    write("three-megabytes", random_bytes(3_000_000))
    sparse("hole-first", [(1 << 20, b"end")], (1 << 20) + 3)
    sparse("hole-last", [(0, b"start")], 1 << 20)
    # mke2fs makes an inline file of it: 60 bytes of data inside the inode and zeros behind them.
    sparse("only-a-hole", [], 50_000)
    sparse("huge-hole", [(0, b"first"), (1 << 29, b"last")], (1 << 29) + 4)
    sparse("beyond-4-gib", [(0, b"first"), (1 << 32, b"last")], (1 << 32) + 4)
    # More runs than one node of an extent tree holds.
    sparse("many-runs", [(i * 8192, b"run %d" % i) for i in range(600)], 600 * 8192)
    for name in ("year-1960", "year-2100", "year-2300"):
        write(name, name.encode())


def names():
    os.mkdir("names")
    for name in (b"with space", b"quote\"back\\slash", b"tab\tnewline\n", "späße-日本-\U0001f4bf".encode(), b"\xff\xfe not utf-8",
                 b"-rf", b"x" * 255, "é".encode(), "e\u0301".encode()):
        write(b"names/" + name, name)
    os.makedirs("deep/" + "/".join("level%02d" % i for i in range(40)))
    os.mkdir("many")
    for i in range(2500):
        write("many/a file with a name of middling length %05d" % i, b"%d" % i if i % 50 == 0 else b"")


def links():
    os.link("one-block", "hard-link-1")
    os.link("one-block", "names/hard-link-2")
    os.symlink("one-block", "link-short")
    os.symlink("/" + "long/" * 11 + "1234", "link-60-bytes")
    os.symlink("../" * 300 + "nowhere", "link-long")
    os.symlink(b"\xff\xfe", "link-not-utf-8")


def nodes():
    os.mkfifo("fifo")
    os.mknod("character", stat.S_IFCHR | 0o600, os.makedev(5, 1))
    os.mknod("block", stat.S_IFBLK | 0o660, os.makedev(8, 17))
    os.mknod("big-device", stat.S_IFBLK | 0o660, os.makedev(300, 70000))
    with socket.socket(socket.AF_UNIX) as s:
        s.bind("socket")


def acl(*entries):
    """The form of system.posix_acl_access: version 2, then tag, permissions and id of each entry."""
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def owners_and_attributes():
    write("setuid", b"#!/bin/sh\n")
    os.chown("setuid", 65534, 70000)
    os.chmod("setuid", 0o6751)
    write("owner-beyond-16-bits", b"")
    os.chown("owner-beyond-16-bits", 4_000_000_000, 100_000)
    os.mkdir("sticky")
    os.chmod("sticky", 0o1777)
    write("attributes", b"has attributes")
    os.setxattr("attributes", "user.short", b"value")
    os.setxattr("attributes", "user.empty", b"")
    os.setxattr("attributes", "user.binary", bytes(range(256)))
    os.setxattr("attributes", "trusted.only-root", b"seen by root")
    write("capability", b"ping")
    capability = struct.pack("<IIIII", 0x02000001, 1 << 13, 0, 0, 0)  # cap_net_raw, effective
    os.setxattr("capability", "security.capability", capability)
    no_id = 0xFFFFFFFF
    listed = acl((1, 6, no_id), (2, 4, 1000), (4, 4, no_id), (16, 4, no_id), (32, 0, no_id))
    write("access-list", b"")
    os.setxattr("access-list", "system.posix_acl_access", listed)
    os.mkdir("default-list")
    os.setxattr("default-list", "system.posix_acl_default", listed)


def main(folder):
    os.makedirs(folder)
    os.chdir(folder)
    os.umask(0o022)
    contents()
    names()
    links()
    nodes()
    owners_and_attributes()
    for number, name in enumerate(sorted(os.listdir(b"."))):
        moment = (1_600_000_000 + 86_400 * number) * 10**9
        os.utime(name, ns=(moment, moment + 10**9), follow_symlinks=False)


main(sys.argv[1])
