"""Cinder with the lab's image service: volumes from images, images from volumes. See devstack/local/check-cinder."""

import subprocess
import sys
import time
from pathlib import Path

from mirage_lab import scenario, store
from mirage_lab.cloud import LAB, User
from mirage_lab.scenario import await_value, command, require, say
from mirage_lab.wire import Wire

VOLUMES = LAB / "cinder" / "share"
VOLUME_SECONDS = 180
MIB = 1 << 20


class Cinder:
    """What the scenarios do, as the project's member; whatever was made is removed at the end."""

    def __init__(self):
        self.demo = User("demo")
        self.admin = User("admin")
        self.wire = Wire(LAB / "logs" / "wire-cinder.jsonl")
        self.prefix = f"check-{int(time.time())}"
        self.directory = LAB / self.prefix
        self.directory.mkdir()
        self.volumes: list[str] = []
        self.images: list[str] = []

    def disk(self, disk_format: str) -> Path:
        """A disk of 32 MiB, of which 12 are random bytes that no other image has."""
        noise, disk = self.directory / "noise", self.directory / f"disk.{disk_format}"
        with open("/dev/urandom", "rb") as random:
            noise.write_bytes(random.read(12 * MIB))
        _qemu("img", "create", "-q", "-f", disk_format, disk, "32M")
        _qemu("io", "-f", disk_format, "-c", f"write -q -s {noise} 4M 12M", disk)
        return disk

    def upload(self, disk: Path) -> str:
        disk_format = disk.suffix.removeprefix(".")
        out = command(
            self.demo, "image", "create", "-f", "value", "-c", "id", "--disk-format", disk_format, "--container-format",
            "bare", "--property", "os_distro=debian", "--file", str(disk), f"{self.prefix}-image",
        )  # fmt: skip
        self.images.append(out.split()[0])
        return self.images[-1]

    def volume(self, image: str) -> str:
        """A volume from that image, which may come out well or not."""
        out = command(
            self.demo, "volume", "create", "-f", "value", "-c", "id", "--image", image, "--size", "1",
            f"{self.prefix}-volume",
        )  # fmt: skip
        self.volumes.append(out.strip())
        return self.volumes[-1]

    def await_volume(self, volume: str, wanted: str) -> None:
        hopeless = {"error", "available"} - {wanted}
        await_value(VOLUME_SECONDS, f"volume {volume}", wanted, lambda: self.show(volume).status, hopeless)

    def show(self, volume: str):
        return self.demo.sdk.block_storage.get_volume(volume)

    def image_of(self, volume: str, disk_format: str) -> str:
        """An active image of the bytes of that volume."""
        name = f"{self.prefix}-of-volume-{disk_format}"
        command(self.demo, "image", "create", "--volume", volume, "--disk-format", disk_format, name)
        find = self.demo.sdk.image.find_image
        await_value(VOLUME_SECONDS, f"image {name}", "active", lambda: getattr(find(name), "status", None), {"killed"})
        self.images.append(find(name).id)
        return self.images[-1]

    def require_begins_with(self, volume: str, disk: Path) -> None:
        """The volume has the disk's bytes, and nothing behind them."""
        file = VOLUMES / f"volume-{volume}"
        compared = subprocess.run(
            ["qemu-img", "compare", "-q", "-f", "raw", "-F", disk.suffix.removeprefix("."), file, disk], check=False
        )
        require(compared.returncode == 0, f"{file} and {disk} differ")

    def print_requests(self, mark: int) -> None:
        for request in self.wire.since(mark):
            say(f"    {request}")

    def remove_everything(self) -> None:
        for volume in self.volumes:
            self.admin.openstack("volume", "delete", volume)
        for image in self.images:
            self.admin.openstack("image", "delete", image)
        for file in self.directory.iterdir():
            file.unlink()
        self.directory.rmdir()


def _qemu(tool: str, *arguments) -> None:
    subprocess.run([f"qemu-{tool}", *arguments], check=True)


def raw(cinder: Cinder) -> None:
    _there_and_back(cinder, "raw")


def qcow2(cinder: Cinder) -> None:
    _there_and_back(cinder, "qcow2")


def _there_and_back(cinder: Cinder, disk_format: str) -> None:
    disk = cinder.disk(disk_format)
    image = cinder.upload(disk)
    mark = cinder.wire.mark()
    volume = cinder.volume(image)
    cinder.await_volume(volume, "available")
    cinder.print_requests(mark)
    cinder.require_begins_with(volume, disk)
    metadata = cinder.show(volume).volume_image_metadata
    require(metadata.get("os_distro") == "debian", f"the volume knows of its image {metadata}")
    say(f"  a volume from a {disk_format} image has its bytes and its metadata")
    mark = cinder.wire.mark()
    back = cinder.image_of(volume, disk_format)
    cinder.print_requests(mark)
    saved = cinder.directory / f"back.{disk_format}"
    command(cinder.demo, "image", "save", "--file", str(saved), back)
    cinder.require_begins_with(volume, saved)
    say(f"  an image of that volume, as {disk_format}, has its bytes")


def corruption(cinder: Cinder) -> None:
    with store.added() as added:
        image = cinder.upload(cinder.disk("raw"))
    place = added.largest()
    place.flip()
    store.forget()
    say(f"  one byte changed in {place}")
    try:
        cinder.await_volume(cinder.volume(image), "error")
        say("  the volume ended in error")
    finally:
        place.flip()


if __name__ == "__main__":
    sys.exit(scenario.run(Cinder, [raw, qcow2, corruption], sys.argv[1:], "Cinder works with this image service"))
