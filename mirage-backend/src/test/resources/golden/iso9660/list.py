#!/usr/bin/env python3
"""Lists an image in the form of golden/ext4/list.py, by isoinfo, with names mapped as mount(8) says of "map=normal".

usage: list.py IMAGE

What ISO 9660 keeps by itself is compared: paths, types, sizes, contents.
"""

import hashlib
import subprocess
import sys


def isoinfo(*options):
    return subprocess.run(["isoinfo", "-i", sys.argv[1], *options], check=True, capture_output=True).stdout


def mapped(name):
    """Upper case becomes lower case, ";1" is dropped, and a dot before it; other semicolons become dots."""
    if name.endswith(";1"):
        name = name[:-2].removesuffix(".")
    return name.lower().replace(";", ".")


def escaped(text):
    plain = "-._/+:@~"
    return "".join(c if c.isascii() and (c.isalnum() or c in plain) else "%%%02X" % ord(c) for c in text)


lines = {"": "DIRECTORY"}
recorded = [line for line in isoinfo("-f").decode("latin-1").split("\n") if line]
directories = {path.rsplit("/", 1)[0] for path in recorded}
for path in recorded:
    shown = "/".join(mapped(name) for name in path[1:].split("/"))
    if path in directories or not path.rsplit("/", 1)[1].count(";") and not path.rsplit("/", 1)[1].count("."):
        lines[shown] = "DIRECTORY"
        continue
    content = isoinfo("-x", path)
    lines[shown] = "\t".join(["REGULAR", "0444", "0", "0", "1", str(len(content)), "0:0", "*", "*", "*", "*", "", "", "",
                              hashlib.sha256(content).hexdigest(), "*"])
for path in sorted(lines, key=lambda p: p.encode("latin-1").split(b"/")):
    line = lines[path]
    if line == "DIRECTORY":
        line = "\t".join(["DIRECTORY", "0555", "0", "0", "1", "*", "0:0", "*", "*", "*", "*", "", "", "", "", "*"])
    print(escaped(path) + "\t" + line)
