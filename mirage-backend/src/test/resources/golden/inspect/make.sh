#!/bin/bash
# Makes the images that ImageInspectorTest looks at, and what QEMU and Nova find in them (expected.tsv).
# Needs qemu-img (made with 7.2), sfdisk, genisoimage, cryptsetup, python3, and a python3 that has nova
# (made with 26.2.2-1~deb12u5): PYTHON=/usr/bin/python3 ./make.sh, in this directory.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -f ./*.gz ./expected.tsv
cd "$work"
export LC_ALL=C TZ=UTC SOURCE_DATE_EPOCH=1700000000

qemu-img create -q -f raw base.raw 1M
qemu-img create -q -f qcow2 base.qcow2 1M

made() { # name, format, further arguments of qemu-img create
    qemu-img create -q -f "$2" "${@:3}" "$1.img" 1M
}
made qcow2-v2 qcow2 -o compat=0.10
made qcow2-v3 qcow2
made qcow2-zstd qcow2 -o compression_type=zstd
made qcow2-lazy qcow2 -o lazy_refcounts=on
made qcow2-extended-l2 qcow2 -o extended_l2=on
made qcow2-data-file qcow2 -o data_file=other.raw
made qcow2-data-file-raw qcow2 -o data_file=other.raw,data_file_raw=on
qemu-img create -q -f qcow2 -b base.raw -F raw qcow2-backing.img
qemu-img create -q -f qcow2 -o compat=0.10 -b base.raw -F raw qcow2-backing-v2.img
made qcow-v1 qcow
made qed qed
qemu-img create -q -f qed -b base.raw -F raw qed-backing.img
for type in monolithicSparse monolithicFlat twoGbMaxExtentSparse twoGbMaxExtentFlat streamOptimized; do
    made vmdk-$type vmdk -o subformat=$type
done
made vmdk-base vmdk
qemu-img create -q -f vmdk -b vmdk-base.img -F vmdk vmdk-parent.img
rm vmdk-base.img ./*-flat.img ./*-f0*.img ./*-s0*.img
qemu-img convert -f raw -O vmdk -o subformat=streamOptimized base.raw vmdk-converted.img
made vhd-dynamic vpc -o subformat=dynamic
made vhd-fixed vpc -o subformat=fixed
made vhdx-dynamic vhdx -o subformat=dynamic
made vhdx-fixed vhdx -o subformat=fixed
made vdi-dynamic vdi
made vdi-static vdi -o static=on
made ploop parallels

# Key material is noise, and nothing looks at it. How many iterations take the time asked for is measured, which fails
# on a busy machine.
until made luks-v1 luks --object secret,id=key,data=secret -o key-secret=key,iter-time=10; do
    sleep 1
done
truncate -s 18M luks-v2.img
printf secret | cryptsetup luksFormat -q --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 luks-v2.img -
python3 - <<'EOF'
for name, keep in ('luks-v1', 592), ('luks-v2', 512):
    with open(name + '.img', 'r+b') as image:
        size = image.seek(0, 2)
        image.truncate(keep)
        image.truncate(size)
EOF

truncate -s 1M mbr.img gpt.img
printf 'label: dos\nlabel-id: 0x12345678\nstart=64, type=83, bootable\n' | sfdisk -q mbr.img
printf 'label: gpt\nlabel-id: 12345678-1234-1234-1234-123456789012\nstart=64\n' | sfdisk -q gpt.img
mkdir disc && echo hello > disc/hello.txt
genisoimage -quiet -o iso.img disc 2> /dev/null
cp iso.img iso-mbr.img
head -c 512 mbr.img | dd of=iso-mbr.img conv=notrunc status=none
cp vhd-fixed.img vhd-fixed-mbr.img
head -c 512 mbr.img | dd of=vhd-fixed-mbr.img conv=notrunc status=none
cp gpt.img gpt-extra.img
printf '\x00\x00\x02\x00\x83\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00' |
    dd of=gpt-extra.img bs=1 seek=462 conv=notrunc status=none
mkfs.fat -C -n GOLDEN -i 12345678 fat.img 1024 > /dev/null

# What attackers make of them.
python3 - <<'EOF'
def damaged(source, target, *changes):
    data = bytearray(open(source + '.img', 'rb').read())
    for at, new in changes:
        at = at if at >= 0 else len(data) + at
        data[at:at + len(new)] = new
    open(target + '.img', 'wb').write(data)
def replaced(source, target, old, new):
    data = open(source + '.img', 'rb').read()
    assert data.count(old) == 1 and len(old) == len(new), (source, old)
    open(target + '.img', 'wb').write(data.replace(old, new))
damaged('qcow2-v3', 'qcow2-in-mbr', (510, b'\x55\xaa'))
damaged('iso', 'iso-qcow2', (0, open('qcow2-backing.img', 'rb').read()[:512]))
damaged('qcow2-v3', 'qcow2-unknown-feature', (74, b'\x01'))
replaced('vmdk-monolithicSparse', 'vmdk-other-file', b'"vmdk-monolithicSparse.img"', b'"/etc/shadow1234567890.img"')
replaced('vmdk-monolithicSparse', 'vmdk-flat-in-sparse', b'createType="monolithicSparse"', b'createType="monolithicFlat"  ')
replaced('vmdk-monolithicSparse', 'vmdk-odd-line', b'# Extent description', b'and what is this one')
# VMware ends a stream so; QEMU does not: marker, copy of the header, end of stream.
stream = bytearray(open('vmdk-converted.img', 'rb').read())
marker = bytes(12) + b'\x03' + bytes(499)
stream += marker + stream[:512] + bytes(512)
stream[56:64] = b'\xff' * 8
open('vmdk-footer.img', 'wb').write(stream)
damaged('vmdk-footer', 'vmdk-other-footer', (-1024 + 36, b'\x02'))
damaged('vmdk-footer', 'vmdk-no-end', (-512 + 12, b'\x01'))
damaged('vhd-dynamic', 'vhd-differencing', (60, b'\0\0\0\x04'))
damaged('vdi-dynamic', 'vdi-differencing', (0x4c, b'\x04'))
damaged('vhdx-dynamic', 'vhdx-no-regions', (192 * 1024, b'nope'))
open('zeros.img', 'wb').write(bytes(1 << 20))
open('empty.img', 'wb')
open('text.img', 'w').write('hello, this is no image at all\n' * 512)
EOF

for image in *.img; do
    name=${image%.img}
    if [ "$name" = base ]; then continue; fi
    gzip -n9 < "$image" > "$here/$name.gz"
done
"${PYTHON:-python3}" "$here/expect.py" ./*.img > "$here/expected.tsv"
test "$(cat "$here"/*.gz | wc -c)" -lt 300000
