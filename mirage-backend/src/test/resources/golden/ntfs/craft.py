#!/usr/bin/env python3
"""Changes an image that ntfs-3g made to what it cannot make. usage: craft.py NAME IMAGE"""

import struct
import sys

from ntfsimage import DATA, LIST, Image, packed_runs


def small(image):
    image.without_upper_case()


def torn_boot_sector(image):
    image.put(13, "B", 3)


def table_list(image):
    """The MFT in four places, of which its own record tells one; the list of the others is in it."""
    own = image.record(0)
    (count, start), = own.runs()
    per_record = image.record_size // image.cluster
    first, second, third = 40, 64, 80
    end = count // per_record
    target = image.get(40, "Q") * image.sector // image.cluster - 2 * count
    places = []
    for low, high in ((third, end), (second, third), (first, second)):
        size = (high - low) * image.record_size
        octets = image.bytes[image.table + low * image.record_size:][:size]
        assert not any(image.bytes[target * image.cluster:][:size])
        image.bytes[target * image.cluster:target * image.cluster + size] = octets
        image.bytes[image.table + low * image.record_size:][:size] = bytes(size)
        places.insert(0, (low, high, target))
        target += (high - low) * per_record + 3
    at = own.attribute(DATA)
    data = own.bytes[at:at + own.get(at + 4, "I")]
    runs_at = own.get(at + 32, "H")

    def part(low, high, place):
        head = bytearray(data[:runs_at])
        struct.pack_into("<QQ", head, 16, low * per_record, high * per_record - 1)
        if low:
            struct.pack_into("<QQQ", head, 40, 0, 0, 0)
            struct.pack_into("<H", head, 14, 0)
        octets = head + packed_runs([((high - low) * per_record, place)])
        struct.pack_into("<I", octets, 4, len(octets))
        return bytes(octets)

    entries = []
    for offset, kind in own.attributes():
        entries.append((kind, 0, 1 << 48, own.get(offset + 14, "H")))
    for number, (low, high, place) in zip((16, 17, 18), places):
        record = image.record(number)
        record.put(22, "H", 1).put(32, "Q", 1 << 48)
        record.set_attributes([part(low, high, place)])
        record.save()
        entries.append((DATA, low * per_record, number | record.get(16, "H") << 48, 0))
    value = b"".join(struct.pack("<IHBBQQH6x", kind, 32, 0, 26, low, reference, instance)
                     for kind, low, reference, instance in sorted(entries))
    attributes = []
    for offset, kind in own.attributes():
        octets = bytes(own.bytes[offset:offset + own.get(offset + 4, "I")])
        attributes.append(part(0, first, start) if kind == DATA else octets)
    listed = struct.pack("<IIBBHHHIHH", LIST, 24 + len(value), 0, 0, 24, 0, own.get(40, "H"), len(value), 24, 0) + value
    attributes.insert(1, listed)
    own.put(40, "H", own.get(40, "H") + 1)
    own.set_attributes(attributes)
    own.save()
    image.mirror()


def partly_written(image):
    """Files of which only the begin was ever written, though they have clusters for more."""
    done = 0
    for number in range(64, 200):
        record = image.record(number)
        if record.bytes[:4] != b"FILE" or not record.get(22, "H") & 1:
            continue
        for at, kind in record.attributes():
            if kind == DATA and record.get(at + 8, "B") and record.get(at + 48, "Q") in (100_000, 4097, 150_000, 4096):
                record.put(at + 56, "Q", record.get(at + 48, "Q") // 2 + 1)
                done += 1
        record.save()
    assert done >= 5


name, path = sys.argv[1:]
with open(path, "rb") as file:
    image = Image(file.read())
CHANGES = {
    "small": small,
    "torn-boot-sector": torn_boot_sector,
    "table-list": table_list,
    "partly-written": partly_written,
}
CHANGES[name](image)
with open(path, "wb") as file:
    file.write(image.bytes)
