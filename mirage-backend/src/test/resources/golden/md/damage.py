"""Breaks arrays, one rule each: damage.py FOLDER-OF-DISKS OUT. Checksums are right unless they are the rule."""
import struct
import subprocess
import sys

disks, out = sys.argv[1:]
SECTOR = 512
# The partitions of the disks with two members of 5 MiB each.
FIRST, SECOND, SIZE = 1 << 20, 6 << 20, 5 << 20


class Disk:
    def __init__(self, name):
        self.data = bytearray(open(disks + '/' + name + '.disk', 'rb').read())

    def put(self, at, data):
        self.data[at:at + len(data)] = data
        return self

    def field(self, at, form, value, member=FIRST):
        """A field of a superblock of version 1.2, which is 4 KiB from the start."""
        base = member + 4096
        struct.pack_into(form, self.data, base + at, value)
        return self.sign(base)

    def sign(self, base):
        roles = min(struct.unpack_from('<I', self.data, base + 220)[0], 1920)
        struct.pack_into('<I', self.data, base + 216, 0)
        words = struct.unpack_from('<%dI' % (64 + roles // 2), self.data, base)
        total = sum(words)
        if roles % 2:
            total += struct.unpack_from('<H', self.data, base + 256 + 2 * (roles - 1))[0]
        struct.pack_into('<I', self.data, base + 216, (total & 0xffffffff) + (total >> 32) & 0xffffffff)
        return self

    def both(self, at, form, value):
        return self.field(at, form, value).field(at, form, value, SECOND)

    def old(self, word, value, member=FIRST, sign=True):
        """A word of a superblock of version 0.90, which is in the last whole 64 KiB."""
        base = member + SIZE // 65536 * 65536 - 65536
        struct.pack_into('<I', self.data, base + 4 * word, value)
        if sign:
            struct.pack_into('<I', self.data, base + 4 * 38, 0)
            total = sum(struct.unpack_from('<1024I', self.data, base))
            struct.pack_into('<I', self.data, base + 4 * 38, (total & 0xffffffff) + (total >> 32) & 0xffffffff)
        return self

    def save(self, rule):
        subprocess.run(['zstd', '-q', '-19', '-f', '-o', out + '/' + rule + '.disk.zst'], input=bytes(self.data), check=True)


def mirror():
    return Disk('raid1-1.2')


def stripes():
    return Disk('raid0-1.2')


mirror().field(200, '<Q', 0).save('nothing-but-an-old-member')
mirror().put(FIRST + 4096 + 100, b'x').put(SECOND + 4096 + 100, b'x').save('checksum')
mirror().both(144, '<Q', 0).save('own-place')
mirror().both(220, '<I', 0xffffffff).save('roles-4-billion')
mirror().both(80, '<Q', (1 << 54) - 1).save('size-past-end')
mirror().both(80, '<Q', (1 << 63) - 1).save('size-of-8-zib')
mirror().both(80, '<Q', 0).save('size-0')
mirror().both(128, '<Q', 1 << 50).save('data-past-end')
mirror().both(208, '<Q', 0).save('not-clean')
mirror().both(8, '<I', 2).save('recovering')
mirror().both(72, '<i', 77).save('level-77')
mirror().both(160, '<I', 0xffffffff).save('roles-of-none')
mirror().put(FIRST + 4096, bytes(4)).save('mirror-of-one')
stripes().put(FIRST + 4096, bytes(4)).save('stripes-without-a-member')
stripes().both(88, '<I', 0).save('chunk-0')
stripes().both(88, '<I', 1).both(136, '<Q', 1 << 52).save('chunk-of-a-sector-of-exbibytes')
stripes().field(88, '<I', 16).save('members-disagree-about-chunk')
stripes().field(136, '<Q', 1000).save('members-of-different-sizes')
stripes().field(160, '<I', 0).field(160, '<I', 0, SECOND).save('members-of-one-role')
stripes().both(92, '<I', 3).save('members-three-of-which-two')
stripes().both(92, '<I', 0).save('members-none')
old = Disk('raid1-0.90')
old.old(38, 5, sign=False).old(38, 5, SECOND, sign=False).save('old-checksum')
Disk('raid1-0.90').old(8, 0xffffffff).old(8, 0xffffffff, SECOND).save('old-size-past-end')
Disk('raid1-0.90').old(10, 28).old(10, 28, SECOND).save('old-devices-28')
old_stripes = Disk('raid1-0.90')
for member in (FIRST, SECOND):
    old_stripes.old(7, 0, member).old(65, 4096, member)
old_stripes.save('old-stripes')
old_stripes.old(65, 3).old(65, 3, SECOND).save('old-chunk-of-3-bytes')
Disk('raid1-0.90').old(33, 0).old(33, 0, SECOND).save('old-not-clean')
