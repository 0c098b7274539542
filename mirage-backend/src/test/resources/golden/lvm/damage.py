"""Makes disks with volume groups that break one rule each: damage.py FOLDER-OF-DISKS OUT; it needs none of the disks.

Labels and texts are written from scratch, and their checksums are right unless they are the rule.
"""
import struct
import subprocess
import sys
import zlib

out = sys.argv[2]
SECTOR = 512
EXTENT = 64 << 10
AREA = 4096
AREA_BYTES = 60 << 10


def crc(data):
    """zlib inverts before and after, and begins with all ones."""
    return ~zlib.crc32(data, ~0xf597a6cf & 0xffffffff) & 0xffffffff


def uuid(number):
    return ('%032d' % number)


class Disk:
    def __init__(self, size):
        self.data = bytearray(size)

    def put(self, at, data):
        self.data[at:at + len(data)] = data
        return self

    def label(self, at, number, size, areas=((AREA, AREA_BYTES),), sector=1):
        body = uuid(number).encode() + struct.pack('<Q', size) + struct.pack('<QQQQ', 64 << 10, 0, 0, 0)
        body += b''.join(struct.pack('<QQ', *a) for a in areas) + bytes(16)
        rest = struct.pack('<I', 32) + b'LVM2 001' + body
        rest = (rest + bytes(SECTOR))[:SECTOR - 20]
        return self.put(at + sector * SECTOR, b'LABELONE' + struct.pack('<QI', sector, crc(rest)) + rest)

    def text(self, at, text, offset=512, area=AREA, size=AREA_BYTES, checksum=None, length=None, own=None, shown=None):
        text = text.encode() + b'\0'
        checksum = crc(text) if checksum is None else checksum
        rest = b' LVM2 x[5A%r0N*>' + struct.pack('<IQQ', 1, area if own is None else own, size)
        rest += struct.pack('<QQII', offset if shown is None else shown, len(text) if length is None else length, checksum, 0)
        rest += bytes(508 - len(rest))
        self.put(at + area, struct.pack('<I', crc(rest)) + rest)
        first = min(len(text), size - offset)
        self.put(at + area + offset, text[:first])
        return self.put(at + area + 512, text[first:]) if first < len(text) else self

    def save(self, rule):
        subprocess.run(['zstd', '-q', '-19', '-f', '-o', out + '/' + rule + '.disk.zst'], input=bytes(self.data), check=True)


def group(volumes, members={'pv0': (0, 64 << 10, 60)}, name='vg', number=1, seqno=1, extent=EXTENT):
    physical = ''.join(
        '%s {\nid = "%s"\npe_start = %d\npe_count = %d\n}\n' % (member, uuid(n), start // SECTOR, count)
        for member, (n, start, count) in members.items())
    return ('%s {\nid = "%s"\nseqno = %d\nformat = "lvm2"\nstatus = ["RESIZEABLE", "READ", "WRITE"]\nextent_size = %d\n'
            'physical_volumes {\n%s}\nlogical_volumes {\n%s}\n}\ncontents = "Text Format Volume Group"\nversion = 1\n'
            % (name, uuid(1000 + number), seqno, extent // SECTOR, physical, ''.join(volumes)))


def segment(index, start, count, body):
    return 'segment%d {\nstart_extent = %d\nextent_count = %d\n%s}\n' % (index, start, count, body)


def striped(stripes, size=128):
    return 'type = "striped"\nstripe_count = %d\nstripe_size = %d\nstripes = [%s]\n' % (
        len(stripes), size, ', '.join('"%s", %d' % s for s in stripes))


def volume(name, *segments, visible=True, count=None):
    return '%s {\nid = "%s"\nstatus = ["READ", "WRITE"%s]\nsegment_count = %d\n%s}\n' % (
        name, 'id-of-' + name, ', "VISIBLE"' if visible else '', len(segments) if count is None else count, ''.join(segments))


def linear(name, first, count, member='pv0', visible=True):
    return volume(name, segment(1, 0, count, striped([(member, first)])), visible=visible)


def raid1(*legs):
    return 'type = "raid1"\ndevice_count = %d\nregion_size = 1024\nraids = [%s]\n' % (
        len(legs), ', '.join('"%s_rmeta", "%s"' % (leg, leg) for leg in legs))


def disk(*volumes, size=4 << 20, **how):
    return Disk(size).label(0, 0, size).text(0, group(volumes, **how))


GOOD = linear('good', 0, 4)

disk(GOOD).save('nothing')
disk(GOOD).put(SECTOR + 100, b'x').save('label-checksum')
Disk(4 << 20).label(0, 0, 4 << 20, sector=3).text(0, group([GOOD])).save('label-in-sector-3')
disk(GOOD).put(SECTOR + 8, b'\2').save('label-of-another-sector')
Disk(4 << 20).label(0, 0, 4 << 20, areas=((1 << 60, 1 << 60),)).save('area-past-end')
Disk(4 << 20).label(0, 0, 4 << 20, areas=()).save('area-none')
Disk(4 << 20).label(0, 0, 4 << 20, areas=((AREA, AREA_BYTES),) * 40).text(0, group([GOOD])).save('area-list-without-end')
disk(GOOD).put(AREA + 200, b'x').save('area-checksum')
Disk(4 << 20).label(0, 0, 4 << 20).text(0, group([GOOD]), own=8192).save('area-of-another-place')
Disk(4 << 20).label(0, 0, 4 << 20).text(0, group([GOOD]), size=1 << 40).save('area-larger-than-disk')
Disk(4 << 20).label(0, 0, 4 << 20).text(0, group([GOOD]), shown=1 << 40).save('text-offset-out-of-ring')
Disk(4 << 20).label(0, 0, 4 << 20).text(0, group([GOOD]), shown=100).save('text-offset-in-header')
Disk(4 << 20).label(0, 0, 4 << 20).text(0, group([GOOD]), length=AREA_BYTES).save('text-longer-than-ring')
Disk(4 << 20).label(0, 0, 4 << 20).text(0, group([GOOD]), length=(1 << 63) - 1).save('text-of-8-eib')
Disk(4 << 20).label(0, 0, 4 << 20).text(0, group([GOOD]), checksum=5).save('text-checksum')
Disk(4 << 20).label(0, 0, 4 << 20).text(0, group([GOOD]), offset=AREA_BYTES - 100).save('text-wraps')
Disk(4 << 20).label(0, 0, 4 << 20).text(0, group([GOOD])[:-200]).save('text-cut-off')
Disk(4 << 20).label(0, 0, 4 << 20).text(0, 'a {' * 10000).save('text-deep')
Disk(4 << 20).label(0, 0, 4 << 20).text(0, 'contents = "Text Format Volume Group"').save('text-without-group')
Disk(4 << 20).label(0, 0, 4 << 20, areas=((AREA, AREA_BYTES), (2 << 20, AREA_BYTES))) \
    .text(0, group([linear('old', 0, 4)], seqno=1), area=2 << 20) \
    .text(0, group([GOOD], seqno=2)).save('text-older-in-second-area')
Disk(4 << 20).label(0, 0, 4 << 20, areas=((AREA, AREA_BYTES), (2 << 20, AREA_BYTES))) \
    .text(0, group([GOOD], seqno=2), area=2 << 20) \
    .text(0, group([GOOD])).put(AREA + 600, b'x').save('text-damaged-in-first-area')
disk(GOOD, extent=1 << 50).save('extent-size-huge')
disk(GOOD, name='g' * 200).save('group-name-long')

disk(GOOD, linear('past', 50, 20)).save('extents-past-end-of-member')
disk(GOOD, linear('past', 50, 20), members={'pv0': (0, 64 << 10, 1 << 40)}).save('extents-past-end-of-device')
disk(GOOD, linear('eib', 0, (1 << 62) // EXTENT), members={'pv0': (0, 64 << 10, 1 << 60)}).save('extents-of-4-eib')
disk(GOOD, linear('overflow', 0, (1 << 62))).save('extents-overflow')
disk(GOOD, linear('twice', 3, 4)).save('extents-used-twice')
disk(GOOD, volume('twice', segment(1, 0, 4, striped([('pv0', 10)])), segment(2, 4, 4, striped([('pv0', 12)])))) \
    .save('extents-used-twice-in-one')
disk(GOOD, linear('same', 2, 4, 'pv1'), members={'pv0': (0, 64 << 10, 60), 'pv1': (0, 64 << 10, 60)}).save('member-named-twice')
disk(GOOD, linear('nowhere', 0, 4, 'pv7')).save('member-unknown')
disk(GOOD, linear('missing', 0, 4, 'pv1'), members={'pv0': (0, 64 << 10, 60), 'pv1': (1, 64 << 10, 60)}).save('member-missing')
disk(GOOD, volume('gap', segment(1, 0, 4, striped([('pv0', 10)])), segment(2, 5, 4, striped([('pv0', 20)])))).save('segments-with-gap')
disk(GOOD, volume('short', segment(1, 0, 4, striped([('pv0', 10)])), count=2)).save('segment-missing')
disk(GOOD, volume('none', count=0)).save('segments-none')
disk(GOOD, volume('huge', count=1 << 40)).save('segments-trillion')
disk(GOOD, volume('zero', segment(1, 0, 0, striped([('pv0', 10)])))).save('segment-empty')
disk(GOOD, volume('untyped', segment(1, 0, 1, ''))).save('segment-without-type')
disk(GOOD, volume('strange', segment(1, 0, 1, 'type = "strange"\n'))).save('segment-of-unknown-type')

two = {'pv0': (0, 64 << 10, 20), 'pv1': (1, 64 << 10, 20)}
def pair(*volumes, members=two):
    text = group(volumes, members=members)
    both = Disk(6 << 20)
    for index, start in ((0, 1 << 20), (1, 3 << 20)):
        both.put(446 + 16 * index, struct.pack('<B3xB3xII', 0, 0x8e, start // SECTOR, (2 << 20) // SECTOR))
        both.label(start, index, 2 << 20).text(start, text)
    return both.put(510, b'\x55\xaa')
def stripes(count, size, stripe=1):
    return segment(1, 0, count, striped([('pv0', 4), ('pv1', 4)], stripe))
pair(GOOD, volume('fine', stripes(8, 1))).save('stripes-of-a-sector')
large = {'pv0': (0, 64 << 10, 1 << 50), 'pv1': (1, 64 << 10, 1 << 50)}
pair(GOOD, volume('eib', stripes(1 << 46, 1)), members=large).save('stripes-of-4-eib')
pair(GOOD, volume('odd', stripes(7, 1))).save('stripes-do-not-divide')
pair(GOOD, volume('zero', stripes(8, 1, 0))).save('stripe-size-0')
pair(GOOD, volume('uneven', stripes(8, 1, 100))).save('stripe-size-uneven')
pair(GOOD, volume('none', segment(1, 0, 4, 'type = "striped"\nstripes = []\n'))).save('stripes-none')
pair(GOOD, volume('many', segment(1, 0, 1000, striped([('pv0', 4)] * 1000)))).save('stripes-1000')
pair(GOOD, volume('overlap', segment(1, 0, 8, striped([('pv0', 4), ('pv0', 6)])))).save('stripes-overlap')
same = pair(GOOD)
same.label(3 << 20, 0, 2 << 20).save('label-twice')

disk(GOOD, volume('self', segment(1, 0, 4, raid1('self')))).save('mirror-of-itself')
disk(GOOD, volume('a', segment(1, 0, 4, raid1('b'))), volume('b', segment(1, 0, 4, raid1('a')))).save('mirror-loop')
disk(GOOD, volume('short', segment(1, 0, 4, raid1('leg'))), linear('leg', 20, 3, visible=False)).save('mirror-leg-short')
disk(GOOD, volume('mirror', segment(1, 0, 4, raid1('gone', 'leg'))), linear('leg', 20, 4, visible=False)).save('mirror-first-leg-gone')
disk(GOOD, *[volume('m%d' % i, segment(1, 0, 4, raid1('leg'))) for i in range(3)], linear('leg', 20, 4, visible=False)) \
    .save('mirrors-of-one-leg')
disk(GOOD, linear('on-volume', 0, 4, 'good')).save('stripe-on-a-volume')
legs = volume('leg', *[segment(i + 1, i, 1, striped([('pv0', i)])) for i in range(1000)], visible=False)
many = [volume('m%d' % i, segment(1, 0, 1000, raid1('leg'))) for i in range(8000)]
Disk(4 << 20).label(0, 0, 4 << 20, areas=((AREA, 3 << 20),)) \
    .text(0, group([GOOD, legs] + many, members={'pv0': (0, 64 << 10, 1 << 30)}), size=3 << 20).save('mirrors-8000-of-1000-pieces')
Disk(16 << 20).label(0, 0, 16 << 20, areas=((AREA, 8 << 20),)) \
    .text(0, group([linear('v%d' % i, i, 1) for i in range(10000)], members={'pv0': (0, 9 << 20, 14000)}, extent=SECTOR), size=8 << 20) \
    .save('volumes-10000')

# Physical volumes in logical volumes: of their own group, of two groups, and deeper and deeper.
start0 = disk(linear('start', 0, 60), members={'pv0': (0, 0, 64)})
start0.save('volume-over-its-own-label')
deep = Disk(16 << 20)
at, size = 0, 16 << 20
for level in range(20):
    count = size // EXTENT - 2
    if count < 2:
        break
    deep.label(at, level, size)
    deep.text(at, group([linear('lv', 0, count)], members={'pv0': (level, 64 << 10, count)}, name='vg%d' % level, number=level))
    at, size = at + (64 << 10), count * EXTENT
deep.save('groups-in-groups')
claims = pair(linear('a', 0, 4), linear('b', 0, 4, 'pv1'))
claims.text(3 << 20, group([linear('c', 2, 4), linear('d', 10, 4)], members=two, name='other', number=2)).save('member-of-two-groups')
both = pair(linear('a', 0, 2))
both.text(3 << 20, group([linear('a', 10, 2, 'pv1')], members=two, number=2)).save('groups-of-one-name')
