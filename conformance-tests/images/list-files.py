#!/usr/bin/env python3
"""Lists what the kernel says of every file below FOLDER, in the form of "mirage files --json". usage: list-files.py FOLDER

Leaves out what lies on other file systems. Needs root to see all attributes.
"""
import base64
import datetime
import hashlib
import json
import os
import stat
import subprocess
import sys

TYPES = {
    stat.S_IFREG: "regular",
    stat.S_IFDIR: "directory",
    stat.S_IFLNK: "symlink",
    stat.S_IFCHR: "character_device",
    stat.S_IFBLK: "block_device",
    stat.S_IFIFO: "fifo",
    stat.S_IFSOCK: "socket",
}
EPOCH = datetime.datetime(1970, 1, 1)


def time(nanoseconds):
    seconds, rest = divmod(nanoseconds, 10**9)
    return (EPOCH + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S") + ".%09dZ" % rest


def text(name):
    return name.decode("utf-8", "replace")


def encoded(value):
    return base64.b64encode(value).decode("ascii")


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as f:
        while block := f.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def births(folder):
    """Inode number to time of creation, where the file system keeps one: os.stat has no word for it, stat(1) does."""
    listed = subprocess.run(
        ["sh", "-c", "find \"$0\" -xdev -print0 | xargs -0 stat --printf '%i %w\\n'", folder],
        check=True,
        env=dict(os.environ, TZ="UTC"),
        stdout=subprocess.PIPE,
        text=True,
    )
    result = {}
    for line in listed.stdout.splitlines():
        inode, *moment = line.split()
        if moment != ["-"]:
            result[int(inode)] = "%sT%sZ" % (moment[0], moment[1])
    return result


def describe(path, name, births):
    s = os.lstat(path)
    file = {
        "path": text(name),
        "inode": s.st_ino,
        "type": TYPES[stat.S_IFMT(s.st_mode)],
        "mode": "%04o" % stat.S_IMODE(s.st_mode),
        "uid": s.st_uid,
        "gid": s.st_gid,
        "size": s.st_size,
        "links": s.st_nlink,
        "mtime": time(s.st_mtime_ns),
        "ctime": time(s.st_ctime_ns),
        "atime": time(s.st_atime_ns),
    }
    if s.st_ino in births:
        file["crtime"] = births[s.st_ino]
    if stat.S_ISLNK(s.st_mode):
        file["target"] = text(os.readlink(path))
    if stat.S_ISCHR(s.st_mode) or stat.S_ISBLK(s.st_mode):
        file["device"] = "%d:%d" % (os.major(s.st_rdev), os.minor(s.st_rdev))
    attributes = os.listxattr(path, follow_symlinks=False)
    if attributes:
        file["xattrs"] = {n: encoded(os.getxattr(path, n, follow_symlinks=False)) for n in sorted(attributes)}
    if stat.S_ISREG(s.st_mode):
        file["sha256"] = sha256(path)
    if text(name).encode("utf-8") != name:
        file["pathBase64"] = encoded(name)
    return file


def walk(path, name, device):
    yield path, name or b"/"
    for entry in sorted(os.listdir(path)):
        below = path + b"/" + entry
        s = os.lstat(below)
        if s.st_dev != device:
            continue
        if stat.S_ISDIR(s.st_mode):
            yield from walk(below, name + b"/" + entry, device)
        else:
            yield below, name + b"/" + entry


def main(folder):
    born = births(folder)
    separator = "["
    for path, name in walk(folder, b"", os.lstat(folder).st_dev):
        print(separator + "\n" + json.dumps(describe(path, name, born)), end="")
        separator = ","
    print("\n]")


main(os.fsencode(sys.argv[1]))
