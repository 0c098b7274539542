#!/bin/bash
# Makes the images that WrappedGoldenTest and WrappedMutationTest read: a file system of ../ext4 compressed as a whole, in the
# ways that the tools have, and hand-made damage of these. Needs gzip, xz-utils, bzip2, zstd (made with Debian 12's), cpio and
# python3. Usage: ./make.sh, in this directory.
#
#   NAME.img.zst            decodes to ../ext4/ext2-old.img; the name begins with the tool's
#   refused/NAME.img.zst    holds no disk that is read, named after the reason; made by refuse.py or below
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -rf ./*.zst refused
mkdir refused
cd "$work"
mkdir refused
export LC_ALL=C TZ=UTC
zstd -dq "$here/../ext4/ext2-old.img.zst" -o disk
size=$(stat -c %s disk)
head -c $((size / 2)) disk > first
tail -c +$((size / 2 + 1)) disk > second
touch -d 2024-06-01 disk first second

# ---- what is decoded ----

gzip -9c disk > gzip-named.img
gzip -nc < disk > gzip-unnamed.img
{ gzip -c first; gzip -1c second; } > gzip-two-members.img
{ gzip -nc < disk; head -c 4096 /dev/zero; } > gzip-zeros-behind.img
{ gzip -nc < /dev/null; gzip -nc < disk; gzip -nc < /dev/null; } > gzip-empty-members.img
python3 - <<'EOF'
import binascii, zlib
disk = open('disk', 'rb').read()
# RFC 1952, 2.3: all optional fields.
header = b'\x1f\x8b\x08' + bytes([0x1e]) + b'\0\0\0\0\x02\x03' + b'\x08\0XX\x04\0more' + b'disk.raw\0' + b'all fields\0'
header += (binascii.crc32(header) & 0xffff).to_bytes(2, 'little')
coder = zlib.compressobj(9, zlib.DEFLATED, -15)
body = coder.compress(disk) + coder.flush()
trailer = binascii.crc32(disk).to_bytes(4, 'little') + len(disk).to_bytes(4, 'little')
open('gzip-all-fields.img', 'wb').write(header + body + trailer)
EOF
bzip2 -c disk > bzip2.img
bzip2 -1c disk > bzip2-small-blocks.img
{ bzip2 -c first; bzip2 -c /dev/null; bzip2 -c second; } > bzip2-two-streams.img
xz -c disk > xz.img
xz -9 --check=sha256 -c disk > xz-large-dictionary.img
xz --block-size=64KiB --check=none -c disk > xz-blocks.img
xz --x86 --lzma2=preset=6 -c disk > xz-x86.img
{ xz -c first; head -c 8 /dev/zero; xz -c second; } > xz-two-streams.img
zstd -qc disk > zstd.img
zstd -q --no-check -19 -c < disk > zstd-no-checksum.img
# RFC 8878, 3.1.2: a frame to be skipped; no frame has the length of its content in its header.
{ zstd -qc < first; printf 'P*M\030\004\0\0\0meta'; zstd -qc < second; } > zstd-two-frames.img
zstd -q --long=27 -c < disk > zstd-long-27.img

# ---- what is not ----

refuse() { # name, tool, what it makes of standard input
    local name=$1
    shift
    "$@" > "refused/$name.img"
}

echo "not a disk" | refuse gzip-of-text gzip -nc
echo disk | cpio -o -H newc --reproducible --quiet | refuse zstd-of-ramdisk zstd -qc
head -c 1M /dev/zero | refuse xz-of-zeros xz -c
refuse gzip-of-gzip gzip -nc < gzip-unnamed.img
refuse bzip2-of-nothing bzip2 -c < /dev/null
refuse zstd-window-of-2-gib zstd -q --ultra -22 --long=31 -c < disk
zstd -dqc "$here/../disks/vmdk-child.img.zst" | refuse gzip-of-disk-with-parent gzip -nc
python3 "$here/refuse.py"

for image in *.img refused/*.img; do
    zstd -q19 < "$image" > "$here/$image.zst"
done
