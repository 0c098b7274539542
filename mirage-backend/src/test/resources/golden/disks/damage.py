"""Breaks images that make.sh made, each by one rule, into damaged/. Run by make.sh."""
import struct


def load(name):
    return bytearray(open(name + '.img', 'rb').read())


def save(name, image):
    open('damaged/' + name + '.img', 'wb').write(image)


def put(image, offset, form, value):
    struct.pack_into(form, image, offset, value)


def get(image, offset, form):
    return struct.unpack_from(form, image, offset)[0]


def vhd_sum(image, offset, length, place):
    put(image, offset + place, '>I', 0)
    put(image, offset + place, '>I', ~sum(image[offset:offset + length]) & 0xffffffff)


def vhd(name, footer=(), header=(), table=(), cut=0, base='vhd-dynamic-size', keep_sum=False):
    image = load(base)
    for place, form, value in footer:
        put(image, place, form, value)
    if footer and not keep_sum:
        vhd_sum(image, 0, 512, 64)
    for place, form, value in header:
        put(image, 512 + place, form, value)
    if header:
        vhd_sum(image, 512, 1024, 36)
    for entry, value in table:
        put(image, 1536 + 4 * entry, '>I', value)
    save('vhd-' + name, image[:len(image) - cut])


vhd('checksum', footer=[(64, '>I', 7)], keep_sum=True)
vhd('type-7', footer=[(60, '>I', 7)])
vhd('size-8-eib', footer=[(48, '>Q', 0x7fffffffffffffff)])
vhd('size-huge', footer=[(48, '>Q', 2040 << 30)])
vhd('header-past-end', footer=[(16, '>Q', 1 << 60)])
vhd('header-cookie', header=[(0, '>Q', 0)])
vhd('block-size-0', header=[(32, '>I', 0)])
vhd('block-size-odd', header=[(32, '>I', 3 << 20)])
vhd('table-too-short', header=[(28, '>I', 1)])
vhd('table-past-end', header=[(16, '>Q', 1 << 40)])
vhd('block-past-end', table=[(1, 0x10000000)])
vhd('block-shared', table=[(1, get(load('vhd-dynamic-size'), 1536, '>I'))])
vhd('truncated', cut=1 << 20)
image = load('vhd-dynamic-size')
put(image, 512, '>Q', 0x6378737061727366)
save('vhd-cut-in-header', load('vhd-dynamic-size')[:600])
image = load('vhd-dynamic')
image[28:32] = b'vpc '
vhd_sum(image, 0, 512, 64)
save('vhd-by-virtual-pc', image)
image = load('vhd-dynamic')
image[28:32] = b'win '
put(image, 48, '>Q', 3 << 20)
vhd_sum(image, 0, 512, 64)
save('vhd-by-hyper-v', image)
image = load('vhd-dynamic-size')
put(image, 60, '>I', 4)
vhd_sum(image, 0, 512, 64)
image[576:576 + 20] = 'parent.vhd'.encode('utf-16-be')
place = len(image)
path = 'C:\\disks\\parent.vhd'.encode('utf-16-le')
struct.pack_into('>4sIIIQ', image, 512 + 576, b'W2ku', 512, len(path), 0, place)
struct.pack_into('>4sIIIQ', image, 512 + 600, b'MacX', 512, 1 << 30, 0, place)
vhd_sum(image, 512, 1024, 36)
save('vhd-differencing', image + path.ljust(512, b'\0'))


def vdi(name, *changes, table=(), cut=0):
    image = load('vdi-dynamic')
    for place, form, value in changes:
        put(image, place, form, value)
    for entry, value in table:
        put(image, get(image, 0x154, '<I') + 4 * entry, '<I', value)
    save('vdi-' + name, image[:len(image) - cut])


vdi('version', (0x44, '<I', 0x10002))
vdi('type-9', (0x4c, '<I', 9))
vdi('sector-4096', (0x168, '<I', 4096))
vdi('block-size-0', (0x178, '<I', 0))
vdi('block-size-odd', (0x178, '<I', 3 << 20))
vdi('block-extra', (0x17c, '<I', 512))
vdi('size-8-eib', (0x170, '<Q', 0x7fffffffffffffff))
vdi('size-over-map', (0x170, '<Q', 64 << 20))
vdi('map-past-end', (0x154, '<I', 0xfffffe00))
vdi('map-unaligned', (0x154, '<I', 513))
vdi('blocks-absurd', (0x180, '<I', 0xffffffff), (0x170, '<Q', 1 << 50))
vdi('size-odd', (0x170, '<Q', (3 << 20) + 3585))
vdi('block-past-end', table=[(2, 0x1000)])
vdi('block-shared', table=[(2, 0)])
vdi('block-discarded', table=[(0, 0xfffffffe)])
vdi('truncated', cut=700_000)
vdi('cut-in-header', cut=len(load('vdi-dynamic')) - 400)
vdi('undo', (0x4c, '<I', 3))
vdi('differencing', (0x4c, '<I', 4), (0x1b8, '<I', 0x44332211))
vdi('linked', (0x1a8, '<I', 0x44332211))


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def vhdx_sum(image, offset, length):
    put(image, offset + 4, '<I', 0)
    put(image, offset + 4, '<I', crc32c(bytes(image[offset:offset + length])))


def region(image, guid):
    at = image.index(guid, 192 << 10)
    return get(image, at + 16, '<Q')


BAT = bytes.fromhex('6677c22d23f600429d64115e9bfd4a08')
METADATA = bytes.fromhex('06a27c8b90479a4bb8fe575f050f886e')
PARAMETERS = bytes.fromhex('3767a1ca36fa434db3b633f0aa44e76b')
SIZE = bytes.fromhex('2442a52f1bcd7648b2115dbed83bf4b8')
SECTOR = bytes.fromhex('1dbf41816fa90947ba47f233a8faab5f')


def item(image, guid):
    start = region(image, METADATA)
    at = image.index(guid, start)
    return start + get(image, at + 16, '<I')


def vhdx(name, change, base='vhdx-dynamic'):
    image = load(base)
    changed = change(image)
    save('vhdx-' + name, image if changed is None else changed)


def headers(*changes, which=(64 << 10, 128 << 10), add_sum=True):
    def change(image):
        for offset in which:
            for place, form, value in changes:
                put(image, offset + place, form, value)
            if add_sum:
                vhdx_sum(image, offset, 4096)
    return change


def entry(index, value):
    return lambda image: put(image, region(image, BAT) + 8 * index, '<Q', value)


def current(image):
    first, second = get(image, (64 << 10) + 8, '<Q'), get(image, (128 << 10) + 8, '<Q')
    return (64 << 10, 128 << 10) if first > second else (128 << 10, 64 << 10)


def log(image, good):
    headers((48, '<Q', 0x1122334455667788))(image)
    place = get(image, (64 << 10) + 72, '<Q')
    form = '<4sIIIQII16sQQ'
    guid = bytes(image[(64 << 10) + 48:(64 << 10) + 64])
    struct.pack_into(form, image, place + 4096, b'loge', 0, 4096, 0, 9, 0, 0, guid, len(image), len(image))
    vhdx_sum(image, place + 4096, 4096)
    if not good:
        put(image, place + 4096 + 200, '<I', 77)


def parent(image):
    put(image, item(image, PARAMETERS) + 4, '<I', 2)
    start = region(image, METADATA)
    count = get(image, start + 10, '<H')
    put(image, start + 10, '<H', count + 1)
    guid = bytes.fromhex('2d5fd3a80bb34d45abf7d3d84834ab0c')
    pairs = [('parent_linkage', '{11111111-2222-3333-4444-555555555555}'), ('relative_path', '..\\parent.vhdx'),
             ('absolute_win32_path', 'C:\\disks\\parent.vhdx')]
    body = bytearray(16) + struct.pack('<HH', 0, len(pairs))
    texts, at = b'', 20 + 12 * len(pairs)
    for key, value in pairs:
        key, value = key.encode('utf-16-le'), value.encode('utf-16-le')
        body += struct.pack('<IIHH', at + len(texts), at + len(texts) + len(key), len(key), len(value))
        texts += key + value
    body += texts
    place = 0x18000
    struct.pack_into('<16sIIII', image, start + 32 + 32 * count, guid, place, len(body), 4, 0)
    image[start + place:start + place + len(body)] = body


vhdx('header-newer-broken', lambda image: headers((200, '<I', 9), which=current(image)[:1], add_sum=False)(image))
vhdx('headers-broken', headers((200, '<I', 9), add_sum=False))
vhdx('version-2', headers((66, '<H', 2)))
vhdx('log-version-1', headers((64, '<H', 1)))
vhdx('log-dirty', lambda image: log(image, True))
vhdx('log-torn', lambda image: log(image, False))
vhdx('log-past-end', headers((48, '<Q', 5), (72, '<Q', 1 << 50)))
vhdx('regions-first-broken', lambda image: put(image, (192 << 10) + 300, '<I', 5))
vhdx('regions-broken', lambda image: [put(image, (at << 10) + 300, '<I', 5) for at in (192, 256)] and None)


def unknown_region(image):
    for at in (192 << 10, 256 << 10):
        put(image, at + 8, '<I', 3)
        struct.pack_into('<16sQII', image, at + 16 + 64, b'x' * 16, 1 << 20, 1 << 20, 1)
        vhdx_sum(image, at, 64 << 10)


vhdx('region-unknown', unknown_region)
vhdx('metadata-signature', lambda image: put(image, region(image, METADATA), '<I', 1))
vhdx('block-size-0', lambda image: put(image, item(image, PARAMETERS), '<I', 0))
vhdx('block-size-odd', lambda image: put(image, item(image, PARAMETERS), '<I', 3 << 20))
vhdx('size-8-eib', lambda image: put(image, item(image, SIZE), '<Q', 0x7ffffffffffffe00))
vhdx('size-64-tib', lambda image: put(image, item(image, SIZE), '<Q', 64 << 40))
vhdx('size-odd', lambda image: put(image, item(image, SIZE), '<Q', (3 << 20) + 100))
vhdx('sector-1024', lambda image: put(image, item(image, SECTOR), '<I', 1024))
vhdx('sector-4096', lambda image: put(image, item(image, SECTOR), '<I', 4096))
vhdx('block-past-end', entry(1, 1 << 50 | 6))
vhdx('block-far-past-end', entry(1, 0xfffffffffff00006))
vhdx('block-shared', lambda image: entry(1, get(image, region(image, BAT), '<Q'))(image))
vhdx('block-partial', entry(0, 7))
vhdx('block-state-4', entry(0, 4))
vhdx('block-zero', entry(0, 2))
vhdx('truncated', lambda image: image[:-700_000])
vhdx('cut-in-header', lambda image: image[:70_000])
vhdx('differencing', parent)


def vmdk(name, *changes, base='vmdk-sparse', cut=0, at=0):
    image = load(base)
    for place, form, value in changes:
        put(image, at + place, form, value)
    save('vmdk-' + name, image[:len(image) - cut])


def directory(image, offset=0):
    return 512 * get(image, offset + 56, '<Q')


def table(image, offset=0):
    return 512 * get(image, directory(image, offset), '<I')


sparse = load('vmdk-sparse')
vmdk('version-4', (4, '<I', 4))
vmdk('capacity-8-eib', (12, '<Q', (1 << 54) - 1))
vmdk('capacity-negative', (12, '<q', -5))
vmdk('grain-0', (20, '<Q', 0))
vmdk('grain-absurd', (20, '<Q', 1 << 40))
vmdk('table-entries-0', (44, '<I', 0))
vmdk('table-entries-513', (44, '<I', 513))
vmdk('directory-past-end', (56, '<Q', 1 << 40))
vmdk('both-directories-past-end', (56, '<Q', 1 << 40), (48, '<Q', 1 << 40))
vmdk('compression-2', (77, '<H', 2))
vmdk('table-past-end', (directory(sparse), '<I', 0x7fffffff))
vmdk('table-self-reference', (directory(sparse), '<I', directory(sparse) // 512))
vmdk('grain-past-end', (table(sparse), '<I', 0x7fffffff))
vmdk('grain-shared', (table(sparse) + 4, '<I', get(sparse, table(sparse), '<I')))
vmdk('grain-1-without-flag', (table(sparse) + 4, '<I', 1))
vmdk('truncated', cut=30_000)
vmdk('cut-in-header', cut=len(sparse) - 300)
stream = load('vmdk-stream')
first = 512 * get(stream, table(stream), '<I')
# QEMU writes the directory first and no footer; VMware the other way round.
footed = bytearray(stream)
put(footed, 56, '<Q', 0xffffffffffffffff)
footed += struct.pack('<QII', 1, 0, 3).ljust(512, b'\0') + stream[:512] + bytes(512)
save('vmdk-stream-with-footer', footed)
save('vmdk-stream-footer-missing', footed[:-1536])
put(footed, len(footed) - 512, '<Q', 5)
save('vmdk-stream-end-marker', footed)
vmdk('stream-grain-elsewhere', (first, '<Q', 128), base='vmdk-stream')
vmdk('stream-grain-length-0', (first + 8, '<I', 0), base='vmdk-stream')
vmdk('stream-grain-length-absurd', (first + 8, '<I', 0xffffffff), base='vmdk-stream')
vmdk('stream-grain-garbage', (first + 12, '<Q', 0xffffffffffffffff), base='vmdk-stream')
vmdk('stream-grain-too-short', (first + 8, '<I', 40), base='vmdk-stream')
vmdk('stream-grain-past-end', (table(stream), '<I', 0x7fffffff), base='vmdk-stream')
vmdk('stream-grain-of-1-gib', (20, '<Q', 1 << 21), base='vmdk-stream')
many = load('vmdk-sparse')[:512] + bytearray(8192)
put(many, 12, '<Q', 2048 * 512 * 128)
put(many, 56, '<Q', 1)
put(many, 48, '<Q', 1)
for i in range(2048):
    put(many, 512 + 4 * i, '<I', 1)
save('vmdk-more-tables-than-room', many)
save('vmdk-esx', b'COWD' + bytes(2044))
save('vmdk-space-efficient', bytes.fromhex('bebafeca00000000') + bytes.fromhex('0100000002000000') + bytes(4000))
save('vmdk-descriptor-without-extents', b'# Disk DescriptorFile\nversion=1\n')
save('vmdk-descriptor-of-etc-passwd', b'# Disk DescriptorFile\nversion=1\ncreateType="monolithicFlat"\nRW 8 FLAT "/etc/passwd" 0\n')
save('vmdk-descriptor-of-8-eib',
     b'# Disk DescriptorFile\n' + b'RW 999999999999999999 FLAT "x" 0\n')


def ploop(name, *changes, cut=0, base='ploop-written'):
    image = load(base)
    for place, form, value in changes:
        put(image, place, form, value)
    save('ploop-' + name, image[:len(image) - cut])


ploop('version-3', (16, '<I', 3))
ploop('tracks-0', (28, '<I', 0))
ploop('tracks-absurd', (28, '<I', 0xffffffff))
ploop('size-8-eib', (36, '<Q', 1 << 62))
ploop('table-absurd', (32, '<I', 0xffffffff), (36, '<Q', 1 << 40))
ploop('in-use', (44, '<I', 0x746f6e59))
ploop('cluster-past-end', (64, '<I', 0x7fffffff))
ploop('cluster-shared', (68, '<I', get(load('ploop-written'), 64, '<I')))
ploop('table-shorter-than-disk', (32, '<I', 3))
ploop('truncated', cut=50_000)
ploop('cut-in-header', cut=len(load('ploop-written')) - 50)
old = load('ploop-written')
old[:16] = b'WithoutFreeSpace'
put(old, 40, '<I', 77)
for i in range(get(old, 32, '<I')):
    put(old, 64 + 4 * i, '<I', get(old, 64 + 4 * i, '<I') * get(old, 28, '<I'))
save('ploop-old-version', old)
