#!/usr/bin/env python3
"""Makes images that each break one rule, named after it. usage: damage.py DIRECTORY

All begin as one small file system that ntfs-3g filled; then a field is changed. What the reader must say of each stands
in NtfsDamageTest.
"""

import os
import struct
import subprocess
import sys
import tempfile

from ntfsimage import BITMAP, BLOCKS, DATA, LIST, REPARSE, ROOT, Image

CLUSTER = 1024
STANDARD, NAME, VOLUME_INFORMATION = 0x10, 0x30, 0x70
ROOT_NUMBER = 5
work = tempfile.mkdtemp()
out = sys.argv[1]
numbers = {}


def write(path, content=b""):
    with open(path, "wb") as file:
        file.write(content)


def fill(root):
    os.chdir(root)
    os.mkdir("a")
    for i in range(40):
        write("a/" + "n" * 60 + "%02d" % i)
    os.mkdir("a/b")
    os.mkdir("c")
    for name in ("a/inner", "c/leaf", "ok"):
        write(name, b"ok\n")
    with open("few", "wb") as file:
        for i in range(4):
            file.seek(2 * i * 65536)
            file.write(b"fragment %d" % i)
    write("many")
    for i in range(24):
        write("many:stream number %02d with a long name" % i, b"s" * 40)
    os.mkdir("p")
    os.setxattr("p", "system.ntfs_attrib_be", (0x810).to_bytes(4, "big"))
    write("p/packed", b"text " * 3000)
    os.symlink("target", "link")
    os.mkdir("junction")
    target = "\\??\\C:\\a".encode("utf-16le")
    data = struct.pack("<HHHH", 0, len(target), len(target) + 2, 0) + target + b"\0\0\0\0"
    try:
        os.setxattr("junction", "system.ntfs_reparse_data", struct.pack("<IHH", 0xA0000003, len(data), 0) + data)
    except OSError as e:  # it is set, but cannot be shown before the next mount
        if e.errno != 5:
            raise
    write("two", b"two")
    write("two:stream", b"stream")
    for directory, names, files in os.walk("."):
        for name in names + files:
            path = os.path.normpath(os.path.join(directory, name))
            if path != "junction":
                numbers[path] = os.lstat(path).st_ino
    os.chdir("/")


def base():
    path, mount = os.path.join(work, "image"), os.path.join(work, "mount")
    os.mkdir(mount)
    with open(path, "wb") as f:
        f.truncate(2 << 20)
    subprocess.run(["mkntfs", "-q", "-F", "-c", str(CLUSTER), path], check=True, capture_output=True)
    subprocess.run(["mount", "-t", "ntfs-3g", "-o", "loop,compression,streams_interface=windows", path, mount], check=True)
    try:
        fill(mount)
    finally:
        subprocess.run(["umount", mount], check=True)
    subprocess.run(["mount", "-t", "ntfs-3g", "-o", "ro,loop", path, mount], check=True)
    try:
        numbers["junction"] = os.lstat(mount + "/junction").st_ino
    finally:
        subprocess.run(["umount", mount], check=True)
    with open(path, "rb") as f:
        return Image(f.read()).without_upper_case().bytes


BASE = base()
RULES = {}


def rule(function):
    RULES[function.__name__.replace("_", "-")] = function
    return function


def of_record(number, name):
    """A rule that changes a record."""
    def register(change):
        def damage(image):
            record = image.record(numbers[number] if isinstance(number, str) else number)
            change(record)
            record.save()
        RULES[name] = damage
        return change
    return register


def patch(name, number, at, form, *values):
    """A rule that sets a field, at an offset or one that a function finds."""
    of_record(number, name)(lambda r: r.put(at(r) if callable(at) else at, form, *values))


def boot(name, at, form, value):
    """A rule that sets a field in both boot sectors."""
    RULES[name] = lambda image: image.put(at, form, value).put(len(image.bytes) - 512 + at, form, value)


def entry(record, start, name):
    """Offset of the index entry of a name, from a first entry on."""
    wanted = name.encode("utf-16le")
    at = start
    while not record.get(at + 12, "H") & 2:
        units = record.get(at + 80, "B")
        if record.bytes[at + 82:at + 82 + 2 * units] == wanted:
            return at
        at += record.get(at + 8, "H")
    raise KeyError(name)


def root_entry(record, name):
    return entry(record, record.value(ROOT) + 32, name)


def block_entry(record, name):
    return entry(record, 24 + record.get(24, "I"), name)


def block_of(image, directory, name):
    """The index block that has a name, and the offset of its entry."""
    number = numbers[directory] if directory else ROOT_NUMBER
    for index in range(8):
        block = image.block(number, index)
        if block.bytes[:4] != b"INDX":
            continue
        try:
            return block, block_entry(block, name)
        except KeyError:
            continue
    raise KeyError(name)


def in_block(rule_name, directory, name):
    """A rule that changes the entry of a name in the index block that has it."""
    def register(change):
        def damage(image):
            block, at = block_of(image, directory, name)
            change(block, at)
            block.save()
        RULES[rule_name] = damage
        return change
    return register


# The boot sector
boot("boot-sector-size-0", 11, "H", 0)
boot("boot-cluster-size-odd", 13, "B", 3)
boot("boot-cluster-size-absurd", 13, "B", 0x90)
boot("boot-record-size-absurd", 64, "b", -40)
boot("boot-sectors-negative", 40, "q", -1)
boot("boot-table-past-end", 48, "Q", 1 << 40)


@rule
def boot_sector_torn(image):
    image.put(13, "B", 0)


@rule
def volume_cut_off(image):
    del image.bytes[-4096:]


# The MFT
@rule
def table_record_torn(image):
    image.put(image.table + 510, "H", 0xABCD)


@rule
def table_record_and_copy_torn(image):
    image.put(image.table + 510, "H", 0xABCD)
    image.mirror()


@rule
def table_without_runs(image):
    record = image.record(0)
    record.put(record.runs_at(), "B", 0)
    record.save()
    image.mirror()


@rule
def table_past_end(image):
    record = image.record(0)
    record.put(record.runs_at(), "BBBI", 0x41, 1, 1, 0)  # one cluster at 1
    record.save()
    image.mirror()


# Records
@rule
def record_torn(image):
    image.put(image.record(numbers["ok"]).at + 510, "H", 0xABCD)


@rule
def record_magic_wrong(image):
    image.put(image.record(numbers["ok"]).at, "4s", b"BAAD")


@rule
def record_update_sequence_absurd(image):
    image.put(image.record(numbers["ok"]).at + 6, "H", 500)


patch("record-free", "ok", 22, "H", 0)
patch("record-of-another-use", "ok", 16, "H", 77)
patch("record-continues-another", "ok", 32, "Q", 70 | 1 << 48)
patch("record-attributes-past-end", "ok", 20, "H", 4000)
patch("record-used-past-end", "ok", 24, "I", 1 << 30)
patch("attribute-length-0", "ok", lambda r: r.attribute(DATA) + 4, "I", 0)
patch("attribute-length-past-end", "ok", lambda r: r.attribute(DATA) + 4, "I", 1 << 20)
patch("attribute-value-past-end", "ok", lambda r: r.attribute(DATA) + 16, "I", 1 << 31)
patch("attribute-name-past-end", "ok", lambda r: r.attribute(DATA) + 9, "B", 255)
patch("attributes-without-end", "ok", lambda r: 24, "I", 0x138)
patch("times-missing", "ok", lambda r: r.attribute(STANDARD), "I", 0x100)

# Streams
patch("run-past-end", "few", lambda r: r.runs_at(), "BBI", 0x41, 1, 0x7FFFFFF)
patch("run-header-absurd", "few", lambda r: r.runs_at(), "B", 0xFF)
patch("run-length-negative", "few", lambda r: r.runs_at(), "BB", 0x11, 0x80)
patch("runs-missing", "few", lambda r: r.runs_at(), "B", 0)
patch("runs-from-the-middle", "few", lambda r: r.attribute(DATA) + 16, "Q", 5)
patch("size-negative", "few", lambda r: r.attribute(DATA) + 48, "q", -1)
patch("size-absurd", "few", lambda r: r.attribute(DATA) + 48, "QQ", 1 << 62, 1 << 62)
patch("unit-absurd", "p/packed", lambda r: r.attribute(DATA) + 34, "B", 60)
patch("packed-size-absurd", "p/packed", lambda r: r.attribute(DATA) + 48, "Q", (1 << 63) - 1)


@rule
def runs_overlap(image):
    record = image.record(numbers["few"])
    place = record.runs()[0][1]
    octets = b"\x21\x01" + struct.pack("<h", place) + b"\x11\x01\0\0"
    record.bytes[record.runs_at():record.runs_at() + len(octets)] = octets
    record.put(record.attribute(DATA) + 48, "QQ", 2000, 2000)
    record.save()


@of_record("two", "stream-name-with-colon")
def stream_name_with_colon(record):
    at = record.attribute(DATA, 1)
    record.put(at + record.get(at + 10, "H"), "H", ord(":"))


@of_record("two", "streams-by-one-name")
def streams_by_one_name(record):
    record.put(record.attribute(DATA, 1) + 9, "B", 0)


# Attribute lists
def list_at(image):
    record = image.record(numbers["many"])
    at = record.attribute(LIST)
    if record.get(at + 8, "B"):
        return record.runs(LIST)[0][1] * image.cluster
    return None


def listed(name):
    """A rule that changes the list of attributes, in clusters of its own, at the entry of the first other record."""
    def register(change):
        def damage(image):
            start = at = list_at(image)
            while image.get(at + 16, "Q") & (1 << 48) - 1 == numbers["many"]:
                at += image.get(at + 4, "H")
            change(image, start, at)
        RULES[name] = damage
        return change
    return register


@listed("list-entry-length-0")
def list_entry_length_0(image, _, at):
    image.put(at + 4, "H", 0)


@listed("list-to-record-of-another")
def list_to_record_of_another(image, _, at):
    image.put(at + 16, "Q", numbers["ok"] | 1 << 48)


@listed("list-to-no-record")
def list_to_no_record(image, _, at):
    image.put(at + 16, "Q", (1 << 47) | 1 << 48)


patch("list-huge", "many", lambda r: r.attribute(LIST) + 48, "QQ", 1 << 40, 1 << 40)

# Directories
patch("root-not-a-directory", ROOT_NUMBER, 22, "H", 1)
patch("root-free", ROOT_NUMBER, 22, "H", 2)
patch("index-root-missing", "c", lambda r: r.attribute(ROOT), "I", 0x110)
patch("index-of-another-kind", "c", lambda r: r.value(ROOT), "I", 0x99)
patch("index-entries-past-root", "c", lambda r: r.value(ROOT) + 20, "I", 1 << 31)
patch("index-entry-length-0", "c", lambda r: r.value(ROOT) + 32 + 8, "H", 0)
patch("index-entry-name-too-long", "c", lambda r: r.value(ROOT) + 32 + 80, "B", 255)
patch("index-entry-without-name", "c", lambda r: r.value(ROOT) + 32 + 80, "B", 0)
patch("index-name-with-slash", "c", lambda r: root_entry(r, "leaf") + 82, "H", ord("/"))
patch("index-name-with-nul", "c", lambda r: root_entry(r, "leaf") + 84, "H", 0)
patch("index-last-entry-missing", "c", lambda r: r.value(ROOT) + 20, "I", 16 + 0x60)
patch("index-block-size-absurd", "a", lambda r: r.value(ROOT) + 8, "I", 3)
patch("index-bitmap-missing", "a", lambda r: r.attribute(BITMAP), "I", 0xD0)
patch("index-block-past-end", "a", lambda r: r.runs_at(BLOCKS), "BBI", 0x41, 8, 0x7FFFFFF)


@in_block("index-block-magic-wrong", "a", "inner")
def index_block_magic_wrong(block, _):
    block.put(0, "4s", b"XXXX")


@rule
def index_block_torn(image):
    block, _ = block_of(image, "a", "inner")
    image.put(block.at + 510, "H", 0xABCD)


@in_block("index-block-of-another-place", "a", "inner")
def index_block_of_another_place(block, _):
    block.put(16, "Q", 777)


@in_block("index-entries-past-block", "a", "inner")
def index_entries_past_block(block, _):
    block.put(28, "I", 1 << 20)


@in_block("directory-loop", "", "ok")
def directory_loop(block, at):
    block.put(at, "Q", ROOT_NUMBER + 0)
    block.put(at, "Q", numbers["a"] | 1 << 48)


@in_block("entry-to-no-record", "", "ok")
def entry_to_no_record(block, at):
    block.put(at, "Q", (1 << 47) - 1 | 1 << 48)


@in_block("name-of-dos-only", "", "ok")
def name_of_dos_only(block, at):
    block.put(at + 81, "B", 2)
    block.put(at, "Q", numbers["ok"] | 9 << 48)


# Links, and content that is kept elsewhere
patch("reparse-point-cut-off", "junction", lambda r: r.attribute(REPARSE) + 16, "I", 4)
patch("reparse-target-past-end", "junction", lambda r: r.value(REPARSE) + 10, "H", 60000)


@of_record("few", "content-kept-elsewhere")
def content_kept_elsewhere(record):
    """As Windows does with files that it compresses in its newer way."""
    attributes = [bytes(record.bytes[at:at + record.get(at + 4, "I")]) for at, _ in record.attributes()]
    value = struct.pack("<IHHIIII", 0x80000017, 16, 0, 1, 2, 1, 0)
    attributes.append(struct.pack("<IIBBHHHIHH", REPARSE, 24 + len(value), 0, 0, 24, 0, 99, len(value), 24, 0) + value)
    record.set_attributes(attributes)


# The volume
patch("volume-dirty", 3, lambda r: r.value(VOLUME_INFORMATION) + 10, "H", 1)


@rule
def volume_file_torn(image):
    image.put(image.record(3).at + 510, "H", 0xABCD)
    image.mirror()


@rule
def log_dirty(image):
    at = image.record(2).runs()[0][1] * image.cluster
    image.put(at, "4sHHQIIH", b"RSTR", 30, 9, 0, 4096, 4096, 48)
    image.put(at + 48, "QHHHH", 1 << 20, 1, 0xFFFF, 0, 0)


@rule
def log_of_another_kind(image):
    image.put(image.record(2).runs()[0][1] * image.cluster, "4s", b"XXXX")


os.makedirs(out, exist_ok=True)
for old in os.listdir(out):
    os.unlink(os.path.join(out, old))
for name, damage in {**RULES, "none": lambda image: None}.items():
    image = Image(BASE)
    damage(image)
    path = os.path.join(work, name)
    write(path, image.bytes)
    target = "/tmp/" + name if name == "none" else os.path.join(out, name)
    subprocess.run(["zstd", "-q", "-19", "-f", path, "-o", target + ".img.zst"], check=True)
