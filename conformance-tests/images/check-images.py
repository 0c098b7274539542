#!/usr/bin/env python3
"""Checks what Mirage makes of any images, against programs that it has nothing in common with.

  check-images.py [--data DIR] [--conversions] IMAGE...

Each image is imported into one library, written out and compared; so is its disk, with what qemu-img makes of it,
where qemu-img can read it; and the files of each of its volumes with those that the kernel shows of it (ntfs-3g for
NTFS, mtools for FAT, xorriso for ISO 9660), but for what that file system does not keep. Prints a line for each, and
the first differences; the exit code is 1 if there is one, or if something could not be compared. Needs root, loop
devices, qemu-utils, ntfs-3g, mtools, xorriso, lvm2, and room for each disk as raw, twice.

With --conversions the images are raw, and so is each file that qemu-img makes of one: it is imported and written out,
its disk is the raw image, and the same volumes and files are shown of it.

Examples:
  check-images.py golden/*.qcow2
  check-images.py --data /var/tmp/library a0-base.raw a0-base.vhdx     # keeps the library
  check-images.py --conversions a0-base.raw
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
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
    "exfat": ("exfat", ""),
    "squashfs": ("squashfs", ""),
    "erofs": ("erofs", ""),
}

# What not every kernel has is copied out by another program.
COPIED = {
    "vfat": ("mcopy", "-i", "{place}", "-s", "-m", "-n", "-Q", "::/", "{folder}"),
    "iso9660": ("xorriso", "-osirrox", "on:auto_chmod_off", "-indev", "stdio:{place}", "-extract", "/", "{folder}"),
}

# What the other program makes up: file systems that keep no owners, links or such.
MADE_UP = {
    "vfat": {"inode", "mode", "uid", "gid", "links", "atime", "ctime", "crtime", "size of directories", "mtime of the root"},
    "exfat": {"inode", "mode", "uid", "gid", "links", "ctime", "size of directories", "mtime of the root"},
    "iso9660": {"inode", "atime", "ctime", "crtime", "links", "size of directories", "mode of the root", "mtime of the root"},
    "squashfs": {"atime", "ctime", "inode", "links", "size of directories"},
    "erofs": {"atime", "ctime", "inode"},
    "ntfs": {"inode", "mode", "uid", "gid", "links", "crtime", "size of directories", "xattrs"},
    "btrfs": {"inode"},  # each subvolume counts its own, and the kernel counts none for the directories that hold them
}

# What qemu-img writes of a disk: suffix of the file to the options.
CONVERSIONS = (
    {"qcow2": "-O qcow2", "v2.qcow2": "-O qcow2 -o compat=0.10", "el2.qcow2": "-O qcow2 -o extended_l2=on"}
    | {f"{size}.qcow2": f"-O qcow2 -o cluster_size={size}" for size in ("512", "4k", "2M")}
    | {"c.qcow2": "-O qcow2 -c", "c-v2.qcow2": "-O qcow2 -c -o compat=0.10", "c-el2.qcow2": "-O qcow2 -c -o extended_l2=on"}
    | {f"c-{size}.qcow2": f"-O qcow2 -c -o cluster_size={size}" for size in ("4k", "2M")}
    | {"zstd.qcow2": "-O qcow2 -c -o compression_type=zstd"}
    | {"sparse.vmdk": "-O vmdk -o subformat=monolithicSparse", "stream.vmdk": "-O vmdk -o subformat=streamOptimized"}
    | {"vhd": "-O vpc -o subformat=dynamic", "exact.vhd": "-O vpc -o subformat=dynamic,force_size=on"}
    | {"fixed.vhd": "-O vpc -o subformat=fixed", "fixed-exact.vhd": "-O vpc -o subformat=fixed,force_size=on"}
    | {"vhdx": "-O vhdx", "fixed.vhdx": "-O vhdx -o subformat=fixed"}
    | {"vdi": "-O vdi", "static.vdi": "-O vdi -o static=on", "hds": "-O parallels"}
)


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
            self.tell(f"{name}: its disk, {info['format']}, {disk.stat().st_size} bytes", self.same_disk(file, disk, info["format"]))
            self.files(name, info, disk)
            disk.unlink()

    def conversions(self, raw: Path) -> None:
        shown = self.shown(raw.name)
        for suffix, options in CONVERSIONS.items():
            file = self.work / f"{raw.stem}.{suffix}"
            try:
                run("qemu-img", "convert", *options.split(), "-f", "raw", raw, file)
                self.conversion(raw, file, shown)
            except Failed as failure:
                self.tell(file.name, [str(failure)])
            finally:
                for written in self.work.glob(f"{raw.stem}.*"):
                    written.unlink()

    def conversion(self, raw: Path, file: Path, shown: dict) -> None:
        back, disk = self.work / "back", self.work / "disk.raw"
        mirage("import", "--data", self.data, "--name", file.name, file)
        mirage("export", "--data", self.data, file.name, back)
        found = compared(file, back)
        back.unlink()
        mirage("export", "--data", self.data, "--view", "disk", file.name, disk)
        found += behind_zeros(raw, disk)
        disk.unlink()
        now = self.shown(file.name)
        found += [f"{part} are not those of {raw.name}" for part in shown if now[part] != shown[part]]
        counts = f"{len(now['volumes'])} volumes, {len(now['files'])} files"
        self.tell(f"{file.name}: {file.stat().st_size} bytes, {counts}", found)

    def shown(self, name: str) -> dict:
        info = json.loads(mirage("info", "--data", self.data, "--json", name))
        return {
            "warnings": info.get("warnings", []),
            # A disk without partitions is as long as the format makes it.
            "volumes": [volume | ({"length": 0} if volume["table"] == "none" else {}) for volume in info["volumes"]],
            "files": json.loads(mirage("files", "--data", self.data, "--json", name)),
        }

    def same_disk(self, file: Path, disk: Path, format_name: str) -> list[str]:
        by_qemu = self.work / "qemu.raw"
        try:
            # A fixed VHD has its magic at its end, where qemu-img does not look for one.
            told = ["-f", "vpc"] if format_name == "vhd" else []
            run("qemu-img", "convert", *told, "-O", "raw", file, by_qemu)
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
                with device(disk, info["volumes"], volume) as place, mounted(place, kind, self.work) as folder:
                    theirs = {key(file): file for file in json.loads(run(HERE / "list-files.py", folder))}
                    if kind == "ntfs":
                        theirs |= {path: stream(folder, ours[path]) for path in ours.keys() - theirs.keys() if ":" in path}
            except (Failed, OSError) as cannot:
                self.tell(what, [f"not compared: {cannot}"])
                continue
            self.tell(f"{what}, {len(theirs)} files", list(differences(ours, theirs, MADE_UP.get(kind, set()))))


def compared(one: Path, other: Path) -> list[str]:
    done = subprocess.run(["cmp", one, other], capture_output=True, text=True, check=False)
    return [(done.stdout + done.stderr).strip()] if done.returncode else []


def behind_zeros(raw: Path, disk: Path) -> list[str]:
    """Some formats round a disk's size up."""
    done = subprocess.run(["cmp", "-n", str(raw.stat().st_size), raw, disk], capture_output=True, text=True, check=False)
    if done.returncode:
        return [(done.stdout + done.stderr).strip()]
    with disk.open("rb") as end:
        end.seek(raw.stat().st_size)
        return ["what the format adds to the disk is not zero"] if end.read().strip(b"\0") else []


@contextmanager
def loop(disk: Path, offset: int, length: int) -> Iterator[str]:
    where = ("--offset", str(offset), "--sizelimit", str(length))
    name = run("losetup", "--find", "--show", "--read-only", *where, disk).strip()
    try:
        yield name
    finally:
        run("losetup", "--detach", name)


@contextmanager
def device(disk: Path, volumes: list[dict], volume: dict) -> Iterator[str]:
    """Where the kernel has the bytes of a volume."""
    if "offset" in volume:
        with loop(disk, volume["offset"], volume["length"]) as name:
            yield name
        return
    if volume["table"] != "lvm2":
        raise Failed(f"not one range of the disk, but {volume['table']}")
    members = [other for other in volumes if other.get("fileSystem") == "LVM2_member"]
    with ExitStack() as loops:
        names = [loops.enter_context(loop(disk, member["offset"], member["length"])) for member in members]
        copy = disk.with_suffix(".volume")
        try:
            put_together(names, volume["volume"], copy)
            yield loops.enter_context(loop(copy, 0, volume["length"]))
        finally:
            copy.unlink(missing_ok=True)


def put_together(members: list[str], name: str, copy: Path) -> None:
    """A linear volume, by what lvm says where its extents are: activating it would need a kernel with device-mapper."""
    told = run(
        "lvs", "--devices", ",".join(members), "--segments", "--noheadings", "--nosuffix", "--units", "b", "--separator", "|",
        "--options", "seg_start,segtype,seg_pe_ranges,vg_extent_size", name,
    )  # fmt: skip
    for line in told.splitlines():
        start, kind, ranges, extent = line.strip().split("|")
        if kind != "linear":
            raise Failed(f"a segment is {kind}, which is not put together here")
        member, numbers = ranges.rsplit(":", 1)
        first, last = map(int, numbers.split("-"))
        before = int(
            run("pvs", "--devices", ",".join(members), "--noheadings", "--nosuffix", "--units", "b", "-o", "pe_start", member)
        )
        with open(member, "rb") as source, copy.open("r+b" if copy.exists() else "wb") as target:
            source.seek(before + first * int(extent))
            target.seek(int(start))
            for _ in range(first, last + 1):
                target.write(source.read(int(extent)))


@contextmanager
def mounted(place: str, kind: str, work: Path) -> Iterator[Path]:
    folder = work / "mounted"
    folder.mkdir(exist_ok=True)
    if kind in COPIED:
        run(*(word.format(place=place, folder=folder) for word in COPIED[kind]))
        yield folder
        shutil.rmtree(folder)
        return
    if kind == "ntfs":
        run("ntfs-3g", "-o", "ro,streams_interface=windows", place, folder)
    else:
        system, options = MOUNTS[kind]
        run("mount", "-t", system, "-o", f"ro,{options}".rstrip(","), place, folder)
    try:
        yield folder
    finally:
        run("umount", folder)


def key(file: dict) -> str:
    return file.get("pathBase64") or file["path"]


def stream(folder: Path, ours: dict) -> dict:
    """An alternate data stream, which can be opened and is not listed."""
    content = (folder / ours["path"].lstrip("/")).read_bytes()
    return ours | {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def differences(ours: dict[str, dict], theirs: dict[str, dict], made_up: set[str]) -> Iterator[str]:
    for path in sorted(ours.keys() | theirs.keys()):
        found, expected = ours.get(path), theirs.get(path)
        if not found or not expected:
            yield f"{path}: {'not there' if found else 'missing'}: {found or expected}"
            continue
        for field in sorted((found.keys() | expected.keys()) - {"volume", "path", "pathBase64"} - made_up):
            if field == "size" and found["type"] == "directory" and "size of directories" in made_up:
                continue
            if path == "/" and f"{field} of the root" in made_up:
                continue
            if found.get(field) != expected.get(field):
                yield f"{path}: {field}: {expected.get(field)} expected, found {found.get(field)}"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, metavar="DIR", help="a library to use, which stays (default: a new one, deleted)")
    arguments.add_argument("images", type=Path, nargs="+", metavar="IMAGE")
    arguments.add_argument("--conversions", action="store_true", help="check each of qemu-img's conversions of the images too")
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="check-images-", dir="/var/tmp") as work:
        check = Check(asked.data or Path(work) / "library", Path(work))
        for image in asked.images:
            try:
                check.image(image)
                if asked.conversions:
                    check.conversions(image)
            except Failed as failure:
                check.tell(str(image), [str(failure)])
    print(f"{check.bad} of these are not as they should be" if check.bad else "all as it should be")
    sys.exit(1 if check.bad else 0)


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    main()
