#!/usr/bin/env python3
"""Makes a directory encrypted under a throw-away key and fills it. Runs in the root of a mounted file system.

linux/fscrypt.h: FS_IOC_ADD_ENCRYPTION_KEY, FS_IOC_SET_ENCRYPTION_POLICY (version 2, AES-256-XTS and AES-256-CTS).
"""

import fcntl
import os
import struct

ADD_KEY, SET_POLICY = 0xC0506617, 0x800C6613
IDENTIFIER = 2

plain = os.open(".", os.O_RDONLY)
key = bytes(range(64))
argument = bytearray(struct.pack("<II32s", IDENTIFIER, 0, b"") + struct.pack("<II32x", len(key), 0) + key)
fcntl.ioctl(plain, ADD_KEY, argument)
identifier = bytes(argument[8:24])

os.mkdir("secret")
directory = os.open("secret", os.O_RDONLY)
AES_256_XTS, AES_256_CTS, PAD_32 = 1, 4, 3
fcntl.ioctl(directory, SET_POLICY, struct.pack("<BBBB4x16s", 2, AES_256_XTS, AES_256_CTS, PAD_32, identifier))

os.makedirs("secret/sub/below")
for i in range(20):
    with open("secret/sub/file-%d" % i, "w") as f:
        f.write("secret %d\n" % i)
with open("secret/a longer name than fits into one block of the cipher", "w") as f:
    f.write("text " * 2000)
with open("secret/" + "n" * 100, "w") as f:
    f.write("long name\n")
os.symlink("a target", "secret/link")
os.symlink("t" * 120, "secret/long-link")
os.mkfifo("secret/fifo")
with open("public", "w") as f:
    f.write("public\n")
