#!/usr/bin/env python3
"""Takes a listing of golden/ext4/list.py for what the kernel makes up out of it. usage: shown.py < LISTING

An empty directory stands where a snapshot has no subvolume below it. It has inode 2, and the kernel gives it the time at
which it is looked at.
"""

import sys

MTIME, CTIME, INODE = 9, 10, 16
for line in sys.stdin:
    fields = line.rstrip("\n").split("\t")
    if fields[INODE] == "2":
        fields[MTIME] = fields[CTIME] = "*"
    print("\t".join(fields))
