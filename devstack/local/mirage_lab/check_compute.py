"""Nova with the lab's image service: boots, snapshots, precaching, shelving, damage. See devstack/local/check-compute."""

import hashlib
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from mirage_lab import scenario, store
from mirage_lab.cloud import LAB, User
from mirage_lab.scenario import await_value, command, require, say
from mirage_lab.wire import Wire

GUEST = LAB / "guest.qcow2"
BASE_IMAGES = LAB / "nova" / "instances" / "_base"
PAYLOAD_SHA256 = Path(f"{GUEST}.payload-sha256").read_text().strip()
# A guest takes 10 seconds on a quiet machine and a minute on a busy one, all of it in an emulated processor.
SERVER_SECONDS = 300
CONSOLE_SECONDS = 300


class Compute:
    """What the scenarios do, as the project's member; whatever was made is removed at the end."""

    def __init__(self):
        self.demo = User("demo")
        self.admin = User("admin")
        self.wire = Wire(LAB / "logs" / "wire-compute.jsonl")
        self.prefix = f"check-{int(time.time())}"
        self.servers: list[str] = []
        self.images: list[str] = []
        self.aggregates: list[str] = []

    def upload(self, name: str, file: Path = GUEST, disk_format: str = "qcow2") -> str:
        name = f"{self.prefix}-{name}"
        out = command(
            self.demo, "image", "create", "-f", "value", "-c", "id", "--disk-format", disk_format, "--container-format",
            "bare", "--property", "hw_disk_bus=virtio", "--file", str(file), name,
        )  # fmt: skip
        image = out.split()[0]
        self.images.append(image)
        return image

    def create(self, name: str, image: str) -> str:
        """A server that may come up or not."""
        out = command(
            self.demo, "server", "create", "-f", "value", "-c", "id", "--image", image, "--flavor", "tiny", "--network",
            "none", f"{self.prefix}-{name}",
        )  # fmt: skip
        server = out.split()[0]
        self.servers.append(server)
        return server

    def boot(self, name: str, image: str, boots: int = 1, payload: str = PAYLOAD_SHA256) -> str:
        """A server whose guest has come up and found its disk right, for as many times as its disk has been booted."""
        started = time.monotonic()
        server = self.create(name, image)
        self.await_status(server, "ACTIVE")
        say(f"  {name} is ACTIVE after {time.monotonic() - started:.0f} s")
        self.await_guest(server, boots, payload)
        say(f"  its guest is up and its disk is right after {time.monotonic() - started:.0f} s")
        return server

    def await_status(self, server: str, wanted: str) -> None:
        await_value(SERVER_SECONDS, f"server {server}", wanted, lambda: self.server(server).status, {"ERROR"})

    def await_guest(self, server: str, boots: int, payload: str = PAYLOAD_SHA256) -> None:
        await_value(CONSOLE_SECONDS, "its console's last line", True, lambda: self._last_boot(server) == boots)
        console = self.console(server)
        read = re.search(r"MIRAGE-GUEST-PAYLOAD (\w+)", console)
        require(read is not None and read[1] == payload, f"the guest reads other bytes:\n{console}")

    def _last_boot(self, server: str) -> int | None:
        done = re.search(r"MIRAGE-GUEST-BOOTS (\d+)\s+MIRAGE-GUEST-DONE", self.console(server))
        return int(done[1]) if done else None

    def server(self, server: str):
        return self.admin.sdk.compute.get_server(server)

    def fault(self, server: str) -> str:
        # The SDK of Debian 12 leaves it out.
        return self.admin.sdk.compute.get(f"/servers/{server}").json()["server"]["fault"]["message"]

    def console(self, server: str) -> str:
        return self.admin.sdk.compute.get_server_console_output(server)["output"] or ""

    def print_requests(self, mark: int) -> None:
        for request in self.wire.since(mark):
            say(f"    {request}")

    def remove_everything(self) -> None:
        for server in self.servers:
            self.admin.openstack("server", "delete", "--wait", server)
        for image in self.images:
            self.admin.openstack("image", "delete", image)
        for aggregate in self.aggregates:
            self.admin.openstack("aggregate", "remove", "host", aggregate, "lab")
            self.admin.openstack("aggregate", "delete", aggregate)


def boot(compute: Compute) -> None:
    image = compute.upload("image")
    mark = compute.wire.mark()
    compute.boot("first", image)
    compute.print_requests(mark)
    files = [r for r in compute.wire.since(mark) if r.path.endswith("/file")]
    require(len(files) == 1 and files[0].response_bytes == GUEST.stat().st_size, "not one whole download")
    mark = compute.wire.mark()
    compute.boot("second", image)
    require(not compute.wire.since(mark), f"the second boot asked: {compute.wire.since(mark)}")
    say("  the second boot asked the image service nothing")


def snapshot(compute: Compute) -> None:
    server = compute.boot("original", compute.upload("image"))
    mark = compute.wire.mark()
    name = f"{compute.prefix}-snapshot"
    command(compute.demo, "server", "image", "create", "--name", name, server)
    find = compute.demo.sdk.image.find_image
    await_value(SERVER_SECONDS, "the snapshot", "active", lambda: find(name).status, {"killed", "deleted"})
    image = find(name).id
    compute.images.append(image)
    compute.print_requests(mark)
    compute.boot("from-snapshot", image, boots=2)


def precache(compute: Compute) -> None:
    image = compute.upload("precached")
    aggregate = f"{compute.prefix}-aggregate"
    command(compute.admin, "aggregate", "create", aggregate)
    compute.aggregates.append(aggregate)
    command(compute.admin, "aggregate", "add", "host", aggregate, "lab")
    mark = compute.wire.mark()
    command(compute.admin, "aggregate", "cache", "image", aggregate, image)
    # Nova names a file of its cache by the SHA-1 of the image's id as text.
    cached = BASE_IMAGES / hashlib.sha1(image.encode(), usedforsecurity=False).hexdigest()
    await_value(SERVER_SECONDS, f"{cached.name} in Nova's cache", True, cached.exists)
    compute.print_requests(mark)
    mark = compute.wire.mark()
    compute.boot("from-precached", image)
    require(not compute.wire.since(mark), f"the boot asked: {compute.wire.since(mark)}")
    say("  the boot asked the image service nothing")


def shelve(compute: Compute) -> None:
    server = compute.boot("shelved", compute.upload("image"))
    mark = compute.wire.mark()
    command(compute.demo, "server", "shelve", server)
    compute.await_status(server, "SHELVED")
    command(compute.demo, "server", "unshelve", server)
    compute.await_status(server, "ACTIVE")
    compute.await_guest(server, boots=2)
    say("  shelved and unshelved on its host")
    command(compute.demo, "server", "shelve", server)
    compute.await_status(server, "SHELVED")
    command(compute.admin, "server", "shelve", "--offload", server)
    compute.await_status(server, "SHELVED_OFFLOADED")
    command(compute.demo, "server", "unshelve", server)
    compute.await_status(server, "ACTIVE")
    compute.await_guest(server, boots=3)
    say("  shelved, offloaded and unshelved")
    compute.print_requests(mark)


def corruption(compute: Compute) -> None:
    disk = LAB / "corrupted.qcow2"
    with store.added() as added:
        image = compute.upload("corrupted", _with_bytes_of_its_own(disk))
    place = added.largest()
    place.flip()
    store.forget()
    say(f"  one byte changed in {place}")
    try:
        server = compute.create("from-corrupted", image)
        await_value(SERVER_SECONDS, f"server {server}", "ERROR", lambda: compute.server(server).status, {"ACTIVE"})
        say(f"  the boot failed: {compute.fault(server)}")
        save = compute.demo.openstack("image", "save", "--file", "/dev/null", image)
        require(save.returncode != 0, "openstack image save took the bytes for good")
        say(f"  openstack image save: {save.stderr.strip().splitlines()[-1]}")
    finally:
        place.flip()
        disk.unlink()
    compute.boot("from-repaired", image)
    say("  with the byte changed back it boots")


def _with_bytes_of_its_own(disk: Path) -> Path:
    """The guest's disk with some MiB behind its last partition that no other image has, so that they are stored anew."""
    shutil.copyfile(GUEST, disk)
    noise = LAB / "noise"
    noise.write_bytes(b"".join(hashlib.sha512(f"{time.time()} {i}".encode()).digest() for i in range(1 << 16)))
    subprocess.run(["qemu-img", "resize", "-q", disk, "+8M"], check=True)
    end = int(re.search(r'"virtual-size": (\d+)', _info(disk))[1])
    subprocess.run(
        ["qemu-io", "-f", "qcow2", "-c", f"write -q -s {noise} {end - (8 << 20)} {noise.stat().st_size}", disk],
        check=True,
    )
    noise.unlink()
    return disk


def _info(disk: Path) -> str:
    return subprocess.run(["qemu-img", "info", "--output=json", disk], check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    ALL = [boot, snapshot, precache, shelve, corruption]
    sys.exit(scenario.run(Compute, ALL, sys.argv[1:], "Nova works with this image service"))
