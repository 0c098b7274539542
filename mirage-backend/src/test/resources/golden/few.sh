#!/bin/bash
# Makes a tree of one file of each kind, for images that are mutated by the million: what a reader does with one costs
# next to nothing. Usage: few.sh DIRECTORY [plain]
#
#   plain    without devices, links and attributes, which not every file system has
set -euo pipefail
export LC_ALL=C
cd "$1"
mkdir -p d/e
printf 'hello\n' > d/hello
: > d/nothing
seq 1 6000 > d/e/text
printf 'n' > "d/e/$(printf 'n%.0s' $(seq 120))"
truncate -s 100K d/e/sparse
printf 'end' >> d/e/sparse
if [ "${2:-}" != plain ]; then
    ln d/hello hard
    ln -s d/hello link
    ln -s "$(printf 's%.0s' $(seq 300))" long-link
    mknod d/device c 5 1
    python3 -c 'import os
os.setxattr("d/hello", "user.key", b"value")
os.setxattr("d/e/text", "user.long", b"v" * 700)'
fi
find . -exec touch -h -d @1700000000.123456789 {} +
