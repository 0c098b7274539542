#!/usr/bin/env python3
"""Makes images that each break one rule, named after it. usage: damage.py DIRECTORY

All begin as one small file system that the kernel filled; then a field is changed, and the checksum made right again
unless that is the rule. Offsets are those of "XFS Algorithms & Data Structures". What the reader must say of each
stands in XfsDamageTest.
"""

import os
import struct
import subprocess
import sys
import tempfile

BLOCK = 1024
INODE = 512
FORK = 176
UUID = "3e1a7ac0-5ca1-4b1e-9a11-0123456789ab"
work = tempfile.mkdtemp()
out = sys.argv[1]
numbers = {}

TABLE = []
for octet in range(256):
    for _ in range(8):
        octet = octet >> 1 ^ (0x82F63B78 if octet & 1 else 0)
    TABLE.append(octet)


def crc32c(octets):
    crc = 0xFFFFFFFF
    for octet in octets:
        crc = crc >> 8 ^ TABLE[(crc ^ octet) & 0xFF]
    return crc ^ 0xFFFFFFFF


def fill(root):
    os.mkdir(root + "/a")
    for i in range(8):
        with open(root + "/a/" + "n" * 60 + str(i), "w"):
            pass
    os.mkdir(root + "/a/b")
    os.mkdir(root + "/c")
    for name in ("a/inner", "c/leaf", "ok"):
        with open(root + "/" + name, "w") as f:
            f.write("ok\n")
    os.symlink("target", root + "/link")
    os.symlink("t" * 500, root + "/long-link")
    with open(root + "/victim", "wb") as f:
        for i in range(60):
            f.seek(2 * i * BLOCK)
            f.write(b"extent %d" % i)
    with open(root + "/few", "wb") as f:
        for i in range(4):
            f.seek(2 * i * BLOCK)
            f.write(b"extent %d" % i)
    os.setxattr(root + "/victim", "user.SGI_ACL_FILE", b"v" * 200)
    os.setxattr(root + "/victim", "user.large", b"w" * 3000)
    for directory, names, files in os.walk(root):
        for name in names + files + ["."]:
            path = os.path.normpath(os.path.join(directory, name))
            numbers[os.path.relpath(path, root)] = os.lstat(path).st_ino


def base():
    path, mount = os.path.join(work, "image"), os.path.join(work, "mount")
    os.mkdir(mount)
    with open(path, "wb") as f:
        f.truncate(16 << 20)
    subprocess.run(["mkfs.xfs", "-q", "-f", "-b", "size=%d" % BLOCK, "-i", "size=%d" % INODE, "-m", "uuid=" + UUID, path],
                   check=True, capture_output=True, env={**os.environ, "TEST_DIR": "1", "TEST_DEV": "1", "QA_CHECK_FS": "1"})
    subprocess.run(["mount", "-t", "xfs", "-o", "loop", path, mount], check=True)
    try:
        fill(mount)
    finally:
        subprocess.run(["umount", mount], check=True)
    with open(path, "rb") as f:
        return f.read()


class Image:
    def __init__(self):
        self.bytes = bytearray(BASE)

    def get(self, at, form):
        return struct.unpack_from(">" + form, self.bytes, at)[0]

    def put(self, at, form, *values):
        struct.pack_into(">" + form, self.bytes, at, *values)
        return self

    def place(self, block):
        """Byte offset of a block number."""
        bits = self.get(124, "B")
        return ((block >> bits) * self.get(84, "I") + (block & (1 << bits) - 1)) * BLOCK

    def inode(self, name):
        bits = self.get(123, "B")
        return self.place(numbers[name] >> bits) + (numbers[name] & (1 << bits) - 1) * INODE

    def extent(self, at):
        """Block number of an extent record."""
        return (self.get(at, "Q") & 0x1FF) << 43 | self.get(at + 8, "Q") >> 21

    def data(self, name):
        return self.place(self.extent(self.inode(name) + FORK))

    def attribute_fork(self, name):
        return self.inode(name) + FORK + 8 * self.get(self.inode(name) + 82, "B")

    def attributes(self, name, block=0):
        """Byte offset of a block of attributes."""
        at = self.attribute_fork(name)
        while True:
            first, count = self.get(at, "Q") >> 9, self.get(at + 8, "Q") & 0x1FFFFF
            if first <= block < first + count:
                return self.place(self.extent(at)) + (block - first) * BLOCK
            at += 16

    def tree_pointer(self, name):
        """Byte offset of the first pointer of an extent tree's root."""
        room = self.get(self.inode(name) + 82, "B") * 8
        return self.inode(name) + FORK + 4 + (room - 4) // 16 * 8

    def leaf(self, name):
        return self.place(self.get(self.tree_pointer(name), "Q"))

    def summed(self, at, length, checksum):
        struct.pack_into("<I", self.bytes, at + checksum, 0)
        struct.pack_into("<I", self.bytes, at + checksum, crc32c(self.bytes[at:at + length]))
        return self

    def superblock(self, at, form, value):
        return self.put(at, form, value).summed(0, 512, 224)

    def inode_field(self, name, at, form, *values):
        return self.put(self.inode(name) + at, form, *values).summed(self.inode(name), INODE, 100)

    def directory_field(self, at, form, *values):
        """Of the only block of the directory a."""
        return self.put(self.data("a") + at, form, *values).summed(self.data("a"), 4096, 4)

    def entry(self, name):
        """Offset of a name in the block of the directory a."""
        return self.bytes.index(bytes([len(name)]) + name.encode(), self.data("a")) - 8 - self.data("a")

    def leaf_field(self, at, form, *values):
        return self.put(self.leaf("victim") + at, form, *values).summed(self.leaf("victim"), BLOCK, 64)

    def attribute_field(self, at, form, *values):
        place = self.attributes("victim")
        return self.put(place + at, form, *values).summed(place, BLOCK, 12)

    def short_entry(self, name):
        """Offset of a name's length within the root directory's inode."""
        return self.bytes.index(name.encode(), self.inode(".") + FORK) - 3 - self.inode(".")

    def save(self, name):
        path = os.path.join(work, "damaged")
        with open(path, "wb") as f:
            f.write(self.bytes)
        subprocess.run(["zstd", "-q", "-9", "-f", path, "-o", os.path.join(out, name + ".img.zst")], check=True)


def superblocks():
    Image().superblock(100, "H", 0xB4A3).save("superblock-version-3")
    Image().superblock(216, "I", 0x80000001).save("superblock-incompat-unknown")
    Image().superblock(212, "I", 0x8000000F).save("superblock-ro-compat-unknown")
    Image().superblock(120, "B", 8).save("superblock-block-log-small")
    Image().superblock(4, "I", 4096).save("superblock-block-sizes-disagree")
    Image().superblock(122, "B", 12).save("superblock-inode-log-large")
    Image().superblock(104, "H", 1024).save("superblock-inode-sizes-disagree")
    Image().superblock(123, "B", 3).save("superblock-inodes-per-block-wrong")
    Image().superblock(88, "I", 0).save("superblock-groups-0")
    Image().superblock(84, "I", 0xFFFFFFFF).save("superblock-group-blocks-huge")
    Image().superblock(8, "Q", 1 << 60).save("superblock-blocks-2-60")
    Image().superblock(192, "B", 7).save("superblock-directory-blocks-large")
    Image().superblock(126, "B", 1).save("superblock-in-progress")
    Image().superblock(102, "H", 0).save("superblock-sector-size-0")
    Image().put(112, "B", 0x41).save("superblock-checksum-wrong")
    Image().superblock(56, "Q", 1 << 40).save("root-past-end")
    Image().superblock(56, "Q", numbers["ok"]).save("root-not-a-directory")
    cut = Image()
    del cut.bytes[12 << 20:]
    cut.save("volume-cut-off")


def inodes():
    Image().inode_field("ok", 0, "H", 0).save("inode-magic-wrong")
    Image().inode_field("ok", 4, "B", 9).save("inode-version-unknown")
    Image().inode_field("ok", 4, "B", 2).save("inode-version-of-version-4")
    Image().inode_field("ok", 2, "H", 0xF1A4).save("inode-type-unknown")
    Image().inode_field("ok", 16, "I", 0).save("inode-without-links")
    Image().inode_field("ok", 5, "B", 1).save("inode-format-local")
    Image().inode_field("ok", 56, "Q", 1 << 63).save("inode-size-negative")
    Image().inode_field("ok", 76, "I", 1000).save("inode-extents-too-many")
    Image().inode_field("ok", 82, "B", 60).save("inode-fork-past-end")
    Image().inode_field("ok", 90, "H", 1).save("inode-in-realtime-section")
    Image().inode_field("ok", 152, "Q", 7).save("inode-number-wrong")
    Image().inode_field("ok", 160, "Q", 7).save("inode-of-another-file-system")
    Image().put(Image().inode("ok") + 8, "I", 5).save("inode-checksum-wrong")
    Image().inode_field("link", 56, "Q", 5000).save("link-size-absurd")
    Image().inode_field("link", 56, "Q", 1000).save("link-past-inode")
    Image().put(Image().data("long-link"), "I", 0).save("link-magic-wrong")
    Image().put(Image().data("long-link") + 8, "I", 100000).save("link-part-too-long")
    Image().put(Image().data("long-link") + 32, "Q", 7).summed(Image().data("long-link"), BLOCK, 12).save("link-of-another-inode")


def directories():
    image = Image()
    Image().directory_field(0, "I", 0).save("directory-magic-wrong")
    Image().directory_field(4096 - 8, "I", 0x7FFFFFFF).save("directory-index-huge")
    Image().directory_field(40, "Q", 7).save("directory-of-another-inode")
    Image().directory_field(8, "Q", 7).save("directory-of-another-place")
    Image().put(image.data("a") + 40, "Q", 7).save("directory-checksum-wrong")
    Image().inode_field("a", 56, "Q", 8192).save("directory-ends-in-hole")
    Image().directory_field(image.entry("inner"), "Q", 1 << 50).save("entry-to-no-inode")
    Image().directory_field(image.entry("inner") + 8, "B", 255).save("entry-name-too-long")
    Image().directory_field(image.entry("inner") + 9, "5s", b"../xx").save("entry-name-with-slash")
    Image().directory_field(image.entry("inner") + 9, "5s", b"in\0er").save("entry-name-with-nul")
    Image().directory_field(image.entry("inner"), "HH", 0xFFFF, 0).save("entry-free-length-0")
    Image().directory_field(image.entry("inner"), "HH", 0xFFFF, 12).save("entry-free-length-odd")
    Image().directory_field(image.entry("b"), "Q", numbers["a"]).save("directory-loop")
    Image().directory_field(image.entry("inner"), "Q", numbers["c"]).save("directory-two-parents")
    Image().inode_field(".", FORK, "B", 200).save("short-directory-cut-off")
    Image().inode_field(".", FORK + 1, "B", 1).save("short-directory-wide-numbers")
    Image().inode_field(".", image.short_entry("ok") + 3, "2s", b"\0k").save("short-entry-name-with-nul")
    Image().inode_field(".", image.short_entry("a") + 3, "1s", b"c").save("short-entry-name-twice")
    Image().inode_field("c", 56, "Q", 400).save("short-directory-past-inode")


def trees():
    image = Image()
    Image().leaf_field(0, "I", 0).save("extent-node-magic-wrong")
    Image().leaf_field(4, "H", 1).save("extent-node-level-wrong")
    Image().leaf_field(6, "H", 0xFFFF).save("extent-node-entries-too-many")
    Image().leaf_field(56, "Q", 7).save("extent-node-of-another-inode")
    Image().put(image.leaf("victim") + 56, "Q", 7).save("extent-node-checksum-wrong")
    Image().inode_field("victim", FORK, "H", 77).save("extent-root-too-deep")
    Image().inode_field("victim", FORK + 2, "H", 300).save("extent-root-entries-too-many")
    at = image.tree_pointer("victim") - image.inode("victim")
    Image().inode_field("victim", at, "Q", 1 << 40).save("extent-node-past-end")
    two = Image().inode_field("victim", FORK + 2, "H", 2)
    two.inode_field("victim", at + 8, "Q", image.get(image.tree_pointer("victim"), "Q")).save("extent-tree-cycle")
    high, low = image.get(image.inode("few") + FORK, "Q"), image.get(image.inode("few") + FORK + 8, "Q")
    Image().inode_field("few", FORK + 8, "Q", low >> 21 << 21).save("extent-empty")
    Image().inode_field("few", FORK, "QQ", high | 0xFF, low).save("extent-past-end")
    Image().inode_field("few", FORK + 8, "Q", 1).save("extent-at-group-header")
    Image().inode_field("few", FORK + 8, "Q", low | 0x1FFFFF).save("extent-across-groups")
    Image().inode_field("few", FORK + 16, "Q", high).save("extents-overlap-in-file")
    Image().inode_field("few", FORK + 24, "Q", low).save("extents-overlap-in-volume")


def attributes():
    image = Image()
    place = image.attributes("victim")
    local = next(i for i in range(2) if image.get(place + 80 + i * 8 + 6, "B") & 1)
    remote = 1 - local
    at, name = 80 + local * 8, image.get(place + 80 + local * 8 + 4, "H")
    far, far_name = 80 + remote * 8, image.get(place + 80 + remote * 8 + 4, "H")
    Image().attribute_field(8, "H", 0).save("attribute-block-magic-wrong")
    Image().attribute_field(56, "H", 0xFFFF).save("attribute-entries-too-many")
    Image().attribute_field(at + 4, "H", 0xFFFF).save("attribute-name-past-end")
    Image().attribute_field(name, "H", 0xFFFF).save("attribute-value-past-end")
    Image().attribute_field(at + 6, "B", 7).save("attribute-of-two-name-spaces")
    Image().attribute_field(at + 6, "B", 3).save("attribute-acl-malformed")
    Image().attribute_field(far_name + 4, "I", 1 << 30).save("attribute-value-huge")
    Image().attribute_field(far_name, "I", 1 << 20).save("attribute-value-in-hole")
    value = image.attributes("victim", image.get(place + far_name, "I"))
    Image().put(value, "I", 0).save("attribute-value-magic-wrong")
    Image().put(value + 8, "I", 77).save("attribute-value-part-short")
    Image().put(value + 32, "Q", 7).summed(value, BLOCK, 12).save("attribute-value-of-another-inode")
    Image().put(place + 56, "Q", 7).save("attribute-checksum-wrong")
    Image().attribute_field(8, "H", 0x3EBE).put(place + 56, "HH", 1, 1).put(place + 64, "II", 0, 0).summed(place, BLOCK, 12).save("attribute-tree-cycle")
    Image().attribute_field(8, "H", 0x3EBE).put(place + 56, "HH", 1, 99).summed(place, BLOCK, 12).save("attribute-tree-too-deep")
    Image().inode_field("victim", 83, "B", 77).save("attribute-format-unknown")


BASE = base()
os.makedirs(out, exist_ok=True)
for make in (superblocks, inodes, directories, trees, attributes):
    make()
