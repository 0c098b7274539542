"""Rewrites a GPT disk of 512-byte sectors for 4096-byte sectors, partitions where they were: FROM TO"""
import struct
import sys
import zlib

OLD, NEW = 512, 4096
disk = bytearray(open(sys.argv[1], 'rb').read())
entries = bytearray(disk[2 * OLD:2 * OLD + 128 * 128])
guid = disk[OLD + 56:OLD + 72]
for at in range(0, len(entries), 128):
    first, last = struct.unpack_from('<QQ', entries, at + 32)
    if last:
        struct.pack_into('<QQ', entries, at + 32, first * OLD // NEW, (last + 1) * OLD // NEW - 1)
last_lba = len(disk) // NEW - 1
array_lbas = len(entries) // NEW


def header(own, other, entries_lba):
    fields = struct.pack('<8sIIIIQQQQ16sQIII', b'EFI PART', 0x10000, 92, 0, 0, own, other, 2 + array_lbas,
                         last_lba - array_lbas - 1, bytes(guid), entries_lba, 128, 128, zlib.crc32(entries))
    return fields[:16] + struct.pack('<I', zlib.crc32(fields)) + fields[20:]


def put(at, data):
    disk[at:at + len(data)] = data


put(OLD, bytes(33 * OLD))
put(len(disk) - 33 * OLD, bytes(33 * OLD))
put(446 + 12, struct.pack('<I', last_lba))
put(NEW, header(1, last_lba, 2))
put(2 * NEW, entries)
put((last_lba - array_lbas) * NEW, entries)
put(last_lba * NEW, header(last_lba, 1, last_lba - array_lbas))
with open(sys.argv[2], 'wb') as out:
    out.write(disk)
