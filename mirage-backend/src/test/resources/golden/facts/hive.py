#!/usr/bin/env python3
"""Writes an empty registry hive, for hivexregedit to fill: a base block, one bin with a root key, its security, the rest free.

usage: hive.py FILE
"""
import struct
import sys

BIN = 4096
key = b"nk" + struct.pack(
    "<HQIIIIIIIIIIIIIIIHH",
    0x2C, 0, 0, 0xFFFFFFFF,      # flags: root, no delete, name in Latin; time; spare; parent
    0, 0, 0xFFFFFFFF, 0xFFFFFFFF,  # subkeys, volatile ones, their lists
    0, 0xFFFFFFFF,               # values, their list
    0x20 + 0x60, 0xFFFFFFFF,     # security, class
    0, 0, 0, 0, 0, 4, 0) + b"ROOT"
security = b"sk" + struct.pack("<HIIII", 0, 0x80, 0x80, 1, 20) + struct.pack(
    "<BBHIIII", 1, 0, 0x8000, 0, 0, 0, 0)


def cell(content, size):
    return struct.pack("<i", -size) + content.ljust(size - 4, b"\0")


cells = cell(key, 0x60) + cell(security, 0x40)
free = BIN - 0x20 - len(cells)
hbin = b"hbin" + struct.pack("<IIQQI", 0, BIN, 0, 0, 0) + cells
hbin += struct.pack("<i", free) + bytes(free - 4)
base = b"regf" + struct.pack("<IIQIIIIIII", 1, 1, 0, 1, 3, 0, 1, 0x20, BIN, 1)
base = base.ljust(508, b"\0")
checksum = 0
for (word,) in struct.iter_unpack("<I", base):
    checksum ^= word
with open(sys.argv[1], "wb") as out:
    out.write((base + struct.pack("<I", checksum)).ljust(4096, b"\0") + hbin)
