#!/usr/bin/env python3
"""Fills a mounted FAT or exFAT. usage: fill.py DIRECTORY [kernel|mtools]

Names of all kinds, directories of many entries and with gaps, files in many places, times, attributes. A name of 255
is for the kernel only: mtools fails where it takes more than one cluster more. For
"mtools" names are left out that it would change.
"""

import os
import sys

root = sys.argv[1]
mode = sys.argv[2] if len(sys.argv) > 2 else ""
longest = 255 if mode == "kernel" else 180
os.chdir(root)


def write(name, text):
    with open(name, "wb") as f:
        f.write(text)


def fragments(names, pieces, size):
    """Files whose pieces lie in turns."""
    files = [open(name, "wb") for name in names]
    for i in range(pieces):
        for f in files:
            f.write((b"%s %d " % (f.name.encode(), i) * size)[:size])
            f.flush()
            os.fsync(f.fileno())
    for f in files:
        f.close()


def when(name, accessed, modified):
    os.utime(name, (accessed, modified))


for name in ("UPPER.TXT", "lower.txt", "lowbase.TXT", "UPPBASE.txt", "Mixed.Txt", "NOEXT", "lowext", "a", "A.B", "two.dots.txt",
             ".hidden", "trailing.ext1", "with space.txt", " leading", "plus+sign", "eight.chars", "12345678.123",
             "123456789.1234", "exactly-thirteen"[:13], "exactly-thirteen"[:13] * 2, "n" * longest, "\u00fcml\u00e4ut.txt",
             "\u20acuro", "\u65e5\u672c\u8a9e.txt", "\U0001f600 smile", "\U00010400\U00010428", "\u03c3igma.txt",
             "\u00e9" * 120, "x.y.z", "~tilde~1.txt", "longname~1.txt", "KeepCase.TXT"):
    if mode == "mtools" and any(c == "\u20ac" or ord(c) > 0xFFFF for c in name):
        continue
    try:
        write(name, ("content of " + name[:20]).encode())
    except OSError as e:
        print("not made:", ascii(name[:20]), e)
write("empty", b"")
write("one-byte", b"1")
for size in (511, 512, 513, 2048, 4096, 5000):
    write("size-%d" % size, bytes(i % 251 for i in range(size)))
write("read-only.txt", b"not to be written\n")
os.chmod("read-only.txt", 0o444)
os.makedirs("directory/of/some/depth/with/Long Directory Names/and more of them")
write("directory/of/some/depth/with/Long Directory Names/and more of them/leaf.txt", b"leaf\n")
os.mkdir("empty-directory")
os.mkdir("many")
count = 40
for i in range(count):
    write("many/a file with quite a long name %d" % i, b"%d\n" % i if i % 10 == 0 else b"")
for i in range(count):
    if i % 3 == 0:
        os.unlink("many/a file with quite a long name %d" % i)
for i in range(10):
    write("many/%d" % i, b"in a gap")
os.mkdir("subdirectories")
for i in range(12):
    os.mkdir("subdirectories/number %d" % i)
os.mkdir("removed")
write("removed/inner", b"gone")
os.unlink("removed/inner")
os.rmdir("removed")
for i in range(10):
    write("removed-%d" % i, b"gone")
for i in range(10):
    os.unlink("removed-%d" % i)
fragments(["fragment-1", "fragment-2", "directory/fragment-3"], 6, 4000)
# a directory that is in several places
os.mkdir("scattered")
for i in range(12):
    write("scattered/" + "n" * 100 + str(i), b"%d" % i)
    write("between-%d" % i, b"between")
    os.sync()
write("renamed-before", b"renamed\n")
os.rename("renamed-before", "directory/Renamed Behind.txt")
for name, modified in (("1980", 315532800), ("1999", 946684798), ("2000", 951782400), ("2024", 1709164799),
                       ("2038", 2147483648), ("2099", 4102444798), ("2100", 4107542400), ("2107", 4354819198)):
    write("time-" + name, b"time")
    when("time-" + name, modified, modified)
when("directory/of", 1000000000, 1000000001)
