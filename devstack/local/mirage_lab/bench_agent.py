"""An image's base by the agent, beside whole downloads. See devstack/local/bench-agent."""

import argparse
import configparser
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from mirage_lab.check_agent import MIRAGE, cache_name, run_tool, same
from mirage_lab.cloud import CONTROL_REGION, LAB, User
from mirage_lab.scenario import await_value, command, require

MIRAGE_URL = os.environ["LAB_MIRAGE_URL"]
GLANCE_URL = os.environ["LAB_GLANCE_URL"]
AGENT_URL = f"http://127.0.0.1:{os.environ['LAB_BENCH_AGENT_PORT']}"
DEMO = User("demo")
SECONDS = 600


@dataclass(frozen=True)
class Uploaded:
    """An image in both services."""

    mirage: str
    glance: str
    disk_format: str
    raw: Path


class Bench:
    def __init__(self, work: Path, rounds: int, megabits: int | None):
        self.work = work
        self.rounds = rounds
        self.bytes_per_second = megabits * 1_000_000 // 8 if megabits else None
        self.instances = work / "instances"
        self.bases = self.instances / "_base"
        self.images: list[tuple[User, str]] = []

    def upload(self, user: User, file: Path, disk_format: str) -> str:
        out = command(
            user, "image", "create", "-f", "value", "-c", "id", "--disk-format", disk_format, "--container-format",
            "bare", "--file", str(file), file.name,
        )  # fmt: skip
        self.images.append((user, out.split()[0]))
        return out.split()[0]

    def uploaded(self, raw: Path, disk_format: str) -> Uploaded:
        file = raw
        if disk_format == "qcow2":
            file = self.work / f"{raw.stem}.qcow2"
            run_tool("qemu-img", "convert", "-c", "-O", "qcow2", raw, file)
        image = Uploaded(
            self.upload(DEMO, file, disk_format), self.upload(User("demo", CONTROL_REGION), file, disk_format),
            disk_format, raw,
        )  # fmt: skip
        if file != raw:
            file.unlink()
        return image

    def parent(self, raw: Path) -> str:
        """In the image service, and in the host's cache."""
        image = self.upload(DEMO, raw, "raw")
        run_tool("cp", "--sparse=always", raw, self.bases / cache_name(image))
        return image

    def delta_bytes(self, parent: str, image: str) -> int:
        """Of the delta, which is made when this returns; the service makes those of near images ahead by itself."""
        url = f"{MIRAGE_URL}/deploy/v1/images/{image}"
        session = DEMO.sdk.session
        await_value(SECONDS, "the image for deploying", 200, lambda: session.get(url, raise_exc=False).status_code, {404})
        made = session.get(f"{url}/delta", params={"base": parent}, stream=True)
        length = int(made.headers["Content-Length"])
        made.close()
        return length

    @contextmanager
    def agent(self):
        """A process of its own, just started."""
        folder = self.work / "agent"
        folder.mkdir(exist_ok=True)
        conf = configparser.ConfigParser(interpolation=None)
        conf.read(LAB / "etc" / "agent-1" / "agent.conf")
        conf["agent"].update({
            "listen": AGENT_URL.removeprefix("http://"), "facade": MIRAGE_URL, "state_dir": str(self.instances / "state"),
            "host": "bench", "poll_interval": "10m",
        })  # fmt: skip
        if self.bytes_per_second:
            conf["agent"]["bandwidth"] = str(self.bytes_per_second)
        conf["nova"]["instances_path"] = str(self.instances)
        conf["verify"] = {"rate": "0"}
        with (folder / "agent.conf").open("w") as file:
            conf.write(file)
        with (LAB / "logs" / "bench-agent.log").open("w") as log:
            process = subprocess.Popen(
                [MIRAGE, "agent", "--config-file", folder / "agent.conf"],
                stdout=log, stderr=log, env=os.environ | {"MIRAGE_BUILD": "never"},
            )  # fmt: skip
        try:
            await_value(60, "the agent", True, _agent_answers)
            yield
        finally:
            process.terminate()
            process.wait(60)

    def seed(self, image: str) -> float:
        """Seconds from the request to the base in its place."""
        base = self.bases / cache_name(image)
        base.unlink(missing_ok=True)
        started = time.monotonic()
        self.pull(image)
        seconds = time.monotonic() - started
        require(base.exists(), "the agent made no base")
        return seconds

    def download(self, url: str, image: str, disk_format: str) -> tuple[float, float]:
        """Seconds until the file is on the disk, and until it is a base."""
        file, raw = self.work / "downloaded", self.work / "downloaded.raw"
        limit = ["--limit-rate", str(self.bytes_per_second)] if self.bytes_per_second else []
        token = DEMO.sdk.session.get_token()
        started = time.monotonic()
        run_tool("curl", "-sSf", *limit, "-H", f"X-Auth-Token: {token}", "-o", file, f"{url}/v2/images/{image}/file")
        run_tool("sync", file)
        downloaded = time.monotonic() - started
        if disk_format != "raw":
            run_tool("qemu-img", "convert", "-t", "none", "-O", "raw", "-f", disk_format, file, raw)
            run_tool("sync", raw)
        based = time.monotonic() - started
        file.unlink()
        raw.unlink(missing_ok=True)
        return downloaded, based

    def measure(self, parent: str, image: Uploaded) -> None:
        delta = self.delta_bytes(parent, image.mirage)
        whole = DEMO.sdk.image.get_image(image.mirage).size
        seeds, mirage, glance = [], [], []
        with self.agent():
            self.pull(parent)  # there already: now the agent knows whose file it is
            for _ in range(self.rounds):
                seeds.append(self.seed(image.mirage))
                require(same(self.bases / cache_name(image.mirage), image.raw), "the base is not the image's disk")
                mirage.append(self.download(MIRAGE_URL, image.mirage, image.disk_format))
                glance.append(self.download(GLANCE_URL, image.glance, image.disk_format))
        (self.bases / cache_name(image.mirage)).unlink()
        middle = statistics.median(seeds)
        downloads = [statistics.median(s[0] for s in one) for one in (mirage, glance)]
        based = [statistics.median(s[1] for s in one) for one in (mirage, glance)]
        print(
            f"| {image.raw.stem}, {image.disk_format} | {whole / 1e6:.1f} | {delta / 1e6:.2f} ({100 * delta / whole:.1f} %)"
            f" | {seeds[0]:.2f}, {middle:.2f}"
            + "".join(
                f" | {download:.2f}, {base:.2f} | {middle / download:.2f}, {middle / base:.2f}"
                for download, base in zip(downloads, based, strict=True)
            )
            + " |",
            flush=True,
        )

    def pull(self, image: str) -> None:
        key = (self.instances / "state" / "control-key").read_text().strip()
        answer = requests.post(
            f"{AGENT_URL}/agent/pull", json={"images": [image]}, headers={"X-Mirage-Agent-Key": key}, timeout=SECONDS
        )
        require(answer.status_code == 200, f"pull: {answer.status_code} {answer.text}")

    def remove_everything(self) -> None:
        for user, image in self.images:
            user.openstack("image", "delete", image)
        shutil.rmtree(self.work)


def _agent_answers() -> bool:
    try:
        return requests.get(f"{AGENT_URL}/agent/status", timeout=5).status_code == 200
    except requests.ConnectionError:
        return False


def main() -> None:
    arguments = argparse.ArgumentParser(prog="bench-agent")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--link", type=int, metavar="MBIT/S")
    arguments.add_argument("pairs", nargs="+", metavar="BASE:IMAGE")
    asked = arguments.parse_args()
    bench = Bench(Path(tempfile.mkdtemp(prefix="bench-agent-", dir=LAB)), asked.rounds, asked.link)
    bench.bases.mkdir(parents=True)
    try:
        link = f"{asked.link} Mbit/s" if asked.link else "loopback"
        print(f"Link: {link}. Seconds; of downloads: the file on the disk, as a base.\n")
        print("| image | MB whole | MB delta | agent: first, median | from Mirage | agent × | from Glance | agent × |")
        print("|---|---|---|---|---|---|---|---|", flush=True)
        parents: dict[Path, str] = {}
        for pair in asked.pairs:
            base, image = (Path(side) for side in pair.split(":"))
            if base not in parents:
                parents[base] = bench.parent(base)
            for disk_format in ("raw", "qcow2"):
                bench.measure(parents[base], bench.uploaded(image, disk_format))
        print(f"\n{os.cpu_count()} processors; load at the end {' '.join(f'{n:.1f}' for n in os.getloadavg())}")
    finally:
        bench.remove_everything()


if __name__ == "__main__":
    main()
