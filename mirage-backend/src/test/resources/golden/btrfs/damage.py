#!/usr/bin/env python3
"""Makes images that each break one rule, named after it. usage: damage.py DIRECTORY

All begin as one small file system that the kernel filled; then a field is changed, and the checksum made right again
unless that is the rule. Offsets are those of the structures of linux/btrfs_tree.h. What the reader must say of each
stands in BtrfsDamageTest.
"""

import os
import random
import struct
import subprocess
import sys
import tempfile

SUPER, COPY = 1 << 16, 1 << 26
HEADER, ITEM, POINTER = 101, 25, 33
INODE, XATTR, INDEX, EXTENT, ROOT, ROOT_REF, CHUNK = 1, 24, 96, 108, 132, 156, 228
UUID = "3e1a7ac0-5ca1-4b1e-9a11-0123456789ab"
work = tempfile.mkdtemp()
out = sys.argv[1]

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
    for i in range(150):
        with open(root + "/a/" + "n" * 60 + "%03d" % i, "w"):
            pass
    os.mkdir(root + "/a/b")
    os.mkdir(root + "/c")
    for name in ("a/inner", "c/leaf"):
        with open(root + "/" + name, "w") as f:
            f.write("ok\n")
    with open(root + "/ok", "w") as f:
        f.write("s" * 5000)
    os.symlink("target", root + "/link")
    with open(root + "/few", "wb") as f:
        for i in range(4):
            f.seek(2 * i * 4096)
            f.write(b"extent %d" % i)
            f.flush()
            os.fsync(f.fileno())
    os.setxattr(root + "/ok", "user.one", b"v" * 200)
    subprocess.run(["btrfs", "subvolume", "create", root + "/sub"], check=True, stdout=subprocess.DEVNULL)
    with open(root + "/sub/file", "w") as f:
        f.write("in sub\n")
    os.sync()


def fill_compressed(root):
    for how in ("zlib", "lzo", "zstd"):
        subprocess.run(["mount", "-o", "remount,compress-force=" + how, root], check=True)
        with open(root + "/" + how, "w") as f:
            source = random.Random(7)
            f.write(" ".join("%x" % source.randrange(100, 400) for _ in range(9000)))
        os.sync()


def pristine(name, filler, size, *options):
    image = work + "/" + name
    with open(image, "wb") as f:
        f.truncate(size)
    subprocess.run(["mkfs.btrfs", "-q", "-U", UUID, *options, image], check=True, capture_output=True)
    mount = tempfile.mkdtemp(dir=work)
    subprocess.run(["mount", "-t", "btrfs", "-o", "loop", image, mount], check=True)
    try:
        filler(mount)
    finally:
        subprocess.run(["umount", mount], check=True)
    return image


class Image:
    """Reads trees, and writes fields with their checksums made right in all copies of a node."""

    def __init__(self, path):
        with open(path, "rb") as f:
            self.octets = bytearray(f.read())
        self.chunks = {}
        at, end = SUPER + 0x32B, SUPER + 0x32B + self.u32(SUPER + 0xA0)
        while at < end:
            at += 17 + self.add_chunk(self.u64(at + 9), at + 17)
        for _, key, at in self.items(self.u64(SUPER + 0x58)):
            if key[1] == CHUNK:
                self.add_chunk(key[2], at)

    def u8(self, at): return self.octets[at]
    def u16(self, at): return struct.unpack_from("<H", self.octets, at)[0]
    def u32(self, at): return struct.unpack_from("<I", self.octets, at)[0]
    def u64(self, at): return struct.unpack_from("<Q", self.octets, at)[0]

    def add_chunk(self, address, at):
        count = self.u16(at + 44)
        self.chunks[address] = (self.u64(at), [self.u64(at + 48 + 32 * i + 8) for i in range(count)])
        return 48 + 32 * count

    def places(self, address):
        for start, (length, copies) in self.chunks.items():
            if start <= address < start + length:
                return [copy + address - start for copy in copies]
        raise KeyError(address)

    def items(self, root):
        """Node, key and place of each item of a tree."""
        node = self.places(root)[0]
        for i in range(self.u32(node + 0x60)):
            if self.u8(node + 0x64) > 0:
                yield from self.items(self.u64(node + HEADER + i * POINTER + 17))
            else:
                at = node + HEADER + i * ITEM
                key = struct.unpack_from("<QBQ", self.octets, at)
                yield at, key, node + HEADER + self.u32(at + 17)

    def tree(self, number):
        if number == 1:
            return self.u64(SUPER + 0x50)
        return [self.u64(at + 176) for _, key, at in self.items(self.tree(1)) if key[:2] == (number, ROOT)][-1]

    def find(self, tree, object_id, kind, offset=None):
        """Of an item: where its head and its content are."""
        for head, key, at in self.items(self.tree(tree)):
            if key[:2] == (object_id, kind) and offset in (None, key[2]):
                return head, at
        raise KeyError((tree, object_id, kind, offset))

    def inode(self, path):
        number = 256
        for name in path.split("/"):
            number = self.u64(self.entry(number, name)[1])
        return number

    def entry(self, directory, name):
        for head, key, at in self.items(self.tree(5)):
            if key[:2] == (directory, INDEX) and self.octets[at + 30:at + 30 + self.u16(at + 27)] == name.encode():
                return head, at
        raise KeyError(name)

    def node_of(self, at):
        return at - at % 4096

    def sign(self, node):
        struct.pack_into("<I", self.octets, node, crc32c(self.octets[node + 32:node + 4096]))

    def put(self, at, form, value, signed=True):
        struct.pack_into(form, self.octets, at, value)
        if signed:
            self.sign(self.node_of(at))


def image_of(pristine_image):
    return Image(pristine_image)


made = []


def rule(name, base="small"):
    def take(change):
        image = Image(bases[base])
        change(image)
        path = work + "/" + name
        with open(path, "wb") as f:
            f.write(image.octets)
        subprocess.run(["zstd", "-q", "-19", "-f", path, "-o", out + "/" + name + ".img.zst"], check=True)
        os.unlink(path)
        made.append(name)
        return change
    return take


bases = {
    "small": pristine("small", fill, 16 << 20, "--mixed", "--metadata", "single", "--data", "single"),
    "compressed": pristine("compressed", fill_compressed, 16 << 20, "--mixed", "--metadata", "single", "--data", "single"),
    "mirrored": pristine("mirrored", fill, 110 << 20, "--metadata", "dup", "--data", "single", "--nodesize", "4096"),
}


def superblock(name, at, form, value, signed=True):
    rule(name)(lambda i: i.put(SUPER + at, form, value, signed))


superblock("superblock-checksum-wrong", 0, "<I", 7, False)
superblock("superblock-of-another-place", 0x30, "<Q", 7)
superblock("superblock-checksum-kind-unknown", 0xC4, "<H", 77)
superblock("superblock-sector-size-0", 0x90, "<I", 0)
superblock("superblock-sector-size-odd", 0x90, "<I", 5000)
superblock("superblock-node-size-huge", 0x94, "<I", 1 << 30)
superblock("superblock-incompat-unknown", 0xBC, "<Q", 1 << 40)
superblock("superblock-root-level-high", 0xC6, "<B", 200)
superblock("superblock-root-past-end", 0x50, "<Q", 1 << 50)
superblock("superblock-chunk-root-past-end", 0x58, "<Q", 1 << 50)
superblock("superblock-chunk-array-huge", 0xA0, "<I", 1 << 20)
superblock("superblock-chunk-array-cut-off", 0xA0, "<I", 30)
superblock("superblock-chunk-without-stripes", 0x32B + 17 + 44, "<H", 0)
superblock("superblock-device-of-another", 0xC9, "<Q", 7)


@rule("superblock-from-its-copy", "mirrored")
def _(i): i.put(SUPER, "<I", 7, False)


@rule("superblock-of-zones")
def _(i):
    i.octets[0:4096] = i.octets[SUPER:SUPER + 4096]
    i.octets[SUPER:SUPER + 4096] = bytes(4096)


@rule("volume-cut-off")
def _(i): del i.octets[6950912:]


# Trees.
def fs_root(i): return i.places(i.tree(5))[0]
def pointer(i, *key):
    """Where the pointer to the leaf of an item is."""
    leaf_at, root = leaf(i, *key), fs_root(i)
    for p in range(i.u32(root + 0x60)):
        if i.places(i.u64(root + HEADER + p * POINTER + 17))[0] == leaf_at:
            return root + HEADER + p * POINTER


def leaf(i, *key): return i.node_of(i.find(5, *key)[0])


@rule("node-checksum-wrong")
def _(i): i.put(leaf(i, i.inode("ok"), EXTENT), "<I", 7, False)
@rule("node-right-in-its-copy", "mirrored")
def _(i): i.put(fs_root(i), "<I", 7, False)
@rule("node-of-another-file-system")
def _(i): i.put(leaf(i, i.inode("ok"), EXTENT) + 0x20, "<Q", 7)
@rule("node-of-another-generation")
def _(i): i.put(leaf(i, i.inode("ok"), EXTENT) + 0x50, "<Q", 77)
@rule("node-of-another-place")
def _(i): i.put(leaf(i, i.inode("ok"), EXTENT) + 0x30, "<Q", 7)
@rule("node-items-too-many")
def _(i): i.put(leaf(i, i.inode("ok"), EXTENT) + 0x60, "<I", 5000)
@rule("node-level-wrong")
def _(i): i.put(leaf(i, i.inode("ok"), EXTENT) + 0x64, "<B", 3)
@rule("node-level-high")
def _(i): i.put(leaf(i, i.inode("ok"), EXTENT) + 0x64, "<B", 99)
@rule("node-keys-out-of-order")
def _(i): i.put(i.find(5, i.inode("few"), EXTENT, 8192)[0] + 9, "<Q", 0)
@rule("node-pointer-past-end")
def _(i): i.put(pointer(i, i.inode("ok"), EXTENT) + 17, "<Q", 1 << 50)
@rule("node-pointer-to-itself")
def _(i): i.put(pointer(i, i.inode("ok"), EXTENT) + 17, "<Q", i.tree(5))
@rule("node-pointers-to-one-child")
def _(i):
    root = fs_root(i)
    child = i.u64(root + HEADER + 17)
    for p in range(1, i.u32(root + 0x60)):
        i.put(root + HEADER + p * POINTER + 17, "<Q", child)
        i.put(root + HEADER + p * POINTER + 25, "<Q", i.u64(root + HEADER + 25))
@rule("item-past-node")
def _(i): i.put(i.find(5, i.inode("ok"), INODE)[0] + 17, "<I", 5000)
@rule("item-short")
def _(i): i.put(i.find(5, i.inode("ok"), INODE)[0] + 21, "<I", 20)
@rule("root-item-deleted")
def _(i): i.put(i.find(1, i.u64(i.entry(256, "sub")[1]), ROOT)[1] + 216, "<I", 0)
@rule("root-item-past-end")
def _(i): i.put(i.find(1, i.u64(i.entry(256, "sub")[1]), ROOT)[1] + 176, "<Q", 1 << 50)
@rule("root-item-of-top-level-deleted")
def _(i): i.put(i.find(1, 5, ROOT)[1] + 216, "<I", 0)
@rule("root-item-level-wrong")
def _(i): i.put(i.find(1, i.u64(i.entry(256, "sub")[1]), ROOT)[1] + 238, "<B", 3)
@rule("root-item-level-high")
def _(i): i.put(i.find(1, i.u64(i.entry(256, "sub")[1]), ROOT)[1] + 238, "<B", 99)
@rule("root-item-is-that-of-the-top-level")
def _(i):
    at = i.find(1, i.u64(i.entry(256, "sub")[1]), ROOT)[1]
    i.put(at + 176, "<Q", i.tree(5))
    i.put(at + 238, "<B", 1)
    i.put(at + 160, "<Q", i.u64(fs_root(i) + 0x50))
@rule("root-reference-to-the-top-level")
def _(i):
    # A name of the top level that leads into it again, with a reference that says so too.
    at = i.entry(256, "sub")[1]
    head, reference = i.find(1, 5, ROOT_REF)
    i.put(at, "<Q", 5)
    i.put(head + 9, "<Q", 5)
@rule("root-reference-of-another-directory")
def _(i): i.put(i.find(1, 5, ROOT_REF)[1], "<Q", 7)
@rule("root-not-a-directory")
def _(i): i.put(i.find(5, 256, INODE)[1] + 52, "<I", 0o100644)


# Inodes.
def inode(name, at, form, value):
    rule(name)(lambda i: i.put(i.find(5, i.inode("ok"), INODE)[1] + at, form, value))


inode("inode-type-unknown", 52, "<I", 0o070644)
inode("inode-mode-of-32-bits", 52, "<I", 0x7FFF81A4)
inode("inode-without-links", 40, "<I", 0)
inode("inode-size-negative", 16, "<Q", 1 << 63)
inode("inode-size-huge", 16, "<Q", (1 << 63) - 1)
inode("inode-nanoseconds-too-many", 112 + 8, "<I", 0xFFFFFFFF)


@rule("link-without-target")
def _(i): i.put(i.find(5, i.inode("link"), EXTENT)[0] + 8, "<B", EXTENT + 1)
@rule("link-size-absurd")
def _(i): i.put(i.find(5, i.inode("link"), INODE)[1] + 16, "<Q", 5000)
@rule("link-regular")
def _(i): i.put(i.find(5, i.inode("ok"), INODE)[1] + 52, "<I", 0o120777)


# Directories.
def entry(name, path, at, form, value):
    rule(name)(lambda i: i.put(i.entry(i.inode("a") if path == "inner" else 256, path)[1] + at, form, value))


entry("entry-to-no-inode", "ok", 0, "<Q", 7777)
entry("entry-to-inode-beyond-all", "ok", 0, "<Q", 1 << 50)
entry("entry-to-extent", "ok", 8, "<B", EXTENT)
entry("entry-to-no-tree", "ok", 8, "<B", ROOT)
entry("entry-name-past-item", "inner", 27, "<H", 5000)
entry("entry-name-empty", "inner", 27, "<H", 0)
entry("entry-name-with-slash", "inner", 30, "<B", ord("/"))
entry("entry-name-with-nul", "inner", 30, "<B", 0)


@rule("entry-name-twice")
def _(i):
    at = i.entry(256, "c")[1]
    i.put(at + 30, "<B", ord("a"))
@rule("directory-loop")
def _(i):
    a = i.inode("a")
    i.put(i.entry(a, "b")[1], "<Q", a)
@rule("directory-two-parents")
def _(i): i.put(i.entry(i.inode("a"), "b")[1], "<Q", i.inode("c"))


# Attributes.
def attribute(name, at, form, value):
    rule(name)(lambda i: i.put(i.find(5, i.inode("ok"), XATTR)[1] + at, form, value))


attribute("attribute-name-past-item", 27, "<H", 5000)
attribute("attribute-value-past-item", 25, "<H", 5000)


# Extents.
def extent(name, path, place, at, form, value):
    rule(name)(lambda i: i.put(i.find(5, i.inode(path), EXTENT, place)[1] + at, form, value))


extent("extent-address-in-no-chunk", "ok", 0, 21, "<Q", 1 << 50)
extent("extent-address-odd", "ok", 0, 21, "<Q", 12345678)
extent("extent-compression-unknown", "ok", 0, 16, "<B", 77)
extent("extent-encrypted", "ok", 0, 17, "<B", 1)
extent("extent-encoded-otherwise", "ok", 0, 18, "<H", 1)
extent("extent-type-unknown", "ok", 0, 20, "<B", 9)
extent("extent-length-0", "ok", 0, 45, "<Q", 0)
extent("extent-length-past-its-bytes", "ok", 0, 45, "<Q", 1 << 20)
extent("extent-length-negative", "ok", 0, 45, "<Q", 1 << 63)
extent("extent-stored-past-chunk", "ok", 0, 29, "<Q", 1 << 60)
extent("extent-offset-past-its-bytes", "ok", 0, 37, "<Q", 1 << 20)


@rule("extents-overlap-in-file")
def _(i):
    at = i.find(5, i.inode("few"), EXTENT, 0)[1]
    i.put(at + 29, "<Q", 16384)
    i.put(at + 45, "<Q", 16384)
@rule("extent-in-tree-behind-others")
def _(i): i.put(i.find(5, i.inode("few"), EXTENT, 8192)[1] + 20, "<B", 0)


# Compression.
def stored(i, how):
    at = i.find(5, i.inode(how), EXTENT, 0)[1]
    return i.places(i.u64(at + 21))[0]


for how in ("zlib", "lzo", "zstd"):
    rule(how + "-no-stream", "compressed")(lambda i, how=how: i.put(stored(i, how), "<Q", 0xFEDCBA9876543210, False))
    rule(how + "-cut-off", "compressed")(
        lambda i, how=how: i.put(i.find(5, i.inode(how), EXTENT, 0)[1] + 29, "<Q", 4096))


@rule("compressed-bomb", "compressed")
def _(i): i.put(i.find(5, i.inode("zlib"), EXTENT, 0)[1] + 8, "<Q", 1 << 40)
@rule("lzo-length-past-end", "compressed")
def _(i): i.put(stored(i, "lzo"), "<I", 1 << 30, False)
@rule("lzo-segment-past-end", "compressed")
def _(i): i.put(stored(i, "lzo") + 4, "<I", 1 << 30, False)


def two_devices(name, *options):
    """One of two devices, where the other holds part of everything."""
    images = [work + "/" + name + side for side in ("-one", "-two")]
    loops = []
    for image in images:
        with open(image, "wb") as f:
            f.truncate(128 << 20)
    subprocess.run(["mkfs.btrfs", "-q", "-U", UUID, *options, *images], check=True, capture_output=True)
    try:
        for image in images:
            loops.append(subprocess.run(["losetup", "--find", "--show", image], check=True, capture_output=True,
                                        text=True).stdout.strip())
        subprocess.run(["btrfs", "device", "scan", *loops], check=True, stdout=subprocess.DEVNULL)
        mount = tempfile.mkdtemp(dir=work)
        subprocess.run(["mount", "-t", "btrfs", loops[0], mount], check=True)
        try:
            with open(mount + "/inline", "w") as f:
                f.write("in the tree\n")
            with open(mount + "/spread", "w") as f:
                f.write("s" * 300000)
        finally:
            subprocess.run(["umount", mount], check=True)
    finally:
        subprocess.run(["btrfs", "device", "scan", "--forget", *loops], check=True)
        for loop in loops:
            subprocess.run(["losetup", "--detach", loop], check=True)
    subprocess.run(["zstd", "-q", "-19", "-f", images[0], "-o", out + "/" + name + ".img.zst"], check=True)
    made.append(name)


two_devices("content-in-raid0", "--metadata", "raid1", "--data", "raid0")
two_devices("trees-in-raid0", "--metadata", "raid0", "--data", "single")

subprocess.run(["rm", "-rf", work], check=True)
print(len(made), "images")
