#!/usr/bin/env python3
"""Lists a mounted tree as the kernel shows it: the reference that our reader is compared with.

usage: list.py DIRECTORY [MASK,...]

One line for each path, parents first, the names in a directory in the order of their bytes; fields are separated by
tabs: path, type, mode, uid, gid, links, size, device, atime, mtime, ctime, btime, link target, xattrs, flags,
SHA-256 of the content, inode. Octets of names and targets other than letters, digits and "-._/+:@~" are written %XX.
A field named in MASK is written "*": not to be compared. "dirsize" masks the sizes of directories only, "dirlinks" their
counts of links; "seconds" leaves out what is less than a second of a time.

In an encrypted directory without its key the kernel shows names in an encoding of its own (linux/fs/crypto/fname.c:
base64url of two hash words and up to 149 bytes of cipher text); they are written here as base64url of the cipher text.
"""

import base64
import ctypes
import errno
import hashlib
import os
import stat
import struct
import sys

FIELDS = ("path type mode uid gid links size device atime mtime ctime btime target xattrs flags sha256 inode").split()
PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/+:@~")
TYPES = {
    stat.S_IFREG: "REGULAR",
    stat.S_IFDIR: "DIRECTORY",
    stat.S_IFLNK: "SYMLINK",
    stat.S_IFCHR: "CHARACTER_DEVICE",
    stat.S_IFBLK: "BLOCK_DEVICE",
    stat.S_IFIFO: "FIFO",
    stat.S_IFSOCK: "SOCKET",
}
AT_FDCWD, AT_SYMLINK_NOFOLLOW, STATX_BTIME, STATX_ATTR_ENCRYPTED = -100, 0x100, 0x800, 0x800
libc = ctypes.CDLL(None, use_errno=True)


def statx(path):
    """Birth time as text, and whether the file is encrypted: Python's os.stat tells neither."""
    buffer = ctypes.create_string_buffer(256)
    if libc.statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, 0xFFF, buffer) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), path)
    mask, _, attributes = struct.unpack_from("<IIQ", buffer.raw, 0)
    seconds, nanoseconds = struct.unpack_from("<qI", buffer.raw, 80)
    known = mask & STATX_BTIME
    return ("%d.%09d" % (seconds, nanoseconds) if known else "0.000000000"), bool(attributes & STATX_ATTR_ENCRYPTED)


def escaped(octets):
    return "".join(chr(b) if b in PLAIN else "%%%02X" % b for b in octets)


def cipher_text(name):
    return base64.urlsafe_b64decode(name + b"=" * (-len(name) % 4))[8:]


def shown_cipher(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=")


def time(nanoseconds):
    return "%d.%09d" % divmod(nanoseconds, 10**9)


def digest(path):
    sha = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            sha.update(piece)
    return sha.hexdigest()


def xattrs(path):
    try:
        found = os.listxattr(path, follow_symlinks=False)
    except OSError as e:
        if e.errno != errno.EOPNOTSUPP:
            raise
        found = []  # the file system has room for none
    names = sorted(name.encode("utf-8", "surrogateescape") for name in found)
    return ",".join(escaped(name) + "=" + brief(os.getxattr(path, name, follow_symlinks=False)) for name in names)


def brief(value):
    return value.hex() if len(value) <= 100 else "sha256:" + hashlib.sha256(value).hexdigest()


def line(path, shown, masked):
    facts = os.lstat(path)
    btime, encrypted = statx(path)
    type_ = stat.S_IFMT(facts.st_mode)
    size, target, sha = facts.st_size, "", ""
    if type_ == stat.S_IFLNK:
        octets = os.readlink(path)
        if encrypted:
            octets = cipher_text(octets)
            size = 2 + len(octets)
            octets = shown_cipher(octets)
        target = escaped(octets)
    if type_ == stat.S_IFREG:
        sha = "*" if encrypted else digest(path)
    device = facts.st_rdev
    values = [
        escaped(shown),
        TYPES[type_],
        "%04o" % stat.S_IMODE(facts.st_mode),
        str(facts.st_uid),
        str(facts.st_gid),
        str(facts.st_nlink),
        str(size),
        "%d:%d" % (os.major(device), os.minor(device)),
        time(facts.st_atime_ns),
        time(facts.st_mtime_ns),
        time(facts.st_ctime_ns),
        btime,
        target,
        xattrs(path),
        "encrypted" if encrypted else "",
        sha,
        str(facts.st_ino),
    ]
    hidden = set(masked)
    if "dirsize" in hidden and type_ == stat.S_IFDIR:
        hidden.add("size")
    if "dirlinks" in hidden and type_ == stat.S_IFDIR:
        hidden.add("links")
    if "seconds" in hidden:
        values[8:12] = [value.split(".")[0] + ".000000000" for value in values[8:12]]
    return "\t".join("*" if name in hidden else value for name, value in zip(FIELDS, values)), encrypted, type_


def main(root, masked):
    out = sys.stdout
    stack = [(root, b"")]
    while stack:
        path, shown = stack.pop()
        text, encrypted, type_ = line(path, shown, masked)
        out.write(text + "\n")
        if type_ == stat.S_IFDIR:
            names = [(shown_cipher(cipher_text(n)) if encrypted else n, n) for n in os.listdir(path)]
            for name, real in sorted(names, reverse=True):
                stack.append((path + b"/" + real, shown + b"/" + name if shown else name))


main(os.fsencode(sys.argv[1]), sys.argv[2].split(",") if len(sys.argv) > 2 else [])
