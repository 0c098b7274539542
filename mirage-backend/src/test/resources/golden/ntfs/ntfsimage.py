"""Changes records of an NTFS image in place. Offsets are those of the NTFS documentation of Russon and Fledel."""

import struct

END = 0xFFFFFFFF
DATA, LIST, ROOT, BLOCKS, BITMAP, REPARSE = 0x80, 0x20, 0x90, 0xA0, 0xB0, 0xC0


def runs_of(octets):
    """Pairs of a length and a place, None for a hole."""
    runs, at, place = [], 0, 0
    while octets[at]:
        lengths, places = octets[at] & 15, octets[at] >> 4
        length = int.from_bytes(octets[at + 1:at + 1 + lengths], "little", signed=True)
        place += int.from_bytes(octets[at + 1 + lengths:at + 1 + lengths + places], "little", signed=True)
        runs.append((length, place if places else None))
        at += 1 + lengths + places
    return runs


def packed_runs(runs):
    packed, last = b"", 0
    for length, place in runs:
        packed += b"\x44" + struct.pack("<ii", length, place - last)
        last = place
    packed += b"\0"
    return packed + bytes(-len(packed) % 8)


class Record:
    """A record of the MFT or a block of an index, without what protects it; put back by save()."""

    def __init__(self, image, at, size):
        self.image, self.at, self.size = image, at, size
        self.bytes = bytearray(image.bytes[at:at + size])
        usa = self.get(4, "H")
        for i in range(size // 512):
            self.bytes[512 * i + 510:512 * i + 512] = self.bytes[usa + 2 + 2 * i:usa + 4 + 2 * i]

    def get(self, at, form):
        return struct.unpack_from("<" + form, self.bytes, at)[0]

    def put(self, at, form, *values):
        struct.pack_into("<" + form, self.bytes, at, *values)
        return self

    def attributes(self):
        """Offset and type of each."""
        at = self.get(20, "H")
        while self.get(at, "I") != END:
            yield at, self.get(at, "I")
            at += self.get(at + 4, "I")

    def attribute(self, type_, index=0):
        """Offset of an attribute."""
        return [at for at, found in self.attributes() if found == type_][index]

    def value(self, type_, index=0):
        """Offset of the value of a resident attribute."""
        at = self.attribute(type_, index)
        return at + self.get(at + 20, "H")

    def runs(self, type_=DATA, index=0):
        at = self.attribute(type_, index)
        return runs_of(self.bytes[at + self.get(at + 32, "H"):])

    def runs_at(self, type_=DATA, index=0):
        at = self.attribute(type_, index)
        return at + self.get(at + 32, "H")

    def set_attributes(self, attributes):
        """All of them, each in its bytes."""
        start = self.get(20, "H")
        body = b"".join(attributes) + struct.pack("<II", END, 0)
        self.bytes[start:] = body + bytes(self.size - start - len(body))
        self.put(24, "I", start + len(body))

    def save(self):
        usa = self.get(4, "H")
        octets = bytearray(self.bytes)
        for i in range(self.size // 512):
            octets[usa + 2 + 2 * i:usa + 4 + 2 * i] = octets[512 * i + 510:512 * i + 512]
            octets[512 * i + 510:512 * i + 512] = octets[usa:usa + 2]
        self.image.bytes[self.at:self.at + self.size] = octets


class Image:
    def __init__(self, octets):
        self.bytes = bytearray(octets)
        self.sector = self.get(11, "H")
        self.cluster = self.sector * self.get(13, "B")
        told = self.get(64, "b")
        self.record_size = told * self.cluster if told > 0 else 1 << -told
        self.table = self.get(48, "Q") * self.cluster

    def get(self, at, form):
        return struct.unpack_from("<" + form, self.bytes, at)[0]

    def put(self, at, form, *values):
        struct.pack_into("<" + form, self.bytes, at, *values)
        return self

    def record(self, number):
        """In an MFT of one run."""
        return Record(self, self.table + number * self.record_size, self.record_size)

    def block(self, number, index=0):
        """The first block of a directory."""
        _, place = self.record(number).runs(BLOCKS)[0]
        return Record(self, place * self.cluster + index * 4096, 4096)

    def mirror(self):
        """Copies the first records to where their copies are."""
        at, size = self.get(56, "Q") * self.cluster, 4 * self.record_size
        self.bytes[at:at + size] = self.bytes[self.table:self.table + size]

    def without_upper_case(self):
        """Without the table of upper case letters, of which no reader needs to know, and which does not pack."""
        for length, place in self.record(10).runs():
            self.bytes[place * self.cluster:(place + length) * self.cluster] = bytes(length * self.cluster)
        return self
