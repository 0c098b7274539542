#!/bin/bash
# Makes disks of a folder of golden. Usage: make.sh FOLDER SCRIPT NAME..., where SCRIPT makes the disks of these names by
# disks.sh. Damaged ones are made by damage.py of the folder from all that are there
set -euo pipefail
golden=$(cd "$(dirname "$0")/.." && pwd)
here=$golden/$1
script=$2
shift 2
shared=$(mktemp -d)
trap 'rm -rf "$shared"' EXIT
if [ $# -gt 0 ]; then
    cp "$golden/vm/disks.sh" "$here/$script" "$golden/ext4/list.py" "$shared"
    "$golden/vm/run.sh" "$shared" "$script" "$@"
fi
for disk in "$shared"/*.disk; do
    [ -e "$disk" ] || continue
    name=$(basename "$disk" .disk)
    zstd -q -19 -f "$disk" -o "$here/$name.disk.zst"
    cp "$shared/$name".{volumes,files} "$here"
done
for disk in "$here"/*.disk.zst; do zstd -q -d -f "$disk" -o "$shared/$(basename "$disk" .zst)"; done
rm -rf "$here/damaged"
mkdir "$here/damaged"
python3 "$here/damage.py" "$shared" "$here/damaged"
