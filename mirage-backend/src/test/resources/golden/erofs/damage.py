#!/usr/bin/env python3
"""Makes images that each break one rule, named after it. usage: damage.py DIRECTORY

Each begins as a small file system that mkfs.erofs makes; fields are changed in place, and the checksum made right again.
What the reader must say of each stands in ErofsDamageTest.
"""

import os
import struct
import subprocess
import sys
import tempfile

UUID = "3e1a7ac0-5ca1-4b1e-9a11-0123456789ab"
BLOCK = 4096
SUPERBLOCK = 1024
work = tempfile.mkdtemp()
out = sys.argv[1]


def table():
    entries = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        entries.append(value)
    return entries


TABLE = table()


def crc32c(data):
    """Without the last inversion."""
    crc = 0xFFFF_FFFF
    for byte in data:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 0xFF]
    return crc


def source():
    path = os.path.join(work, "source")
    if not os.path.exists(path):
        for name in "a/b", "c":
            os.makedirs(os.path.join(path, name))
        files = {"ok": b"ok\n", "a/inner": b"inner\n", "c/leaf": b"leaf\n",
                 "victim": b"".join(b"line %d\n" % i for i in range(6000))}
        for name, content in files.items():
            with open(os.path.join(path, name), "wb") as file:
                file.write(content)
        os.symlink("target", os.path.join(path, "link"))
        for name in "ok", "victim", "a/inner", "c/leaf":
            os.setxattr(os.path.join(path, name), "user.shared", b"s" * 40)
        os.setxattr(os.path.join(path, "victim"), "user.own", b"own")
    return path


class Image:
    """Files ok, victim, directories a, a/b and c, and a link."""

    def __init__(self, *options):
        path = os.path.join(work, "image")
        subprocess.run(["mkfs.erofs", "-U" + UUID, "-T1700000000", "--all-root", "-Eforce-inode-extended", *options, path,
                        source()], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(path, "rb") as file:
            self.data = bytearray(file.read())

    def get(self, at, form):
        return struct.unpack_from("<" + form, self.data, at)[0]

    def put(self, at, form, *values):
        struct.pack_into("<" + form, self.data, at, *values)
        return self

    def field(self, at, form, value):
        """Of the superblock."""
        return self.put(SUPERBLOCK + at, form, value)

    def place(self, nid):
        return self.get(SUPERBLOCK + 0x28, "I") * BLOCK + 32 * nid

    def root(self):
        return self.place(self.get(SUPERBLOCK + 0xE, "H"))

    def data_at(self, inode):
        """Behind an inode and its attributes."""
        count = self.get(inode + 2, "H")
        return inode + 64 + (12 + 4 * (count - 1) if count else 0)

    def names_at(self, directory):
        """Where the only block of a directory is."""
        layout = self.get(directory, "H") >> 1 & 7
        return self.get(directory + 16, "I") * BLOCK if layout == 0 else self.data_at(directory)

    def entry(self, path):
        """Where an entry is, and its name."""
        directory = self.root()
        for name in path.split("/"):
            block, size = self.names_at(directory), self.get(directory + 8, "Q")
            count = self.get(block + 8, "H") // 12
            for i in range(count):
                start = self.get(block + 12 * i + 8, "H")
                end = self.get(block + 12 * i + 20, "H") if i + 1 < count else size
                if bytes(self.data[block + start : block + end]).rstrip(b"\0").decode() == name:
                    at = block + 12 * i
                    named = block + start
            directory = self.place(self.get(at, "Q"))
        return at, named

    def inode(self, path):
        return self.place(self.get(self.entry(path)[0], "Q"))

    def header(self):
        """Of the compressed victim."""
        return self.data_at(self.inode("victim")) + 7 & ~7

    def save(self, rule):
        if self.get(SUPERBLOCK + 8, "I") & 1 and rule != "superblock-checksum-wrong":
            self.field(4, "I", 0)
            self.field(4, "I", crc32c(self.data[SUPERBLOCK:BLOCK]))
        path = os.path.join(work, "image")
        with open(path, "wb") as file:
            file.write(self.data)
        subprocess.run(["zstd", "-q", "-19", "-f", path, "-o", os.path.join(out, rule + ".img.zst")], check=True)


def superblock():
    Image().field(0xC, "B", 30).save("superblock-block-bits-30")
    Image().field(0xC, "B", 8).save("superblock-block-bits-8")
    Image().field(0x5A, "B", 1).save("superblock-directory-blocks-large")
    Image().field(0x50, "I", 0x80).save("superblock-48-bit")
    Image().field(0x50, "I", 0x100).save("superblock-metabox")
    Image().field(0x50, "I", 0x4000).save("superblock-incompat-unknown")
    Image().field(4, "I", 1).save("superblock-checksum-wrong")
    Image().field(0x24, "I", 0xFFFF_FFFF).save("superblock-blocks-huge")
    Image().field(0x28, "I", 0xFFFF_FFFF).save("superblock-metadata-past-end")
    Image().field(0xE, "H", 0xFFFF).save("superblock-root-past-end")
    image = Image()
    image.field(0xE, "H", (image.inode("ok") - image.place(0)) // 32).save("superblock-root-no-directory")


def inodes():
    for name, path, at, form, value in (
        ("inode-layout-unknown", "victim", 0, "H", 1 | 5 << 1),
        ("inode-without-type", "victim", 4, "H", 0o644),
        ("inode-size-negative", "victim", 8, "Q", 1 << 63),
        ("inode-size-huge", "victim", 8, "Q", 1 << 62),
        ("file-past-end", "victim", 16, "I", 0x7FFF_FFFF),
        ("link-empty", "link", 8, "Q", 0),
        ("link-huge", "link", 8, "Q", 5000),
        ("attributes-past-end", "victim", 2, "H", 0xFFFF),
    ):
        image = Image()
        image.put(image.inode(path) + at, form, value).save(name)
    image = Image()
    image.put(image.inode("victim") + 64 + 4, "B", 200).save("attributes-shared-too-many")
    image = Image("-x0")
    image.put(image.inode("victim") + 64 + 12, "I", 0x3FFF_FFFF).save("attribute-shared-past-end")
    image = Image("-x-1")
    image.put(image.inode("victim") + 2, "H", 3)
    image.save("attributes-where-content-is")
    image = Image("-x100")
    image.put(image.inode("victim") + 64 + 12, "B", 250).save("attribute-name-past-end")
    image = Image("-x100")
    image.put(image.inode("victim") + 64 + 13, "B", 0x81).save("attribute-prefix-long")


def directories():
    def block(path="a"):
        image = Image()
        return image, image.names_at(image.inode(path))

    image, at = block()
    image.put(at + 8, "H", 0).save("directory-names-at-0")
    image, at = block()
    image.put(at + 8, "H", 13).save("directory-names-at-13")
    image, at = block()
    image.put(at + 8, "H", 60000).save("directory-names-past-end")
    image, at = block()
    image.put(at + 12 + 8, "H", 1).save("directory-name-before-names")
    image, at = block()
    image.put(image.entry("a/inner")[1] + 1, "B", ord("/")).save("directory-name-with-slash")
    image, at = block()
    image.put(image.entry("a/b")[1], "B", 0).save("directory-name-with-nul")
    image, at = block()
    image.put(image.entry("c")[1], "B", ord("a")).save("directory-name-twice")
    image, at = block()
    image.put(image.entry("a/b")[0], "Q", image.get(SUPERBLOCK + 0xE, "H")).save("directory-loop")
    image, at = block()
    image.put(image.entry("a/b")[0], "Q", image.get(image.entry("c")[0], "Q")).save("directory-two-parents")
    image, at = block()
    image.put(image.entry("ok")[0], "Q", 1 << 40).save("directory-entry-past-end")
    image, at = block()
    image.put(image.entry("ok")[0], "Q", 1 << 63).save("directory-entry-negative")
    image, at = block()
    image.put(image.inode("a") + 8, "Q", 1 << 40).save("directory-size-huge")


def chunks():
    def chunked():
        image = Image("--chunksize=4096", "-Eforce-chunk-indexes", "-Enoinline_data")
        inode = image.inode("victim")
        return image, inode, image.data_at(inode) + 7 & ~7

    image, inode, at = chunked()
    image.put(at + 8 + 4, "I", 0x7FFF_FFFF).save("chunk-past-end")
    image, inode, at = chunked()
    image.put(at + 8 + 2, "H", 3).save("chunk-on-another-device")
    image, inode, at = chunked()
    image.put(at + 8 + 4, "I", ABSENT).save("chunk-hole")
    image, inode, at = chunked()
    image.put(inode + 8, "Q", 1 << 62).save("chunks-too-many")
    image, inode, at = chunked()
    image.put(inode + 8, "Q", 1 << 30).save("chunks-past-end")
    image, inode, at = chunked()
    image.put(inode + 16, "I", 0x20 | 0x1F).save("chunk-size-2-43")


ABSENT = 0xFFFF_FFFF


def compressed():
    def full(*options):
        image = Image("-zlz4hc", "-Elegacy-compress", *options)
        return image, image.header()

    image, at = full()
    image.put(at + 4, "H", 0x20).save("fragment-of-tail")
    image, at = full()
    image.put(at + 7, "B", 0x80).save("fragment-of-all")
    image, at = full()
    image.put(at + 6, "B", 3).save("compressed-by-zstd")
    image, at = full()
    image.put(at + 6, "B", 9).save("compressed-by-unknown")
    image, at = full()
    image.put(at + 4, "H", 1).save("encoded-extents")
    image, at = full()
    image.put(image.inode("victim") + 8, "Q", 1 << 62).save("clusters-too-many")
    image, at = full()
    image.put(image.inode("victim") + 8, "Q", 1 << 28).save("index-past-end")
    image, at = full()
    image.put(at + 16 + 4, "I", 0x7FFF_FFFF).save("extent-past-end")
    image, at = full()
    image.put(at + 16, "H", 2).save("extent-first-missing")
    image, at = full()
    image.put(at + 16 + 2, "H", 100).save("extent-first-not-at-0")
    image, at = full()
    image.put(at + 16, "H", 0).save("extent-plain-too-long")
    image, at = full()
    heads = [i for i in range(12) if image.get(at + 16 + 8 * i, "H") & 3 == 1]
    image.put(at + 16 + 8 * (heads[1] - 1), "HHI", 1, 60000, 1).save("extent-offset-past-cluster")
    image, at = full()
    place = image.get(at + 16 + 4, "I") * BLOCK
    image.put(place + BLOCK - 1000, "I", ABSENT).save("extent-damaged")
    image, at = full()
    image.data[place : place + BLOCK] = bytes(BLOCK)
    image.save("extent-of-zeros")
    image, at = full("-C65536")
    counted = next(i for i in range(12) if image.get(at + 16 + 8 * i + 4, "H") & 1 << 11)
    image.put(at + 16 + 8 * counted + 4, "H", 1 << 11 | 2000).save("extent-of-2000-blocks")
    image = Image("-zlz4hc", "-Eztailpacking")
    image.put(image.header() + 2, "H", 0xFFFF).save("tail-past-end")
    image = Image("-zlz4hc", "-Eztailpacking")
    image.put(image.header() + 2, "H", 0).save("tail-empty")
    image = Image("-zlz4hc")
    image.put(image.header() + 7, "B", 7).save("compacted-clusters-large")


superblock()
inodes()
directories()
chunks()
compressed()
