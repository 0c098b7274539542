"""Breaks images that make.sh made, each by one rule, into refused/, and makes bombs. Run by make.sh."""
import bz2
import lzma
import struct
import zlib


def load(name):
    return bytearray(open(name + '.img', 'rb').read())


def save(name, image):
    open('refused/' + name + '.img', 'wb').write(image)


def changed(name, base, *changes, cut=0, more=b''):
    image = load(base)
    for place, value in changes:
        image[place:place + len(value) if place + len(value) else None] = value
    save(name, image[:len(image) - cut] + more)


def flipped(name, base, place):
    image = load(base)
    image[place] ^= 0x10
    save(name, image)


def crc(data):
    return struct.pack('<I', zlib.crc32(data))


for kind, base in ('gzip', 'gzip-named'), ('bzip2', 'bzip2'), ('xz', 'xz'), ('zstd', 'zstd'):
    half = len(load(base)) // 2
    changed(kind + '-cut-in-half', base, cut=len(load(base)) - half)
    changed(kind + '-last-byte-missing', base, cut=1)
    changed(kind + '-garbage-behind', base, more=b'garbage behind')
    changed(kind + '-damaged-data', base, (half, bytes(b ^ 0xff for b in load(base)[half:half + 8])))

# gzip: RFC 1952, 2.3.1.
flipped('gzip-checksum-wrong', 'gzip-named', -8)
flipped('gzip-length-wrong', 'gzip-named', -4)
changed('gzip-reserved-flag', 'gzip-named', (3, b'\x88'))
changed('gzip-header-cut', 'gzip-named', cut=len(load('gzip-named')) - 9)
changed('gzip-garbage-behind-zeros', 'gzip-zeros-behind', more=b'x')
changed('gzip-second-member-cut', 'gzip-two-members', cut=20)
save('gzip-name-without-end', b'\x1f\x8b\x08\x08\0\0\0\0\x02\x03' + b'n' * (64 << 20))
save('gzip-extra-behind-end', b'\x1f\x8b\x08\x04\0\0\0\0\x02\x03\xff\xffextra')

# bzip2: combined checksum behind the end mark of 48 bits, bit by bit; a block that begins with a used-up symbol map.
flipped('bzip2-checksum-wrong', 'bzip2', -3)
changed('bzip2-no-symbols', 'bzip2', (18, b'\0\0\0\0'))

# xz: .xz file format 2.1.1 and 3.1. LZMA2's dictionary is told by bits in a byte: 40 is 4 GiB - 1.
header = load('xz')[:6] + b'\0\4' + crc(b'\0\4')
for name, bits in ('1', 36), ('4', 40):
    block = b'\2\0\x21\1' + bytes([bits]) + b'\0\0\0'
    save('xz-dictionary-of-' + name + '-gib', header + block + crc(block) + load('xz')[24:])
flipped('xz-header-checksum-wrong', 'xz', 8)
flipped('xz-index-wrong', 'xz', -20)

# zstd: RFC 8878, 3.1.1.1.
changed('zstd-dictionary-wanted', 'zstd', (4, bytes([load('zstd')[4] | 1])))
changed('zstd-reserved-bit', 'zstd', (4, bytes([load('zstd')[4] | 8])))
flipped('zstd-checksum-wrong', 'zstd', -1)


def deflated(byte, length):
    coder = zlib.compressobj(9, zlib.DEFLATED, -15)
    stretch, checksum, body = byte * (1 << 20), 0, b'\x1f\x8b\x08\0\0\0\0\0\x02\x03'
    for _ in range(length >> 20):
        body += coder.compress(stretch)
        checksum = zlib.crc32(stretch, checksum)
    return body + coder.flush() + struct.pack('<II', checksum, length & 0xffffffff)


# Bombs. They decode, and hold no disk; what is not zeros would take 3 GiB of the disk.
save('gzip-bomb-1-gib-of-zeros', deflated(b'\0', 1 << 30))
save('gzip-bomb-3-gib-of-ones', deflated(b'\1', 3 << 30))
save('bzip2-bomb-6-gib-of-zeros', bz2.compress(bytes(1 << 28)) * 24)
save('xz-bomb-6-gib-of-zeros', lzma.compress(bytes(1 << 28)) * 24)
