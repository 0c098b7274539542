#!/usr/bin/env python3
"""Makes one file of two extents of two neighbouring files, a and b, of plain ISO 9660. usage: sections.py IMAGE"""

import sys

with open(sys.argv[1], "r+b") as file:
    image = bytearray(file.read())
    a = image.index(b"\x04A.;1") - 32
    b = a + image[a]
    assert image[b + 32 : b + 37] == b"\x04B.;1"
    image[a + 25] |= 0x80
    image[b + 33] = ord("A")
    file.seek(0)
    file.write(image)
