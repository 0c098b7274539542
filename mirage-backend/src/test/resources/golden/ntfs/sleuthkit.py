#!/usr/bin/env python3
"""Lists the files of an NTFS image as The Sleuth Kit has them. usage: sleuthkit.py IMAGE

One line for each path that is in use and not the system's: the path as ext4/list.py writes it, a tab, the SHA-256 of
its content, empty for directories. Left out are paths that are not UTF-8, which it does not write, and what is in
"emptied": there it lists names that tree.py unlinked, of blocks that the index no longer has in use.
"""

import hashlib
import re
import subprocess
import sys

image = sys.argv[1]


def run(*command):
    return subprocess.run(command, check=True, capture_output=True).stdout


def escaped(octets):
    return re.sub(rb"[^A-Za-z0-9._/+:@~-]", lambda m: b"%%%02X" % m.group()[0], octets).decode()


for line in run("fls", "-r", "-p", "-u", image).splitlines():
    kind, address, path = re.fullmatch(rb"(\S/\S) ([0-9-]+):\t(.*)", line).groups()
    if path.startswith(b"$") or b"^" in path or path.endswith((b"/.", b"/..")) or b"/.:" in path:
        continue
    if path.startswith(b"emptied/"):
        continue
    content = b"" if kind == b"d/d" else hashlib.sha256(run("icat", image, address.decode())).hexdigest().encode()
    print(escaped(path), content.decode(), sep="\t")
