#!/usr/bin/env python3
"""Makes images that each break one rule, named after it. usage: damage.py DIRECTORY

Each begins as a small image that xorriso makes; fields are changed in place. What the reader must say of each stands in
Iso9660DamageTest.
"""

import os
import struct
import subprocess
import sys
import tempfile

SECTOR = 2048
work = tempfile.mkdtemp()
out = sys.argv[1]


def source():
    path = os.path.join(work, "source")
    if not os.path.exists(path):
        for name in "a/b", "c":
            os.makedirs(os.path.join(path, name))
        for name, content in {"ok": b"ok\n", "a/inner": b"inner\n", "c/leaf": b"leaf\n", "victim": b"text\n" * 2000}.items():
            with open(os.path.join(path, name), "wb") as file:
                file.write(content)
        os.symlink("target/of/it", os.path.join(path, "link"))
        os.symlink("/".join(c * 200 for c in "xyz"), os.path.join(path, "long-link"))
    return path


class Image:
    """Files ok, victim, directories a, a/b and c, a link, and one whose target goes on in another area."""

    def __init__(self, *options):
        path = os.path.join(work, "image")
        if os.path.exists(path):
            os.unlink(path)
        subprocess.run(["xorriso", "-as", "mkisofs", "-quiet", *(options or ["-R"]), "-V", "DAMAGED", "-no-pad", "-o", path,
                        source()], check=True, stderr=subprocess.DEVNULL)
        with open(path, "rb") as file:
            self.data = bytearray(file.read())

    def get(self, at, form):
        return struct.unpack_from("<" + form, self.data, at)[0]

    def put(self, at, form, *values):
        struct.pack_into("<" + form, self.data, at, *values)
        return self

    def record(self, path=""):
        """Where a record is: of a directory that which names it, of the root that for itself."""
        at = self.get(16 * SECTOR + 158, "I") * SECTOR
        for name in path.split("/") if path else []:
            at = self.named(at if at % SECTOR == 0 else self.get(at + 2, "I") * SECTOR, name)
        return at

    def named(self, directory, name):
        at = directory
        while self.data[at]:
            if self.name(at) == name:
                return at
            at += self.data[at]
        raise KeyError(name)

    def name(self, record):
        for entry in self.entries(record):
            if self.data[entry : entry + 2] == b"NM":
                return bytes(self.data[entry + 5 : entry + self.data[entry + 2]]).decode()
        return ""

    def entries(self, record):
        length = self.data[record + 32]
        at = record + 33 + length + (length + 1) % 2
        while at < record + self.data[record] - 3 and self.data[at]:
            yield at
            at += self.data[at + 2]

    def entry(self, path, signature):
        return next(at for at in self.entries(self.record(path)) if self.data[at : at + 2] == signature)

    def own(self, path):
        """The record of a directory for itself."""
        return self.get(self.record(path) + 2, "I") * SECTOR

    def replace(self, path, signature, entry):
        """Puts another entry over one, padded to its length."""
        at = self.entry(path, signature)
        length = self.data[at + 2]
        assert len(entry) <= length
        self.data[at : at + length] = entry + b"\0" * (length - len(entry))
        self.data[at + 2] = length
        return self

    def save(self, rule):
        path = os.path.join(work, "image")
        with open(path, "wb") as file:
            file.write(self.data)
        subprocess.run(["zstd", "-q", "-19", "-f", path, "-o", os.path.join(out, rule + ".img.zst")], check=True)


def both(value):
    return struct.pack("<I", value) + struct.pack(">I", value)


def descriptors():
    Image().put(16 * SECTOR + 128, "H", 4096).save("descriptor-block-size-4096")
    Image().put(16 * SECTOR + 128, "H", 0).save("descriptor-block-size-0")
    Image().put(16 * SECTOR + 158, "I", 0).save("descriptor-root-at-0")
    Image().put(16 * SECTOR + 158, "I", 1 << 31).save("descriptor-root-past-end")
    Image().put(16 * SECTOR + 158, "I", 17).save("descriptor-root-no-directory")
    Image().put(16 * SECTOR + 80, "I", 0xFFFF_FFFF).save("descriptor-space-size-huge")
    image = Image()
    for sector in range(16, 20):
        image.data[sector * SECTOR : sector * SECTOR + 6] = b"\0NSR02"
    image.save("udf-alone")
    image = Image()
    image.data[16 * SECTOR + 9 : 16 * SECTOR + 14] = b"CDROM"
    image.save("high-sierra")
    image = Image()
    image.data = image.data[: image.own("c") + 100]
    image.save("volume-cut")


def records():
    image = Image()
    image.put(image.record("a/inner"), "B", 20).save("record-too-short")
    image = Image()
    image.put(image.record("a/inner") + 32, "B", 250).save("record-name-past-end")
    image = Image()
    image.put(image.record("a/inner") + 32, "B", 0).save("record-without-name")
    image = Image()
    image.put(image.record("victim") + 2, "I", 1 << 30).save("file-past-end")
    image = Image()
    image.put(image.record("victim") + 10, "I", 0xFFFF_FFFF).save("file-size-huge")
    image = Image()
    image.put(image.record("victim") + 26, "BB", 1, 1).save("file-interleaved")
    image = Image()
    image.put(image.record("victim") + 25, "B", 0x80).save("file-goes-on-without-end")
    image = Image()
    image.put(image.record("a/b") + 2, "I", image.record() // SECTOR).save("directory-loop")
    image = Image()
    image.put(image.record("a/b") + 2, "I", image.own("c") // SECTOR).save("directory-two-parents")
    image = Image()
    image.put(image.record("a/b") + 2, "I", image.get(image.record("victim") + 2, "I")).save("directory-is-a-file")
    image = Image()
    image.put(image.record("a/b") + 2, "I", 1 << 30).save("directory-past-end")
    image = Image()
    image.put(image.own("a") + 10, "I", 0xFFFF_F800).save("directory-size-huge")
    image = Image()
    image.put(image.record("victim") + 25, "B", 2).save("directory-by-record-only")
    image = Image()
    image.put(image.record("a/b") + 25, "B", 0).save("directory-by-mode-only")


def system_use():
    image = Image()
    image.put(image.entry("victim", b"PX") + 4, "I", 0o050644).save("mode-without-type")
    image = Image()
    image.put(image.entry("", b"PX") + 4, "I", 0o050755).save("root-mode-without-type")
    image = Image()
    image.put(image.entry("victim", b"PX") + 2, "B", 12).save("entry-too-short-for-its-fields")
    image = Image()
    image.put(image.entry("victim", b"NM") + 2, "B", 0).save("entry-length-0")
    image = Image()
    image.put(image.entry("victim", b"NM") + 2, "B", 250).save("entry-past-end")
    image = Image()
    image.put(image.entry("a/inner", b"NM") + 5, "B", ord("/")).save("name-with-slash")
    image = Image()
    image.put(image.entry("a/inner", b"NM") + 5, "B", 0).save("name-with-nul")
    image = Image()
    at = image.entry("c", b"NM")
    image.put(at + 5, "B", ord("a")).save("name-twice")
    image = Image()
    image.put(image.entry("long-link", b"CE") + 4, "I", 1 << 30).save("continuation-past-end")
    image = Image()
    image.put(image.entry("long-link", b"CE") + 20, "I", 1 << 30).save("continuation-huge")
    # An area that begins with the entry that leads to it.
    image = Image()
    at = image.entry("long-link", b"CE")
    entry = b"CE" + bytes([28, 1]) + both(at // SECTOR) + both(at % SECTOR) + both(28)
    image.replace("long-link", b"CE", entry).save("continuation-cycle")
    image = Image()
    at = image.entry("link", b"SL")
    image.put(at + 6, "B", 200).save("link-component-past-end")
    image = Image()
    at = image.entry("link", b"SL")
    image.put(at, "B", ord("X")).save("link-without-target")
    image = Image()
    image.replace("victim", b"TF", b"CL" + bytes([12, 1]) + both(1 << 30)).save("child-link-past-end")
    image = Image()
    image.replace("victim", b"TF", b"CL" + bytes([12, 1]) + both(image.record() // SECTOR)).save("child-link-loop")
    image = Image()
    image.replace("victim", b"TF", b"RE" + bytes([4, 1])).save("relocated-without-child-link")
    image = Image()
    image.replace("victim", b"TF", b"SF" + bytes([21, 1]) + both(0) + both(1 << 20) + b"\1").save("file-sparse")


def zisofs():
    def compressed(algorithm=b"pz", header=4, log=15, size=10000):
        image = Image()
        entry = b"ZF" + bytes([16, 1]) + algorithm + bytes([header, log]) + both(size)
        return image.replace("victim", b"TF", entry)

    compressed().save("zisofs-without-header")
    compressed(algorithm=b"PZ").save("zisofs-algorithm-unknown")
    compressed(log=30).save("zisofs-block-huge")

    def headed(*pointers):
        image = compressed(size=40000)
        start = image.get(image.record("victim") + 2, "I") * SECTOR
        header = bytes([0x37, 0xE4, 0x53, 0x96, 0xC9, 0xDB, 0xD6, 7]) + struct.pack("<IBBH", 40000, 4, 15, 0)
        image.data[start : start + 16] = header
        return image.put(start + 16, "3I", *pointers)

    headed(28, 28, 28).save("zisofs-zeros")
    headed(28, 5000, 28).save("zisofs-pointers-descend")
    headed(28, 28, 0xFFFF_FFFF).save("zisofs-pointer-past-end")
    headed(28, 100, 100).save("zisofs-no-stream")


descriptors()
records()
system_use()
zisofs()
