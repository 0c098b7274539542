"""Breaks qcow2 images, one rule each: base, compressed, subclusters and old .qcow2 here -> damaged/RULE.qcow2"""
import os
import struct

SIZE, L1_SIZE, L1_OFFSET = 24, 36, 40
COPIED = 1 << 63


class Image:
    def __init__(self, name):
        self.data = bytearray(open(name + '.qcow2', 'rb').read())

    def u32(self, at):
        return struct.unpack_from('>I', self.data, at)[0]

    def u64(self, at):
        return struct.unpack_from('>Q', self.data, at)[0]

    def set32(self, at, value):
        struct.pack_into('>I', self.data, at, value)
        return self

    def set64(self, at, value):
        struct.pack_into('>Q', self.data, at, value)
        return self

    def l1(self, index=0):
        """Where an L1 entry is."""
        return self.u64(L1_OFFSET) + 8 * index

    def l2(self, index=0):
        """Where an L2 entry (8 bytes wide) of the first table is."""
        return (self.u64(self.l1()) & 0xfffffffffffe00) + 8 * index

    def cut(self, length):
        del self.data[length:]
        return self

    def save(self, rule):
        with open('damaged/' + rule + '.qcow2', 'wb') as out:
            out.write(self.data)


os.makedirs('damaged', exist_ok=True)
base = lambda: Image('base')
end = len(base().data)
cluster = 4096

# The header.
base().set32(4, 4).save('version-4')
base().set32(20, 22).save('cluster-bits-22')
base().set32(20, 8).save('cluster-bits-8')
base().set64(SIZE, (1 << 63) - 512).save('size-8-eib')
base().set64(SIZE, 1 << 63).save('size-negative')
base().set64(SIZE, 4 * 1024 * 1024 - 100).save('size-not-in-sectors')
base().set32(L1_SIZE, 1).save('l1-too-short')
base().set32(L1_SIZE, 0xffffffff).save('l1-size-absurd')
base().set64(L1_OFFSET, end).save('l1-past-end')
base().set64(L1_OFFSET, 1 << 62).save('l1-far-past-end')
base().set64(L1_OFFSET, base().u64(L1_OFFSET) + 512).save('l1-unaligned')
base().set64(48, 1 << 60).set32(56, 0xffffffff).save('refcount-table-absurd')
base().set32(60, 0xffffffff).set64(64, 1 << 60).save('snapshots-absurd')
base().set32(96, 77).save('refcount-order-77')
base().set32(100, 0xfffffff8).save('header-length-absurd')
base().set32(100, 108).save('header-length-odd')
base().set64(8, end - 10).set32(16, 100).save('backing-name-past-cluster')
base().set64(8, 2048).set32(16, 1024).save('backing-name-too-long')
base().set32(32, 1).save('encrypted-aes')
base().set64(72, 1).save('dirty')
base().set64(72, 2).save('corrupt')
base().set64(72, 1 << 3).save('compression-announced-deflate')
for type in (1, 2):
    image = base()
    image.data[104] = type
    image.save('compression-%d-unannounced' % type)
image = base().set64(72, 1 << 3)
image.data[104] = 2
image.save('compression-2')
base().set64(72, 1 << 4).save('extended-l2-of-small-clusters')
unknown = base().set64(72, 1 << 40 | 1 << 63)
name = bytes([0, 40]) + b'time travel'.ljust(46, b'\0')
unknown.data[112:112 + 8 + 48] = struct.pack('>II', 0x6803f857, 48) + name
unknown.save('incompatible-bit-unknown')
base().set32(112, 0x12345678).set32(116, 4096 - 112).save('extension-past-end')
base().cut(4).save('only-magic')
base().cut(90).save('cut-in-header')

# The tables.
base().set64(base().l1(), COPIED | 1 << 40).save('l2-past-end')
base().set64(base().l1(), COPIED | base().l2() + 512).save('l2-unaligned')
base().set64(base().l1(), COPIED | base().u64(L1_OFFSET)).save('l1-self-reference')
base().set64(base().l1(1), base().u64(base().l1())).save('l2-shared')
crowded = base().set32(L1_SIZE, 500).set64(SIZE, 500 * 512 * cluster)
start = len(crowded.data)
crowded.data += struct.pack('>Q', COPIED | base().l2()) * 512
crowded.set64(L1_OFFSET, start).save('more-tables-than-clusters')
base().set64(base().l1(), COPIED | cluster * 0).set64(base().l1(1), COPIED | 0).save('l2-none')
base().set64(base().l2(3), COPIED | end).save('cluster-past-end')
base().set64(base().l2(3), COPIED | (base().u64(base().l2(4)) + 1024) & ~COPIED).save('cluster-unaligned')
base().set64(base().l2(3), base().u64(base().l2(4))).save('cluster-shared')
base().set64(base().l2(3), COPIED | cluster * 1).set64(base().l2(9), COPIED | base().l2()).save('cluster-over-tables')
Image('old').set64(Image('old').l2(3), Image('old').u64(Image('old').l2(3)) | 1).save('zero-flag-in-v2')
subclusters = Image('subclusters')
subclusters.set64(subclusters.l2(1), 0x00000001_00000001).save('subcluster-zero-and-allocated')
subclusters = Image('subclusters')
subclusters.set64(subclusters.l2(0), 0).save('subclusters-nowhere')

# The end of the container. The first cut is behind the tables, in the data.
base().cut(end - 100000).save('truncated')
base().cut(base().l2(5)).save('truncated-in-l2')

# Compressed clusters.
compressed = lambda: Image('compressed')
offset = lambda image, index: image.u64(image.l2(index)) & (1 << 58) - 1
garbage = compressed()
garbage.data[offset(garbage, 2):offset(garbage, 2) + 64] = b'\xff' * 64
garbage.save('compressed-garbage')
compressed().set64(compressed().l2(2), compressed().u64(compressed().l2(3))).save('compressed-shared')
compressed().set64(compressed().l2(2), 1 << 62 | 1 << 50).save('compressed-past-end')
compressed().cut(offset(compressed(), 20) + 10).save('compressed-truncated')
short = compressed()
short.data[offset(short, 2):offset(short, 2) + 8] = b'\x01\x03\x00\xfc\xffabc'
short.save('compressed-too-short')
