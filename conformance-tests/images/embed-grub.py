#!/usr/bin/env python3
"""Makes a GPT disk image bootable by BIOS, without mounting it or a loop device.

usage: embed-grub.py DISK SECTOR

grub-bios-setup would want a block device; what it writes is little. The first sector gets the code of boot.img around
the disk's own table, and is told where the core image starts (sources of GRUB 2: grub-core/boot/i386/pc/boot.S). The
core image goes to SECTOR, the first of the BIOS boot partition of 1 MiB; its own first sector ends with a list of where
the rest lies (grub-core/boot/i386/pc/diskboot.S). It looks for the file system with the label "root".
"""
import os
import struct
import subprocess
import sys
import tempfile

SECTOR = 512
FOLDER = "/usr/lib/grub/i386-pc"
ROOM = 2048 * SECTOR
MODULES = "biosdisk part_gpt ext2 search search_label normal configfile linux serial terminal echo test".split()
CONFIG = """search --no-floppy --label --set=root root
set prefix=($root)/boot/grub
configfile ($root)/boot/grub/grub.cfg
"""

BIOS_PARAMETERS = slice(0x03, 0x5A)  # belongs to the disk
KERNEL_SECTOR = 0x5C  # u64: where the core image starts
BOOT_DRIVE = 0x64  # 0xff: the drive that the BIOS names
DRIVE_CHECK = 0x66  # a jump that only floppies need; two NOPs make a hard disk
PARTITION_TABLE = slice(0x1B8, 0x200)  # belongs to the disk
BLOCK_LIST = SECTOR - 12  # first sector u64, count u16, segment u16
SEGMENT = 0x820


def core_image(sector):
    with tempfile.TemporaryDirectory() as folder:
        config, core = os.path.join(folder, "config"), os.path.join(folder, "core.img")
        with open(config, "w") as f:
            f.write(CONFIG)
        subprocess.run(
            ["grub-mkimage", "-O", "i386-pc", "-d", FOLDER, "-c", config, "-p", "/boot/grub", "-o", core] + MODULES,
            check=True,
        )
        with open(core, "rb") as f:
            image = bytearray(f.read())
    image += bytes(-len(image) % SECTOR)
    if len(image) > ROOM:
        sys.exit(f"embed-grub: the core image takes {len(image)} bytes, there is room for {ROOM}")
    struct.pack_into("<QHH", image, BLOCK_LIST, sector + 1, len(image) // SECTOR - 1, SEGMENT)
    return image


def first_sector(disk, sector):
    with open(FOLDER + "/boot.img", "rb") as f:
        boot = bytearray(f.read())
    for mine in (BIOS_PARAMETERS, PARTITION_TABLE):
        boot[mine] = disk[mine]
    struct.pack_into("<Q", boot, KERNEL_SECTOR, sector)
    boot[BOOT_DRIVE] = 0xFF
    struct.pack_into("<H", boot, DRIVE_CHECK, 0x9090)
    return boot


def main(path, sector):
    with open(path, "r+b") as disk:
        boot = first_sector(disk.read(SECTOR), sector)
        disk.seek(0)
        disk.write(boot)
        disk.seek(sector * SECTOR)
        disk.write(core_image(sector))


main(sys.argv[1], int(sys.argv[2]))
