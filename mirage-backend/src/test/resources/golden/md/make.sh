#!/bin/bash
# Makes the disks that MdGoldenTest reads: NAME.disk.zst, with what the kernel shows of the volumes on them, NAME.volumes
# and NAME.files (vm/disks.sh says what is in these), and damaged/ by damage.py. Needs what vm/run.sh needs, mdadm, lvm2,
# e2fsprogs, python3, zstd.
#
# mdadm 4.2 makes no RAID 0 with a superblock of version 0.90 any more.
#
# usage: make.sh [NAME...]        all of them by default
[ $# -gt 0 ] || set -- raid1-{0.90,1.0,1.1,1.2} raid0-{1.0,1.1,1.2} linear-{0.90,1.2} raid1-{degraded,spare,stale} others layers
exec "$(dirname "$0")/../vm/make.sh" md arrays.sh "$@"
