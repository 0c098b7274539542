"""Nova with an agent on its host: children of images that the host holds. See devstack/local/check-agent."""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

from mirage_lab import scenario
from mirage_lab.check_compute import BASE_IMAGES, GUEST, SERVER_SECONDS, Compute
from mirage_lab.cloud import LAB
from mirage_lab.scenario import await_value, require, say
from mirage_lab.wire import Wire

LOCAL = Path(__file__).resolve().parent.parent
MIRAGE = LOCAL.parent.parent / "mirage"
CHANGED_BYTES = 3_000_000
# How far what crosses may go beyond the delta.
ALLOWANCE = 1.05
# The ext4 file system of the guest's disk, which make-guest-image lays out.
ROOT_OFFSET = 49 << 20


class Host(Compute):
    """What crosses from the image service to the host is on the agent's wire; Nova's own requests end at the agent."""

    def __init__(self):
        super().__init__()
        self.crossed = Wire(LAB / "logs" / "wire-agent-1.jsonl")
        self.second = Wire(LAB / "logs" / "wire-agent-2.jsonl")
        self.files: list[Path] = []

    def parent(self) -> str:
        """The parent's id; the host holds it."""
        image = self.upload("parent")
        self.boot("of-parent", image)
        return image

    def child(self, name: str, disk_format: str, compressed: bool = False) -> tuple[str, str, Path]:
        """Uploads a disk that differs from the guest's in a part of /payload: its id, the payload's SHA-256, the raw disk."""
        raw = LAB / f"{self.prefix}-{name}.raw"
        self.files.append(raw)
        run_tool("qemu-img", "convert", "-O", "raw", GUEST, raw)
        payload = _change_payload(raw)
        file = raw
        if disk_format == "qcow2":
            file = raw.with_suffix(".qcow2")
            self.files.append(file)
            run_tool("qemu-img", "convert", *(["-c"] if compressed else []), "-O", "qcow2", raw, file)
        return self.upload(name, file, disk_format), payload, raw

    def deploy_url(self, image: str) -> str:
        return self.admin.sdk.image.get_endpoint().rstrip("/").removesuffix("/v2") + f"/deploy/v1/images/{image}"

    def await_taken_apart(self, image: str) -> None:
        """An upload is acknowledged before it is taken apart; deltas need that."""
        session = self.admin.sdk.session
        url = self.deploy_url(image)
        await_value(
            120, f"image {image} for deploying", 200, lambda: session.get(url, raise_exc=False).status_code, {404}
        )

    def publish(self, image: str) -> None:
        """Hosts are told of public images only, and of those of the agents' own project."""
        self.admin.sdk.image.update_image(image, visibility="public")

    def require_only_delta(self, mark: int, image: str, wire: Wire | None = None) -> None:
        """Of what the service gave the host, whatever for, all but the delta are within the allowance."""
        delta, total = self.crossed_since(mark, image, wire)
        require(total <= delta * ALLOWANCE, f"{total} bytes crossed for a delta of {delta}")

    def crossed_since(self, mark: int, image: str, wire: Wire | None = None) -> tuple[int, int]:
        """Bytes of the image's delta, which must have come, and of everything."""
        requests = (wire or self.crossed).since(mark)
        for request in requests:
            if image in request.path:
                say(f"    {request}")
        delta = sum(r.response_bytes for r in requests if r.path.split("?")[0].endswith(f"/{image}/delta"))
        total = sum(r.response_bytes for r in requests)
        require(delta > 0, "no delta was fetched")
        say(f"  {total} bytes crossed for a delta of {delta}; the image has {GUEST.stat().st_size}")
        return delta, total

    def remove_everything(self) -> None:
        super().remove_everything()
        # Nova would remove them some day.
        for image in self.images:
            _base_of(image).unlink(missing_ok=True)
        for file in self.files:
            file.unlink(missing_ok=True)


def _boot_child(host: Host, disk_format: str, compressed: bool = False) -> None:
    host.parent()
    image, payload, raw = host.child(f"child-{disk_format}", disk_format, compressed)
    host.await_taken_apart(image)
    mark, asked = host.crossed.mark(), host.wire.mark()
    host.boot("of-child", image, payload=payload)
    host.print_requests(asked)
    host.require_only_delta(mark, image)
    require(same(_base_of(image), raw), "the base image is not the child's disk")


def raw(host: Host) -> None:
    _boot_child(host, "raw")


def qcow2(host: Host) -> None:
    _boot_child(host, "qcow2")


def compressed(host: Host) -> None:
    _boot_child(host, "qcow2", compressed=True)


def seeded(host: Host) -> None:
    host.parent()
    image, payload, raw = host.child("child-seeded", "qcow2", compressed=True)
    host.await_taken_apart(image)
    mark = host.crossed.mark()
    _pull(1, image)
    await_value(SERVER_SECONDS, "the child in Nova's cache", True, _base_of(image).exists)
    host.require_only_delta(mark, image)
    require(same(_base_of(image), raw), "what was seeded is not the child's disk")
    asked = host.wire.mark()
    host.boot("of-seeded", image, payload=payload)
    require(not host.wire.since(asked), f"the boot asked: {host.wire.since(asked)}")
    say("  the boot asked nothing")


def snapshot(host: Host) -> None:
    server = host.boot("original", host.upload("image"))
    # Nova asks for the snapshot's record when it has uploaded it: from then on the agent may have it.
    mark = host.crossed.mark()
    name = f"{host.prefix}-snapshot"
    scenario.command(host.demo, "server", "image", "create", "--name", name, server)
    find = host.demo.sdk.image.find_image
    await_value(SERVER_SECONDS, "the snapshot", "active", lambda: find(name).status, {"killed", "deleted"})
    image = find(name).id
    host.images.append(image)
    host.await_taken_apart(image)
    host.boot("of-snapshot", image, boots=2)
    # The server did nothing: the records that Nova asks for have more bytes than the delta.
    delta, total = host.crossed_since(mark, image)
    require(total - delta < 100_000, f"{total} bytes crossed for a delta of {delta}")


def second(host: Host) -> None:
    """Another host, whose agent follows announcements: it gets the child of the parent in its cache before anybody asks."""
    parent = host.upload("parent")
    host.publish(parent)
    bases = LAB / "agent-2" / "instances" / "_base"
    held = bases / cache_name(parent)
    run_tool("qemu-img", "convert", "-O", "raw", GUEST, held)
    host.files.append(held)
    _pull(2, parent)  # there already: now the agent knows whose file it is
    status = f"http://127.0.0.1:{os.environ['LAB_SECOND_AGENT_PORT']}/agent/status"
    await_value(60, "that the agent knows the parent", True, lambda: parent in host.demo.sdk.session.get(status).text)
    mark = host.second.mark()
    image, _, disk = host.child("child-second", "qcow2", compressed=True)
    host.publish(image)
    made = bases / cache_name(image)
    host.files.append(made)
    await_value(SERVER_SECONDS, "the child in the second host's cache", True, made.exists)
    require(same(made, disk), "what was seeded is not the child's disk")
    host.require_only_delta(mark, image, host.second)


def revoked(host: Host) -> None:
    """An image that is revoked leaves the hosts that have it, which confirm that, and comes to none again."""
    host.parent()
    image, payload, _ = host.child("child-revoked", "qcow2", compressed=True)
    host.await_taken_apart(image)
    server = host.boot("of-revoked", image, payload=payload)
    scenario.command(host.admin, "server", "delete", "--wait", server)
    require(_base_of(image).exists(), "Nova's cache has no base of the child")
    session, url = host.admin.sdk.session, host.deploy_url(image) + "/revocation"
    session.put(url)
    # Those of earlier benchmarks in this lab are remembered too, and gone.
    hosts = {"lab-1", "lab-2"}
    await_value(60, "hosts that have not confirmed", set(), lambda: hosts & set(session.get(url).json()["outstanding"]))
    confirmed = session.get(url).json()["confirmed"]
    require(hosts <= set(confirmed), f"confirmed by {confirmed} only")
    require(not _base_of(image).exists(), "the host that confirmed still has the base")
    status = session.get(host.deploy_url(image), raise_exc=False).status_code
    require(status in {403, 404}, f"the image is still deployed: {status}")
    refused = host.demo.openstack(
        "server", "create", "--image", image, "--flavor", "tiny", "--network", "none", f"{host.prefix}-revoked"
    )
    require(
        refused.returncode != 0 and f"Image {image} is not active. (HTTP 400)" in refused.stderr,
        f"Nova takes it for active: {refused.returncode} {refused.stdout} {refused.stderr}",
    )
    require(not _base_of(image).exists(), "the base came back")
    say(f"  {', '.join(confirmed)} confirmed; no host gets it again")


def original(host: Host) -> None:
    """The agent as it is by default, which shows images as they were uploaded: a raw child crosses as its delta."""
    _restart_agent("original")
    try:
        parent = LAB / f"{host.prefix}-parent.raw"
        host.files.append(parent)
        run_tool("qemu-img", "convert", "-O", "raw", GUEST, parent)
        host.boot("of-parent", host.upload("parent", parent, "raw"))
        image, payload, disk = host.child("child-original", "raw")
        host.await_taken_apart(image)
        mark = host.crossed.mark()
        host.boot("of-child", image, payload=payload)
        host.require_only_delta(mark, image)
        require(same(_base_of(image), disk), "the base image is not the child's disk")
        packed, payload, _ = host.child("child-packed", "qcow2", compressed=True)
        host.boot("of-packed", packed, payload=payload)
    finally:
        _restart_agent("raw")


def killed(host: Host) -> None:
    """SIGKILL at several moments of a boot: it succeeds, or fails as Nova's boots do; the one after it is right."""
    host.parent()
    for delay in (0.2, 0.8, 1.5):
        image, payload, raw = host.child(f"child-killed-{delay}", "qcow2", compressed=True)
        host.await_taken_apart(image)
        mark = host.crossed.mark()
        server = host.create(f"killed-{delay}", image)
        # Nova's own request is logged when it ends; before that the agent asks what the image is.
        await_value(60, "that the agent works", True, lambda since=mark: bool(host.crossed.since(since)))
        time.sleep(delay)
        _kill_agent()
        _start_agent()
        await_value(
            SERVER_SECONDS,
            f"server {server}",
            True,
            lambda one=server: host.server(one).status in {"ACTIVE", "ERROR"},
        )
        say(f"  killed after {delay} s: the boot is {host.server(server).status}")
        base = _base_of(image)
        require(not base.exists() or same(base, raw), "a wrong base image")
        host.boot(f"after-{delay}", image, payload=payload)
        require(same(_base_of(image), raw), "a wrong base image")
    left = [file.name for file in BASE_IMAGES.iterdir() if not _is_cache_name(file.name)]
    require(not left, f"left behind in Nova's cache: {left}")


def uninstalled(host: Host) -> None:
    parent = host.parent()
    child, payload, _ = host.child("child-kept", "qcow2", compressed=True)
    host.await_taken_apart(child)
    host.boot("of-child", child, payload=payload)
    _shell("process_stop agent-1", 'pass_through_up wire-compute "$COMPUTE_IMAGE_PORT" "$(mirage_url 1)"')
    try:
        host.boot("parent-without", parent)
        host.boot("child-without", child, payload=payload)
        fresh, payload, _ = host.child("child-fresh", "qcow2", compressed=True)
        host.boot("fresh-without", fresh, payload=payload)
    finally:
        _shell("agent_start 1", 'pass_through_up wire-compute "$COMPUTE_IMAGE_PORT" "$(agent_url 1)"')


def _pull(agent: int, image: str) -> None:
    run_tool(MIRAGE, "agent", "pull", "--config-file", LAB / "etc" / f"agent-{agent}" / "agent.conf", image)


def _restart_agent(present: str) -> None:
    _shell(
        "process_stop agent-1",
        f'sed -i "s/^present = .*/present = {present}/" "$ETC/agent-1/agent.conf"',
        "agent_start 1",
        'await 60 agent-1 http_answers "$(agent_url 1)/agent/status"',
    )


def _kill_agent() -> None:
    pid = (LAB / "pids" / "agent-1.pid").read_text().split()[0]
    run_tool("kill", "-9", pid)
    await_value(30, "that the agent has ended", False, Path("/proc", pid).exists)


def _start_agent() -> None:
    _shell("agent_start 1", 'await 60 agent-1 http_answers "$(agent_url 1)/agent/status"')


def _shell(*lines: str) -> None:
    """Words of the lab's own scripts."""
    services = ("image", "mirage", "agent", "compute")
    script = [f". {LOCAL}/lab.sh", "need_lab", *(f". {LOCAL}/services/{name}.sh" for name in services), *lines]
    run_tool("bash", "-c", "\n".join(script))


def _change_payload(disk: Path) -> str:
    """Rewrites a part of /payload where it lies, and gives the file's new SHA-256."""
    where = f"{disk}?offset={ROOT_OFFSET}"
    blocks = run_tool("debugfs", "-R", "blocks /payload", where).split()
    noise = os.urandom(CHANGED_BYTES)
    block_bytes = int(run_tool("dumpe2fs", "-h", where).split("Block size:")[1].split()[0])
    with disk.open("r+b") as file:
        for number, block in enumerate(blocks[100 : 100 + CHANGED_BYTES // block_bytes]):
            file.seek(ROOT_OFFSET + int(block) * block_bytes)
            file.write(noise[number * block_bytes : (number + 1) * block_bytes])
    dumped = disk.with_suffix(".payload")
    run_tool("debugfs", "-R", f"dump /payload {dumped}", where)
    try:
        return _sha256(dumped)
    finally:
        dumped.unlink()


def cache_name(image: str) -> str:
    # Nova names a file of its cache by the SHA-1 of the image's id as text.
    return hashlib.sha1(image.encode(), usedforsecurity=False).hexdigest()


def _is_cache_name(name: str) -> bool:
    return len(name) == 40 and set(name) <= set("0123456789abcdef")


def _base_of(image: str) -> Path:
    return BASE_IMAGES / cache_name(image)


def same(one: Path, other: Path) -> bool:
    return subprocess.run(["cmp", "-s", one, other], check=False).returncode == 0


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def run_tool(*command) -> str:
    done = subprocess.run([str(word) for word in command], check=False, capture_output=True, text=True)
    require(done.returncode == 0, f"{command[0]}: {done.stderr.strip()}")
    return done.stdout


if __name__ == "__main__":
    ALL = [raw, qcow2, compressed, original, seeded, snapshot, second, revoked, killed, uninstalled]
    sys.exit(scenario.run(Host, ALL, sys.argv[1:], "Nova works with an agent on its host"))
