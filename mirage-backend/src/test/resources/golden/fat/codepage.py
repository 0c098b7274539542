#!/usr/bin/env python3
"""Makes an image of FAT12 whose root directory has names of eight and three that no kernel would write: every character
of code page 437, shown as they are and in lower case; a name that begins with the one that marks free entries; entries of
long names that are not whole; dates that no calendar has. usage: codepage.py IMAGE, which mkfs.fat made.
"""

import struct
import sys

entries = []


def entry(name, attributes=0x20, lower=0, date=0x5821, time=0, created=(0, 0, 0), accessed=0x5821):
    entries.append(struct.pack("<11sBBBHHHHHHHI", name, attributes, lower, created[0], created[1], created[2], accessed, 0,
                               time, date, 0, 0))


def checksum(name):
    total = 0
    for octet in name:
        total = ((total & 1) << 7) + (total >> 1) + octet & 0xFF
    return total


def part(order, text, sum_, last=False):
    units = text.encode("utf-16-le") + b"\0\0" * (len(text.encode("utf-16-le")) < 26)
    units = units + b"\xff" * (26 - len(units))
    entries.append(struct.pack("<B10sBBB12sH4s", order | (0x40 if last else 0), units[:10], 0x0F, 0, sum_, units[10:22], 0,
                               units[22:26]))


for octet in range(0x80, 0x100):
    first = b"\x05" if octet == 0xE5 else bytes([octet])
    for lower in (0, 8, 0x10, 0x18):
        entry(first + b"%02X%X" % (octet, lower >> 3) + b"    " + bytes([octet]) + b"  ", lower=lower)
entry(b"A B     C D")
entry(b"        EXT")
entry(b"NUL\0NUL    ")
entry(b"LABEL      ", attributes=0x28)
entry(b"SYSTEM     ", attributes=0x07)
broken = b"BROKEN~1TXT"
part(1, "not mine.txt", 0x77, last=True)
entry(broken)
part(2, " second", checksum(b"ORPHAN~1TXT"), last=True)
entry(b"ORPHAN~1TXT")
part(2, "of two parts", checksum(b"TWICE~1 TXT"), last=True)
part(1, "This is again", checksum(b"TWICE~1 TXT"), last=True)
entry(b"TWICE~1 TXT")
whole = b"WHOLE~1 TXT"
part(2, " in two", checksum(whole), last=True)
part(1, "A whole name ", checksum(whole))
entry(whole)
half = b"HALF~1  TXT"
units = "half\ud83d of".encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
raw = "half".encode("utf-16-le") + b"\x3d\xd8" + "of".encode("utf-16-le") + b"\0\0"
raw += b"\xff" * (26 - len(raw))
entries.append(struct.pack("<B10sBBB12sH4s", 0x41, raw[:10], 0x0F, 0, checksum(half), raw[10:22], 0, raw[22:]))
entry(half)
for i, (date, time) in enumerate([(0, 0), (0x21, 0), (0x5800, 0xBF7D), (0x585F, 0xBF7D), (0xFF9F, 0xBF7D), (0x583D, 0xFFFF),
                                  (0x40 | 0x1F, 0), (0xF07D, 0)]):
    entry(b"DATE%d      " % i, date=date, time=time, created=(199, time, date), accessed=date)
path = sys.argv[1]
with open(path, "r+b") as f:
    boot = f.read(512)
    sector, reserved, tables, root, table = (struct.unpack_from("<H", boot, at)[0] for at in (11, 14, 16, 17, 22))
    tables = boot[16]
    at = (reserved + tables * table) * sector
    assert len(entries) <= root
    f.seek(at)
    f.write(b"".join(entries))
