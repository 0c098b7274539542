#!/bin/bash
# Makes the disks that VolumesTest reads. Needs sfdisk and mkfs.ext4 (made with util-linux 2.38, e2fsprogs 1.47), gdisk,
# parted, python3, root and loop devices. Usage: ./make.sh, in this directory.
#
#   NAME.disk.gz      the disk
#   NAME.json         what `sfdisk --json` reads from it (.partx: what partx does)
#   damaged/          disks broken by damage.py, or that look like a table and are none
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -rf ./*.disk.gz ./*.json ./*.partx damaged
mkdir damaged
cd "$work"
export LC_ALL=C.UTF-8 TZ=UTC

disk() { # name, MiB, options of sfdisk; the script of sfdisk comes in on standard input
    truncate -s "$2M" "$1.disk"
    sfdisk -q "${@:3}" "$1.disk"
    sfdisk --json "${@:3}" "$1.disk" > "$here/$1.json"
    gzip -n9 < "$1.disk" > "$here/$1.disk.gz"
}

disk dos 8 << 'EOF'
label: dos
label-id: 0x1234abcd
start=2048, size=2048, type=83, bootable
start=4096, size=4096, type=82
start=8192, type=7
EOF
disk dos-without-id 4 << 'EOF'
label: dos
label-id: 0x00000000
start=2048, size=2048, type=83
EOF
disk dos-extended 16 << 'EOF'
label: dos
label-id: 0xcafe0001
1 : start=2048, size=2048, type=83
3 : start=4096, size=26000, type=5
5 : start=6144, size=2048, type=83
6 : start=10240, size=1000, type=b
7 : start=14336, size=4096, type=8e
4 : start=31000, size=100, type=82
EOF
disk dos-extended-lba 8 << 'EOF'
label: dos
label-id: 0xcafe0002
1 : start=2048, type=f
5 : start=4096, size=2048, type=83
EOF
disk dos-extended-empty 8 << 'EOF'
label: dos
label-id: 0xcafe0003
1 : start=2048, size=2048, type=85
2 : start=4096, size=2048, type=83
EOF
disk dos-out-of-order 8 << 'EOF'
label: dos
label-id: 0xcafe0004
1 : start=8192, size=2048, type=83
2 : start=2048, size=2048, type=83
EOF
disk gpt 8 << 'EOF'
label: gpt
label-id: 11111111-2222-3333-4444-555555555555
start=2048, size=2048, type=U, uuid=00112233-4455-6677-8899-AABBCCDDEEFF, name="EFI System"
start=4096, size=4096, type=L, uuid=10112233-4455-6677-8899-AABBCCDDEEFF, name="würzel / ½"
start=8192, type=S, uuid=20112233-4455-6677-8899-AABBCCDDEEFF
EOF
disk gpt-with-gaps 8 << 'EOF'
label: gpt
label-id: 11111111-2222-3333-4444-555555555556
14 : start=2048, size=2048, type=21686148-6449-6E6F-744E-656564454649, uuid=30112233-4455-6677-8899-AABBCCDDEEFF
1 : start=6144, size=2048, type=L, uuid=40112233-4455-6677-8899-AABBCCDDEEFF, name="123456789012345678901234567890123456"
128 : start=10240, size=1, type=L, uuid=50112233-4455-6677-8899-AABBCCDDEEFF
EOF
# sfdisk 2.38 takes files for disks with sectors of 512 bytes: the script moves its table to sectors of 4096. partx reads
# the result, as it takes a sector size.
disk gpt-of-512 8 << 'EOF'
label: gpt
label-id: 11111111-2222-3333-4444-555555555557
start=2048, size=2048, type=L, uuid=60112233-4455-6677-8899-AABBCCDDEEFF, name=first
start=4096, size=4096, type=U, uuid=70112233-4455-6677-8899-AABBCCDDEEFF
EOF
rm "$here"/gpt-of-512.*
python3 "$here/sectors4096.py" gpt-of-512.disk gpt-4096.disk
partx --sector-size 4096 -o NR,START,SECTORS,TYPE,UUID,NAME -P gpt-4096.disk > "$here/gpt-4096.partx"
gzip -n9 < gpt-4096.disk > "$here/gpt-4096.disk.gz"
# The same by tools that ask a device how large its sectors are.
large_sectors() { # NAME MIB COMMAND...: the command gets the name of the device
    truncate -s "$2M" "$1.disk"
    device=$(losetup -f --show -b 4096 "$1.disk")
    "${@:3}" "$device" || { losetup -d "$device"; return 1; }
    losetup -d "$device"
    partx --sector-size 4096 -o NR,START,SECTORS,TYPE,UUID,NAME -P "$1.disk" > "$here/$1.partx"
    gzip -n9 < "$1.disk" > "$here/$1.disk.gz"
}
by_sfdisk() {
    sfdisk -q "$1" << 'T'
label: gpt
label-id: 11111111-2222-3333-4444-555555555559
size=1MiB, type=U, uuid=80112233-4455-6677-8899-AABBCCDDEEFF, name="EFI System"
size=3MiB, type=L, uuid=90112233-4455-6677-8899-AABBCCDDEEFF
T
}
by_sgdisk() {
    sgdisk -Z "$1" > /dev/null 2>&1 || true
    sgdisk -U 11111111-2222-3333-4444-55555555555a -n 1:0:+1M -t 1:ef00 -u 1:a0112233-4455-6677-8899-AABBCCDDEEFF \
        -n 4:0:+2M -t 4:8e00 -c 4:physical -u 4:b0112233-4455-6677-8899-AABBCCDDEEFF "$1" > /dev/null
}
by_parted() {
    parted -s "$1" mklabel gpt mkpart first ext4 1MiB 2MiB mkpart second 2MiB 100%
}
large_sectors gpt-4096-sfdisk 8 by_sfdisk
large_sectors gpt-4096-sgdisk 8 by_sgdisk
large_sectors gpt-4096-parted 8 by_parted
disk gpt-empty 4 << 'EOF'
label: gpt
label-id: 11111111-2222-3333-4444-555555555558
EOF

truncate -s 2M ext4.disk
mkfs.ext4 -q -F -U 01234567-89ab-cdef-0123-456789abcdef -E hash_seed=01234567-89ab-cdef-0123-456789abcdef ext4.disk
python3 "$here/damage.py"
for disk in damaged/*.disk; do
    gzip -n9 < "$disk" > "$here/$disk.gz"
done
