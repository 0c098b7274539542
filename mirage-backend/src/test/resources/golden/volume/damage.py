"""Breaks disks, one rule each, and makes boot sectors that are no tables: *.disk here -> damaged/RULE.disk"""
import os
import struct
import zlib

SECTOR = 512


class Disk:
    def __init__(self, name=None, size=4 << 20):
        self.data = bytearray(open(name + '.disk', 'rb').read() if name else bytes(size))

    def put(self, at, data):
        self.data[at:at + len(data)] = data
        return self

    def entry(self, sector, slot, status, type, start, sectors):
        """Writes an entry of a boot record and signs it."""
        at = sector * SECTOR + 446 + 16 * slot
        self.put(at, struct.pack('<B3xB3xII', status, type, start, sectors))
        return self.put(sector * SECTOR + 510, b'\x55\xaa')

    def gpt_entry(self, slot, first, last):
        self.put(1024 + 128 * slot, bytes(range(16)) + bytes([slot]) * 16 + struct.pack('<QQ', first, last))
        return self.sign_gpt()

    def gpt_field(self, at, form, value):
        struct.pack_into(form, self.data, SECTOR + at, value)
        return self.sign_gpt()

    def sign_gpt(self):
        count, size = struct.unpack_from('<II', self.data, SECTOR + 80)
        if count * size < len(self.data):
            array = zlib.crc32(self.data[1024:1024 + count * size])
            struct.pack_into('<I', self.data, SECTOR + 88, array)
        struct.pack_into('<I', self.data, SECTOR + 16, 0)
        struct.pack_into('<I', self.data, SECTOR + 16, zlib.crc32(self.data[SECTOR:SECTOR + 92]))
        return self

    def cut(self, length):
        del self.data[length:]
        return self

    def grow(self, length):
        self.data += bytes(length - len(self.data))
        return self

    def save(self, rule):
        with open('damaged/' + rule + '.disk', 'wb') as out:
            out.write(self.data)


os.makedirs('damaged', exist_ok=True)

# MBR.
Disk('dos').entry(0, 3, 0, 0x83, 3000, 100).save('dos-overlap')
Disk('dos').entry(0, 3, 0, 0x83, 1 << 31, 100).save('dos-past-end')
Disk('dos').cut(5 << 20).save('dos-cut')
Disk('dos').cut(3 << 20).save('dos-cut-more')
Disk().entry(0, 0, 0x80, 0x17, 0, 8192).entry(0, 1, 0, 0xef, 400, 100).save('dos-isohybrid')
Disk().entry(0, 0, 0x80, 0x83, 2048, 0).entry(0, 1, 0, 0, 2048, 2048).save('dos-unused-entries')
Disk('dos').entry(0, 2, 0x7f, 0x83, 8192, 100).save('dos-status-7f')
Disk('dos').put(510, b'\x55\xab').save('dos-unsigned')
Disk().cut(511).save('shorter-than-a-sector')

# Chains of logical partitions; the extended one of dos-extended begins at sector 4096 and ends at 30096.
first = 4096
Disk('dos-extended').entry(first, 1, 0, 5, 0, 100).save('ebr-itself')
second = 4096 + 4096
Disk().entry(0, 0, 0, 5, 100, 4000).entry(100, 0, 0, 0x83, 10, 10).entry(100, 1, 0, 5, 500, 100) \
    .entry(600, 0, 0, 0x83, 10, 10).entry(600, 1, 0, 5, 1000, 100) \
    .entry(1100, 0, 0, 0x83, 10, 10).entry(1100, 1, 0, 5, 500, 100).save('ebr-loop')
Disk('dos-extended').entry(first, 1, 0, 5, 0xffffffff, 100).save('ebr-link-past-extended')
Disk('dos-extended').put(first * SECTOR + 510, bytes(2)).save('ebr-unsigned')
Disk('dos-extended').entry(first, 0, 0, 0x83, 2048, 0xffffffff).save('ebr-partition-past-extended')
chain = Disk().entry(0, 0, 0, 5, 10, 8000)
for i in range(300):
    chain.entry(10 + 2 * i, 0, 0, 0x83, 1, 1).entry(10 + 2 * i, 1, 0, 5, 2 * i + 2, 2)
chain.save('ebr-too-many')
Disk().entry(0, 0, 0, 5, 100, 1000).entry(0, 1, 0, 5, 2000, 1000) \
    .entry(100, 0, 0, 0x83, 1, 9).entry(2000, 0, 0, 0x83, 1, 9).save('ebr-two-extended')

# GPT. The disk has 16384 sectors; the entries are at 1024, the other copy of them 33 sectors before the end.
end = 8 << 20
Disk('gpt').put(SECTOR + 60, b'\xff').save('gpt-header-broken')
Disk('gpt').put(SECTOR, bytes(SECTOR)).save('gpt-header-zero')
Disk('gpt').put(1024 + 41, b'\xff').save('gpt-entries-broken')
Disk('gpt').put(1024 + 41, b'\xff').grow(end + 4096).save('gpt-entries-broken-grown')
Disk('gpt-4096').put(4096 + 60, b'\xff').save('gpt-4096-header-broken')
Disk('gpt').put(SECTOR + 60, b'\xff').put(end - SECTOR + 60, b'\xff').save('gpt-both-broken')
Disk('gpt').cut(5 << 20).save('gpt-cut')
Disk('gpt').gpt_entry(3, 3000, 5000).save('gpt-overlap')
Disk('gpt').gpt_entry(3, 10, 5).save('gpt-partition-backwards')
Disk('gpt').gpt_entry(3, 10, (1 << 63) - 1).save('gpt-partition-huge')
Disk('gpt').gpt_entry(3, 1 << 50, (1 << 50) + 5).save('gpt-partition-past-end')
Disk('gpt').put(end - SECTOR, bytes(SECTOR)).gpt_field(84, '<I', 64).save('gpt-entry-size-64')
Disk('gpt').put(end - SECTOR, bytes(SECTOR)).gpt_field(84, '<I', 192).save('gpt-entry-size-192')
Disk('gpt').put(end - SECTOR, bytes(SECTOR)).gpt_field(80, '<I', 0xffffffff).save('gpt-entries-4-billion')
Disk('gpt').put(end - SECTOR, bytes(SECTOR)).gpt_field(72, '<Q', 1 << 62).save('gpt-entries-past-end')
Disk('gpt').put(end - SECTOR, bytes(SECTOR)).gpt_field(24, '<Q', 2).save('gpt-not-its-own-place')
Disk('gpt').put(end - SECTOR, bytes(SECTOR)).gpt_field(12, '<I', 80).save('gpt-header-size-80')
large = Disk('gpt')
for i in reversed(range(3)):
    large.put(1024 + 256 * i, large.data[1024 + 128 * i:1024 + 128 * i + 128] + bytes(128))
large.gpt_field(80, '<I', 64).gpt_field(84, '<I', 256).save('gpt-entry-size-256')
Disk('gpt').put(0, bytes(SECTOR)).save('gpt-without-mbr')
Disk('gpt').put(446, bytes(64)).entry(0, 0, 0, 0x83, 2048, 2048).save('gpt-outranked-by-mbr')
Disk('gpt').entry(0, 1, 0x80, 0x0c, 2048, 2048).save('gpt-hybrid')
Disk('gpt').entry(0, 1, 0x80, 0x0c, 2048, 2048).put(SECTOR, bytes(SECTOR)).put(end - SECTOR, bytes(SECTOR)) \
    .save('gpt-hybrid-lost')

# Boot sectors of file systems, with code that could pass for entries.
def boot(jump, oem):
    disk = Disk().entry(0, 0, 0x80, 0x0a, 100, 200).entry(0, 1, 0, 0x72, 400, 600)
    return disk.put(0, jump + oem).put(11, struct.pack('<HB', 512, 8))
boot(b'\xeb\x3c\x90', b'mkfs.fat').put(54, b'FAT16   ').save('fat16')
boot(b'\xeb\x58\x90', b'MSWIN4.1').put(82, b'FAT32   ').save('fat32')
boot(b'\xeb\x52\x90', b'NTFS    ').save('ntfs')
boot(b'\xeb\x76\x90', b'EXFAT   ').put(11, bytes(2)).save('exfat')
boot(b'\xeb\x63\x90', b'\0\0\0\0GRUB').put(11, bytes(3)).save('grub-is-no-file-system')
Disk('ext4').put(0, b'\xeb\x58').entry(0, 0, 0x80, 0x0a, 100, 200).entry(0, 1, 0, 0x72, 0x73656c62, 0x6f6e2061) \
    .save('ext4-with-boot-loader')
