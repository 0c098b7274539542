#!/usr/bin/env python3
"""Makes images that each break one rule, named after it. usage: damage.py DIRECTORY

Each begins as a small file system that mke2fs and debugfs make, without a mount; then debugfs changes a field, or this
does where debugfs would not. What the reader must say of each stands in Ext4DamageTest.
"""

import os
import re
import struct
import subprocess
import sys
import tempfile

UUID = "3e1a7ac0-5ca1-4b1e-9a11-0123456789ab"
BLOCK = 1024
SUPERBLOCK = 1024
work = tempfile.mkdtemp()
out = sys.argv[1]


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class Image:
    """A file system with the files ok, victim (6 extents, a tree block), directories a, a/b and c."""

    def __init__(self, *options):
        self.path = os.path.join(work, "image")
        if os.path.exists(self.path):
            os.unlink(self.path)
        run("mke2fs", "-q", "-F", "-b", str(BLOCK), "-N", "64", "-U", UUID, "-E", "hash_seed=" + UUID, *options, self.path, "1M")
        small, large = os.path.join(work, "small"), os.path.join(work, "large")
        with open(small, "w") as f:
            f.write("ok\n")
        with open(large, "wb") as f:
            for i in range(6):
                f.seek(2 * i * BLOCK)
                f.write(b"extent %d" % i)
        self.debugfs("mkdir a", "mkdir a/b", "mkdir c", "write %s ok" % small, "write %s victim" % large,
                     "symlink link target", "write %s a/inner" % small, "ea_set victim user.big " + "v" * 200,
                     "ea_set victim user.bigger " + "w" * 300)

    def debugfs(self, *commands):
        script = os.path.join(work, "script")
        with open(script, "w") as f:
            f.write("\n".join(commands) + "\n")
        return run("debugfs", "-w", "-f", script, self.path)

    def inode(self, name):
        """Byte offset of an inode."""
        found = re.search(r"located at block (\d+), offset (0x[0-9a-f]+)", self.debugfs("imap " + name))
        return int(found[1]) * BLOCK + int(found[2], 16)

    def number(self, name):
        return int(re.search(r"Inode: (\d+)", self.debugfs("stat " + name))[1])

    def get(self, at, form):
        with open(self.path, "rb") as f:
            f.seek(at)
            return struct.unpack("<" + form, f.read(struct.calcsize("<" + form)))[0]

    def put(self, at, form, *values):
        with open(self.path, "r+b") as f:
            f.seek(at)
            f.write(struct.pack("<" + form, *values))
        return self

    def field(self, at, form, value):
        """Of the superblock."""
        return self.put(SUPERBLOCK + at, form, value)

    def directory_block(self, name):
        return int(self.debugfs("blocks " + name).split("\n")[1].split()[0]) * BLOCK

    def entry(self, directory, name):
        """Byte offset of a directory entry."""
        at = self.directory_block(directory)
        with open(self.path, "rb") as f:
            f.seek(at)
            block = f.read(BLOCK)
        place = 0
        while block[place + 8 : place + 8 + block[place + 6]] != name.encode():
            place += struct.unpack_from("<H", block, place + 4)[0]
        return at + place

    def tree_block(self, name):
        """Byte offset of the first block below the root of an extent tree."""
        return self.get(self.inode(name) + 0x28 + 12 + 4, "I") * BLOCK

    def indirect_block(self, name):
        return self.get(self.inode(name) + 0x28 + 12 * 4, "I") * BLOCK

    def attribute_block(self, name):
        return self.get(self.inode(name) + 0x68, "I") * BLOCK

    def save(self, rule):
        run("zstd", "-q", "-19", "-f", self.path, "-o", os.path.join(out, rule + ".img.zst"))


def ext4():
    return Image("-t", "ext4", "-O", "^has_journal,^metadata_csum,^resize_inode")


def ext2():
    return Image("-t", "ext2", "-O", "^resize_inode")


def summed():
    return Image("-t", "ext4", "-O", "^has_journal,metadata_csum,^resize_inode")


def superblock():
    ext4().field(0x28, "I", 0).save("superblock-inodes-per-group-0")
    ext4().field(0x20, "I", 0).save("superblock-blocks-per-group-0")
    ext4().field(0x20, "I", 1 << 31).save("superblock-blocks-per-group-huge")
    ext4().field(0x18, "I", 22).save("superblock-log-block-size-huge")
    ext4().field(0x150, "I", 1 << 28).save("superblock-blocks-count-2-60")
    ext4().field(0x150, "I", 1 << 31).save("superblock-blocks-count-negative")
    ext4().field(0x4, "I", 0).save("superblock-blocks-count-0")
    ext4().field(0x58, "H", 384).save("superblock-inode-size-odd")
    ext4().field(0x58, "H", 2048).save("superblock-inode-size-huge")
    ext4().field(0xFE, "H", 8).save("superblock-descriptor-size-small")
    ext4().field(0x0, "I", 0xFFFFFFFF).save("superblock-inodes-count-huge")
    image = ext4()
    image.field(0x60, "I", image.get(SUPERBLOCK + 0x60, "I") | 0x80000001).save("superblock-unknown-incompat")
    image = ext4()
    image.field(0x64, "I", image.get(SUPERBLOCK + 0x64, "I") | 0x80000000).save("superblock-unknown-ro-compat")
    image = ext4()
    image.field(0x60, "I", image.get(SUPERBLOCK + 0x60, "I") | 0x8).save("superblock-journal-device")
    ext4().field(0x3A, "H", 3).save("superblock-errors-noted")
    image = summed()
    image.field(0x3FC, "I", image.get(SUPERBLOCK + 0x3FC, "I") ^ 1).save("superblock-checksum-wrong")
    image = ext4()
    tail = os.path.join(work, "tail")
    with open(tail, "wb") as f:
        f.write(b"tail of text " * 10000)
    image.debugfs("write %s tail" % tail)
    with open(image.path, "r+b") as f:
        f.truncate(100 * BLOCK)
    image.save("volume-cut-off")


def groups():
    ext4().put(2 * BLOCK + 0x8, "I", 0xFFFFFFF0).save("group-inode-table-past-end")
    image = summed()
    image.put(2 * BLOCK + 0x1E, "H", image.get(2 * BLOCK + 0x1E, "H") ^ 1).save("group-checksum-wrong")
    image = Image("-t", "ext4", "-O", "^has_journal,^metadata_csum,uninit_bg,^resize_inode")
    image.put(2 * BLOCK + 0x1E, "H", image.get(2 * BLOCK + 0x1E, "H") ^ 1).save("group-crc16-wrong")


def inodes():
    image = ext4()
    image.put(image.inode("<2>"), "H", 0o100755).save("root-not-a-directory")
    image = ext4()
    image.put(image.inode("ok"), "H", 0o030644).save("inode-type-unknown")
    image = ext4()
    image.put(image.inode("ok") + 0x80, "H", 999).save("inode-extra-size-huge")
    image = ext4()
    image.put(image.inode("ok") + 0x6C, "I", 0x80000000).save("inode-size-negative")
    image = ext4()
    image.put(image.inode("ok") + 0x6C, "I", 0x10000000).save("inode-size-absurd")
    image = ext4()
    image.put(image.inode("ok") + 0x20, "I", 0x10000000).save("inode-inline-without-feature")
    image = ext4()
    image.put(image.inode("link") + 0x4, "I", 70).save("link-too-long-for-inode")
    image = ext4()
    image.put(image.inode("link") + 0x4, "I", 0x7FFFFFFF).save("link-size-absurd")
    image = summed()
    image.put(image.inode("ok") + 0x18, "H", 7).save("inode-checksum-wrong")


def directories():
    image = ext4()
    image.debugfs("link a a/b/loop")
    image.save("directory-loop")
    image = ext4()
    image.debugfs("link a/b c/second-parent")
    image.save("directory-two-parents")
    image = ext4()
    image.put(image.entry("a", "inner") + 4, "H", 0).save("entry-length-0")
    image = ext4()
    image.put(image.entry("a", "inner") + 4, "H", 4096).save("entry-past-block")
    image = ext4()
    image.put(image.entry("a", "inner") + 4, "H", 18).save("entry-length-odd")
    image = ext4()
    image.put(image.entry("a", "inner") + 6, "B", 0).save("entry-name-empty")
    image = ext4()
    image.put(image.entry("a", "inner") + 8, "5s", b"../xx").save("entry-name-with-slash")
    image = ext4()
    image.put(image.entry("a", "inner") + 8, "5s", b"in\0er").save("entry-name-with-nul")
    image = ext4()
    image.put(image.entry("/", "ok"), "I", 60).save("entry-to-free-inode")
    image = ext4()
    image.put(image.entry("/", "ok"), "I", 1 << 30).save("entry-to-no-inode")
    image = ext4()
    image.put(image.entry("/", "c"), "I", 8).save("entry-to-reserved-inode")
    image = ext4()
    image.put(image.entry("/", "c") + 8, "1s", b"a").save("entry-name-twice")
    image = ext4()
    image.put(image.inode("a") + 0x4, "I", 5 * BLOCK).put(image.inode("a") + 0x28 + 12, "I", 1).save("directory-with-hole")
    image = ext4()
    image.put(image.inode("a") + 0x4, "I", 5 * BLOCK).save("directory-ends-in-hole")
    image = summed()
    image.put(image.directory_block("a") + BLOCK - 4, "I", 0).save("directory-checksum-wrong")
    image = summed()
    image.put(image.directory_block("a") + BLOCK - 5, "B", 0).save("directory-checksum-absent")


def trees():
    image = ext4()
    root = image.inode("victim") + 0x28
    leaf = image.get(root + 16, "I")
    image.put(root + 2, "H", 2).put(root + 24, "IIHH", 6, leaf, 0, 0).save("extent-tree-cycle")
    image = ext4()
    root = image.inode("victim") + 0x28
    image.put(root + 6, "H", 2).put(image.tree_block("victim") + 2, "HHHIIIHH", 1, 84, 1, 0, 0, image.tree_block("victim") // BLOCK, 0, 0)
    image.save("extent-tree-cycle-to-itself")
    image = ext4()
    image.put(image.tree_block("victim") + 12 + 8, "I", 0xFFFFFF).save("extent-past-end")
    image = ext4()
    image.put(image.tree_block("victim") + 12 + 8, "I", 0).save("extent-at-superblock")
    image = ext4()
    image.put(image.tree_block("victim") + 12 + 4, "H", 5).save("extents-overlap-in-file")
    image = ext4()
    leaf = image.tree_block("victim") + 12
    image.put(leaf + 12 + 8, "I", image.get(leaf + 8, "I")).save("extents-overlap-in-volume")
    image = ext4()
    image.put(image.tree_block("victim") + 12 + 4, "H", 0).save("extent-length-0")
    image = ext4()
    image.put(image.tree_block("victim"), "H", 0).save("extent-block-magic-wrong")
    image = ext4()
    image.put(image.tree_block("victim") + 2, "H", 85).save("extent-block-entries-too-many")
    image = ext4()
    image.put(image.inode("victim") + 0x28, "H", 0).save("extent-root-magic-wrong")
    image = ext4()
    image.put(image.inode("victim") + 0x28 + 6, "H", 6).save("extent-root-too-deep")
    image = ext4()
    image.put(image.inode("victim") + 0x28 + 16, "I", 0xFFFFFF).save("extent-block-past-end")
    image = summed()
    at = image.tree_block("victim") + BLOCK - 4
    image.put(at, "I", image.get(at, "I") ^ 1).save("extent-block-checksum-wrong")
    image = ext2()
    image.put(image.inode("ok") + 0x28, "I", 0xFFFFFF).save("block-past-end")
    image = ext2()
    large = os.path.join(work, "indirect")
    with open(large, "wb") as f:
        f.write(b"block of text " * 5000)
    image.debugfs("write %s indirect" % large)
    root = image.inode("indirect") + 0x28
    image.put(root + 13 * 4, "I", image.get(root + 12 * 4, "I"))
    image.put(image.inode("indirect") + 0x4, "I", 400 * BLOCK).save("indirect-block-cycle")


def attributes():
    image = ext4()
    image.put(image.attribute_block("victim"), "I", 0).save("attribute-block-magic-wrong")
    image = ext4()
    image.put(image.inode("victim") + 0x68, "I", 0xFFFFFF).save("attribute-block-past-end")
    image = ext4()
    image.put(image.attribute_block("victim") + 32 + 8, "I", 5000).save("attribute-value-past-end")
    image = ext4()
    image.put(image.attribute_block("victim") + 32 + 1, "B", 77).save("attribute-index-unknown")
    image = ext4()
    image.put(image.attribute_block("victim") + 32 + 4, "I", 14).save("attribute-value-inode-wrong")
    image = ext4()
    image.put(image.attribute_block("victim") + 32 + 1, "B", 2).save("attribute-acl-malformed")
    image = ext4()
    entry = struct.pack("<BBHIII15sx", 15, 1, 0, 0, 0, 0, b"name")
    image.put(image.attribute_block("victim") + 32, "992s", entry * 31).save("attribute-entries-without-end")
    image = ext4()
    entry = struct.pack("<BBHIII255sx", 255, 1, 0, 0, 0, 0, b"name")
    image.put(image.attribute_block("victim") + 32, "992s", entry * 4).save("attribute-name-past-end")
    image = summed()
    at = image.attribute_block("victim") + 0x10
    image.put(at, "I", image.get(at, "I") ^ 1).save("attribute-block-checksum-wrong")


os.makedirs(out, exist_ok=True)
for make in (superblock, groups, inodes, directories, trees, attributes):
    make()
