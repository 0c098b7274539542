#!/usr/bin/env python3
"""Makes images that each break one rule, named after it. usage: damage.py DIRECTORY

Each begins as a small file system that mksquashfs makes, mostly with all metadata stored as it is, so that fields can be
changed in place. What the reader must say of each stands in SquashfsDamageTest.
"""

import os
import struct
import subprocess
import sys
import tempfile
import zlib

work = tempfile.mkdtemp()
out = sys.argv[1]
PLAIN = "-noI", "-noId", "-noD", "-noF", "-noX"
ABSENT = 0xFFFF_FFFF


def source():
    path = os.path.join(work, "source")
    if not os.path.exists(path):
        for name in "a/b", "c":
            os.makedirs(os.path.join(path, name))
        files = {"ok": b"ok\n", "a/inner": b"inner\n", "c/leaf": b"leaf\n",
                 "victim": b"".join(b"line %d\n" % i for i in range(2000))}
        for name, content in files.items():
            with open(os.path.join(path, name), "wb") as file:
                file.write(content)
        os.symlink("target", os.path.join(path, "link"))
        os.setxattr(os.path.join(path, "victim"), "user.one", b"1" * 40)
        os.setxattr(os.path.join(path, "victim"), "user.two", b"2")
        os.setxattr(os.path.join(path, "ok"), "user.one", b"1" * 40)
    return path


class Image:
    """Files ok, victim (with blocks of 4 KiB, and the rest in a fragment), directories a, a/b and c, and a link."""

    BODIES = {1: 16, 2: 16, 3: 8, 8: 24, 9: 40, 10: 8}

    def __init__(self, *options):
        path = os.path.join(work, "image")
        subprocess.run(["mksquashfs", source(), path, "-noappend", "-quiet", "-no-progress", "-all-root", "-b", "4096",
                        "-all-time", "0", "-mkfs-time", "0", "-always-use-fragments", *options],
                       check=True, stdout=subprocess.DEVNULL)
        with open(path, "rb") as file:
            self.data = bytearray(file.read())

    def get(self, at, form):
        return struct.unpack_from("<" + form, self.data, at)[0]

    def put(self, at, form, *values):
        struct.pack_into("<" + form, self.data, at, *values)
        return self

    def inodes(self):
        return self.get(64, "Q") + 2

    def directories(self):
        return self.get(72, "Q") + 2

    def root(self):
        return self.inodes() + self.get(32, "H")

    def listing(self, inode):
        """Where the names of a directory begin."""
        extended = self.get(inode, "H") == 8
        return self.directories() + self.get(inode + (34 if extended else 26), "H")

    def entries(self, inode):
        extended = self.get(inode, "H") == 8
        left = self.get(inode + (20 if extended else 24), "I" if extended else "H") - 3
        at = self.listing(inode)
        found = {}
        while left > 0:
            count = self.get(at, "I") + 1
            at += 12
            left -= 12
            for _ in range(count):
                length = self.get(at + 6, "H") + 1
                found[bytes(self.data[at + 8 : at + 8 + length]).decode()] = at
                at += 8 + length
                left -= 8 + length
        return found

    def entry(self, path):
        inode = self.root()
        at = 0
        for name in path.split("/"):
            at = self.entries(inode)[name]
            inode = self.inodes() + self.get(at, "H")
        return at

    def inode(self, path):
        return self.inodes() + self.get(self.entry(path), "H")

    def attributes(self):
        """Where names and values begin."""
        return self.get(self.get(56, "Q"), "Q") + 2

    def table(self, at):
        """Where the first entry of a table is, by the superblock's field."""
        return self.get(self.get(at, "Q"), "Q") + 2

    def metadata(self, at, stored):
        """Puts a compressed block over a plain one."""
        self.put(at - 2, "H", len(stored))
        self.data[at : at + len(stored)] = stored
        return self

    def save(self, rule):
        path = os.path.join(work, "image")
        with open(path, "wb") as file:
            file.write(self.data)
        subprocess.run(["zstd", "-q", "-19", "-f", path, "-o", os.path.join(out, rule + ".img.zst")], check=True)


def plain():
    return Image(*PLAIN)


def superblock():
    plain().put(28, "H", 3).save("superblock-version-3")
    plain().put(22, "H", 40).save("superblock-block-log-huge")
    plain().put(12, "I", 8192).save("superblock-block-size-not-its-log")
    plain().put(20, "H", 2).save("superblock-compression-lzma")
    plain().put(20, "H", 77).save("superblock-compression-unknown")
    plain().put(40, "Q", 1 << 63).save("superblock-bytes-used-negative")
    plain().put(40, "Q", 1 << 60).save("superblock-bytes-used-huge")
    plain().put(64, "Q", 1 << 50).save("superblock-inode-table-past-end")
    plain().put(32, "Q", 8000).save("superblock-root-past-its-block")
    image = plain()
    image.put(32, "Q", image.inode("ok") - image.inodes()).save("superblock-root-no-directory")
    image = plain()
    image.data = image.data[:8192]
    image.save("volume-cut")


def metadata():
    image = plain()
    image.put(image.inodes() - 2, "H", 0x8000).save("metadata-block-empty")
    image = plain()
    image.put(image.inodes() - 2, "H", 0xA001).save("metadata-block-too-long")
    image = plain()
    image.metadata(image.inodes(), zlib.compress(bytes(9000))).save("metadata-block-bomb")
    image = plain()
    image.metadata(image.inodes(), b"no stream").save("metadata-block-no-stream")
    image = plain()
    image.metadata(image.directories(), zlib.compress(b"")).save("metadata-block-decodes-to-nothing")
    image = plain()
    image.put(image.get(48, "Q"), "Q", 1 << 62).save("id-table-past-end")


def inodes():
    for name, at, form, value in (
        ("inode-type-unknown", 0, "H", 15),
        ("inode-type-0", 0, "H", 0),
        ("inode-number-0", 12, "I", 0),
        ("inode-owner-past-table", 4, "H", 500),
        ("file-size-huge", 24, "Q", (1 << 63) - 1),
        ("file-size-negative", 24, "Q", 1 << 63),
        ("file-starts-past-end", 16, "Q", 1 << 40),
        ("file-starts-negative", 16, "Q", 1 << 63),
        ("file-block-huge", 56, "I", 1 << 24 | 8192),
        ("file-block-flags-unknown", 56, "I", 1 << 25),
        ("fragment-past-table", 44, "I", 77),
        ("fragment-offset-past-end", 48, "I", 4000),
        ("fragment-offset-huge", 48, "I", ABSENT),
        ("attributes-past-table", 52, "I", 77),
    ):
        image = plain()
        image.put(image.inode("victim") + at, form, value).save(name)
    image = plain()
    image.put(image.inode("link") + 20, "I", 1 << 30).save("link-target-huge")
    image = plain()
    image.put(image.inode("link") + 20, "I", 0).save("link-target-empty")


def fragments():
    image = plain()
    image.put(image.table(80), "Q", 1 << 40).save("fragment-starts-past-end")
    image = plain()
    image.put(image.table(80) + 8, "I", 1 << 20).save("fragment-size-huge")


def directories():
    def directory_size(name, size):
        image = plain()
        image.put(image.inode("a") + 24, "H", size).save(name)

    image = plain()
    image.put(image.listing(image.inode("a")), "I", 300).save("directory-run-huge")
    image = plain()
    image.put(image.entry("a/b") + 6, "H", 5000).save("directory-name-too-long")
    image = plain()
    image.put(image.entry("a/inner") + 9, "B", ord("/")).save("directory-name-with-slash")
    image = plain()
    image.put(image.entry("a/inner") + 9, "B", 0).save("directory-name-with-nul")
    image = plain()
    image.put(image.entry("c") + 8, "B", ord("a")).save("directory-name-twice")
    image = plain()
    image.put(image.entry("a/b"), "H", image.root() - image.inodes()).save("directory-loop")
    image = plain()
    image.put(image.entry("a/b"), "H", image.inode("c") - image.inodes()).save("directory-two-parents")
    image = plain()
    image.put(image.entry("ok"), "H", 8191).save("directory-entry-past-inodes")
    directory_size("directory-size-huge", 60000)
    directory_size("directory-size-cuts-entry", 3 + 12 + 4)
    image = plain()
    image.put(image.inode("a") + 16, "I", 1 << 30).save("directory-starts-past-end")
    image = plain()
    image.put(image.inode("a") + 26, "H", 8000).save("directory-starts-past-its-block")


def attributes():
    image = plain()
    image.put(image.attributes() + 4 + 3, "I", 1 << 30).save("attribute-value-huge")
    image = plain()
    image.put(image.attributes() + 2, "H", 60000).save("attribute-name-past-end")
    image = plain()
    image.put(image.get(56, "Q"), "Q", 1 << 60).save("attribute-values-past-end")
    image = plain()
    sets = image.get(image.get(56, "Q") + 16, "Q") + 2
    for i in range(image.get(image.get(56, "Q") + 8, "I")):
        image.put(sets + 16 * i + 8, "I", ABSENT)
    image.save("attribute-count-huge")
    image = plain()
    image.put(image.attributes(), "H", 5).save("attribute-name-space-unknown")
    # A value that is said to be elsewhere, and is not.
    image = plain()
    image.put(image.attributes(), "H", 0x100).put(image.attributes() + 4 + 3, "I", 8)
    image.put(image.attributes() + 4 + 3 + 4, "Q", 1 << 40).save("attribute-value-elsewhere-past-end")


def export():
    image = plain()
    references = image.table(88)
    for number in range(image.get(4, "I")):
        image.put(references + 8 * number, "Q", 0)
    image.save("export-table-wrong")
    image = plain()
    image.put(image.get(88, "Q"), "Q", 1 << 60).save("export-table-past-end")


def content():
    """Blocks that are compressed, and damaged: the file is shown, and cannot be read."""
    packed = "-noI", "-noId", "-noX"
    image = Image(*packed)
    start = image.get(image.inode("victim") + 16, "Q")
    image.put(start, "I", ABSENT).save("block-no-stream")
    image = Image(*packed)
    bomb = zlib.compress(bytes(5000))
    image.data[start : start + len(bomb)] = bomb
    image.put(image.inode("victim") + 56, "I", len(bomb)).save("block-bomb")
    # As many blocks as there are, without an end in a fragment, each stored as it is in no bytes: zeros.
    image = Image(*packed)
    inode = image.inode("victim")
    blocks = image.get(inode + 24, "Q") // 4096
    image.put(inode + 24, "Q", blocks * 4096)
    for i in range(blocks):
        image.put(inode + 56 + 4 * i, "I", 1 << 24)
    image.save("blocks-of-nothing")
    image = Image(*packed)
    table = zlib.decompressobj().decompress(image.data[image.table(80) :])
    image.put(struct.unpack_from("<Q", table, 16)[0], "I", ABSENT).save("fragment-no-stream")
    for method in "xz", "lz4", "lzo", "zstd":
        image = Image(*packed, "-comp", method)
        start = image.get(image.inode("victim") + 16, "Q")
        length = image.get(image.inode("victim") + 56, "I") & 0xFFFFFF
        for i in range(40, length):
            image.data[start + i] ^= 0x5A
        image.save("block-damaged-" + method)


superblock()
metadata()
inodes()
fragments()
directories()
attributes()
export()
content()
