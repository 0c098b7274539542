#!/bin/bash
# Makes the disks that LvmGoldenTest reads: NAME.disk.zst, with what the kernel shows of the volumes on them, NAME.volumes
# and NAME.files (vm/disks.sh says what is in these), and damaged/ by damage.py. Needs what vm/run.sh needs, lvm2,
# thin-provisioning-tools, e2fsprogs, python3, zstd.
#
# usage: make.sh [NAME...]        all of them by default
[ $# -gt 0 ] || set -- linear whole-disk striped mirrors kinds ring missing-disk nested
exec "$(dirname "$0")/../vm/make.sh" lvm groups.sh "$@"
