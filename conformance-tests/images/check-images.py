#!/usr/bin/env python3
"""Checks what Mirage makes of any images, against programs that it has nothing in common with.

  check-images.py [--data DIR] IMAGE...

Each image is imported into one library, written out and compared; so is its disk, with what qemu-img makes of it, where
qemu-img can read it; and the files of each of its volumes with those that the kernel (ntfs-3g for NTFS) shows of it, but for
what that file system does not keep. Prints a line for each, and the first differences; the exit code is 1 if there is one,
or if something could not be compared. Needs root, loop devices, qemu-utils, ntfs-3g; room for each disk as raw.

Examples:
  check-images.py golden/*.qcow2
  check-images.py --data /var/tmp/library a0-base.raw a0-base.vhdx     # keeps the library
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
MIRAGE = HERE.parent.parent / "mirage"
SHOWN = 20

# How the kernel reads each without writing or replaying anything.
MOUNTS = {
    "ext2": ("ext4", "noload"),
    "ext3": ("ext4", "noload"),
    "ext4": ("ext4", "noload"),
    "xfs": ("xfs", "norecovery,nouuid"),
    "btrfs": ("btrfs", "rescue=nologreplay,subvolid=5"),
    "vfat": ("vfat", "tz=UTC"),
    "exfat": ("exfat", ""),
    "iso9660": ("iso9660", ""),
    "squashfs": ("squashfs", ""),
    "erofs": ("erofs", ""),
}

# What the other program makes up: file systems that keep no owners, links or such.
MADE_UP = {
    "vfat": {"inode", "mode", "uid", "gid", "links", "ctime", "size of directories", "time of the root"},
    "exfat": {"inode", "mode", "uid", "gid", "links", "ctime", "size of directories", "time of the root"},
    "iso9660": {"inode", "atime", "ctime", "links", "size of directories"},
    "squashfs": {"atime", "ctime", "inode", "links", "size of directories"},
    "erofs": {"atime", "ctime", "inode"},
    "ntfs": {"inode", "mode", "uid", "gid", "links", "size of directories", "xattrs"},
    "btrfs": {"inode"},  # each subvolume counts its own, and the kernel counts none for the directories that hold them
}


class Failed(Exception):
    pass


def run(*command: str | Path) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"{' '.join(map(str, command))}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def mirage(*command: str | Path) -> str:
    return run(MIRAGE, *command)


@dataclass
class Check:
    data: Path
    work: Path
    bad: int = 0

    def tell(self, what: str, differences: list[str]) -> None:
        print(f"{what}: {f'{len(differences)} differences' if differences else 'ok'}", flush=True)
        for difference in differences[:SHOWN]:
            print(f"    {difference}")
        self.bad += bool(differences)

    def image(self, file: Path) -> None:
        name = file.name
        mirage("import", "--data", self.data, "--name", name, file)
        back, disk = self.work / "back", self.work / "disk.raw"
        mirage("export", "--data", self.data, name, back)
        self.tell(f"{name}: {file.stat().st_size} bytes come back", compared(file, back))
        back.unlink()
        info = json.loads(mirage("info", "--data", self.data, "--json", name))
        for warning in info.get("warnings", []):
            print(f"    warning: {warning}")
        if info.get("format"):
            mirage("export", "--data", self.data, "--view", "disk", name, disk)
            self.tell(f"{name}: its disk, {info['format']}, {disk.stat().st_size} bytes", self.same_disk(file, disk))
            self.files(name, info, disk)
            disk.unlink()

    def same_disk(self, file: Path, disk: Path) -> list[str]:
        by_qemu = self.work / "qemu.raw"
        try:
            run("qemu-img", "convert", "-O", "raw", file, by_qemu)
        except Failed as refused:
            return [f"not compared: {refused}"]
        try:
            return compared(by_qemu, disk)
        finally:
            by_qemu.unlink()

    def files(self, name: str, info: dict, disk: Path) -> None:
        every = json.loads(mirage("files", "--data", self.data, "--json", name))
        for volume in info["volumes"]:
            kind = volume.get("fileSystem")
            if not volume.get("indexed"):
                continue
            what = f"{name}: volume {volume['volume']}, {kind}"
            ours = {key(file): file for file in every if file["volume"] == volume["volume"]}
            try:
                with mounted(disk, kind, volume, self.work) as folder:
                    theirs = {key(file): file for file in json.loads(run(HERE / "list-files.py", folder))}
            except (Failed, KeyError) as cannot:
                self.tell(what, [f"not compared: {cannot}"])
                continue
            self.tell(f"{what}, {len(theirs)} files", list(differences(ours, theirs, MADE_UP.get(kind, set()))))


def compared(one: Path, other: Path) -> list[str]:
    done = subprocess.run(["cmp", one, other], capture_output=True, text=True, check=False)
    return [(done.stdout + done.stderr).strip()] if done.returncode else []


@contextmanager
def mounted(disk: Path, kind: str, volume: dict, work: Path) -> Iterator[Path]:
    folder = work / "mounted"
    folder.mkdir(exist_ok=True)
    device = run(
        "losetup", "--find", "--show", "--read-only", "--offset", str(volume["offset"]), "--sizelimit",
        str(volume["length"]), disk,
    ).strip()  # fmt: skip
    try:
        if kind == "ntfs":
            run("ntfs-3g", "-o", "ro,streams_interface=windows", device, folder)
        else:
            system, options = MOUNTS[kind]
            run("mount", "-t", system, "-o", f"ro,{options}".rstrip(","), device, folder)
        try:
            yield folder
        finally:
            run("umount", folder)
    finally:
        run("losetup", "--detach", device)


def key(file: dict) -> str:
    return file.get("pathBase64") or file["path"]


def differences(ours: dict[str, dict], theirs: dict[str, dict], made_up: set[str]) -> Iterator[str]:
    for path in sorted(ours.keys() | theirs.keys()):
        found, expected = ours.get(path), theirs.get(path)
        if not found or not expected:
            yield f"{path}: {'not there' if found else 'missing'}: {found or expected}"
            continue
        for field in sorted((found.keys() | expected.keys()) - {"volume", "path", "pathBase64"} - made_up):
            if field == "size" and found["type"] == "directory" and "size of directories" in made_up:
                continue
            if field.endswith("time") and path == "/" and "time of the root" in made_up:
                continue
            if found.get(field) != expected.get(field):
                yield f"{path}: {field}: {expected.get(field)} expected, found {found.get(field)}"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, metavar="DIR", help="a library to use, which stays (default: a new one, deleted)")
    arguments.add_argument("images", type=Path, nargs="+", metavar="IMAGE")
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="check-images-", dir="/var/tmp") as work:
        check = Check(asked.data or Path(work) / "library", Path(work))
        for image in asked.images:
            try:
                check.image(image)
            except Failed as failure:
                check.tell(str(image), [str(failure)])
    print(f"{check.bad} of these are not as they should be" if check.bad else "all as it should be")
    sys.exit(1 if check.bad else 0)


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    main()
