#!/bin/bash
# Does an image still boot?   check-boot.sh IMAGE [raw|qcow2|...]
#
# Starts a copy-on-write view of the image (the file is not changed) and waits until the serial console shows a login
# prompt. Without KVM, so it takes a minute or two; by hand, not part of the tests. Needs qemu-system-x86.
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }
command -v qemu-system-x86_64 >/dev/null || { echo "check-boot: apt-get install qemu-system-x86" >&2; exit 1; }

SECONDS_ALLOWED=600
console=$(mktemp)
timeout "$SECONDS_ALLOWED" qemu-system-x86_64 -accel tcg -m 512 -display none -monitor none -nic none -no-reboot \
    -snapshot -drive "file=$1,format=${2:-raw},if=virtio" -serial "file:$console" &
machine=$!
trap 'kill $machine 2>/dev/null || true; rm -f "$console"' EXIT

until grep -aq 'login:' "$console"; do
    if ! kill -0 $machine 2>/dev/null; then
        tail -n 30 "$console" >&2
        echo "check-boot: $1 came to no login prompt within $SECONDS_ALLOWED seconds" >&2
        exit 1
    fi
    sleep 1
done
echo "$1: $(grep -a 'login:' "$console" | head -n 1 | tr -d '\r') (after $SECONDS seconds)"
