#!/bin/bash
# Makes the images of VHD, VHDX, VDI, VMDK and ploop that DiskGoldenTest and DiskDamageTest read, and what QEMU reads
# from them. Needs qemu-img and qemu-io (made with 7.2), python3 and zstd. Usage: ./make.sh, in this directory.
#
#   FORMAT-NAME.img.zst   the image, by our name of its format (QEMU's vpc is vhd, its parallels is ploop)
#   FORMAT-NAME.json      what the guest sees: virtualSize, sha256 of `qemu-img convert -O raw`, `qemu-img map`; only of
#                         images that QEMU reads from this file alone
#   damaged/              the same, broken by damage.py; a .json only where QEMU still reads the image
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -rf ./*.zst ./*.json damaged
mkdir damaged
cd "$work"
mkdir damaged
export LC_ALL=C TZ=UTC

# 3 MiB and eight sectors: text, zeros, noise that does not compress, zeros, text to the end in a part of a block.
python3 - <<'EOF'
import random
noise = random.Random(20240601)
text = lambda n: b''.join(b'line %09d of a guest\n' % i for i in range(n // 25 + 1))[:n]
disk = text(150_000).ljust(512 << 10, b'\0') + noise.randbytes(5_000)
disk = disk.ljust(2900 << 10, b'\0')
open('guest.raw', 'wb').write(disk + text((3 << 20) + 8 * 512 - len(disk)))
EOF

driver() { # our name of an image: QEMU's name of its format
    case ${1%%-*} in vhd) echo vpc ;; ploop) echo parallels ;; *) echo "${1%%-*}" ;; esac
}

expect() { # image, name, file for the answer
    rm -f expect.raw
    # A disk that is nothing but a claim takes hours to convert.
    qemu-img info --output=json -f "$(driver "$2")" "$1" > info.json || return
    python3 -c 'import json; exit(json.load(open("info.json"))["virtual-size"] > 16 << 30)' || return
    timeout 60 qemu-img convert -f "$(driver "$2")" -O raw "$1" expect.raw || return
    python3 - "$(sha256sum < expect.raw | cut -d' ' -f1)" "$(stat -c %s expect.raw)" \
        "$(qemu-img map -f "$(driver "$2")" --output=json "$1")" > "$3" <<'EOF'
import json, sys
print(json.dumps({'virtualSize': int(sys.argv[2]), 'sha256': sys.argv[1], 'map': json.loads(sys.argv[3])}, indent=1))
EOF
}

keep() { # name
    expect "$1.img" "$1" "$here/$1.json"
    zstd -q19 < "$1.img" > "$here/$1.img.zst"
}

converted() { # name, options
    qemu-img convert -f raw -O "$(driver "$1")" -o "$2" guest.raw "$1.img"
    keep "$1"
}

written() { # name, size, options, then commands of qemu-io
    qemu-img create -q -f "$(driver "$1")" -o "$3" "$1.img" "$2"
    for command in "${@:4}"; do
        qemu-io -f "$(driver "$1")" -c "$command" "$1.img" > /dev/null
    done
    keep "$1"
}

converted vhd-dynamic subformat=dynamic
converted vhd-dynamic-size subformat=dynamic,force_size=on
converted vhd-fixed subformat=fixed
converted vhd-fixed-size subformat=fixed,force_size=on
written vhd-written 9M subformat=dynamic,force_size=on 'write -P 1 5M 3M' 'write -P 2 100k 1k'

converted vdi-dynamic static=off
converted vdi-static static=on
written vdi-written 5M static=off 'write -P 3 4M 300k' 'write -P 4 1M 2k' 'write -z 1M 1M'

converted vhdx-dynamic subformat=dynamic,block_size=1M
converted vhdx-fixed subformat=fixed,block_size=1M
converted vhdx-log subformat=dynamic,block_size=2M,log_size=4M
# The table has an entry for a bitmap of sectors after each 4 GiB.
written vhdx-chunks 9G subformat=dynamic,block_size=1M 'write -P 5 4095M 2M' 'write -P 6 8G 4k' 'write -P 7 0 1k'

converted vmdk-sparse subformat=monolithicSparse
converted vmdk-hardware-6 subformat=monolithicSparse,hwversion=6
converted vmdk-stream subformat=streamOptimized
written vmdk-zeroed 9M subformat=monolithicSparse,zeroed_grain=on 'write -P 8 1M 300k' 'write -z 1088k 128k'
written vmdk-written 40M subformat=monolithicSparse 'write -P 9 39M 70k' 'write -P 10 64k 64k' 'write -P 11 0 64k'

converted ploop-converted cluster_size=1M
written ploop-written 5M cluster_size=64k 'write -P 12 4M 300k' 'write -P 13 1M 2k' 'write -P 14 0 64k'

# Of several files: the text that names them, and one of them.
for kind in monolithicFlat twoGbMaxExtentFlat twoGbMaxExtentSparse; do
    qemu-img create -q -f vmdk -o subformat=$kind guest.vmdk 3M
    cp guest.vmdk vmdk-$kind.img
    zstd -q19 < guest.vmdk > "$here/vmdk-$kind.img.zst"
done
qemu-io -f vmdk -c 'write -P 15 2M 100k' guest.vmdk > /dev/null
zstd -q19 < guest-s001.vmdk > "$here/vmdk-member.img.zst" # QEMU reads it through the text only
qemu-img create -q -f vmdk base.vmdk 3M
qemu-img create -q -f vmdk -b base.vmdk -F vmdk vmdk-child.img
qemu-io -f vmdk -c 'write -P 16 1M 100k' vmdk-child.img > /dev/null
zstd -q19 < vmdk-child.img > "$here/vmdk-child.img.zst"

python3 "$here/damage.py"
for image in damaged/*.img; do
    name=$(basename "$image" .img)
    expect "$image" "$name" "$here/damaged/$name.json" 2> /dev/null || rm -f "$here/damaged/$name.json"
    zstd -q19 < "$image" > "$here/$image.zst"
done
find "$here" -size +60k -name '*.zst' | { ! grep . ; }
