#!/bin/bash
# Fills a mounted btrfs with everything that our reader must show: the tree and the large structures of the other file
# systems, files of all shapes of compression, subvolumes, and snapshots of all of it that were changed since.
# usage: fill.sh DIRECTORY ENTRIES-OF-THE-LARGEST-DIRECTORY
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"
quiet() { btrfs "$@" > /dev/null; }

"$here/../ext4/tree.sh" .
quiet subvolume create holder
mkdir holder/d
quiet subvolume create holder/d/below
LARGE_MANY=$2 LARGE_MAX_VALUE=3900 "$here/../xfs/large.py" holder
"$here/compressed.py" holder/d/below/compressed
ln holder/large/value-100 holder/d/linked
sync
quiet subvolume snapshot holder holder-again
quiet subvolume snapshot -r holder/d/below below-again
quiet subvolume snapshot . all-again
rm -r holder-again/large/leaf
printf 'more' >> holder-again/large/clone-10
printf 'changed' | dd of=holder/d/below/compressed/lent bs=1 seek=70000 conv=notrunc status=none
cp --reflink=always holder/d/below/compressed/overwritten holder-again/borrowed 2> /dev/null ||
    cp holder/d/below/compressed/overwritten holder-again/borrowed
quiet subvolume create gone
echo gone > gone/file
sync
quiet subvolume delete --commit-after gone
for i in $(seq 20); do quiet subvolume snapshot holder/d/below "holder/d/snapshot-$i"; done
# What is written over since is in places of its own.
for i in 3 7; do yes "$i" 2> /dev/null | head -c 200000 > "holder/d/snapshot-$i/compressed/text-131072" || true; done
