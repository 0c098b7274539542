#!/bin/bash
# Makes the qcow2 images that Qcow2GoldenTest and Qcow2DamageTest read, and what QEMU reads from them.
# Needs qemu-img and qemu-io (made with 7.2) and python3. Usage: ./make.sh, in this directory.
#
#   NAME.qcow2.gz   the image
#   NAME.json       what the guest sees: virtualSize, sha256 of `qemu-img convert -O raw`, `qemu-img map`
#   damaged/        the same, broken by damage.py; a .json only where QEMU still reads the image
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -rf ./*.qcow2.gz ./*.json damaged
mkdir damaged
cd "$work"
export LC_ALL=C TZ=UTC

# 1 MiB and three sectors: text, zeros, noise that does not compress, zeros, text to the end in a part of a cluster.
python3 - <<'EOF'
import random
noise = random.Random(20240601)
text = lambda n: b''.join(b'line %09d of a guest\n' % i for i in range(n // 25 + 1))[:n]
disk = text(150_000).ljust(512 << 10, b'\0') + noise.randbytes(10_000)
disk = disk.ljust(900 << 10, b'\0')
open('guest.raw', 'wb').write(disk + text((1 << 20) + 3 * 512 - len(disk)))
EOF

expect() { # image, file for the answer: what QEMU reads; without its backing file, which we do not open either
    cp "$1" expect.qcow2
    if qemu-img info --output=json -f qcow2 "$1" | grep -q '"backing-filename"'; then
        qemu-img rebase -q -u -f qcow2 -b '' expect.qcow2
    fi
    rm -f expect.raw
    qemu-img convert -f qcow2 -O raw expect.qcow2 expect.raw || return
    python3 - "$(sha256sum < expect.raw | cut -d' ' -f1)" "$(stat -c %s expect.raw)" \
        "$(qemu-img map -f qcow2 --output=json expect.qcow2)" > "$2" <<'EOF'
import json, sys
print(json.dumps({'virtualSize': int(sys.argv[2]), 'sha256': sys.argv[1], 'map': json.loads(sys.argv[3])}, indent=1))
EOF
}

keep() { # image: into this directory with its expectation
    expect "$1" "$here/${1%.qcow2}.json"
    gzip -n9 < "$1" > "$here/$1.gz"
}

converted() { # name, options of qemu-img convert
    qemu-img convert -f raw -O qcow2 "${@:2}" guest.raw "$1.qcow2"
    keep "$1.qcow2"
}

written() { # name, size, -o options, then commands of qemu-io
    qemu-img create -q -f qcow2 -o "$3" "$1.qcow2" "$2"
    for command in "${@:4}"; do
        qemu-io -f qcow2 -c "$command" "$1.qcow2" > /dev/null
    done
}

converted v2 -o compat=0.10
converted v3
converted zlib -c
converted zlib-v2 -c -o compat=0.10
converted zstd -c -o compression_type=zstd
converted cluster-512 -o cluster_size=512
converted cluster-512-zlib -c -o cluster_size=512
converted cluster-4k-zstd -c -o cluster_size=4k,compression_type=zstd
converted cluster-2m -o cluster_size=2M
converted cluster-2m-zlib -c -o cluster_size=2M
converted refcount-bits-1 -o refcount_bits=1
converted extended-l2-zlib -c -o extended_l2=on
converted extended-l2-zstd -c -o extended_l2=on,compression_type=zstd,cluster_size=16k
converted preallocation-metadata -o preallocation=metadata
converted preallocation-falloc -o preallocation=falloc

written extended-l2 4M extended_l2=on \
    'write -P 1 0 2k' 'write -P 2 6k 3k' 'write -P 3 64k 64k' 'write -z 70k 4k' 'write -z -u 200k 2k' \
    'write -P 4 210k 1k' 'write -P 5 4194000 304' 'write -P 6 1M 300k' 'discard 1100k 64k'
keep extended-l2.qcow2

written zero-clusters 2M cluster_size=64k \
    'write -P 7 0 256k' 'write -z 64k 64k' 'write -z -u 128k 64k' 'write -z 512k 128k' 'write -P 8 576k 1k'
keep zero-clusters.qcow2

written lazy-refcounts 1M lazy_refcounts=on 'write -P 9 100k 100k'
keep lazy-refcounts.qcow2

written snapshot 1M cluster_size=4k 'write -P 10 0 64k'
qemu-img snapshot -c before snapshot.qcow2
qemu-io -f qcow2 -c 'write -P 11 32k 64k' snapshot.qcow2 > /dev/null
keep snapshot.qcow2

qemu-img create -q -f raw base.raw 1M
qemu-io -f raw -c 'write -P 12 0 1M' base.raw > /dev/null
for compat in 0.10 1.1; do
    name=backing-v$([ $compat = 0.10 ] && echo 2 || echo 3)
    qemu-img create -q -f qcow2 -o compat=$compat -b base.raw -F raw $name.qcow2
    qemu-io -f qcow2 -c 'write -P 13 64k 64k' -c 'write -P 14 300k 1k' $name.qcow2 > /dev/null
    keep $name.qcow2
done

qemu-img create -q -f qcow2 -o data_file=guest-data.raw data-file.qcow2 1M
qemu-io -f qcow2 -c 'write -P 15 0 128k' data-file.qcow2 > /dev/null
gzip -n9 < data-file.qcow2 > "$here/data-file.qcow2.gz"
qemu-img create -q -f qcow2 -o data_file=guest-data.raw,data_file_raw=on data-file-raw.qcow2 1M
gzip -n9 < data-file-raw.qcow2 > "$here/data-file-raw.qcow2.gz"

written bitmaps 1M cluster_size=4k
qemu-img bitmap --add -g 4k bitmaps.qcow2 changes
qemu-io -f qcow2 -c 'write -P 16 8k 40k' bitmaps.qcow2 > /dev/null
keep bitmaps.qcow2

# 16 bytes a key: half the key material, which is noise. It is measured how many iterations take the time asked for,
# which fails on a busy machine.
until qemu-img create -q -f qcow2 --object secret,id=key,data=secret -o \
    encrypt.format=luks,encrypt.key-secret=key,encrypt.cipher-alg=aes-128,encrypt.iter-time=10 luks.qcow2 1M; do
    sleep 1
done
gzip -n9 < luks.qcow2 > "$here/luks.qcow2.gz"

# A disk with two L2 tables of 4 KiB clusters, each half full, and the one with compressed clusters.
written base 4M cluster_size=4k,compat=1.1 'write -P 17 0 128k' 'write -P 18 2M 128k' 'write -P 19 1M 4k'
qemu-img convert -c -f raw -O qcow2 -o cluster_size=4k guest.raw compressed.qcow2
written subclusters 1M extended_l2=on 'write -P 20 0 128k' 'write -P 21 512k 2k'
qemu-img convert -f qcow2 -O qcow2 -o compat=0.10,cluster_size=4k base.qcow2 old.qcow2
python3 "$here/damage.py"
for image in damaged/*.qcow2; do
    name=$(basename "$image" .qcow2)
    expect "$image" "$here/damaged/$name.json" 2> /dev/null || rm -f "$here/damaged/$name.json"
    gzip -n9 < "$image" > "$here/$image.gz"
done
find "$here" -size +200k -name '*.gz' | { ! grep . ; }
