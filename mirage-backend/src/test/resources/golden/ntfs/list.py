#!/usr/bin/env python3
"""Lists a mounted NTFS tree as ntfs-3g shows it: golden/ext4/list.py, and what that does not know.

usage: list.py DIRECTORY

The tree is mounted with -o ro,streams_interface=xattr. Each stream gets a line of its own, in the place that its path has
among the others; the time of creation is read from the attribute in which ntfs-3g keeps it; of links to elsewhere on the
volume, the path of the mount is taken away. Sizes of directories are not compared: what ntfs-3g calls so depends on
what it did with them before.
"""

import hashlib
import os
import re
import struct
import subprocess
import sys
import urllib.parse

TARGET, SIZE, LINKS, XATTRS, BTIME, TYPE, DIGEST = 12, 6, 5, 13, 11, 1, 15
here = os.path.dirname(os.path.abspath(__file__))
root = os.fsencode(os.path.abspath(sys.argv[1]))
listing = subprocess.run([here + "/../ext4/list.py", root, "dirsize"], check=True, capture_output=True, text=True).stdout


def created(path):
    ticks = struct.unpack(">q", os.getxattr(path, "system.ntfs_crtime_be", follow_symlinks=False))[0]
    return "%d.%09d" % (ticks // 10**7 - 11644473600, ticks % 10**7 * 100)


def escaped(octets):
    return re.sub(rb"[^A-Za-z0-9._/+:@~-]", lambda m: b"%%%02X" % m.group()[0], octets).decode()


lines = []
for text in listing.splitlines():
    fields = text.split("\t")
    shown = urllib.parse.unquote_to_bytes(fields[0])
    path = root + b"/" + shown if shown else root
    fields[BTIME] = created(path)
    target = urllib.parse.unquote_to_bytes(fields[TARGET])
    if target.startswith(root + b"/"):
        fields[TARGET] = escaped(target[len(root):])
        fields[SIZE] = str(len(target) - len(root))
    fields[XATTRS] = ""
    lines.append((shown, fields))
    for name in os.listxattr(path, follow_symlinks=False):
        if name.startswith("user."):
            value = os.getxattr(path, name, follow_symlinks=False)
            stream = list(fields)
            other = shown + b":" + os.fsencode(name[5:])
            stream[0], stream[TYPE], stream[LINKS], stream[SIZE] = escaped(other), "REGULAR", "1", str(len(value))
            stream[7], stream[TARGET], stream[DIGEST] = "0:0", "", hashlib.sha256(value).hexdigest()
            lines.append((other, stream))

for path, fields in sorted(lines, key=lambda line: line[0].split(b"/") if line[0] else []):
    print("\t".join(fields))
